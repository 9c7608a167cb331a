package encode

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/table"
)

// rowGroupRows is the number of rows of a row group, at most.
const rowGroupRows = 64 << 10

// A parquetEncoder writes columns with the column writers of the Parquet library.
// The library's writer of Arrow columns would do the same, but it finds the
// minimum and the maximum of a column with a dictionary by hashing each row.
type parquetEncoder struct {
	w     *file.Writer
	ctx   context.Context             // for the library's writer of Arrow columns
	group file.BufferedRowGroupWriter // for columns without dictionaries, or nil
	rows  int64                       // in group

	// Buffers for one column at a time.
	levels []int16 // its definition levels: ones, zeros or mixed
	ones   []int16
	zeros  []int16
	mixed  []int16
	texts  []parquet.ByteArray
	longs  []int64
	ints   []int32
	occurs []bool // by number in the dictionary
}

// NewParquet begins a Parquet file. Its pages are compressed by zstd.
func NewParquet(w io.Writer, f *File) (Encoder, error) {
	registerCodec()
	options := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithStoreDecimalAsInteger(true),
		parquet.WithBatchSize(rowGroupRows),
		parquet.WithCreatedBy("cclf"),
		parquet.WithAllocator(f.Memory),
	}
	for _, field := range f.Schema.Fields() {
		if field.Type.ID() != arrow.STRING { // smaller and faster without a dictionary
			options = append(options, parquet.WithDictionaryFor(field.Name, false))
		}
	}
	props, arrowProps := parquet.NewWriterProperties(options...), pqarrow.NewArrowWriterProperties(pqarrow.WithAllocator(f.Memory))
	columns, err := pqarrow.ToParquet(f.Schema, props, arrowProps)
	if err != nil {
		return nil, err
	}
	meta, err := parquetMetadata(f.Schema)
	if err != nil {
		return nil, err
	}
	// The struct hides a Close method of w, which the library would call.
	out, err := file.NewParquetWriterWithError(struct{ io.Writer }{w}, columns.Root(), file.WithWriterProps(props), file.WithWriteMetadata(meta))
	if err != nil {
		return nil, err
	}
	return &parquetEncoder{w: out, ctx: pqarrow.NewArrowWriteContext(context.Background(), &arrowProps)}, nil
}

// parquetMetadata is the metadata of the schema, and the schema itself, encoded as
// readers of Arrow expect it.
func parquetMetadata(s *arrow.Schema) (metadata.KeyValueMetadata, error) {
	own := s.Metadata()
	meta := metadata.KeyValueMetadata{}
	for i, key := range own.Keys() {
		if err := meta.Append(key, own.Values()[i]); err != nil {
			return nil, err
		}
	}
	var stream bytes.Buffer
	if err := ipc.NewWriter(&stream, ipc.WithSchema(s)).Close(); err != nil {
		return nil, err
	}
	return meta, meta.Append("ARROW:schema", base64.StdEncoding.EncodeToString(stream.Bytes()))
}

// Write writes columns with dictionaries as a row group. Other columns go to a
// row group that takes the rows of several calls.
func (e *parquetEncoder) Write(cols []arrow.Array) error {
	if slices.ContainsFunc(cols, table.HasDictionary) {
		return e.writeGroup(cols)
	}
	rows := int64(cols[0].Len())
	if e.group != nil && e.rows+rows > rowGroupRows {
		if err := e.endGroup(); err != nil {
			return err
		}
	}
	if e.group == nil {
		var err error
		if e.group, err = e.w.AppendBufferedRowGroupChecked(); err != nil {
			return err
		}
	}
	e.rows += rows
	for i, col := range cols {
		to, err := e.group.Column(i)
		if err != nil {
			return err
		}
		if err := e.writeColumn(to, col); err != nil {
			return err
		}
	}
	return nil
}

// endGroup ends the row group for columns without dictionaries.
func (e *parquetEncoder) endGroup() error {
	if e.group == nil {
		return nil
	}
	group := e.group
	e.group, e.rows = nil, 0
	return group.Close()
}

func (e *parquetEncoder) Close() error {
	if err := e.endGroup(); err != nil {
		return err
	}
	return e.w.Close()
}

// writeGroup writes columns as a row group.
func (e *parquetEncoder) writeGroup(cols []arrow.Array) error {
	if err := e.endGroup(); err != nil {
		return err
	}
	group, err := e.w.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for _, col := range cols {
		to, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := e.writeColumn(to, col); err != nil {
			return err
		}
		if err := to.Close(); err != nil {
			return err
		}
	}
	return group.Close()
}

// writeColumn writes the values of a column, of the type that the Parquet column
// has for it. The library's own writer takes what is left: plain texts, and
// decimals of more than 18 digits.
func (e *parquetEncoder) writeColumn(to file.ColumnChunkWriter, col arrow.Array) error {
	e.define(col)
	switch col := col.(type) {
	case *array.Dictionary:
		return e.writeDictionary(to, col)
	case *array.Decimal128:
		if to, ok := to.(*file.Int64ColumnChunkWriter); ok { // 18 digits at most
			e.longs = present(e.longs, e.levels, col.Values(), func(v decimal128.Num) int64 { return int64(v.LowBits()) })
			_, err := to.WriteBatch(e.longs, e.levels, nil)
			return err
		}
	case *array.Int64:
		e.longs = present(e.longs, e.levels, col.Int64Values(), func(v int64) int64 { return v })
		_, err := to.(*file.Int64ColumnChunkWriter).WriteBatch(e.longs, e.levels, nil)
		return err
	case *array.Date32:
		e.ints = present(e.ints, e.levels, col.Date32Values(), func(v arrow.Date32) int32 { return int32(v) })
		_, err := to.(*file.Int32ColumnChunkWriter).WriteBatch(e.ints, e.levels, nil)
		return err
	}
	return pqarrow.WriteArrowToColumn(e.ctx, to, col, e.levels, nil, true)
}

// present returns the values of a column that are not null. It reuses buf.
func present[V, P any](buf []P, levels []int16, values []V, as func(V) P) []P {
	buf = slices.Grow(buf[:0], len(values))
	for row, v := range values {
		if levels[row] > 0 {
			buf = append(buf, as(v))
		}
	}
	return buf
}

// define sets the definition levels of a column: 0 for a null, and 1 for a value.
func (e *parquetEncoder) define(col arrow.Array) {
	n := col.Len()
	switch col.NullN() {
	case 0:
		e.levels = same(&e.ones, 1, n)
		return
	case n:
		e.levels = same(&e.zeros, 0, n)
		return
	}
	e.mixed = slices.Grow(e.mixed[:0], n)[:n]
	e.levels = e.mixed
	valid, offset := col.NullBitmapBytes(), uint(col.Data().Offset())
	for i := range e.levels {
		at := offset + uint(i)
		e.levels[i] = int16(valid[at/8] >> (at % 8) & 1)
	}
}

// same returns n equal levels. It extends levels, which are equal too.
func same(levels *[]int16, level int16, n int) []int16 {
	for len(*levels) < n {
		*levels = append(*levels, level)
	}
	return (*levels)[:n]
}

// writeDictionary writes a column with a dictionary.
func (e *parquetEncoder) writeDictionary(to file.ColumnChunkWriter, col *array.Dictionary) error {
	words := col.Dictionary().(*array.String)
	if !table.Repeats(col) {
		return e.writeTexts(to.(*file.ByteArrayColumnChunkWriter), table.TextsOf(col))
	}
	encoder := to.CurrentEncoder().(interface{ PutDictionary(arrow.Array) error })
	if err := encoder.PutDictionary(words); err != nil {
		return err
	}
	stats := to.PageStatistics()
	stats.IncNulls(int64(col.NullN()))
	stats.IncNumValues(int64(col.Len() - col.NullN()))
	if err := stats.UpdateFromArrow(e.extremes(col), false); err != nil {
		return err
	}
	return to.WriteDictIndices(col.Indices(), e.levels, nil)
}

// writeTexts writes texts without a dictionary.
func (e *parquetEncoder) writeTexts(to *file.ByteArrayColumnChunkWriter, col table.Texts) error {
	to.FallbackToPlain()
	e.texts = slices.Grow(e.texts[:0], col.Len()-col.NullN())
	for row := range col.Len() {
		if !col.IsNull(row) {
			e.texts = append(e.texts, parquet.ByteArray(col.Bytes(row)))
		}
	}
	_, err := to.WriteBatch(e.texts, e.levels, nil)
	return err
}

// extremes are the least and the greatest of the texts in a column, or none if all
// are null. A dictionary may have texts that no row of the column has.
func (e *parquetEncoder) extremes(col *array.Dictionary) arrow.Array {
	words := col.Dictionary().(*array.String)
	e.occurs = append(e.occurs[:0], make([]bool, words.Len())...)
	for row, number := range col.Indices().(*array.Uint16).Uint16Values() {
		if e.levels[row] > 0 {
			e.occurs[number] = true
		}
	}
	var ends table.Column
	var least, greatest string
	found := false
	for number, yes := range e.occurs {
		if !yes {
			continue
		}
		word := words.Value(number)
		if !found || word < least {
			least = word
		}
		if !found || word > greatest {
			greatest = word
		}
		found = true
	}
	if found {
		ends.AppendText([]byte(least))
		ends.AppendText([]byte(greatest))
	}
	return ends.Array()
}

// CountParquet returns the number of rows in the footer.
func CountParquet(in Source) (int64, error) {
	registerCodec()
	r, err := file.NewParquetReader(in)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return r.NumRows(), nil
}
