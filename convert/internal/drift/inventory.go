package drift

import (
	"sync"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// Expected are the marks that resources of one type and API version are expected
// to have.
type Expected struct {
	API      schema.API
	Resource string
	Marks    []Mark // by the index of bcda.Expectations
}

// A Mark has the registers of an expectation, or -1 if it has none.
type Mark struct{ Reg, Among int }

// An Inventory counts the elements and marks of resources.
type Inventory struct {
	mu       sync.Mutex // for Merge
	elements Tally      // without marks
	marks    map[*Expected][]MarkCount
}

// NewInventory returns an empty inventory.
func NewInventory() *Inventory {
	return &Inventory{elements: NewTally(), marks: map[*Expected][]MarkCount{}}
}

// Add adds the count of an element, by its [Key].
func (v *Inventory) Add(key string, count int64) { v.elements.add(key, count) }

// countsOf returns the counts of expectations.
func (v *Inventory) countsOf(x *Expected) []MarkCount {
	counts := v.marks[x]
	if counts == nil {
		counts = make([]MarkCount, len(x.Marks))
		v.marks[x] = counts
	}
	return counts
}

// Note counts the elements and marks of a resource.
func (v *Inventory) Note(x *Expected, rec *ndjson.Record) {
	rec.Tally()
	counts := v.countsOf(x)
	for i, mark := range x.Marks {
		if mark.Reg < 0 || mark.Among >= 0 && rec.Reg(mark.Among).IsZero() {
			continue
		}
		counts[i].Expected++
		if !rec.Reg(mark.Reg).IsZero() {
			counts[i].Had++
		}
	}
}

// Merge adds the counts of another inventory. Several goroutines may call it.
func (v *Inventory) Merge(other *Inventory) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.elements.Add(&other.elements)
	for x, counts := range other.marks {
		mine := v.countsOf(x)
		for i, c := range counts {
			mine[i].Expected += c.Expected
			mine[i].Had += c.Had
		}
	}
}

// Tally returns the counts.
func (v *Inventory) Tally() Tally {
	t := NewTally()
	t.Add(&v.elements)
	for x, counts := range v.marks {
		for i, c := range counts {
			if x.Marks[i].Reg >= 0 {
				t.addMark(Expectation{x.API, x.Resource, i}, c)
			}
		}
	}
	return t
}

// Report puts the counts into a manifest.
func (v *Inventory) Report(m *dataset.Manifest) {
	t := v.Tally()
	t.Report(m)
}
