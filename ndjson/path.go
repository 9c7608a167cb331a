package ndjson

import (
	"fmt"
	"strings"
)

// A Path names values inside a JSON object by member names, from the outside in. A
// step through an array means each of its elements.
type Path []Step

// A Step is a member name and the conditions that the member's value must meet, or
// each element of it if it is an array of objects.
type Step struct {
	Name  string
	Where []Cond
}

// A Cond is met if some value at Path, relative to the element, is one of Values, or
// with Prefix begins with one.
type Cond struct {
	Path   []string
	Values []string
	Prefix bool
}

func (c Cond) key() string {
	return fmt.Sprint(strings.Join(c.Path, "."), c.Prefix, strings.Join(c.Values, "\x00"))
}

// Marks is a set of conditions that an element meets.
type Marks [2]uint64

// Has reports whether all of need are in m.
func (m Marks) Has(need Marks) bool {
	return m[0]&need[0] == need[0] && m[1]&need[1] == need[1]
}

// Any reports whether one of some is in m.
func (m Marks) Any(some Marks) bool { return m[0]&some[0]|m[1]&some[1] != 0 }

func (m *Marks) set(bit int) { m[bit/64] |= 1 << (bit % 64) }

func (m *Marks) add(more Marks) {
	m[0] |= more[0]
	m[1] |= more[1]
}

const maxMarks = len(Marks{}) * 64
