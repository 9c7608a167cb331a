package encode

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// someTable has a column of each kind.
var someTable = &schema.Table{Name: "x", Description: "A table.", Fields: []schema.Field{
	{Label: "TEXT", Description: "text", Type: schema.Type{Kind: schema.Text}},
	{Label: "INT", Description: "int", Type: schema.Type{Kind: schema.Int}},
	{Label: "AMOUNT", Description: "amount", Type: schema.Type{Kind: schema.Decimal, Precision: 22, Scale: 4}},
	{Label: "DATE", Description: "date", Type: schema.Type{Kind: schema.Date}},
}}

var someRows = [][]string{
	{"0042", "1", "1.5000", "2024-02-29"},
	{"", "", "", ""},
	{"a,b", "-1", "-0.0001", "0001-01-02"},
	{`say "x"`, "0", "0.0000", "9999-12-30"},
	{" lead", "999999999999999999", "999999999999999999.9999", "1970-01-01"},
	{"two\nlines", "-999999999999999999", "-999999999999999999.9999", "1969-12-31"},
	{`\.`, "2", "12.3400", "1582-10-14"},
	{"Zoë 日本", "3", "-12.0000", "1000-01-02"},
	{"1e5", "4", "100000.0000", "2000-02-29"},
}

// someColumns are columns of someRows, texts with a dictionary or without.
func someColumns(t *testing.T, dictionary bool) []arrow.Array {
	t.Helper()
	cols := make([]arrow.Array, len(someTable.Fields))
	for i := range cols {
		col := table.NewColumn(&someTable.Fields[i])
		if dictionary {
			col = table.NewDictColumn(&someTable.Fields[i])
		}
		for _, row := range someRows {
			if err := col.Append([]byte(row[i])); err != nil {
				t.Fatal(err)
			}
		}
		cols[i] = col.Array()
	}
	return cols
}

// encodeTwice encodes someRows twice, and counts the rows.
func encodeTwice(t *testing.T, begin New, count Count, dictionary bool) []byte {
	t.Helper()
	var b bytes.Buffer
	e, err := begin(&b, &File{Schema: table.Schema(someTable), Memory: &table.PoolAllocator{Poison: true}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Write(someColumns(t, dictionary)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := count(bytes.NewReader(b.Bytes())); n != int64(2*len(someRows)) || err != nil {
		t.Errorf("%d rows are counted, %v, want %d", n, err, 2*len(someRows))
	}
	return b.Bytes()
}

// TestCSV reads the records back.
func TestCSV(t *testing.T) {
	text := encodeTwice(t, NewCSV, CountCSV, false)
	if dictionaries := encodeTwice(t, NewCSV, CountCSV, true); !bytes.Equal(text, dictionaries) {
		t.Errorf("with dictionaries the file is %q, without %q", dictionaries, text)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat([][]string{{"TEXT", "INT", "AMOUNT", "DATE"}}, someRows, someRows)
	if !slices.EqualFunc(records, want, slices.Equal) {
		t.Errorf("records %q, want %q", records, want)
	}
	// No byte order mark, line feeds alone, and quotes only where they are needed.
	if first := "TEXT,INT,AMOUNT,DATE\n0042,1,1.5000,2024-02-29\n,,,\n\"a,b\",-1,-0.0001,0001-01-02\n"; !bytes.HasPrefix(text, []byte(first)) {
		t.Errorf("the file begins with %q", text[:len(first)])
	}
	if bytes.Contains(text, []byte("\r")) {
		t.Error("there are carriage returns")
	}
}

// TestParquet reads the rows back, with their types and descriptions.
func TestParquet(t *testing.T) {
	for _, dictionary := range []bool{false, true} {
		testParquet(t, encodeTwice(t, NewParquet, CountParquet, dictionary))
	}
}

func testParquet(t *testing.T, text []byte) {
	r, err := file.NewParquetReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i := range 4 {
		chunk, err := r.MetaData().RowGroup(0).ColumnChunk(i)
		if err != nil {
			t.Fatal(err)
		}
		if got := chunk.Compression().String(); got != "ZSTD" {
			t.Errorf("column %d is compressed with %s", i, got)
		}
	}
	in, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	got, err := in.ReadTable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	if got.NumRows() != int64(2*len(someRows)) {
		t.Fatalf("%d rows", got.NumRows())
	}
	for i, f := range someTable.Fields {
		column, want := got.Column(i), table.Schema(someTable).Field(i).Type
		description, _ := column.Field().Metadata.GetValue("description")
		if column.Name() != f.Label || !arrow.TypeEqual(column.DataType(), want) || description != f.Description {
			t.Errorf("column %v for %s", column.Field(), f.Label)
		}
		var values []string
		for _, chunk := range column.Data().Chunks() {
			for row := range chunk.Len() {
				if chunk.IsNull(row) {
					values = append(values, "")
				} else if d, ok := chunk.(*array.Decimal128); ok {
					values = append(values, d.Value(row).ToString(int32(f.Scale)))
				} else {
					values = append(values, chunk.ValueStr(row))
				}
			}
		}
		for row, v := range values {
			if want := someRows[row%len(someRows)][i]; v != want {
				t.Errorf("%s of row %d is %q, want %q", f.Label, row, v, want)
			}
		}
	}
}

// TestArrow reads the batches back.
func TestArrow(t *testing.T) {
	text := encodeTwice(t, NewArrow, CountArrow, false)
	if dictionaries := encodeTwice(t, NewArrow, CountArrow, true); !bytes.Equal(text, dictionaries) {
		t.Error("another file with dictionaries than without")
	}
	r, err := ipc.NewFileReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if !r.Schema().Equal(table.Schema(someTable)) {
		t.Errorf("schema %s", r.Schema())
	}
	for i := range r.NumRecords() {
		rec, err := r.RecordBatch(i)
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range someColumns(t, false) {
			if !array.Equal(rec.Column(k), want) {
				t.Errorf("batch %d: column %v, want %v", i, rec.Column(k), want)
			}
		}
	}
}

// TestEmptyFiles: a file without rows can be read.
func TestEmptyFiles(t *testing.T) {
	for i, begin := range []New{NewParquet, NewCSV, NewArrow} {
		var b bytes.Buffer
		e, err := begin(&b, &File{Schema: table.Schema(someTable), Memory: memory.DefaultAllocator})
		if err == nil {
			err = e.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		if n, err := []Count{CountParquet, CountCSV, CountArrow}[i](bytes.NewReader(b.Bytes())); n != 0 || err != nil {
			t.Errorf("format %d: %d rows, %v, in an empty file", i, n, err)
		}
	}
}
