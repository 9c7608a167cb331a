package encode

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// readRows is the number of rows of the batches that readers return.
const readRows = 8 << 10

// A Reader returns the rows of one file in batches. It is for one goroutine at a
// time.
type Reader interface {
	// Schema is that of the batches.
	Schema() *arrow.Schema
	// Next returns the next rows, which are valid until the next call, or io.EOF.
	Next() (arrow.RecordBatch, error)
	// Close releases the buffers. It does not close the source.
	Close() error
}

// ReadOptions tune a Reader.
type ReadOptions struct {
	// Columns are the columns to read, in the order of the file; all if it is nil.
	Columns []string
	// Schema has the types of the columns of a CSV file, which are texts without it.
	Schema *arrow.Schema
	Memory memory.Allocator // for the columns of Parquet files; Go's unless set
}

// Open begins to read a file. It is the form of ReadParquet, ReadCSV and ReadArrow.
type Open func(ctx context.Context, in Source, o ReadOptions) (Reader, error)

// wants reports whether a column is to be read.
func (o *ReadOptions) wants(label string) bool {
	return o.Columns == nil || slices.Contains(o.Columns, label)
}

// indexes returns the indexes of the columns to be read.
func (o *ReadOptions) indexes(s *arrow.Schema) []int {
	var list []int
	for i, f := range s.Fields() {
		if o.wants(f.Name) {
			list = append(list, i)
		}
	}
	return list
}

// A parquetReader reads a row group at a time.
type parquetReader struct {
	in   *file.Reader
	rows pqarrow.RecordReader
}

// ReadParquet begins to read a Parquet file.
func ReadParquet(ctx context.Context, in Source, o ReadOptions) (Reader, error) {
	registerCodec()
	mem := o.Memory
	if mem == nil {
		mem = memory.DefaultAllocator
	}
	f, err := file.NewParquetReader(struct {
		io.ReaderAt
		io.Seeker
	}{in, in}, file.WithReadProps(parquet.NewReaderProperties(mem)))
	if err != nil {
		return nil, err
	}
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: readRows}, mem)
	if err != nil {
		return nil, err
	}
	s, err := r.Schema()
	if err != nil {
		return nil, err
	}
	rows, err := r.GetRecordReader(ctx, o.indexes(s), nil)
	if err != nil {
		return nil, err
	}
	return &parquetReader{f, rows}, nil
}

func (r *parquetReader) Schema() *arrow.Schema { return r.rows.Schema() }

func (r *parquetReader) Next() (arrow.RecordBatch, error) {
	if r.rows.Next() {
		return r.rows.RecordBatch(), nil
	}
	if err := r.rows.Err(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return nil, io.EOF
}

func (r *parquetReader) Close() error {
	r.rows.Release()
	return nil
}

// An arrowReader reads the batches of an Arrow file as they are.
type arrowReader struct {
	in      *ipc.FileReader
	columns []int
	schema  *arrow.Schema
	batch   arrow.RecordBatch
	next    int
}

// ReadArrow begins to read an Arrow IPC file.
func ReadArrow(_ context.Context, in Source, o ReadOptions) (Reader, error) {
	f, err := ipc.NewFileReader(in)
	if err != nil {
		return nil, err
	}
	r := &arrowReader{in: f, columns: o.indexes(f.Schema())}
	fields := make([]arrow.Field, len(r.columns))
	for i, col := range r.columns {
		fields[i] = f.Schema().Field(col)
	}
	meta := f.Schema().Metadata()
	r.schema = arrow.NewSchema(fields, &meta)
	return r, nil
}

func (r *arrowReader) Schema() *arrow.Schema { return r.schema }

func (r *arrowReader) Next() (arrow.RecordBatch, error) {
	r.release()
	if r.next == r.in.NumRecords() {
		return nil, io.EOF
	}
	all, err := r.in.RecordBatch(r.next)
	if err != nil {
		return nil, err
	}
	defer all.Release()
	r.next++
	cols := make([]arrow.Array, len(r.columns))
	for i, col := range r.columns {
		cols[i] = all.Column(col)
	}
	r.batch = array.NewRecordBatch(r.schema, cols, all.NumRows())
	return r.batch, nil
}

func (r *arrowReader) release() {
	if r.batch != nil {
		r.batch.Release()
		r.batch = nil
	}
}

func (r *arrowReader) Close() error {
	r.release()
	return r.in.Close()
}

// A csvReader parses the texts of a CSV file.
type csvReader struct {
	in      *csv.Reader
	columns []int // of the record
	schema  *arrow.Schema
	fields  []schema.Field
	batch   arrow.RecordBatch
	row     int64 // that was read last
}

// ReadCSV begins to read a CSV file with a header. An empty field is null.
func ReadCSV(_ context.Context, in Source, o ReadOptions) (Reader, error) {
	r := &csvReader{in: csv.NewReader(bufio.NewReaderSize(in, 1<<20))}
	r.in.ReuseRecord = true
	header, err := r.in.Read()
	if errors.Is(err, io.EOF) {
		err = errors.New("there is no header")
	}
	if err != nil {
		return nil, err
	}
	var fields []arrow.Field
	for i, label := range header {
		if !o.wants(label) {
			continue
		}
		field := arrow.Field{Name: label, Type: arrow.BinaryTypes.String, Nullable: true}
		if o.Schema != nil {
			known := o.Schema.FieldIndices(label)
			if len(known) == 0 {
				return nil, fmt.Errorf("the schema has no column %q", label)
			}
			field = o.Schema.Field(known[0])
		}
		of, err := fieldOf(&field)
		if err != nil {
			return nil, err
		}
		fields, r.columns, r.fields = append(fields, field), append(r.columns, i), append(r.fields, of)
	}
	r.schema = arrow.NewSchema(fields, nil)
	return r, nil
}

// fieldOf returns a field with the type of an Arrow column.
func fieldOf(f *arrow.Field) (schema.Field, error) {
	of := schema.Field{Label: f.Name}
	switch t := f.Type.(type) {
	case *arrow.StringType:
	case *arrow.Int64Type:
		of.Kind = schema.Int
	case *arrow.Date32Type:
		of.Kind = schema.Date
	case *arrow.Decimal128Type:
		of.Type = schema.Type{Kind: schema.Decimal, Precision: int(t.Precision), Scale: int(t.Scale)}
	default:
		return of, fmt.Errorf("column %s has the type %s, which data sets do not have", f.Name, f.Type)
	}
	return of, nil
}

func (r *csvReader) Schema() *arrow.Schema { return r.schema }

func (r *csvReader) Next() (arrow.RecordBatch, error) {
	r.release()
	cols := make([]table.Column, len(r.fields))
	for i := range cols {
		cols[i] = table.NewColumn(&r.fields[i])
	}
	rows := 0
	for ; rows < readRows; rows++ {
		record, err := r.in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		r.row++
		for i, col := range r.columns {
			if record[col] == "" {
				cols[i].AppendNull()
				continue
			}
			if r.fields[i].Kind == schema.Text { // also one of blanks only
				cols[i].AppendText([]byte(record[col]))
				continue
			}
			if err := cols[i].Append([]byte(record[col])); err != nil {
				return nil, fmt.Errorf("row %d, column %s: %w", r.row, r.schema.Field(i).Name, err)
			}
		}
	}
	if rows == 0 {
		return nil, io.EOF
	}
	arrays := make([]arrow.Array, len(cols))
	for i := range cols {
		arrays[i] = cols[i].Array()
	}
	r.batch = array.NewRecordBatch(r.schema, arrays, int64(rows))
	table.Release(arrays)
	return r.batch, nil
}

func (r *csvReader) release() {
	if r.batch != nil {
		r.batch.Release()
		r.batch = nil
	}
}

func (r *csvReader) Close() error {
	r.release()
	return nil
}
