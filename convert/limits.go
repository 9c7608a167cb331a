package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/ndjson"
)

// Limits bound what one resource may contain, by the names of [DefaultLimits]. A
// resource beyond a limit is rejected. The default limits are far above what
// claims have, and bound the work and memory that a small file can cause.
type Limits map[string]int

// Names of limits that are not those of an array.
const (
	limitBytes      = "bytes"      // of the resource's JSON
	limitText       = "text"       // bytes of one value
	limitReferences = "references" // followed between elements
	limitElements   = "elements"   // of an array without a limit of its own
)

// DefaultLimits returns the default limits: "bytes" of the resource's JSON, "text"
// bytes of one value, "references" followed between elements, and elements of each
// array, by its name, or "elements" for arrays without a limit of their own. The
// longest claims that Medicare's systems accept have 450 lines, 25 diagnoses and 25
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

// resolve checks the limits and adds the default ones.
func (l Limits) resolve() (*crosswalk.Limits, error) {
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
	return &crosswalk.Limits{
		Bytes: all[limitBytes], Text: all[limitText], References: all[limitReferences], Elements: all[limitElements], Arrays: all,
	}, nil
}

func defaultLimits() *crosswalk.Limits {
	l, err := Limits(nil).resolve()
	if err != nil {
		panic("convert: internal error: " + err.Error())
	}
	return l
}
