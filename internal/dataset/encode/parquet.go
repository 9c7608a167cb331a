package encode

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/table"
)

// RowGroupRows is the number of rows from which on a row group is complete, unless
// File says another. A group ends with a batch, and so may have some more. Engines
// read groups of that size fastest: DuckDB has made its own tables of it.
const RowGroupRows = 120 << 10

const (
	// rowGroupBytes is the size of values from which on a row group is complete,
	// however few its rows are.
	rowGroupBytes = 64 << 20
	// pageRows is the number of rows of a page, which has a minimum and a maximum in
	// the page index. A page of long texts has fewer.
	pageRows  = 20 << 10
	pageBytes = 8 * pageRows
	// bloomBytes is the size of a Bloom filter, at most. One of a row group of
	// different texts, with one false answer in a hundred, takes half of it.
	bloomBytes = 256 << 10
)

// A parquetEncoder collects rows until they are enough for a row group, and then
// writes it column by column with the column writers of the Parquet library. The
// library's writer of Arrow columns would do the same, but it finds the minimum and
// the maximum of a column with a dictionary by hashing each row, and gives up the
// dictionaries of a row group whose batches have different ones: such a file is
// twice as large.
type parquetEncoder struct {
	w         *file.Writer
	ctx       context.Context // for the library's writer of Arrow columns
	groupRows int
	group     []*columnGroup // by column
	*pageBuffers
}

// pageBuffers are buffers for one page at a time.
type pageBuffers struct {
	texts  []parquet.ByteArray
	occurs []bool  // by number in the dictionary
	levels []int16 // definition levels by row
}

// pageBufferPool has buffers of encoders that are done.
var pageBufferPool = sync.Pool{New: func() any { return new(pageBuffers) }}

// NewParquet begins a Parquet file. Its pages are compressed by zstd.
func NewParquet(w io.Writer, f *File) (Encoder, error) {
	registerCodec()
	options := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithStoreDecimalAsInteger(true),
		parquet.WithBatchSize(pageRows),
		parquet.WithDataPageSize(pageBytes),
		parquet.WithDictionaryPageSizeLimit(math.MaxInt32), // see table.TextGroup.Repeats
		parquet.WithPageIndexEnabled(true),
		parquet.WithCreatedBy("cclf"),
		parquet.WithAllocator(f.Memory),
	}
	sorted := make([]parquet.SortingColumn, len(f.Sorted))
	for i, column := range f.Sorted {
		sorted[i].ColumnIdx = int32(column)
	}
	options = append(options, parquet.WithSortingColumns(sorted), parquet.WithMaxBloomFilterBytes(bloomBytes))
	for _, column := range f.Filtered {
		// The library takes the smallest of several filters that has room for the values.
		name := f.Schema.Field(column).Name
		options = append(options, parquet.WithBloomFilterEnabledFor(name, true), parquet.WithAdaptiveBloomFilterEnabledFor(name, true))
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
	return &parquetEncoder{
		w: out, ctx: pqarrow.NewArrowWriteContext(context.Background(), &arrowProps),
		groupRows: cmp.Or(f.RowGroupRows, RowGroupRows),
		group:     newColumnGroups(f.Schema), pageBuffers: pageBufferPool.Get().(*pageBuffers),
	}, nil
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

// Write adds rows to the row group, and writes it if it is complete.
func (e *parquetEncoder) Write(cols []arrow.Array) error {
	size := 0
	for i, col := range cols {
		e.group[i].add(col)
		size += e.group[i].bytes()
	}
	if e.group[0].rows < e.groupRows && size < rowGroupBytes {
		return nil
	}
	return e.writeGroup()
}

// Holds reports whether the row group has rows.
func (e *parquetEncoder) Holds() bool { return e.group[0].rows > 0 }

func (e *parquetEncoder) Close() error {
	if len(e.group) > 0 && e.group[0].rows > 0 {
		if err := e.writeGroup(); err != nil {
			return err
		}
	}
	for _, g := range e.group {
		columnGroups.Put(g)
	}
	e.group = nil
	clear(e.texts[:cap(e.texts)]) // so that they keep no memory of others
	pageBufferPool.Put(e.pageBuffers)
	return e.w.Close()
}

// writeGroup writes the row group.
func (e *parquetEncoder) writeGroup() error {
	group, err := e.w.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for i := range e.group {
		to, err := group.NextColumn()
		if err != nil {
			return err
		}
		if err := e.writeColumn(to, e.group[i]); err != nil {
			return err
		}
		if err := to.Close(); err != nil {
			return err
		}
		e.group[i].reset()
	}
	return group.Close()
}

// writeColumn writes the values of a column.
func (e *parquetEncoder) writeColumn(to file.ColumnChunkWriter, g *columnGroup) (err error) {
	g.pad()
	switch to := to.(type) {
	case *file.Int64ColumnChunkWriter:
		_, err = to.WriteBatch(g.longs, e.levelsOf(g, 0, g.rows), nil)
	case *file.Int32ColumnChunkWriter:
		_, err = to.WriteBatch(g.ints, e.levelsOf(g, 0, g.rows), nil)
	case *file.ByteArrayColumnChunkWriter:
		if g.texts.Repeats() {
			return e.writeDictionary(to, g)
		}
		return e.writeTexts(to, g)
	default:
		for g.wide.Len() < g.rows {
			g.wide.AppendNull()
		}
		wide := g.wide.Array()
		defer wide.Release()
		return pqarrow.WriteArrowToColumn(e.ctx, to, wide, e.levelsOf(g, 0, g.rows), nil, true)
	}
	return err
}

// writeDictionary writes texts with a dictionary, page by page.
func (e *parquetEncoder) writeDictionary(to *file.ByteArrayColumnChunkWriter, g *columnGroup) error {
	words := g.texts.Words()
	defer words.Release()
	if err := to.CurrentEncoder().(interface{ PutDictionary(arrow.Array) error }).PutDictionary(words); err != nil {
		return err
	}
	for from := 0; from < g.rows; from += pageRows {
		if err := e.writePage(to, words, g, from, min(from+pageRows, g.rows)); err != nil {
			return err
		}
	}
	return nil
}

// levelsOf returns the definition levels of rows, until it is called again.
func (e *parquetEncoder) levelsOf(g *columnGroup, from, to int) []int16 {
	e.levels = g.levels(e.levels[:0], from, to)
	return e.levels
}

// writePage writes the numbers of the texts of rows as a page.
func (e *parquetEncoder) writePage(to *file.ByteArrayColumnChunkWriter, words *array.String, g *columnGroup, first, end int) error {
	numbers, levels := g.texts.Numbers(g.rows)[first:end], e.levelsOf(g, first, end)
	valid := g.valid[first/8:]
	nulls := len(numbers) - bitutil.CountSetBits(valid, 0, len(numbers))
	stats := to.PageStatistics()
	stats.IncNulls(int64(nulls))
	stats.IncNumValues(int64(len(numbers) - nulls))
	if err := stats.UpdateFromArrow(e.extremes(words, numbers, levels), false); err != nil {
		return err
	}
	data := array.NewData(arrow.PrimitiveTypes.Int32, len(numbers),
		[]*memory.Buffer{memory.NewBufferBytes(valid), memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(numbers))}, nil, nulls, 0)
	defer data.Release()
	indices := array.NewInt32Data(data)
	defer indices.Release()
	if err := to.WriteDictIndices(indices, levels, nil); err != nil {
		return err
	}
	return to.FlushCurrentPage()
}

// writeTexts writes texts without a dictionary, page by page.
func (e *parquetEncoder) writeTexts(to *file.ByteArrayColumnChunkWriter, g *columnGroup) error {
	to.FallbackToPlain()
	numbers := g.texts.Numbers(g.rows)
	for from := 0; from < g.rows; from += pageRows {
		levels := e.levelsOf(g, from, min(from+pageRows, g.rows))
		e.texts = slices.Grow(e.texts[:0], len(levels))
		for i, level := range levels {
			if level > 0 {
				e.texts = append(e.texts, g.texts.Text(numbers[from+i]))
			}
		}
		if _, err := to.WriteBatch(e.texts, levels, nil); err != nil {
			return err
		}
	}
	return nil
}

// extremes are the least and the greatest of the texts of a page, or none if all are
// null.
func (e *parquetEncoder) extremes(words *array.String, numbers []int32, levels []int16) arrow.Array {
	e.occurs = append(e.occurs[:0], make([]bool, words.Len())...)
	for row, number := range numbers {
		if levels[row] > 0 {
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
