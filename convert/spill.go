package convert

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// spillRows is how many rows of a table are gathered before they go to disk.
const spillRows = 8 << 10

// A spill holds the rows of one table, as an Arrow stream in a temporary
// file, from the time they are made until all input has been read. Only then
// is it known which rows a newer version of their resource replaces, and what
// the Patients and Coverages say of the rows' beneficiaries.
type spill struct {
	out  output
	path string
	file *os.File
	w    *ipc.Writer
	page *page
	typ  *arrow.Schema
	rows int64
	most int // rows that are gathered, if not spillRows
}

// Names of the columns behind those of the table.
const (
	lineColumn  = "_line"
	humanColumn = "_beneficiary"
)

func newSpill(dir string, o output) (*spill, error) {
	name := strings.ReplaceAll(o.dir, "/", "-") + ".arrows"
	s := &spill{out: o, path: filepath.Join(dir, name), page: newPage(o.table)}
	fields := arrowSchema(o.table).Fields()
	fields = append(fields[:len(fields):len(fields)],
		arrow.Field{Name: lineColumn, Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: humanColumn, Type: arrow.PrimitiveTypes.Int64})
	s.typ = arrow.NewSchema(fields, nil)
	var err error
	if s.file, err = os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, err
	}
	s.w = ipc.NewWriter(s.file, ipc.WithSchema(s.typ))
	return s, nil
}

// add takes the rows of a page whose lines are counted from base.
func (s *spill) add(p *page, base int64) error {
	s.rows += int64(p.rows())
	s.page.addAll(p, base)
	if s.page.rows() < cmp.Or(s.most, spillRows) {
		return nil
	}
	return s.flush()
}

func (s *spill) flush() error {
	n := s.page.rows()
	if n == 0 {
		return nil
	}
	arrays := make([]arrow.Array, 0, len(s.page.cols)+2)
	for i := range s.page.cols {
		arrays = append(arrays, s.page.cols[i].array())
	}
	arrays = append(arrays, s.page.lines.array(), s.page.people.array())
	rec := array.NewRecordBatch(s.typ, arrays, int64(n))
	for _, a := range arrays {
		a.Release()
	}
	err := s.w.Write(rec)
	rec.Release()
	s.page.truncate(0)
	return err
}

// rewind ends the writing and returns a reader of what was written. It may be
// called again.
func (s *spill) rewind() (*ipc.Reader, error) {
	if s.page != nil {
		if err := s.flush(); err != nil {
			return nil, err
		}
		s.page = nil // its memory is wanted for the writing
		if err := s.w.Close(); err != nil {
			return nil, err
		}
	}
	if _, err := s.file.Seek(0, 0); err != nil {
		return nil, err
	}
	r, err := ipc.NewReader(s.file)
	if err != nil {
		return nil, fmt.Errorf("read back %s: %w", s.path, err)
	}
	return r, nil
}

// remove closes and deletes the temporary file.
func (s *spill) remove() error {
	return errors.Join(s.file.Close(), os.Remove(s.path))
}
