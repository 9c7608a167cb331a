package convert

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
)

// keysInMemory is how many resource keys are sorted at a time, unless a keyLog
// says otherwise. More than that go to disk as sorted runs, so that memory does
// not grow with the input.
const keysInMemory = 1 << 16

const keyBytes = 32

// A keyLog takes the keys of all resources and finds those that a newer
// version of the same resource replaces.
type keyLog struct {
	dir     string // of sorted runs
	name    string
	most    int // keys in memory, if not keysInMemory
	keys    []resourceKey
	runs    []string
	written int // runs, those included that were merged
}

func (l *keyLog) add(k resourceKey) error {
	if k.id == ([2]uint64{}) {
		return nil // cannot be told from others: counts as unique
	}
	l.keys = append(l.keys, k)
	if len(l.keys) < cmp.Or(l.most, keysInMemory) {
		return nil
	}
	return l.spill()
}

func compareKeys(a, b resourceKey) int {
	switch {
	case a.id[0] != b.id[0]:
		return cmp.Compare(a.id[0], b.id[0])
	case a.id[1] != b.id[1]:
		return cmp.Compare(a.id[1], b.id[1])
	case a.updated != b.updated:
		return cmp.Compare(a.updated, b.updated)
	}
	return cmp.Compare(a.line, b.line)
}

// spill sorts the keys in memory and writes them to a run of their own.
func (l *keyLog) spill() error {
	slices.SortFunc(l.keys, compareKeys)
	err := l.writeRun(func(yield func(resourceKey) error) error {
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

// writeRun writes the keys that each yields, which are sorted, to a new run.
func (l *keyLog) writeRun(each func(yield func(resourceKey) error) error) error {
	name := filepath.Join(l.dir, fmt.Sprintf("%s-%05d", l.name, l.written))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	l.written++
	w := bufio.NewWriterSize(f, 1<<16)
	err = each(func(k resourceKey) error {
		var b [keyBytes]byte
		binary.LittleEndian.PutUint64(b[0:], k.id[0])
		binary.LittleEndian.PutUint64(b[8:], k.id[1])
		binary.LittleEndian.PutUint64(b[16:], uint64(k.updated))
		binary.LittleEndian.PutUint64(b[24:], uint64(k.line))
		_, err := w.Write(b[:])
		return err
	})
	if err == nil {
		err = w.Flush()
	}
	l.runs = append(l.runs, name)
	return errors.Join(err, f.Close())
}

// replaced returns the lines whose resources have a newer version, or a later
// one that is as new.
func (l *keyLog) replaced() (lineSet, error) { return l.replacedExcept(nil) }

// replacedExcept is replaced among the lines that are not in gone.
func (l *keyLog) replacedExcept(gone lineSet) (lineSet, error) {
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
	var set lineSet
	err = merge.groups(gone, func(older resourceKey) { set.add(older.line) })
	return set, err
}

// runsMerged is how many runs are merged at a time, each of which is an open
// file and a buffer.
const runsMerged = 64

// mergeRuns makes one run of the oldest ones.
func (l *keyLog) mergeRuns() error {
	old := l.runs[:runsMerged]
	merge, done, err := openRuns(old)
	defer done()
	if err != nil {
		return err
	}
	err = l.writeRun(func(yield func(resourceKey) error) error { return merge.each(yield) })
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

// openRuns opens runs to be merged. The function that it returns closes them.
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

// keySource yields keys in order; io.EOF ends them.
type keySource func() (resourceKey, error)

func sliceSource(keys []resourceKey) keySource {
	return func() (k resourceKey, err error) {
		if len(keys) == 0 {
			return k, io.EOF
		}
		k, keys = keys[0], keys[1:]
		return k, nil
	}
}

func fileSource(r io.Reader) keySource {
	return func() (k resourceKey, err error) {
		var b [keyBytes]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return k, err
		}
		k.id[0] = binary.LittleEndian.Uint64(b[0:])
		k.id[1] = binary.LittleEndian.Uint64(b[8:])
		k.updated = int64(binary.LittleEndian.Uint64(b[16:]))
		k.line = int64(binary.LittleEndian.Uint64(b[24:]))
		return k, nil
	}
}

type keyRun struct {
	next keySource
	head resourceKey
}

// keyMerge is a heap of sorted runs.
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

// groups merges the runs and calls older for every key that is not the last
// of its resource. Lines that are gone do not count.
func (m *keyMerge) groups(gone lineSet, older func(resourceKey)) error {
	var last resourceKey // of the lines that count; its id is never zero
	return m.each(func(k resourceKey) error {
		if gone.has(k.line) {
			return nil
		}
		if k.id == last.id {
			older(last)
		}
		last = k
		return nil
	})
}

// each merges the runs and yields their keys in order.
func (m *keyMerge) each(yield func(resourceKey) error) error {
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

// A lineSet is a set of resource numbers: one bit each.
type lineSet []uint64

func (s *lineSet) add(line int64) {
	for int64(len(*s)) <= line/64 {
		*s = append(*s, 0)
	}
	(*s)[line/64] |= 1 << (line % 64)
}

func (s lineSet) has(line int64) bool {
	return line/64 < int64(len(s)) && s[line/64]&(1<<(line%64)) != 0
}

func (s lineSet) count() int64 {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return int64(n)
}

func (s lineSet) empty() bool { return len(s) == 0 }
