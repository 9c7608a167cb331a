package convert

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Rows of a table are gathered until they are so many, or take so much memory.
// Then they go to disk, and in the end become a row group of a Parquet file. They
// are so few that the number of a text has 16 bits.
const (
	spillRows  = 1<<16 - 1
	spillBytes = 5 << 18
)

// A spill holds the rows of one table, as an Arrow stream in a spool, from the
// time they are made until all input has been read. Only then is it known which
// rows a newer version of their resource replaces, and what the Patients and
// Coverages say of the rows' beneficiaries.
type spill struct {
	out  output
	to   spool
	w    *ipc.Writer // nil until there are rows
	cols *columns    // rows that are gathered
	typ  *arrow.Schema
	rows int64
	most int // rows that are gathered, at the most

	waiting []basedPage // to be added to cols
	wait    int         // rows in them
	free    func(*page) // told of pages that were added
}

// Names of the columns behind those of the table.
const (
	lineColumn  = "_line"
	humanColumn = "_beneficiary"
)

func newSpill(dir string, o output, free func(*page)) *spill {
	name := strings.ReplaceAll(o.dir, "/", "-") + ".arrows"
	s := &spill{out: o, to: spool{path: filepath.Join(dir, name)}, cols: newColumns(o.table), free: free, most: spillRows}
	fields := slices.Clone(arrowSchema(o.table).Fields())
	for i := range s.cols.cols {
		if s.cols.cols[i].dict != nil {
			fields[i].Type = dictionaryType
		}
	}
	fields = append(fields,
		arrow.Field{Name: lineColumn, Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: humanColumn, Type: arrow.PrimitiveTypes.Int64})
	s.typ = arrow.NewSchema(fields, nil)
	return s
}

// So many rows, or pages, wait to be added at a time: then the dictionary of a
// column is in the cache for all of them.
const (
	waitRows  = 1 << 10
	waitPages = 4
)

// add takes the rows of a page whose lines are counted from base.
func (s *spill) add(p *page, base int64) error {
	s.waiting = append(s.waiting, basedPage{p, base})
	s.wait += p.rows()
	if s.wait < min(waitRows, s.most) && len(s.waiting) < waitPages {
		return nil
	}
	return s.gather()
}

// gather adds the pages that wait.
func (s *spill) gather() error {
	err := s.addWaiting()
	for _, p := range s.waiting {
		s.free(p.page)
	}
	s.rows += int64(s.wait)
	s.waiting, s.wait = s.waiting[:0], 0
	if err != nil || s.cols.rows() < s.most && s.cols.bytes() < spillBytes {
		return err
	}
	return s.flush()
}

// addWaiting adds them, and writes the rows whenever there are as many as may be.
func (s *spill) addWaiting() error {
	if s.cols.rows()+s.wait <= s.most {
		s.cols.addAll(s.waiting)
		return nil
	}
	for _, p := range s.waiting {
		for from := 0; from < p.rows(); {
			to := min(p.rows(), from+s.most-s.cols.rows())
			s.cols.addAll([]basedPage{{p.slice(from, to), p.base}})
			from = to
			if s.cols.rows() < s.most {
				continue
			}
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *spill) flush() error {
	n := s.cols.rows()
	if n == 0 {
		return nil
	}
	arrays := s.cols.arrays()
	rec := array.NewRecordBatch(s.typ, arrays, int64(n))
	release(arrays)
	if s.w == nil {
		s.w = ipc.NewWriter(&s.to, ipc.WithSchema(s.typ))
	}
	err := s.w.Write(rec)
	rec.Release()
	s.cols.reset()
	return err
}

// end ends the writing.
func (s *spill) end() error {
	if s.cols == nil {
		return nil
	}
	err := s.gather()
	if err == nil {
		err = s.flush()
	}
	if err == nil && s.w != nil {
		err = errors.Join(s.w.Close(), s.to.end())
	}
	s.cols, s.w, s.waiting = nil, nil, nil // their memory is wanted for other things
	return err
}

// batches yields what was written, from its beginning, each batch until the next
// one. It ends the writing, and may be called again. What it reads is in memory
// of mem.
func (s *spill) batches(mem memory.Allocator) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		if err := s.end(); err != nil {
			yield(nil, err)
			return
		}
		if s.rows == 0 {
			return
		}
		stream, err := s.to.rewind()
		if err != nil {
			yield(nil, err)
			return
		}
		in, err := ipc.NewReader(stream, ipc.WithAllocator(mem))
		if err != nil {
			yield(nil, fmt.Errorf("read back %s: %w", s.to.path, err))
			return
		}
		defer in.Release()
		for {
			rec, err := in.Read()
			if errors.Is(err, io.EOF) || !yield(rec, err) || err != nil {
				return
			}
		}
	}
}
