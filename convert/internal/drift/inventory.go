package drift

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// maxNew is the number of new elements that are listed. There are more only if a
// server puts values where names belong.
const maxNew = 1000

// Expected are the marks that resources of one type and API version are expected
// to have.
type Expected struct {
	API      schema.API
	Resource string
	Marks    []Mark // by the index of bcda.Expectations
}

// A Mark has the registers of an expectation, or -1 if it has none.
type Mark struct{ Reg, Among int }

// An Inventory counts the elements and marks of resources. Of new elements it
// keeps those that come first in the order of their keys, so that they do not
// depend on the order of the input.
type Inventory struct {
	mu       sync.Mutex // for Merge
	known    map[string]int64
	fresh    map[string]int64
	unlisted int64 // count of other new elements
	marks    map[*Expected][]markCount
}

// A markCount counts resources that were expected to have a mark, and those that
// had it.
type markCount struct{ expected, had int64 }

// NewInventory returns an empty inventory.
func NewInventory() *Inventory {
	return &Inventory{known: map[string]int64{}, fresh: map[string]int64{}, marks: map[*Expected][]markCount{}}
}

// Add adds the count of an element, by its [Key].
func (v *Inventory) Add(key string, count int64) {
	if !strings.HasSuffix(key, newMark) {
		v.known[key] += count
		return
	}
	if v.fresh[key] += count; len(v.fresh) > 2*maxNew {
		v.prune()
	}
}

// prune drops the new elements that will not be listed.
func (v *Inventory) prune() {
	if len(v.fresh) <= maxNew {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(v.fresh))[maxNew:] {
		v.unlisted += v.fresh[key]
		delete(v.fresh, key)
	}
}

// countsOf returns the counts of expectations.
func (v *Inventory) countsOf(x *Expected) []markCount {
	counts := v.marks[x]
	if counts == nil {
		counts = make([]markCount, len(x.Marks))
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
		counts[i].expected++
		if !rec.Reg(mark.Reg).IsZero() {
			counts[i].had++
		}
	}
}

// Merge adds the counts of another inventory. Several goroutines may call it.
func (v *Inventory) Merge(other *Inventory) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, counts := range []map[string]int64{other.known, other.fresh} {
		for key, count := range counts {
			v.Add(key, count)
		}
	}
	v.unlisted += other.unlisted
	for x, counts := range other.marks {
		mine := v.countsOf(x)
		for i, c := range counts {
			mine[i].expected += c.expected
			mine[i].had += c.had
		}
	}
}

// Report puts the counts into a manifest.
func (v *Inventory) Report(m *dataset.Manifest) {
	v.prune()
	m.UnlistedElements = v.unlisted
	for _, counts := range []map[string]int64{v.known, v.fresh} {
		for key, count := range counts {
			m.Unmapped = append(m.Unmapped, elementOf(key, count))
		}
	}
	slices.SortFunc(m.Unmapped, func(a, b dataset.Unmapped) int { return cmp.Compare(Key(&a), Key(&b)) })
	for x, counts := range v.marks {
		for i, e := range bcda.Expectations(x.API) {
			if x.Marks[i].Reg < 0 {
				continue
			}
			if c := counts[i]; c.expected >= e.Least && c.had == 0 {
				m.Missing = append(m.Missing, dataset.MissingMark{
					API: x.API.String(), Resource: x.Resource, Mark: e.Words, Expr: e.Expr, Resources: c.expected,
				})
			}
		}
	}
	slices.SortFunc(m.Missing, func(a, b dataset.MissingMark) int {
		return cmp.Or(cmp.Compare(a.API, b.API), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Expr, b.Expr))
	})
}
