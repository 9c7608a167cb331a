// Package dedup finds resources of an export that newer versions of the same
// resource replace, and claims that others name as their prior version. Keys go to
// disk as sorted runs, so that memory does not grow with the input.
package dedup

import (
	"cmp"
	"encoding/binary"

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
	bytes: 32, compare: compareKeys,
	put: func(b []byte, k *Key) {
		binary.LittleEndian.PutUint64(b[0:], k.ID[0])
		binary.LittleEndian.PutUint64(b[8:], k.ID[1])
		binary.LittleEndian.PutUint64(b[16:], uint64(k.Updated))
		binary.LittleEndian.PutUint64(b[24:], uint64(k.Resource))
	},
	get: func(b []byte, k *Key) {
		k.ID[0] = binary.LittleEndian.Uint64(b[0:])
		k.ID[1] = binary.LittleEndian.Uint64(b[8:])
		k.Updated = int64(binary.LittleEndian.Uint64(b[16:]))
		k.Resource = int64(binary.LittleEndian.Uint64(b[24:]))
	},
}

func compareKeys(a, b Key) int {
	switch {
	case a.ID[0] != b.ID[0]:
		return cmp.Compare(a.ID[0], b.ID[0])
	case a.ID[1] != b.ID[1]:
		return cmp.Compare(a.ID[1], b.ID[1])
	case a.Updated != b.Updated:
		return cmp.Compare(a.Updated, b.Updated)
	}
	return cmp.Compare(a.Resource, b.Resource)
}

// Replaced returns the resources of which there is a newer version, or a later
// one that is as new. It ignores the resources in gone.
func (l *Log) Replaced(gone table.OrdinalSet) (table.OrdinalSet, error) {
	var set table.OrdinalSet
	var last Key
	begun := false
	err := l.each(func(k *Key) {
		if gone.Has(k.Resource) {
			return
		}
		if begun && k.ID == last.ID {
			set.Add(last.Resource)
		}
		last, begun = *k, true
	})
	return set, err
}
