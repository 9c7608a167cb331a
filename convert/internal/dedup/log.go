// Package dedup finds resources of an export that newer versions of the same
// resource replace, and claims that others name as their prior version. Keys go to
// disk as sorted runs, so that memory does not grow with the input.
package dedup

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/cclf-tools/cclf/internal/table"
)

// A Log collects the keys of all resources in the order of the input. It is for
// one goroutine.
type Log struct{ sorter[Key] }

// NewLog returns an empty log that writes its runs to files in dir, whose names
// begin with name.
func NewLog(dir, name string) *Log {
	return &Log{sorter[Key]{dir: dir, name: name, form: keyForm}}
}

// keyForm is the form of keys in a run.
var keyForm = form[Key]{
	bytes: 41, compare: compareKeys, hash: func(k *Key) uint64 { return k.ID[0] },
	put: func(b []byte, k *Key) {
		binary.LittleEndian.PutUint64(b[0:], k.ID[0])
		binary.LittleEndian.PutUint64(b[8:], k.ID[1])
		binary.LittleEndian.PutUint64(b[16:], uint64(k.Updated))
		binary.LittleEndian.PutUint64(b[24:], uint64(k.Resource))
		binary.LittleEndian.PutUint64(b[32:], k.Text)
		if b[40] = 0; k.Deletion {
			b[40] = 1
		}
	},
	get: func(b []byte, k *Key) {
		k.ID[0] = binary.LittleEndian.Uint64(b[0:])
		k.ID[1] = binary.LittleEndian.Uint64(b[8:])
		k.Updated = int64(binary.LittleEndian.Uint64(b[16:]))
		k.Resource = int64(binary.LittleEndian.Uint64(b[24:]))
		k.Text = binary.LittleEndian.Uint64(b[32:])
		k.Deletion = b[40] != 0
	},
}

// compareKeys orders keys by ID. Deletions come first, and then the newest last.
func compareKeys(a, b Key) int {
	switch {
	case a.ID[0] != b.ID[0]:
		return cmp.Compare(a.ID[0], b.ID[0])
	case a.ID[1] != b.ID[1]:
		return cmp.Compare(a.ID[1], b.ID[1])
	case a.Deletion != b.Deletion:
		if a.Deletion {
			return -1
		}
		return 1
	case a.Updated != b.Updated:
		return cmp.Compare(a.Updated, b.Updated)
	}
	return cmp.Compare(a.Resource, b.Resource)
}

// An Outcome says what became of the resources of a log.
type Outcome struct {
	Replaced table.OrdinalSet // there is a newer version, a later one that is as new, or the same one before
	Repeated int64            // number of those that came before as they are
	Repeats  table.OrdinalSet // those that came before as they are
	Deleted  table.OrdinalSet // all versions were deleted later in the input
	Newest   int64            // time of the newest update of the others, or NoTime
}

// Outcome returns what became of the resources. It ignores those in gone. Of equal
// versions the first one counts, so that rows stay what they are when a resource is
// sent again.
func (l *Log) Outcome(gone table.OrdinalSet) (Outcome, error) {
	j := newJudge(gone)
	err := l.each(j.next)
	return j.Outcome, err
}

// OutcomeOf returns what became of the resources with some keys, which are all of
// their IDs. It sorts the keys.
func OutcomeOf(keys []Key) Outcome {
	slices.SortFunc(keys, compareKeys)
	j := newJudge(nil)
	for i := range keys {
		j.next(&keys[i])
	}
	return j.Outcome
}

// A judge finds out what became of resources, whose keys it gets in their order.
type judge struct {
	Outcome
	gone           table.OrdinalSet
	last, deletion Key
	begun          bool
}

func newJudge(gone table.OrdinalSet) *judge {
	return &judge{Outcome: Outcome{Newest: NoTime}, gone: gone}
}

func (j *judge) next(k *Key) {
	switch {
	case k.Deletion:
		if k.ID != j.deletion.ID || k.Resource > j.deletion.Resource {
			j.deletion = *k
		}
		return
	case j.gone.Has(k.Resource):
		return
	case j.deletion.Deletion && k.ID == j.deletion.ID && k.Resource < j.deletion.Resource:
		j.Deleted.Add(k.Resource)
		return
	case j.begun && k.ID == j.last.ID && k.Updated == j.last.Updated && k.Text != 0 && k.Text == j.last.Text:
		j.Outcome.Replaced.Add(k.Resource)
		j.Repeats.Add(k.Resource)
		j.Repeated++
		return
	case j.begun && k.ID == j.last.ID:
		j.Outcome.Replaced.Add(j.last.Resource)
	}
	j.Newest = max(j.Newest, k.Updated)
	j.last, j.begun = *k, true
}

// Replaced returns the resources of which there is a newer version, or a later
// one that is as new. It ignores the resources in gone.
func (l *Log) Replaced(gone table.OrdinalSet) (table.OrdinalSet, error) {
	o, err := l.Outcome(gone)
	return o.Replaced, err
}
