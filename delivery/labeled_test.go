package delivery

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// labelsOf are the labels of a table.
func labelsOf(t *schema.Table) (labels []string) {
	for i := range t.Fields {
		labels = append(labels, t.Fields[i].Label)
	}
	return labels
}

// labeledText writes fixed-width records as CSV.
func labeledText(records []string, comma, quote, end string, value func(string) string) string {
	t := tableOf("CCLF5")
	text := strings.Join(labelsOf(t), comma) + end
	for _, r := range records {
		var values []string
		for _, s := range t.Record(schema.LayoutV36) {
			v := quote + strings.ReplaceAll(value(r[s.Start-1:s.End]), `"`, `""`) + quote
			values = append(values, v)
		}
		text += strings.Join(values, comma) + end
	}
	return text
}

func same(v string) string { return v }

func trimmed(v string) string { return strings.TrimRight(v, " ") }

// plain is a value as databases write it: amounts without zeros in front, and
// dates with a time.
func plain(v string) string {
	v = trimmed(v)
	if len(v) == len("2025-01-31") && v[4] == '-' && v[7] == '-' {
		return v + " 00:00:00"
	}
	if i := strings.LastIndexByte(v, '.'); i > 0 && strings.Trim(v, " -.0123456789") == "" {
		sign := ""
		v = strings.TrimLeft(v, " ")
		if v[0] == '-' {
			sign, v = "-", v[1:]
		}
		v = strings.TrimRight(strings.TrimLeft(v, "0"), "0")
		if v[0] == '.' {
			v = "0" + v
		}
		return sign + strings.TrimSuffix(v, ".")
	}
	return v
}

// TestLabeledCSV imports records as fixed-width and as CSV files: the rows must be
// equal.
func TestLabeledCSV(t *testing.T) {
	synthtest.WithoutRace(t)
	rng := rand.New(rand.NewPCG(1, 2))
	records := randomRecords(t, rng, "CCLF5", schema.LayoutV36, 50)
	labels := labelsOf(tableOf("CCLF5"))
	_, out := importCSV(t, Options{Inputs: []string{writeFiles(t, map[string]string{"CCLF5.txt": strings.Join(records, "\n")})}})
	want := rows(t, out, "cclf5", labels...)
	if len(want) != 50 {
		t.Fatalf("%d rows", len(want))
	}
	for _, tt := range []struct{ name, file, text string }{
		{"padded", "cclf5.csv", labeledText(records, ",", `"`, "\n", same)},
		{"quoted CRLF", "CCLF5.CSV", labeledText(records, ",", `"`, "\r\n", trimmed)},
		{"pipes", "zc5.txt", labeledText(records, "|", "", "\n", trimmed)},
		{"tabs", "anything", labeledText(records, "\t", "", "\n", trimmed)},
		{"BOM", "partb_physicians.csv", "\xef\xbb\xbf" + labeledText(records, ",", `"`, "\n", trimmed)},
		{"plain", "part-00000.csv", labeledText(records, ",", `"`, "\n", plain)},
		{"lower case", "x.csv", strings.ToLower(strings.Join(labels, ",")) + "\n" +
			strings.SplitN(labeledText(records, ",", `"`, "\n", trimmed), "\n", 2)[1]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, out := importCSV(t, Options{Inputs: []string{writeFiles(t, map[string]string{tt.file: tt.text})}})
			equal(t, "rows", rows(t, out, "cclf5", labels...), want...)
			if r.Rejected != 0 {
				t.Errorf("rejects: %s", rejects(t, out))
			}
		})
	}
}

// claimsCSV has lines of two deliveries, without columns that loaders leave out.
func claimsCSV(files ...string) string {
	var labels []string
	for _, label := range labelsOf(tableOf("CCLF5")) {
		if label != "BENE_HIC_NUM" && label != "HCPCS_BETOS_CD" {
			labels = append(labels, label)
		}
	}
	text := strings.Join(labels, ",") + ",file_name,file_date,ingest_datetime\n"
	for n, file := range files {
		text += fmt.Sprintf("%d,1%s,%s,2025-01-21,x\n", n, strings.Repeat(",", len(labels)-2), file)
	}
	return text
}

func TestFileNameColumn(t *testing.T) {
	first, second := "P.A1234.ACO.ZC5Y25.D250121.T0912345", "s3://bucket/P.A1234.ACO.ZC5Y25.D250218.T0912345"
	dir := writeFiles(t, map[string]string{"cclf5.csv": claimsCSV(first, first, second, "", "other.txt")})
	_, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "cclf5", rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID", "FILE_NAME", "FILE_DATE"),
		"0|"+first+"|2025-01-21", "1|"+first+"|2025-01-21", "2|"+filepath.Base(second)+"|2025-02-18", "3|cclf5.csv|", "4|other.txt|2025-01-21")
	equal(t, "deliveries", rows(t, out, "deliveries", "FILE_NAME", "KIND", "ACO_ID", "FILE_DATE", "ROWS_READ", "ROWS_PROMISED"),
		first+"|monthly|A1234|2025-01-21|2|", filepath.Base(second)+"|monthly|A1234|2025-02-18|1|", "cclf5.csv||||1|", "other.txt|||2025-01-21|1|")
}

// TestFileDateColumn adds to a data set with rows whose file has a day, but no name of CMS's.
func TestFileDateColumn(t *testing.T) {
	synthtest.WithoutRace(t)
	csv := writeFiles(t, map[string]string{"cclf5.csv": claimsCSV("other.txt", "other.txt")})
	d := monthly(february, line(t, "1", nil))
	out := filepath.Join(t.TempDir(), "out")
	for _, input := range []string{csv, d.folder(t, t.TempDir()), csv} {
		if _, err := Import(context.Background(), Options{Inputs: []string{input}, Out: out, MaxRejects: -1}); err != nil {
			t.Fatal(err)
		}
	}
	if got := parquetTexts(t, out, "cclf5"); len(got) != 3 {
		t.Errorf("rows %v", got)
	}
	if got := parquetTexts(t, out, "deliveries"); len(grep(got, "other.txt|CCLF5|||||2025-01-21|2|")) != 1 || len(grep(got, "other.txt")) != 1 {
		t.Errorf("deliveries:\n%s", strings.Join(got, "\n"))
	}
}

// TestLabeledAgain imports rows whose files the data set has, or that are there
// twice: they must not count twice.
func TestLabeledAgain(t *testing.T) {
	synthtest.WithoutRace(t)
	name := "P.A1234.ACO.ZC5Y25.D250121.T0912345"
	csv := writeFiles(t, map[string]string{"cclf5.csv": claimsCSV(name, name)})
	other := writeFiles(t, map[string]string{"cclf5.csv": claimsCSV(name, name)})
	out := filepath.Join(t.TempDir(), "out")
	for _, inputs := range [][]string{{csv, other}, {csv}, {other}} {
		r, err := Import(context.Background(), Options{Inputs: inputs, Out: out, MaxRejects: -1})
		if err != nil {
			t.Fatal(err)
		}
		if got := parquetTexts(t, out, "cclf5"); len(got) != 2 {
			t.Errorf("%v: %d rows, want 2", inputs, len(got))
		}
		if len(r.Before)+len(r.Twice) != 1 {
			t.Errorf("before %v, twice %v", r.Before, r.Twice)
		}
	}
	d := monthly(january, line(t, "0", nil))
	fixed := d.folder(t, t.TempDir())
	_, out = importCSV(t, Options{Inputs: []string{csv, fixed}})
	equal(t, "cclf5", rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID"), "0")
}

// TestParts imports a table of several part files: equal rows in them are rows of
// one delivery, and stay.
func TestParts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "partb_physicians")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"part-0.csv", "part-1.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(claimsCSV("", "")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "cclf5", rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID", "FILE_NAME"), "0|part-0.csv", "0|part-0.csv", "1|part-0.csv", "1|part-0.csv")
}

func TestLabeledRejects(t *testing.T) {
	text := claimsCSV("", "") + "1,2\n" + "x" + claimsCSV("")[strings.IndexByte(claimsCSV(""), '\n'):]
	_, rest, _ := strings.Cut(text, "\nx\n")
	text = strings.TrimSuffix(text, "x\n"+rest) + strings.Replace(rest, "0,1,", "0,one,", 1)
	r, out := importCSV(t, Options{Inputs: []string{writeFiles(t, map[string]string{"cclf5.csv": text})}})
	got := rejects(t, out)
	if r.Rejected != 2 || !strings.Contains(got, `"line":4,`) || !strings.Contains(got, `"line":5,`) || !strings.Contains(got, `"label":"CLM_LINE_NUM","reason":"not a number"`) {
		t.Errorf("rejects: %s", got)
	}
	equal(t, "deliveries", rows(t, out, "deliveries", "ROWS_READ", "ROWS_REJECTED"), "4|2")
}

// column makes a column of two values for a Parquet file.
func column(typ arrow.DataType, add func(array.Builder)) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, typ)
	add(b)
	b.AppendNull()
	return b.NewArray()
}

// parquetFile writes a table of CCLF5 with some columns, the others being texts
// that are null.
func parquetFile(t *testing.T, path string, columns map[string]arrow.Array) {
	t.Helper()
	var fields []arrow.Field
	var arrays []arrow.Array
	for _, label := range labelsOf(tableOf("CCLF5")) {
		col := columns[label]
		if col == nil {
			col = column(arrow.BinaryTypes.String, func(b array.Builder) { b.AppendNull() })
		}
		fields = append(fields, arrow.Field{Name: strings.ToLower(label), Type: col.DataType(), Nullable: true})
		arrays = append(arrays, col)
	}
	s := arrow.NewSchema(fields, nil)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := pqarrow.NewFileWriter(s, f, parquet.NewWriterProperties(), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(array.NewRecordBatch(s, arrays, 2)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLabeledParquet(t *testing.T) {
	synthtest.WithoutRace(t)
	text := func(v string) arrow.Array {
		return column(arrow.BinaryTypes.String, func(b array.Builder) { b.(*array.StringBuilder).Append(v) })
	}
	dictionary := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	day := arrow.Date32FromTime(Name{}.Made.AddDate(2024, 0, 4))
	for name, columns := range map[string]map[string]arrow.Array{
		"texts": {
			"CUR_CLM_UNIQ_ID": text("0000000000012"), "CLM_LINE_NUM": text("0000000001"), "CLM_TYPE_CD": text("71"),
			"CLM_FROM_DT": text("2025-01-05"), "CLM_LINE_CVRD_PD_AMT": text(" 00000000012.30"), "CLM_LINE_SRVC_UNIT_QTY": text("1.5"),
		},
		"types": {
			"CUR_CLM_UNIQ_ID": text("0000000000012"),
			"CLM_LINE_NUM":    column(arrow.PrimitiveTypes.Int32, func(b array.Builder) { b.(*array.Int32Builder).Append(1) }),
			"CLM_TYPE_CD":     column(dictionary, func(b array.Builder) { _ = b.(*array.BinaryDictionaryBuilder).AppendString("71") }),
			"CLM_FROM_DT":     column(arrow.FixedWidthTypes.Date32, func(b array.Builder) { b.(*array.Date32Builder).Append(day) }),
			"CLM_LINE_CVRD_PD_AMT": column(&arrow.Decimal128Type{Precision: 15, Scale: 2}, func(b array.Builder) {
				b.(*array.Decimal128Builder).Append(decimal128.FromI64(1230))
			}),
			"CLM_LINE_SRVC_UNIT_QTY": column(arrow.PrimitiveTypes.Float64, func(b array.Builder) { b.(*array.Float64Builder).Append(1.5) }),
		},
		"more types": {
			"CUR_CLM_UNIQ_ID": text("0000000000012"),
			"CLM_LINE_NUM":    column(arrow.PrimitiveTypes.Float64, func(b array.Builder) { b.(*array.Float64Builder).Append(1) }),
			"CLM_TYPE_CD":     column(arrow.PrimitiveTypes.Int64, func(b array.Builder) { b.(*array.Int64Builder).Append(71) }),
			"CLM_FROM_DT": column(&arrow.TimestampType{Unit: arrow.Microsecond}, func(b array.Builder) {
				b.(*array.TimestampBuilder).Append(arrow.Timestamp(day.ToTime().UnixMicro()))
			}),
			"CLM_LINE_CVRD_PD_AMT":   column(arrow.PrimitiveTypes.Float64, func(b array.Builder) { b.(*array.Float64Builder).Append(4.1 * 3) }),
			"CLM_LINE_SRVC_UNIT_QTY": text("1.5000"),
		},
	} {
		for _, path := range []string{"cclf5/part-00000.parquet", "partb_physicians.parquet", "x.parquet"} {
			t.Run(name+" "+path, func(t *testing.T) {
				dir := t.TempDir()
				parquetFile(t, filepath.Join(dir, path), columns)
				r, out := importCSV(t, Options{Inputs: []string{dir}})
				got := rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID", "CLM_LINE_NUM", "CLM_TYPE_CD", "CLM_FROM_DT", "CLM_LINE_CVRD_PD_AMT", "CLM_LINE_SRVC_UNIT_QTY")
				equal(t, "rows", got, "0000000000012|1|71|2025-01-05|12.30|1.5000", "|||||")
				if r.Rejected != 0 {
					t.Errorf("rejects: %s", rejects(t, out))
				}
			})
		}
	}
}

// TestImported imports the tables of a data set of deliveries: the rows must be
// equal.
func TestImported(t *testing.T) {
	d := monthly(january, line(t, "1", nil), line(t, "2", nil))
	first := filepath.Join(t.TempDir(), "first")
	if _, err := Import(context.Background(), Options{Inputs: []string{d.folder(t, t.TempDir())}, Out: first}); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(t.TempDir(), "second")
	if _, err := Import(context.Background(), Options{Inputs: []string{first}, Out: second}); err != nil {
		t.Fatal(err)
	}
	equal(t, "cclf5", parquetTexts(t, second, "cclf5"), parquetTexts(t, first, "cclf5")...)
}

// TestStdin imports a zip file, a file of records, and CSV from standard input.
func TestStdin(t *testing.T) {
	d := monthly(january, line(t, "1", map[string]string{"CLM_FROM_DT": "2025-01-05"}))
	packed := d.zip(t, t.TempDir())
	records := filepath.Join(writeFiles(t, map[string]string{"x": line(t, "1", nil) + "\n"}), "x")
	csv := filepath.Join(writeFiles(t, map[string]string{"x": claimsCSV("", "")}), "x")
	for path, want := range map[string]int{packed: 1, records: 1, csv: 2} {
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		_, out := importCSV(t, Options{Inputs: []string{Stdin}, Stdin: in})
		if got := rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID"); len(got) != want || slices.Contains(got, "") {
			t.Errorf("%s: rows %v", path, got)
		}
	}
}
