// Package dedup finds resources of an export that newer versions of the same
// resource replace. Keys go to disk as sorted runs, so that memory does not grow
// with the input.
package dedup

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/cclf-tools/cclf/internal/table"
)

// keysInMemory is the number of keys that are sorted in memory at a time.
const keysInMemory = 1 << 16

// keyBytes is the size of a key in a run.
const keyBytes = 32

// A Log collects the keys of all resources in the order of the input. It is for
// one goroutine.
type Log struct {
	dir     string
	name    string
	most    int // keys in memory, keysInMemory if 0
	keys    []Key
	runs    []string // files of sorted keys, the oldest first
	written int      // number of runs so far, merged ones included
}

// NewLog returns an empty log that writes its runs to files in dir, whose names
// begin with name.
func NewLog(dir, name string) *Log { return &Log{dir: dir, name: name} }

// Add adds a key.
func (l *Log) Add(k Key) error {
	l.keys = append(l.keys, k)
	if len(l.keys) < cmp.Or(l.most, keysInMemory) {
		return nil
	}
	return l.spill()
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

// spill sorts the keys in memory and writes them to a new run.
func (l *Log) spill() error {
	slices.SortFunc(l.keys, compareKeys)
	err := l.writeRun(func(yield func(Key) error) error {
		for _, k := range l.keys {
			if err := yield(k); err != nil {
				return err
			}
		}
		return nil
	})
	l.keys = l.keys[:0]
	return err
}

// writeRun writes the sorted keys that each yields to a new run.
func (l *Log) writeRun(each func(yield func(Key) error) error) error {
	name := filepath.Join(l.dir, fmt.Sprintf("%s-%05d", l.name, l.written))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	l.written++
	w := bufio.NewWriterSize(f, 1<<16)
	err = each(func(k Key) error {
		var b [keyBytes]byte
		binary.LittleEndian.PutUint64(b[0:], k.ID[0])
		binary.LittleEndian.PutUint64(b[8:], k.ID[1])
		binary.LittleEndian.PutUint64(b[16:], uint64(k.Updated))
		binary.LittleEndian.PutUint64(b[24:], uint64(k.Resource))
		_, err := w.Write(b[:])
		return err
	})
	if err == nil {
		err = w.Flush()
	}
	l.runs = append(l.runs, name)
	return errors.Join(err, f.Close())
}

// Replaced returns the resources of which there is a newer version, or a later
// one that is as new. It ignores the resources in gone.
func (l *Log) Replaced(gone table.OrdinalSet) (table.OrdinalSet, error) {
	slices.SortFunc(l.keys, compareKeys)
	for len(l.runs) > runsMerged {
		if err := l.mergeRuns(); err != nil {
			return nil, err
		}
	}
	merge, done, err := openRuns(l.runs)
	defer done()
	if err != nil {
		return nil, err
	}
	merge = append(merge, &keyRun{next: sliceSource(l.keys)})
	var set table.OrdinalSet
	err = merge.groups(gone, func(older Key) { set.Add(older.Resource) })
	return set, err
}

// runsMerged is the number of runs that are merged at a time. Each takes an open
// file and a buffer.
const runsMerged = 64

// mergeRuns merges the oldest runs into one.
func (l *Log) mergeRuns() error {
	old := l.runs[:runsMerged]
	merge, done, err := openRuns(old)
	defer done()
	if err != nil {
		return err
	}
	err = l.writeRun(func(yield func(Key) error) error { return merge.each(yield) })
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	l.runs = l.runs[runsMerged:]
	return nil
}

// openRuns opens runs to be merged. The caller must call done, which closes them,
// also after an error.
func openRuns(names []string) (merge keyMerge, done func(), err error) {
	var files []*os.File
	done = func() {
		for _, f := range files {
			f.Close()
		}
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, done, err
		}
		files = append(files, f)
		merge = append(merge, &keyRun{next: fileSource(bufio.NewReaderSize(f, 1<<16))})
	}
	return merge, done, nil
}

// A keySource returns the next key, in order, or io.EOF at the end.
type keySource func() (Key, error)

func sliceSource(keys []Key) keySource {
	return func() (k Key, err error) {
		if len(keys) == 0 {
			return k, io.EOF
		}
		k, keys = keys[0], keys[1:]
		return k, nil
	}
}

func fileSource(r io.Reader) keySource {
	return func() (k Key, err error) {
		var b [keyBytes]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return k, err
		}
		k.ID[0] = binary.LittleEndian.Uint64(b[0:])
		k.ID[1] = binary.LittleEndian.Uint64(b[8:])
		k.Updated = int64(binary.LittleEndian.Uint64(b[16:]))
		k.Resource = int64(binary.LittleEndian.Uint64(b[24:]))
		return k, nil
	}
}

// A keyRun is a sorted run that is being merged.
type keyRun struct {
	next keySource
	head Key
}

// A keyMerge is a heap of runs.
type keyMerge []*keyRun

func (m keyMerge) Len() int           { return len(m) }
func (m keyMerge) Less(i, j int) bool { return compareKeys(m[i].head, m[j].head) < 0 }
func (m keyMerge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *keyMerge) Push(x any)        { *m = append(*m, x.(*keyRun)) }
func (m *keyMerge) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// groups merges the runs and calls older for each key that is not the last one
// of its ID. It ignores the resources in gone.
func (m *keyMerge) groups(gone table.OrdinalSet, older func(Key)) error {
	var last Key
	begun := false
	return m.each(func(k Key) error {
		if gone.Has(k.Resource) {
			return nil
		}
		if begun && k.ID == last.ID {
			older(last)
		}
		last, begun = k, true
		return nil
	})
}

// each merges the runs and calls yield for each key, in order.
func (m *keyMerge) each(yield func(Key) error) error {
	var live keyMerge
	for _, run := range *m {
		switch head, err := run.next(); {
		case err == nil:
			run.head = head
			live = append(live, run)
		case !errors.Is(err, io.EOF):
			return err
		}
	}
	heap.Init(&live)
	for len(live) > 0 {
		run := live[0]
		if err := yield(run.head); err != nil {
			return err
		}
		head, err := run.next()
		switch {
		case err == nil:
			run.head = head
			heap.Fix(&live, 0)
		case errors.Is(err, io.EOF):
			heap.Pop(&live)
		default:
			return err
		}
	}
	return nil
}
