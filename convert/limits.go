package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/ndjson"
)

// Limits bound what one resource may hold, by the names of [DefaultLimits]. They
// are far above what claims have and keep the work and the memory that a small
// file can ask for in bounds. A resource beyond one is rejected.
type Limits map[string]int

// Names of limits that are not of an array.
const (
	limitBytes      = "bytes"      // of the resource's JSON
	limitText       = "text"       // bytes of one value
	limitReferences = "references" // between elements that are followed
	limitElements   = "elements"   // of an array that has no limit of its own
)

// mostPersonText is how long a value may be that a Coverage or hospice claim adds
// to CCLF8: they are codes and dates, and all of them are kept in memory.
const mostPersonText = 64

// DefaultLimits returns the limits that apply unless set otherwise. The longest
// claims that Medicare's systems take have 450 lines, 25 diagnoses and 25
// procedures.
func DefaultLimits() Limits {
	return Limits{
		limitBytes:       ndjson.MaxLine,
		limitText:        1_000,
		limitReferences:  4_000_000,
		limitElements:    10_000,
		"item":           10_000,
		"supportingInfo": 20_000,
		"careTeam":       10_000,
		"diagnosis":      1_000,
		"procedure":      1_000,
		"contained":      1_000,
		"identifier":     1_000,
	}
}

// limits are Limits as the workers want them.
type limits struct {
	bytes, text, steps int
	elements           Limits // by array
}

// resolve checks the limits and completes them with the default ones.
func (l Limits) resolve() (*limits, error) {
	all := DefaultLimits()
	for _, name := range slices.Sorted(maps.Keys(l)) {
		switch _, known := all[name]; {
		case !known:
			return nil, fmt.Errorf("%w: there is no limit %q: the names are %s", ErrOptions, name,
				strings.Join(slices.Sorted(maps.Keys(all)), ", "))
		case l[name] < 1:
			return nil, fmt.Errorf("%w: the limit of %s is less than 1", ErrOptions, name)
		case name == limitBytes && l[name] > ndjson.MaxLine:
			return nil, fmt.Errorf("%w: the limit of bytes is more than %d, the longest resource that can be read", ErrOptions, ndjson.MaxLine)
		}
		all[name] = l[name]
	}
	return &limits{bytes: all[limitBytes], text: all[limitText], steps: all[limitReferences], elements: all}, nil
}

// of is the limit of an array.
func (l *limits) of(array string) int {
	if most, known := l.elements[array]; known {
		return most
	}
	return l.elements[limitElements]
}

func defaultLimits() *limits {
	l, err := Limits(nil).resolve()
	if err != nil {
		panic("convert: internal error: " + err.Error())
	}
	return l
}
