//go:build cgo

package results

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// open opens a data set with the given part files.
func open(t *testing.T, files map[string]string) *query.DB {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	db, err := query.Open(t.Context(), dir, query.Options{Threads: 1, NoManifest: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// printed returns what a function writes.
func printed(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func compare(t *testing.T, what, want, got string) {
	t.Helper()
	lines := func(s string) []string { return strings.Split(s, "\n") }
	if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestWriteRows(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	for format, want := range map[render.Format]string{
		"":              " s  |    n\n----+------\n =1 | 2.50\n    |    -\n(2 rows)\n",
		render.CSV:      "s,n\n'=1,2.50\n\"\",\n",
		render.TSV:      "s\tn\n'=1\t2.50\n\"\"\t\n",
		render.Markdown: "| s | n |\n| --- | ---: |\n| =1 | 2.50 |\n|  |  |\n",
		render.Lines:    "s = =1\nn = 2.50\n\ns =\nn = -\n\n(2 rows)\n",
		render.JSON:     "[\n  {\"s\":\"=1\",\"n\":2.50},\n  {\"s\":\"\",\"n\":null}\n]\n",
		render.NDJSON:   "{\"s\":\"=1\",\"n\":2.50}\n{\"s\":\"\",\"n\":null}\n",
	} {
		rows, err := db.Query(t.Context(), "SELECT * FROM (VALUES ('=1', 2.50), ('', NULL)) t(s, n)")
		if err != nil {
			t.Fatal(err)
		}
		opts := Options{Format: format, Null: "-", CSV: render.CSVOptions{Spreadsheet: true}}
		got := printed(t, func(w io.Writer) error { return errors.Join(WriteRows(w, rows, opts), rows.Close()) })
		compare(t, string(format), want, got)
	}
}

func TestMetricWriter(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	run, err := db.StartMetrics(t.Context(), query.MetricOptions{Basis: query.DebitCredit})
	if err != nil {
		t.Fatal(err)
	}
	write := func(format render.Format) string {
		return printed(t, func(w io.Writer) error {
			mw := NewMetricWriter(w, MetricInfo{Basis: query.DebitCredit, Warnings: []string{"few"}}, Options{Format: format})
			for _, name := range []string{"spending_total", "member_months"} {
				m := query.LookupMetric(name)
				rows, err := run.Query(t.Context(), m)
				if err != nil {
					return err
				}
				if err := errors.Join(mw.Write(m, rows), rows.Close()); err != nil {
					return err
				}
			}
			return mw.Close()
		})
	}
	total, months := query.LookupMetric("spending_total"), query.LookupMetric("member_months")
	compare(t, "table", `Basis: debits and credits (cancellations are subtracted).

spending_total: `+total.Title+` (`+total.Units+`)

 spending         | paid | people
------------------+------+--------
 A, institutional | 0.00 |      0
 B, physician     | 0.00 |      0
 B, equipment     | 0.00 |      0
 A and B          | 0.00 |      0
(4 rows)

member_months: `+months.Title+` (`+months.Units+`)

 month | part_a | part_b | part_c | part_d | part_a_and_b | part_a_or_b | fee_for_service | inferred
-------+--------+--------+--------+--------+--------------+-------------+-----------------+----------
(0 rows)
`, write(render.Table))
	compare(t, "csv", `metric,spending,paid,people
spending_total,"A, institutional",0.00,0
spending_total,"B, physician",0.00,0
spending_total,"B, equipment",0.00,0
spending_total,A and B,0.00,0

metric,month,part_a,part_b,part_c,part_d,part_a_and_b,part_a_or_b,fee_for_service,inferred
`, write(render.CSV))
	var parsed struct {
		Basis   string
		Metrics []struct {
			Name, Title, Units string
			Rows               []map[string]json.RawMessage
		}
	}
	object := write(render.JSON)
	if err := json.Unmarshal([]byte(object), &parsed); err != nil {
		t.Fatalf("%v:\n%s", err, object)
	}
	if parsed.Basis != "debit-credit" || len(parsed.Metrics) != 2 || len(parsed.Metrics[0].Rows) != 4 ||
		string(parsed.Metrics[0].Rows[3]["paid"]) != "0.00" || len(parsed.Metrics[1].Rows) != 0 {
		t.Errorf("JSON: %s", object)
	}
}

func TestWriteMetricList(t *testing.T) {
	t.Parallel()
	for _, format := range []render.Format{render.Table, render.CSV, render.JSON} {
		list := printed(t, func(w io.Writer) error { return WriteMetricList(w, format, query.Metrics()) })
		for _, m := range query.Metrics() {
			if !strings.Contains(list, m.Name) || !strings.Contains(list, m.Title) {
				t.Errorf("the list as %s lacks %s", format, m.Name)
			}
		}
	}
}

// report returns a report on four tables.
func report(t *testing.T) *CompletenessReport {
	t.Helper()
	db := open(t, map[string]string{
		"cclf1/part-00000.csv": "CUR_CLM_UNIQ_ID,BENE_HIC_NUM,CLM_FROM_DT,CLM_PMT_AMT,NOTE\n" +
			"1,,2024-02-29,10.50,\n2,,2023-01-01,-0.05,\n3,,,10.50,\n",
		"cclf9/part-00000.csv":                       "CRNT_NUM\nx\n",
		"partially_adjudicated/cclf1/part-00000.csv": "CUR_CLM_UNIQ_ID,CLM_PMT_AMT\n1,\n",
	})
	r := &CompletenessReport{}
	for _, name := range []string{"cclf1", "cclf3", "cclf9", "partially_adjudicated.cclf1"} {
		table, err := db.Inspect(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		r.Tables = append(r.Tables, table)
	}
	return r
}

func TestCompletenessReportTable(t *testing.T) {
	t.Parallel()
	r := report(t)
	r.APIs = []schema.API{schema.V2}
	table := func(w io.Writer) error { return r.Write(w, Options{}) }
	header := schema.Lookup("cclf1")
	compare(t, "all columns", `cclf1: Part A Claims Header File, 3 rows

 column          | filled | distinct |        min |        max | v2
-----------------+--------+----------+------------+------------+--------
 CUR_CLM_UNIQ_ID | 100.0% |        3 |            |            | mapped
 BENE_HIC_NUM    |   0.0% |        0 |            |            | absent
 CLM_FROM_DT     |  66.7% |        2 | 2023-01-01 | 2024-02-29 | mapped
 CLM_PMT_AMT     | 100.0% |        2 |      -0.05 |      10.50 | mapped
 NOTE            |   0.0% |        0 |            |            |

Empty:
  BENE_HIC_NUM  v2 does not carry it: `+header.Field("BENE_HIC_NUM").Cells[schema.V2].Note+`
  NOTE          not a field that cclf fills

cclf3: Part A Procedure Code File, no rows

cclf9: BENE XREF File, 1 row

 column   | filled | distinct | min | max | v2
----------+--------+----------+-----+-----+---------
 CRNT_NUM | 100.0% |        1 |     |     | derived

No column is empty.

partially_adjudicated.cclf1: Part A Claims Header File, 1 row

 column          | filled | distinct | min | max | v2
-----------------+--------+----------+-----+-----+--------
 CUR_CLM_UNIQ_ID | 100.0% |        1 |     |     | mapped
 CLM_PMT_AMT     |   0.0% |        0 |     |     | absent

Empty:
  CLM_PMT_AMT  v2 does not carry it: `+header.Field("CLM_PMT_AMT").Partial.Note+`
`, printed(t, table))

	r.EmptyOnly = true
	r.APIs = nil
	compare(t, "empty columns", `cclf1: Part A Claims Header File, 3 rows

Empty:
  BENE_HIC_NUM
  NOTE          not a field that cclf fills

cclf3: Part A Procedure Code File, no rows

cclf9: BENE XREF File, 1 row

No column is empty.

partially_adjudicated.cclf1: Part A Claims Header File, 1 row

Empty:
  CLM_PMT_AMT

The API version of the data set is unknown, so empty columns are not explained; --api sets it.
`, printed(t, table))
}

func TestCompletenessReportData(t *testing.T) {
	t.Parallel()
	r := report(t)
	r.APIs = []schema.API{schema.V1, schema.V2}
	r.Tables = r.Tables[:1]
	asCSV := func(w io.Writer) error { return r.Write(w, Options{Format: render.CSV}) }
	asJSON := func(w io.Writer) error { return r.Write(w, Options{Format: render.JSON}) }
	noHICN := schema.Lookup("cclf1").Field("BENE_HIC_NUM").Cells
	why := "v1 does not carry it: " + noHICN[schema.V1].Note + "; v2 does not carry it: " + noHICN[schema.V2].Note
	compare(t, "csv", `table,rows,column,type,filled,share,distinct,distinct_exact,min,max,source,why_empty
cclf1,3,CUR_CLM_UNIQ_ID,VARCHAR,3,1,3,true,,,v1:mapped v2:mapped,
cclf1,3,BENE_HIC_NUM,VARCHAR,0,0,0,true,,,v1:absent v2:absent,`+why+`
cclf1,3,CLM_FROM_DT,DATE,2,0.666667,2,true,2023-01-01,2024-02-29,v1:mapped v2:mapped,
cclf1,3,CLM_PMT_AMT,"DECIMAL(15,2)",3,1,2,true,-0.05,10.50,v1:mapped v2:mapped,
cclf1,3,NOTE,VARCHAR,0,0,0,true,,,,not a field that cclf fills
`, printed(t, asCSV))

	r.EmptyOnly = true
	compare(t, "json", `{
  "apis": [
    "v1",
    "v2"
  ],
  "tables": [
    {
      "table": "cclf1",
      "title": "Part A Claims Header File",
      "rows": 3,
      "columns": [
        {
          "column": "BENE_HIC_NUM",
          "type": "VARCHAR",
          "filled": 0,
          "share": 0,
          "distinct": 0,
          "distinct_exact": true,
          "sources": {
            "v1": {
              "source": "absent",
              "note": "`+noHICN[schema.V1].Note+`"
            },
            "v2": {
              "source": "absent",
              "note": "`+noHICN[schema.V2].Note+`"
            }
          },
          "why_empty": "`+why+`"
        },
        {
          "column": "NOTE",
          "type": "VARCHAR",
          "filled": 0,
          "share": 0,
          "distinct": 0,
          "distinct_exact": true,
          "sources": {},
          "why_empty": "not a field that cclf fills"
        }
      ]
    }
  ]
}
`, printed(t, asJSON))

	r.EmptyOnly = false
	all := printed(t, asJSON)
	for _, want := range []string{`"min": -0.05,`, `"max": "2024-02-29",`, `"share": 0.666667,`} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
	r = &CompletenessReport{}
	compare(t, "json, no tables", "{\n  \"apis\": [],\n  \"tables\": []\n}\n", printed(t, asJSON))
}

// TestCompletenessReportWithoutRows checks that the report on a data set without
// rows lists every field, with the reason why it is empty.
func TestCompletenessReportWithoutRows(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	r := CompletenessReport{APIs: []schema.API{schema.V3}}
	fields := 0
	for _, name := range db.TableNames() {
		table, err := db.Inspect(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		r.Tables = append(r.Tables, table)
		fields += len(schema.Lookup(name).Fields)
	}
	out := printed(t, func(w io.Writer) error { return r.Write(w, Options{Format: render.CSV}) })
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(records) != fields+1 {
		t.Errorf("%d records for %d fields: %v", len(records), fields, err)
	}
	for _, r := range records[1:] {
		if r[len(r)-1] == "" {
			t.Errorf("%s.%s is empty without a reason", r[0], r[2])
		}
	}
}

func TestEstimate(t *testing.T) {
	r := CompletenessReport{Tables: []*query.TableProfile{{
		Name: "t", Rows: 7, Columns: []query.ColumnProfile{{Name: "c", Type: "VARCHAR", Filled: 7, Distinct: 1}},
	}}}
	out := printed(t, func(w io.Writer) error { return r.Write(w, Options{}) })
	for _, want := range []string{"|       ~1 |", "~ estimated, with approx_count_distinct"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestCompletenessReportForSpreadsheets checks that the column names of a data
// set cannot be formulas.
func TestCompletenessReportForSpreadsheets(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{"extra/part-00000.csv": "=cmd()\n=1+1\n"})
	table, err := db.Inspect(t.Context(), "extra")
	if err != nil {
		t.Fatal(err)
	}
	r := CompletenessReport{Tables: []*query.TableProfile{table}}
	for _, tt := range []struct {
		opts render.CSVOptions
		want string
	}{{render.CSVOptions{}, "extra,1,=cmd(),"}, {render.CSVOptions{Spreadsheet: true}, "extra,1,'=cmd(),"}} {
		out := printed(t, func(w io.Writer) error { return r.Write(w, Options{Format: render.CSV, CSV: tt.opts}) })
		if !strings.Contains(out, tt.want) {
			t.Errorf("%v: no %s in\n%s", tt.opts, tt.want, out)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		n, total int64
		want     string
	}{
		{0, 7, "0.0%"},
		{1, 100_000, "<0.1%"},
		{1, 3, "33.3%"},
		{1, 1000, "0.1%"},
		{99_999, 100_000, ">99.9%"},
		{999, 1000, "99.9%"},
		{7, 7, "100.0%"},
	} {
		if got := percent(tt.n, tt.total); got != tt.want {
			t.Errorf("percent(%d, %d) = %s, want %s", tt.n, tt.total, got, tt.want)
		}
	}
}
