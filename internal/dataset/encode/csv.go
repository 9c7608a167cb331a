package encode

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	arrowcsv "github.com/apache/arrow-go/v18/arrow/csv"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/internal/table"
)

// A csvEncoder writes a header with the names of the columns, and a record per
// row. A null is an empty field.
type csvEncoder struct {
	w      *arrowcsv.Writer
	schema *arrow.Schema
	begun  bool // the header is written
}

// NewCSV begins a CSV file.
func NewCSV(w io.Writer, f *File) (Encoder, error) {
	out := arrowcsv.NewWriter(w, f.Schema, arrowcsv.WithHeader(true), arrowcsv.WithNullWriter(""))
	return &csvEncoder{w: out, schema: f.Schema}, nil
}

func (e *csvEncoder) Write(cols []arrow.Array) error {
	e.begun = true
	return writeRecords(e.w, e.schema, cols)
}

// Close writes the header of a file without rows.
func (e *csvEncoder) Close() error {
	if !e.begun {
		b := array.NewRecordBuilder(memory.DefaultAllocator, e.schema)
		defer b.Release()
		rec := b.NewRecordBatch()
		defer rec.Release()
		if err := e.w.Write(rec); err != nil {
			return err
		}
	}
	if err := e.w.Flush(); err != nil {
		return err
	}
	return e.w.Error()
}

// writeRecords writes columns, without their dictionaries, to a writer of the
// Arrow library.
func writeRecords(w interface{ Write(arrow.RecordBatch) error }, s *arrow.Schema, cols []arrow.Array) error {
	for _, plain := range table.Dense(cols) {
		rec := array.NewRecordBatch(s, plain, int64(plain[0].Len()))
		err := w.Write(rec)
		rec.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// CountCSV counts the records after the header.
func CountCSV(in Source) (int64, error) {
	r := csv.NewReader(bufio.NewReaderSize(in, 1<<20))
	r.ReuseRecord = true
	for rows := int64(-1); ; rows++ {
		_, err := r.Read()
		if errors.Is(err, io.EOF) {
			return max(rows, 0), nil
		}
		if err != nil { // which has a position, and no text of the record
			return 0, err
		}
	}
}
