package convert

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// sinkTable has a column of each kind.
var sinkTable = &schema.Table{Name: "x", Description: "A table.", Fields: []schema.Field{
	{Label: "TEXT", Description: "text", Type: schema.Type{Kind: schema.Text}},
	{Label: "INT", Description: "int", Type: schema.Type{Kind: schema.Int}},
	{Label: "AMOUNT", Description: "amount", Type: schema.Type{Kind: schema.Decimal, Precision: 22, Scale: 4}},
	{Label: "DATE", Description: "date", Type: schema.Type{Kind: schema.Date}},
}}

var sinkRows = [][]string{
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

func sinkBatch(t *testing.T) arrow.RecordBatch {
	t.Helper()
	arrays := make([]arrow.Array, len(sinkTable.Fields))
	for i := range arrays {
		col := table.NewColumn(&sinkTable.Fields[i])
		for _, row := range sinkRows {
			if err := col.Append([]byte(row[i])); err != nil {
				t.Fatal(err)
			}
		}
		arrays[i] = col.Array()
	}
	return array.NewRecordBatch(table.Schema(sinkTable), arrays, int64(len(sinkRows)))
}

// writeSink writes the rows twice to a file of a format.
func writeSink(t *testing.T, format Format) []byte {
	t.Helper()
	var b bytes.Buffer
	s, err := sinks[format](struct{ io.Writer }{&b}, table.Schema(sinkTable), &table.PoolAllocator{Poison: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Write(sinkBatch(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSVSink(t *testing.T) {
	text := writeSink(t, CSV)
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat([][]string{{"TEXT", "INT", "AMOUNT", "DATE"}}, sinkRows, sinkRows)
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

// TestParquetSink reads the rows back, with their types and descriptions.
func TestParquetSink(t *testing.T) {
	text := writeSink(t, Parquet)
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
	if got.NumRows() != int64(2*len(sinkRows)) {
		t.Fatalf("%d rows", got.NumRows())
	}
	for i, f := range sinkTable.Fields {
		column, want := got.Column(i), table.Schema(sinkTable).Field(i).Type
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
			if want := sinkRows[row%len(sinkRows)][i]; v != want {
				t.Errorf("%s of row %d is %q, want %q", f.Label, row, v, want)
			}
		}
	}
}
