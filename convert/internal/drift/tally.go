package drift

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// maxNew is the number of new elements that are listed. There are more only if a
// server puts values where names belong.
const maxNew = 1000

// A Tally is what was counted, in a form that can be passed to another process. Of new
// elements it keeps those that come first in the order of their keys, so that they do not
// depend on the order of the input.
type Tally struct {
	Known, Fresh map[string]int64 // by the key of the element
	Unlisted     int64            // count of other new elements
	Marks        map[Expectation]MarkCount
}

// An Expectation is that resources of a type have a mark: an index of
// bcda.Expectations.
type Expectation struct {
	API      schema.API
	Resource string
	Index    int
}

// A MarkCount counts resources that were expected to have a mark, and those that had it.
type MarkCount struct{ Expected, Had int64 }

// NewTally returns an empty tally.
func NewTally() Tally {
	return Tally{Known: map[string]int64{}, Fresh: map[string]int64{}, Marks: map[Expectation]MarkCount{}}
}

func (t *Tally) add(key string, count int64) {
	if !strings.HasSuffix(key, newMark) {
		t.Known[key] += count
		return
	}
	if t.Fresh[key] += count; len(t.Fresh) > 2*maxNew {
		t.prune()
	}
}

func (t *Tally) addMark(x Expectation, count MarkCount) {
	c := t.Marks[x]
	t.Marks[x] = MarkCount{c.Expected + count.Expected, c.Had + count.Had}
}

// Add adds the counts of another tally.
func (t *Tally) Add(other *Tally) {
	for _, counts := range []map[string]int64{other.Known, other.Fresh} {
		for key, count := range counts {
			t.add(key, count)
		}
	}
	t.Unlisted += other.Unlisted
	for x, count := range other.Marks {
		t.addMark(x, count)
	}
}

// Empty reports whether nothing was counted.
func (t *Tally) Empty() bool {
	return len(t.Known)+len(t.Fresh)+len(t.Marks) == 0 && t.Unlisted == 0
}

// prune drops the new elements that will not be listed.
func (t *Tally) prune() {
	if len(t.Fresh) <= maxNew {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(t.Fresh))[maxNew:] {
		t.Unlisted += t.Fresh[key]
		delete(t.Fresh, key)
	}
}

// Report puts the counts into a manifest.
func (t *Tally) Report(m *dataset.Manifest) {
	t.prune()
	m.UnlistedElements = t.Unlisted
	for _, counts := range []map[string]int64{t.Known, t.Fresh} {
		for key, count := range counts {
			m.Unmapped = append(m.Unmapped, elementOf(key, count))
		}
	}
	slices.SortFunc(m.Unmapped, func(a, b dataset.Unmapped) int { return cmp.Compare(Key(&a), Key(&b)) })
	for x, c := range t.Marks {
		if e := bcda.Expectations(x.API)[x.Index]; c.Expected >= e.Least && c.Had == 0 {
			m.Missing = append(m.Missing, dataset.MissingMark{
				API: x.API.String(), Resource: x.Resource, Mark: e.Words, Expr: e.Expr, Resources: c.Expected,
			})
		}
	}
	slices.SortFunc(m.Missing, func(a, b dataset.MissingMark) int {
		return cmp.Or(cmp.Compare(a.API, b.API), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Expr, b.Expr))
	})
}
