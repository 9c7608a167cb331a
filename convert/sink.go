package convert

import (
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	arrowcsv "github.com/apache/arrow-go/v18/arrow/csv"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/internal/table"
)

// A sink writes the rows of one file.
type sink interface {
	Write(arrow.RecordBatch) error
	Close() error // ends the file; does not close the writer under it
}

// A groupSink can write columns that have dictionaries. They become a group of
// rows of their own, so there should be many.
type groupSink interface {
	WriteGroup(cols []arrow.Array) error
}

// writeColumns writes n rows to a sink, with the dictionaries of their columns
// if it takes them.
func writeColumns(to sink, s *arrow.Schema, cols []arrow.Array, n int64) error {
	if groups, ok := to.(groupSink); ok && slices.ContainsFunc(cols, table.HasDictionary) {
		return groups.WriteGroup(cols)
	}
	for from := 0; ; {
		end := table.DenseEnd(cols, from, int(n))
		if err := writeDense(to, s, cols, from, end); err != nil {
			return err
		}
		if from = end; from == int(n) {
			return nil
		}
	}
}

func writeDense(to sink, s *arrow.Schema, cols []arrow.Array, from, end int) error {
	plain := table.Dense(cols, from, end)
	defer table.Release(plain)
	rec := array.NewRecordBatch(s, plain, int64(end-from))
	defer rec.Release()
	return to.Write(rec)
}

// sinks are those of the formats that have part files.
var sinks = map[Format]func(io.Writer, *arrow.Schema, memory.Allocator) (sink, error){
	Parquet: newParquetSink,
	CSV:     newCSVSink,
	Arrow:   newArrowSink,
}

type csvSink struct {
	w      *arrowcsv.Writer
	schema *arrow.Schema
	begun  bool // the header is written
}

func newCSVSink(w io.Writer, s *arrow.Schema, _ memory.Allocator) (sink, error) {
	out := arrowcsv.NewWriter(w, s, arrowcsv.WithHeader(true), arrowcsv.WithNullWriter(""))
	return &csvSink{w: out, schema: s}, nil
}

func (s *csvSink) Write(rec arrow.RecordBatch) error {
	s.begun = true
	return s.w.Write(rec)
}

func (s *csvSink) Close() error {
	if !s.begun {
		if err := s.writeHeader(); err != nil {
			return err
		}
	}
	if err := s.w.Flush(); err != nil {
		return err
	}
	return s.w.Error()
}

// writeHeader writes the names of the columns of a file without rows.
func (s *csvSink) writeHeader() error {
	b := array.NewRecordBuilder(memory.DefaultAllocator, s.schema)
	defer b.Release()
	rec := b.NewRecordBatch()
	defer rec.Release()
	return s.Write(rec)
}
