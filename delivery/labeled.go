package delivery

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	parquetfile "github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/schema"
)

// labeledTable returns the table that a header with CCLF labels belongs to: that
// of the CCLF file named, if half of its columns are there, or that with the most
// columns there, if it is one. Columns of HICNs and BETOS codes may be missing.
func labeledTable(named string, header []string) *schema.Table {
	var best *schema.Table
	most, ties := 0, 0
	for _, t := range schema.Tables() {
		n := 0
		for i := range t.Fields {
			if slices.Contains(header, t.Fields[i].Label) {
				n++
			}
		}
		switch {
		case 2*n < len(t.Fields):
		case t.File == named:
			return t
		case n > most:
			best, most, ties = t, n, 0
		case n == most:
			ties++
		}
	}
	if ties > 0 {
		return nil
	}
	return best
}

// Names that loaders give to the columns with the file and its date.
var (
	fileNameLabels = []string{schema.FileNameLabel, "SOURCE_FILENAME", "FILENAME"}
	fileDateLabels = []string{schema.FileDateLabel}
)

// A labeledRow is a row of a file with labels: the texts of its columns, of which
// an empty one is null. They are valid until the next row.
type labeledRow struct {
	line   int64 // counted from 1; of a Parquet file, the number of the row
	offset int64 // of the row in the text; 0 in a Parquet file
	values [][]byte
}

// A labeledReader reads the rows of a file with labels.
type labeledReader interface {
	header() []string // in capitals
	next() (*labeledRow, error)
	close() error
}

// openLabeled opens a file of rows with labels.
func openLabeled(ctx context.Context, f *file) (labeledReader, error) {
	in, err := f.open()
	if err != nil {
		return nil, err
	}
	if f.content == labeledParquet {
		return openParquet(ctx, in)
	}
	r := csv.NewReader(skipBOM(in))
	r.Comma = rune(f.comma)
	r.ReuseRecord = true
	r.LazyQuotes = true
	c := &csvRows{r: r, in: in}
	first, err := r.Read()
	if err != nil {
		in.Close()
		return nil, err
	}
	for _, name := range first {
		c.names = append(c.names, strings.ToUpper(strings.TrimSpace(name)))
	}
	c.row.values = make([][]byte, len(c.names))
	return c, nil
}

// skipBOM passes over a byte order mark.
func skipBOM(r io.Reader) io.Reader {
	head := make([]byte, len(bom))
	n, err := io.ReadFull(r, head)
	if err == nil && bytes.Equal(head, bom) {
		return r
	}
	return io.MultiReader(bytes.NewReader(head[:n]), r)
}

// csvRows are the rows of a CSV file.
type csvRows struct {
	r     *csv.Reader
	in    io.Closer
	names []string
	row   labeledRow
	buf   []byte
}

func (c *csvRows) header() []string { return c.names }
func (c *csvRows) close() error     { return c.in.Close() }

func (c *csvRows) next() (*labeledRow, error) {
	at := c.r.InputOffset()
	record, err := c.r.Read()
	if err != nil && !errors.Is(err, csv.ErrFieldCount) {
		return nil, err
	}
	line, _ := c.r.FieldPos(0)
	c.row.line, c.row.offset = int64(line), at
	if err != nil {
		return &c.row, &FieldError{Reason: fmt.Sprintf("%d fields in a file with %d columns", len(record), len(c.names))}
	}
	c.buf = c.buf[:0]
	for _, v := range record {
		c.buf = append(c.buf, v...)
	}
	from := 0
	for i, v := range record {
		c.row.values[i] = c.buf[from : from+len(v)]
		from += len(v)
	}
	return &c.row, nil
}

// parquetRows are the rows of a Parquet file.
type parquetRows struct {
	in      io.Closer
	file    *parquetfile.Reader
	batches pqarrow.RecordReader
	names   []string
	batch   arrow.RecordBatch
	at      int // the next row of batch
	row     labeledRow
	buf     []byte
}

// batchRows is the number of rows of a Parquet file that are decoded at a time.
const batchRows = 16 << 10

// openParquet opens a Parquet file, of which it reads the columns given, or all.
func openParquet(ctx context.Context, in io.ReadCloser, columns ...int) (_ *parquetRows, err error) {
	p := &parquetRows{in: in}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	source, ok := in.(parquet.ReaderAtSeeker)
	if !ok {
		text, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil {
			return nil, err
		}
		source = bytes.NewReader(text)
	}
	if p.file, err = parquetfile.NewParquetReader(source); err != nil {
		return nil, err
	}
	reader, err := pqarrow.NewFileReader(p.file, pqarrow.ArrowReadProperties{BatchSize: batchRows}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	if p.batches, err = reader.GetRecordReader(ctx, columns, nil); err != nil {
		return nil, err
	}
	for _, f := range p.batches.Schema().Fields() {
		p.names = append(p.names, strings.ToUpper(f.Name))
	}
	p.row.values = make([][]byte, len(p.names))
	return p, nil
}

func (p *parquetRows) header() []string { return p.names }

func (p *parquetRows) close() error {
	if p.batches != nil {
		p.batches.Release()
	}
	if p.file != nil {
		return p.file.Close() // with what it reads from
	}
	return p.in.Close()
}

func (p *parquetRows) next() (*labeledRow, error) {
	for p.batch == nil || p.at == int(p.batch.NumRows()) {
		var err error
		if p.batch, err = p.nextBatch(); err != nil {
			return nil, err
		}
		p.at = 0
	}
	p.row.line++
	p.buf = p.buf[:0]
	for i, col := range p.batch.Columns() {
		from := len(p.buf)
		p.buf = appendText(p.buf, col, p.at)
		p.row.values[i] = p.buf[from:]
	}
	p.at++
	return &p.row, nil
}

// nextBatch returns the next rows, which are valid until the next call.
func (p *parquetRows) nextBatch() (arrow.RecordBatch, error) {
	if p.batches.Next() {
		return p.batches.RecordBatch(), nil
	}
	if err := p.batches.Err(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return nil, io.EOF
}

// appendText appends the text of a value of a column; nothing for null.
func appendText(dst []byte, col arrow.Array, i int) []byte {
	if col.IsNull(i) {
		return dst
	}
	switch col := col.(type) {
	case *array.String:
		return append(dst, col.Value(i)...)
	case *array.LargeString:
		return append(dst, col.Value(i)...)
	case *array.Dictionary:
		return appendText(dst, col.Dictionary(), col.GetValueIndex(i))
	case *array.Int64:
		return strconv.AppendInt(dst, col.Value(i), 10)
	case *array.Date32:
		return col.Value(i).ToTime().AppendFormat(dst, "2006-01-02")
	case *array.Decimal128:
		return append(dst, col.Value(i).ToString(col.DataType().(*arrow.Decimal128Type).Scale)...)
	case *array.Float64:
		return appendFloat(dst, col.Value(i))
	case *array.Float32:
		return strconv.AppendFloat(dst, float64(col.Value(i)), 'f', -1, 32)
	case *array.Binary:
		return append(dst, col.Value(i)...)
	case *array.LargeBinary:
		return append(dst, col.Value(i)...)
	case *array.Timestamp:
		unit := col.DataType().(*arrow.TimestampType).Unit
		return col.Value(i).ToTime(unit).AppendFormat(dst, "2006-01-02")
	}
	return append(dst, col.ValueStr(i)...)
}

// appendFloat appends a number with the 15 digits that are sure: sums of amounts
// have others after them.
func appendFloat(dst []byte, v float64) []byte {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil { // out of range
		rounded = v
	}
	return strconv.AppendFloat(dst, rounded, 'f', -1, 64)
}
