package encode

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// codes writes batches of a column of texts, and opens the file. Row i has the text
// of text(i), or is null if that is empty.
func codes(t *testing.T, groupRows, batches, batchRows int, text func(i int) string) *file.Reader {
	t.Helper()
	codeTable := &schema.Table{Name: "x", Fields: []schema.Field{{Label: "CODE", Type: schema.Type{Kind: schema.Text}}}}
	var b bytes.Buffer
	e, err := NewParquet(&b, &File{Schema: table.Schema(codeTable), Memory: &table.PoolAllocator{Poison: true}, RowGroupRows: groupRows})
	if err != nil {
		t.Fatal(err)
	}
	for k := range batches {
		col := table.NewDictColumn(&codeTable.Fields[0])
		for i := range batchRows {
			col.AppendWord([]byte(text(k*batchRows + i)))
		}
		if err := e.Write([]arrow.Array{col.Array()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := file.NewParquetReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// TestRowGroups combines batches that have dictionaries of their own into row groups
// with one dictionary.
func TestRowGroups(t *testing.T) {
	r := codes(t, 1000, 7, 400, func(i int) string { return fmt.Sprint("code ", (i/400+i)%20) })
	var rows []int64
	for i := range r.NumRowGroups() {
		group := r.MetaData().RowGroup(i)
		rows = append(rows, group.NumRows())
		chunk, err := group.ColumnChunk(0)
		if err != nil {
			t.Fatal(err)
		}
		if !chunk.HasDictionaryPage() || slices.Contains(chunkEncodings(chunk), "PLAIN") {
			t.Errorf("group %d has encodings %v", i, chunk.Encodings())
		}
	}
	if want := []int64{1200, 1200, 400}; !slices.Equal(rows, want) {
		t.Errorf("groups of %d rows, want %d", rows, want)
	}
	// Texts that seldom come twice have none.
	chunk, err := codes(t, 1000, 3, 400, func(i int) string { return fmt.Sprint(i) }).MetaData().RowGroup(0).ColumnChunk(0)
	if err != nil || chunk.HasDictionaryPage() {
		t.Errorf("distinct texts have a dictionary, or %v", err)
	}
}

// chunkEncodings are the encodings of the data pages of a column chunk.
func chunkEncodings(chunk *metadata.ColumnChunkMetaData) (list []string) {
	for _, s := range chunk.EncodingStats() {
		if s.PageType.String() == "DATA_PAGE" {
			list = append(list, s.Encoding.String())
		}
	}
	return list
}

// TestPageIndex compares the page index with the texts, in columns with a dictionary
// and without.
func TestPageIndex(t *testing.T) {
	for name, text := range map[string]func(i int) string{
		"dictionary": func(i int) string { return fmt.Sprintf("%06d", i/100*100) },
		"plain":      func(i int) string { return fmt.Sprintf("%06d", i) },
		"nulls":      func(i int) string { return []string{"", fmt.Sprintf("%06d", i/100*100)}[i/30_000%2] },
	} {
		t.Run(name, func(t *testing.T) {
			r := codes(t, 0, 3, 25_000, text)
			group, err := r.GetPageIndexReader().RowGroup(0)
			if err != nil {
				t.Fatal(err)
			}
			index, err := group.GetColumnIndex(0)
			if err != nil {
				t.Fatal(err)
			}
			offsets, err := group.GetOffsetIndex(0)
			if err != nil {
				t.Fatal(err)
			}
			places := offsets.GetPageLocations()
			if len(places) < 3 {
				t.Fatalf("%d pages show little", len(places))
			}
			for i, page := range places {
				to := 75_000
				if i+1 < len(places) {
					to = int(places[i+1].FirstRowIndex)
				}
				var values []string
				for row := int(page.FirstRowIndex); row < to; row++ {
					if v := text(row); v != "" {
						values = append(values, v)
					}
				}
				if index.GetNullPages()[i] != (len(values) == 0) {
					t.Errorf("page %d: null is %v, with %d values", i, index.GetNullPages()[i], len(values))
				}
				if len(values) == 0 {
					continue
				}
				least, greatest := string(index.GetMinValues()[i]), string(index.GetMaxValues()[i])
				if least != slices.Min(values) || greatest != slices.Max(values) {
					t.Errorf("page %d from row %d: from %s to %s, want from %s to %s", i, page.FirstRowIndex,
						least, greatest, slices.Min(values), slices.Max(values))
				}
			}
		})
	}
}

// TestBloomFilters looks texts up in the filters of row groups whose texts have a
// dictionary and of one whose texts have none, and reads how the rows are sorted.
func TestBloomFilters(t *testing.T) {
	codeTable := &schema.Table{Name: "x", Fields: []schema.Field{
		{Label: "ID", Type: schema.Type{Kind: schema.Text}}, {Label: "OTHER", Type: schema.Type{Kind: schema.Text}},
	}}
	for _, different := range []int{20, 4000} {
		var b bytes.Buffer
		e, err := NewParquet(&b, &File{Schema: table.Schema(codeTable), Memory: &table.PoolAllocator{Poison: true}, Sorted: []int{0}, Filtered: []int{0}})
		if err != nil {
			t.Fatal(err)
		}
		cols := []table.Column{table.NewDictColumn(&codeTable.Fields[0]), table.NewDictColumn(&codeTable.Fields[1])}
		for i := range 4000 {
			cols[0].AppendWord(fmt.Appendf(nil, "id %05d", i*different/4000))
			cols[1].AppendWord([]byte("other"))
		}
		if err := e.Write([]arrow.Array{cols[0].Array(), cols[1].Array()}); err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := file.NewParquetReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if by := r.MetaData().RowGroup(0).SortingColumns(); len(by) != 1 || by[0].ColumnIdx != 0 || by[0].Descending || by[0].NullsFirst {
			t.Errorf("sorted by %v", by)
		}
		group, err := r.GetBloomFilterReader().RowGroup(0)
		if err != nil {
			t.Fatal(err)
		}
		if none, err := group.GetColumnBloomFilter(1); err != nil || none != nil {
			t.Errorf("a filter of OTHER, or %v", err)
		}
		found, err := group.GetColumnBloomFilter(0)
		if err != nil || found == nil {
			t.Fatalf("no filter of ID, and %v", err)
		}
		filter, absent := metadata.TypedBloomFilter[parquet.ByteArray]{BloomFilter: found}, 0
		for i := range 4000 {
			if id := fmt.Appendf(nil, "id %05d", i*different/4000); !filter.Check(id) {
				t.Fatalf("%d texts: the filter lacks %s", different, id)
			}
			if !filter.Check(fmt.Appendf(nil, "no %05d", i)) {
				absent++
			}
		}
		if absent < 3800 {
			t.Errorf("%d texts: the filter knows %d of 4000 texts that are absent", different, absent)
		}
		if size := b.Len(); size > 100_000 {
			t.Errorf("%d texts: %d bytes", different, size)
		}
	}
}
