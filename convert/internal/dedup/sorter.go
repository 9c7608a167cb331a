package dedup

import (
	"bufio"
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
)

// recordsInMemory is the number of records that are sorted in memory at a time.
const recordsInMemory = 1 << 16

// A form is the order of records, and how they are written to a run.
type form[T any] struct {
	bytes   int // size of a record
	compare func(a, b T) int
	hash    func(*T) uint64 // by which records are ordered first
	put     func([]byte, *T)
	get     func([]byte, *T)
}

// A sorter sorts records on disk. It is for one goroutine.
type sorter[T any] struct {
	dir     string
	name    string
	form    form[T]
	most    int // records in memory, recordsInMemory if 0
	records []T
	runs    []string // files of sorted records, the oldest first
	written int      // number of runs so far, merged ones included
}

// Add adds a record.
func (l *sorter[T]) Add(record T) error {
	if len(l.records) == cap(l.records) { // append would grow it in many steps
		l.records = slices.Grow(l.records, max(recordsInMemory>>8, 3*len(l.records)))
	}
	l.records = append(l.records, record)
	if len(l.records) < cmp.Or(l.most, recordsInMemory) {
		return nil
	}
	return l.spill()
}

// spill sorts the records in memory and writes them to a new run.
func (l *sorter[T]) spill() error {
	l.sort()
	err := l.writeRun(func(yield func(*T) error) error {
		for i := range l.records {
			if err := yield(&l.records[i]); err != nil {
				return err
			}
		}
		return nil
	})
	l.records = l.records[:0]
	return err
}

// bucketRecords is the number of records in a bucket of sort, on average.
const bucketRecords = 4

// sort sorts the records in memory. It moves each to a bucket by the first bits of
// its hash, and sorts each bucket. That is several times as fast as a sort that
// compares, whose moves of whole records in random order cost most.
func (l *sorter[T]) sort() {
	digits := bits.Len(uint(len(l.records) / bucketRecords))
	shift := 64 - digits
	next := make([]int, 1<<digits+1) // by bucket: where its next record goes
	for i := range l.records {
		next[l.form.hash(&l.records[i])>>shift+1]++
	}
	for b := range 1 << digits {
		next[b+1] += next[b]
	}
	ends := slices.Clone(next[1:])
	start := 0
	for b, end := range ends {
		for next[b] < end {
			at := &l.records[next[b]]
			to := l.form.hash(at) >> shift
			if to != uint64(b) {
				other := &l.records[next[to]]
				*at, *other = *other, *at
			}
			next[to]++
		}
		if end > start+1 {
			slices.SortFunc(l.records[start:end], l.form.compare)
		}
		start = end
	}
}

// writeRun writes the sorted records that each yields to a new run.
func (l *sorter[T]) writeRun(each func(yield func(*T) error) error) error {
	name := filepath.Join(l.dir, fmt.Sprintf("%s-%05d", l.name, l.written))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	l.written++
	w, b := bufio.NewWriterSize(f, 1<<16), make([]byte, l.form.bytes)
	err = each(func(record *T) error {
		l.form.put(b, record)
		_, err := w.Write(b)
		return err
	})
	if err == nil {
		err = w.Flush()
	}
	l.runs = append(l.runs, name)
	return errors.Join(err, f.Close())
}

// each calls visit for each record, in order. It may be called again.
func (l *sorter[T]) each(visit func(*T)) error {
	l.sort()
	for len(l.runs) > runsMerged {
		if err := l.mergeRuns(); err != nil {
			return err
		}
	}
	merge, done, err := l.openRuns(l.runs)
	defer done()
	if err != nil {
		return err
	}
	merge.list = append(merge.list, &run[T]{next: sliceSource(l.records)})
	return merge.each(func(record *T) error {
		visit(record)
		return nil
	})
}

// runsMerged is the number of runs that are merged at a time. Each takes an open
// file and a buffer.
const runsMerged = 64

// mergeRuns merges the oldest runs into one.
func (l *sorter[T]) mergeRuns() error {
	old := l.runs[:runsMerged]
	merge, done, err := l.openRuns(old)
	defer done()
	if err != nil {
		return err
	}
	if err := l.writeRun(merge.each); err != nil {
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
func (l *sorter[T]) openRuns(names []string) (merge *runMerge[T], done func(), err error) {
	var files []*os.File
	done = func() {
		for _, f := range files {
			f.Close()
		}
	}
	merge = &runMerge[T]{compare: l.form.compare}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, done, err
		}
		files = append(files, f)
		merge.list = append(merge.list, &run[T]{next: fileSource(bufio.NewReaderSize(f, 1<<16), &l.form)})
	}
	return merge, done, nil
}

// A source reads the next record, in order, or returns io.EOF at the end.
type source[T any] func(*T) error

func sliceSource[T any](records []T) source[T] {
	return func(to *T) error {
		if len(records) == 0 {
			return io.EOF
		}
		*to, records = records[0], records[1:]
		return nil
	}
}

func fileSource[T any](r io.Reader, form *form[T]) source[T] {
	b := make([]byte, form.bytes)
	return func(to *T) error {
		if _, err := io.ReadFull(r, b); err != nil {
			return err
		}
		form.get(b, to)
		return nil
	}
}

// A run is a sorted run that is being merged.
type run[T any] struct {
	next source[T]
	head T
}

// A runMerge is a heap of runs.
type runMerge[T any] struct {
	list    []*run[T]
	compare func(a, b T) int
}

func (m *runMerge[T]) Len() int           { return len(m.list) }
func (m *runMerge[T]) Less(i, j int) bool { return m.compare(m.list[i].head, m.list[j].head) < 0 }
func (m *runMerge[T]) Swap(i, j int)      { m.list[i], m.list[j] = m.list[j], m.list[i] }
func (m *runMerge[T]) Push(x any)         { m.list = append(m.list, x.(*run[T])) }
func (m *runMerge[T]) Pop() any {
	last := m.list[len(m.list)-1]
	m.list = m.list[:len(m.list)-1]
	return last
}

// each merges the runs and calls yield for each record, in order.
func (m *runMerge[T]) each(yield func(*T) error) error {
	live := &runMerge[T]{compare: m.compare}
	for _, run := range m.list {
		switch err := run.next(&run.head); {
		case err == nil:
			live.list = append(live.list, run)
		case !errors.Is(err, io.EOF):
			return err
		}
	}
	heap.Init(live)
	for len(live.list) > 0 {
		run := live.list[0]
		if err := yield(&run.head); err != nil {
			return err
		}
		switch err := run.next(&run.head); {
		case err == nil:
			heap.Fix(live, 0)
		case errors.Is(err, io.EOF):
			heap.Pop(live)
		default:
			return err
		}
	}
	return nil
}
