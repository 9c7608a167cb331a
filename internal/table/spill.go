package table

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/schema"
)

// Rows of a table are combined into a batch until they are so many, or take so
// many bytes. BatchRows is small enough for a 16-bit index into a dictionary.
const (
	BatchRows  = 1<<16 - 1
	batchBytes = 5 << 18
)

// A Spill holds the rows of one table in a temporary file, as an Arrow stream,
// until all input has been read. Only then is it known which rows are of older
// versions of a resource, and what other resources say of their beneficiaries.
//
// A Spill is for one goroutine at a time.
type Spill struct {
	spool   Spool
	w       *ipc.Writer // nil until there are rows
	cols    *columns    // the batch that is being combined; nil after End
	typ     *arrow.Schema
	rows    int64
	maxRows int         // of a batch
	free    func(*Page) // takes back pages that were added

	uncheckedRows, uncheckedPages int // added since the size of the batch was checked
}

// Names of the columns that follow those of the table.
const (
	resourceColumn    = "_resource"
	beneficiaryColumn = "_beneficiary"
)

// SpillOptions tune a Spill.
type SpillOptions struct {
	Dir  string      // folder of the temporary file
	Name string      // of the file, without extension
	Free func(*Page) // takes back the pages that Add was given, if set

	BatchRows int // rows per batch, at most; BatchRows unless set
}

// NewSpill returns an empty spill for rows of t.
func NewSpill(t *schema.Table, o SpillOptions) *Spill {
	s := &Spill{
		spool:   Spool{path: filepath.Join(o.Dir, o.Name+".arrows")},
		cols:    newColumns(t),
		free:    o.Free,
		maxRows: cmp.Or(o.BatchRows, BatchRows),
	}
	fields := slices.Clone(Schema(t).Fields())
	for i := range s.cols.cols {
		if s.cols.cols[i].dict != nil {
			fields[i].Type = dictionaryType
		}
	}
	fields = append(fields,
		arrow.Field{Name: resourceColumn, Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: beneficiaryColumn, Type: arrow.PrimitiveTypes.Int64})
	s.typ = arrow.NewSchema(fields, nil)
	return s
}

// Rows is the number of rows added so far; all of them after End.
func (s *Spill) Rows() int64 { return s.rows }

// The size of a batch is checked whenever this many rows, or pages, were added.
const (
	checkedRows  = 1 << 10
	checkedPages = 4
)

// Add adds the rows of a page, whose resources are counted from base. It passes
// the page to Free.
func (s *Spill) Add(p *Page, base int64) error {
	rows := p.Rows()
	err := s.combine(p, base)
	if s.free != nil {
		s.free(p)
	}
	s.rows += int64(rows)
	s.uncheckedRows += rows
	s.uncheckedPages++
	if err != nil || s.uncheckedRows < min(checkedRows, s.maxRows) && s.uncheckedPages < checkedPages {
		return err
	}
	s.uncheckedRows, s.uncheckedPages = 0, 0
	if s.cols.bytes() < batchBytes {
		return nil
	}
	return s.writeBatch()
}

// combine adds the rows of a page to the batch, and writes it whenever it has
// maxRows rows.
func (s *Spill) combine(p *Page, base int64) error {
	for from := 0; from < p.Rows(); {
		to := min(p.Rows(), from+s.maxRows-s.cols.rows())
		s.cols.addPage(p.slice(from, to), base)
		from = to
		if s.cols.rows() < s.maxRows {
			continue
		}
		if err := s.writeBatch(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spill) writeBatch() error {
	n := s.cols.rows()
	if n == 0 {
		return nil
	}
	arrays := s.cols.arrays()
	rec := array.NewRecordBatch(s.typ, arrays, int64(n))
	Release(arrays)
	if s.w == nil {
		s.w = ipc.NewWriter(&s.spool, ipc.WithSchema(s.typ))
	}
	err := s.w.Write(rec)
	rec.Release()
	s.cols.reset()
	return err
}

// End writes all rows that were added, and frees the memory for adding more. It
// may be called again.
func (s *Spill) End() error {
	if s.cols == nil {
		return nil
	}
	err := s.writeBatch()
	if err == nil && s.w != nil {
		err = errors.Join(s.w.Close(), s.spool.End())
	}
	s.cols, s.w = nil, nil
	return err
}

// Batches calls End, and yields all rows in the order in which they were added.
// A batch has the columns of the table, texts with dictionaries, and two more;
// see Split. It is valid until the next one, in memory of mem. Batches may be
// called again.
func (s *Spill) Batches(mem memory.Allocator) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		if err := s.End(); err != nil {
			yield(nil, err)
			return
		}
		if s.rows == 0 {
			return
		}
		stream, err := s.spool.Rewind()
		if err != nil {
			yield(nil, err)
			return
		}
		in, err := ipc.NewReader(stream, ipc.WithAllocator(mem))
		if err != nil {
			yield(nil, fmt.Errorf("read back %s: %w", s.spool.path, err))
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

// Save calls End, and writes all rows to w, for Load. Size returns their bytes.
func (s *Spill) Save(w io.Writer) error {
	if err := s.End(); err != nil {
		return err
	}
	stream, err := s.spool.Rewind()
	if err == nil {
		_, err = io.Copy(w, stream)
	}
	return err
}

// Size returns the number of bytes that Save writes. End must have been called.
func (s *Spill) Size() int64 { return s.spool.Size() }

// Load makes the rows of an empty spill those that Save wrote. No more can be added.
func (s *Spill) Load(rows int64, from io.Reader) error {
	if _, err := io.Copy(&s.spool, from); err != nil {
		return err
	}
	s.cols, s.rows = nil, rows
	return s.spool.End()
}

// Split splits the columns of a batch into those of the table and, by row, the
// ordinals of the resources and the ids of the beneficiaries. The results share
// the memory of the batch.
func Split(batch []arrow.Array) (cols []arrow.Array, resources, beneficiaries []int64) {
	n := len(batch) - 2
	return batch[:n:n], batch[n].(*array.Int64).Int64Values(), batch[n+1].(*array.Int64).Int64Values()
}

// Remove deletes the temporary file.
func (s *Spill) Remove() error { return s.spool.Remove() }
