package convert

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/table"
)

// rowGroupRows is how many rows a group has at most.
const rowGroupRows = 64 << 10

// A parquetSink writes columns with the column writers of the Parquet library.
// Its writer of Arrow columns would do the same, but would find the extremes
// of a column with a dictionary by hashing each row.
type parquetSink struct {
	w      *file.Writer
	ctx    context.Context             // of the writing of Arrow columns
	group  file.BufferedRowGroupWriter // that takes records, or nil
	rows   int64                       // in it
	levels []int16                     // of the column that is being written: some of those below
	ones   []int16
	zeros  []int16
	mixed  []int16
	texts  []parquet.ByteArray
	longs  []int64
	ints   []int32
	occurs []bool // by number in a dictionary
}

func newParquetSink(w io.Writer, s *arrow.Schema, mem memory.Allocator) (sink, error) {
	options := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithStoreDecimalAsInteger(true),
		parquet.WithBatchSize(rowGroupRows),
		parquet.WithCreatedBy("cclf"),
		parquet.WithAllocator(mem),
	}
	for _, f := range s.Fields() {
		if f.Type.ID() != arrow.STRING { // smaller without a dictionary, and made faster
			options = append(options, parquet.WithDictionaryFor(f.Name, false))
		}
	}
	props, arrowProps := parquet.NewWriterProperties(options...), pqarrow.NewArrowWriterProperties(pqarrow.WithAllocator(mem))
	columns, err := pqarrow.ToParquet(s, props, arrowProps)
	if err != nil {
		return nil, err
	}
	meta, err := parquetMetadata(s)
	if err != nil {
		return nil, err
	}
	fw, err := file.NewParquetWriterWithError(struct{ io.Writer }{w}, columns.Root(), file.WithWriterProps(props), file.WithWriteMetadata(meta))
	if err != nil {
		return nil, err
	}
	return &parquetSink{w: fw, ctx: pqarrow.NewArrowWriteContext(context.Background(), &arrowProps)}, nil
}

// parquetMetadata is the schema's own metadata, and the schema itself in the
// form in which readers of Arrow look for it.
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

// Write adds rows to a group, which takes those of other records too.
func (s *parquetSink) Write(rec arrow.RecordBatch) error {
	if s.group != nil && s.rows+rec.NumRows() > rowGroupRows {
		if err := s.endGroup(); err != nil {
			return err
		}
	}
	if s.group == nil {
		var err error
		if s.group, err = s.w.AppendBufferedRowGroupChecked(); err != nil {
			return err
		}
	}
	s.rows += rec.NumRows()
	for i, col := range rec.Columns() {
		to, err := s.group.Column(i)
		if err != nil {
			return err
		}
		if err := s.writeColumn(to, col); err != nil {
			return err
		}
	}
	return nil
}

func (s *parquetSink) endGroup() error {
	if s.group == nil {
		return nil
	}
	group := s.group
	s.group, s.rows = nil, 0
	return group.Close()
}

func (s *parquetSink) Close() error {
	if err := s.endGroup(); err != nil {
		return err
	}
	return s.w.Close()
}

func (s *parquetSink) WriteGroup(cols []arrow.Array) error {
	if err := s.endGroup(); err != nil {
		return err
	}
	group, err := s.w.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for _, col := range cols {
		to, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := s.writeColumn(to, col); err != nil {
			return err
		}
		if err := to.Close(); err != nil {
			return err
		}
	}
	return group.Close()
}

func (s *parquetSink) writeColumn(to file.ColumnChunkWriter, col arrow.Array) error {
	s.define(col)
	switch col := col.(type) {
	case *array.Dictionary:
		return s.writeDictionary(to, col)
	case *array.Decimal128:
		if to, ok := to.(*file.Int64ColumnChunkWriter); ok { // of not too many digits
			s.longs = present(s.longs, s.levels, col.Values(), func(v decimal128.Num) int64 { return int64(v.LowBits()) })
			_, err := to.WriteBatch(s.longs, s.levels, nil)
			return err
		}
	case *array.Int64:
		s.longs = present(s.longs, s.levels, col.Int64Values(), func(v int64) int64 { return v })
		_, err := to.(*file.Int64ColumnChunkWriter).WriteBatch(s.longs, s.levels, nil)
		return err
	case *array.Date32:
		s.ints = present(s.ints, s.levels, col.Date32Values(), func(v arrow.Date32) int32 { return int32(v) })
		_, err := to.(*file.Int32ColumnChunkWriter).WriteBatch(s.ints, s.levels, nil)
		return err
	}
	return pqarrow.WriteArrowToColumn(s.ctx, to, col, s.levels, nil, true)
}

// present returns those values of a column that are there, in the memory of buf.
func present[V, P any](buf []P, levels []int16, values []V, as func(V) P) []P {
	buf = slices.Grow(buf[:0], len(values))
	for row, v := range values {
		if levels[row] > 0 {
			buf = append(buf, as(v))
		}
	}
	return buf
}

// define makes the definition levels of a column: 1 where it has a value, and
// 0 where it has none.
func (s *parquetSink) define(col arrow.Array) {
	n := col.Len()
	switch col.NullN() {
	case 0:
		s.levels = same(&s.ones, 1, n)
		return
	case n:
		s.levels = same(&s.zeros, 0, n)
		return
	}
	s.mixed = slices.Grow(s.mixed[:0], n)[:n]
	s.levels = s.mixed
	valid, offset := col.NullBitmapBytes(), col.Data().Offset()
	for i := 0; i < n; {
		if (offset+i)%8 == 0 && i+8 <= n {
			*(*[8]int16)(s.levels[i:]) = levelsOf[valid[(offset+i)/8]]
			i += 8
			continue
		}
		s.levels[i] = 0
		if bitutil.BitIsSet(valid, offset+i) {
			s.levels[i] = 1
		}
		i++
	}
}

// same returns n levels that are all the same, as those that there are.
func same(levels *[]int16, level int16, n int) []int16 {
	for len(*levels) < n {
		*levels = append(*levels, level)
	}
	return (*levels)[:n]
}

// levelsOf has the definition levels for a byte of validity bits.
var levelsOf = func() (all [256][8]int16) {
	for b := range all {
		for i := range all[b] {
			all[b][i] = int16(b >> i & 1)
		}
	}
	return all
}()

// writeDictionary writes a column of which nothing has been written yet.
func (s *parquetSink) writeDictionary(to file.ColumnChunkWriter, col *array.Dictionary) error {
	words := col.Dictionary().(*array.String)
	if !table.Repeats(col) {
		return s.writeTexts(to.(*file.ByteArrayColumnChunkWriter), table.TextsOf(col))
	}
	encoder := to.CurrentEncoder().(interface{ PutDictionary(arrow.Array) error })
	if err := encoder.PutDictionary(words); err != nil {
		return err
	}
	stats := to.PageStatistics()
	stats.IncNulls(int64(col.NullN()))
	stats.IncNumValues(int64(col.Len() - col.NullN()))
	if err := stats.UpdateFromArrow(s.extremes(col), false); err != nil {
		return err
	}
	return to.WriteDictIndices(col.Indices(), s.levels, nil)
}

// writeTexts writes the texts of a column without a dictionary.
func (s *parquetSink) writeTexts(to *file.ByteArrayColumnChunkWriter, col table.Texts) error {
	to.FallbackToPlain()
	s.texts = slices.Grow(s.texts[:0], col.Len()-col.NullN())
	for row := range col.Len() {
		if !col.IsNull(row) {
			s.texts = append(s.texts, parquet.ByteArray(col.Bytes(row)))
		}
	}
	_, err := to.WriteBatch(s.texts, s.levels, nil)
	return err
}

// extremes are the least and the greatest of the texts that occur in a column
// with the levels.
func (s *parquetSink) extremes(col *array.Dictionary) arrow.Array {
	words := col.Dictionary().(*array.String)
	s.occurs = append(s.occurs[:0], make([]bool, words.Len())...)
	for row, number := range col.Indices().(*array.Uint16).Uint16Values() {
		if s.levels[row] > 0 {
			s.occurs[number] = true
		}
	}
	var ends table.Column
	var least, greatest string
	found := false
	for number, yes := range s.occurs {
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
