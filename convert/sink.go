package convert

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	arrowcsv "github.com/apache/arrow-go/v18/arrow/csv"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// A Format is a file format of the tables.
type Format string

// The formats.
const (
	Parquet Format = "parquet"
	CSV     Format = "csv"
	Arrow   Format = "arrow"  // files of the Arrow IPC format
	Fixed   Format = "fixed"  // CCLF files, as CMS delivers them
	DuckDB  Format = "duckdb" // one database file
)

// Formats returns all formats.
func Formats() []Format { return []Format{Parquet, CSV, Arrow, Fixed, DuckDB} }

// A sink writes the rows of one file.
type sink interface {
	Write(arrow.RecordBatch) error
	Close() error // ends the file; does not close the writer under it
}

// sinks are those of the formats that have part files.
var sinks = map[Format]func(io.Writer, *arrow.Schema) (sink, error){
	Parquet: newParquetSink,
	CSV:     newCSVSink,
	Arrow:   newArrowSink,
}

const rowGroupRows = 128 << 10

type parquetSink struct{ w *pqarrow.FileWriter }

func newParquetSink(w io.Writer, s *arrow.Schema) (sink, error) {
	props := parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithStoreDecimalAsInteger(true),
		parquet.WithMaxRowGroupLength(rowGroupRows),
		parquet.WithCreatedBy("cclf"),
	)
	fw, err := pqarrow.NewFileWriter(s, struct{ io.Writer }{w}, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return nil, err
	}
	return parquetSink{fw}, nil
}

func (s parquetSink) Write(rec arrow.RecordBatch) error { return s.w.WriteBuffered(rec) }
func (s parquetSink) Close() error                      { return s.w.Close() }

type csvSink struct{ w *arrowcsv.Writer }

func newCSVSink(w io.Writer, s *arrow.Schema) (sink, error) {
	out := arrowcsv.NewWriter(w, s, arrowcsv.WithHeader(true), arrowcsv.WithNullWriter(""))
	return csvSink{out}, nil
}

func (s csvSink) Write(rec arrow.RecordBatch) error { return s.w.Write(rec) }

func (s csvSink) Close() error {
	if err := s.w.Flush(); err != nil {
		return err
	}
	return s.w.Error()
}
