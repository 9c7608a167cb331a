//go:build cgo

package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestWriters(t *testing.T) {
	db := open(t, map[string]string{})
	const (
		mixed = `SELECT * FROM (VALUES
			('0012', 12.50, DATE '2024-02-29', true, [1, 2]),
			('a "b", <c>', -0.05, NULL, NULL, []),
			('', NULL, DATE '2024-01-01', false, NULL)) t(code, amt, day, ok, list)`
		none  = "SELECT 1 AS a, 'x' AS b WHERE false"
		twins = "SELECT 1 AS a, 2 AS a, 3 AS a_2, 'NaN'::DOUBLE AS f"
		rude  = "SELECT E'\\x1b[31mred\\ttab\\nline' AS s"
	)
	asCSV := func(w io.Writer, rows *Rows) error { return WriteCSV(w, rows, CSVOptions{}) }
	forSheets := func(w io.Writer, rows *Rows) error { return WriteCSV(w, rows, CSVOptions{Spreadsheet: true}) }
	table := func(w io.Writer, rows *Rows) error { return WriteTable(w, rows, TableOptions{Null: "-"}) }
	for _, tt := range []struct {
		name  string
		write func(io.Writer, *Rows) error
		sql   string
		want  string
	}{
		{"csv", asCSV, mixed, `
code,amt,day,ok,list
0012,12.50,2024-02-29,true,"[1,2]"
"a ""b"", <c>",-0.05,,,[]
,,2024-01-01,false,
`},
		{"csv", asCSV, none, "\na,b\n"},
		{"csv", forSheets, "SELECT -1.5 AS \"=n\", '-1.5' AS s, '=1+1' AS f, ['@x'] AS l, NULL AS z, DATE '2024-01-01' AS d, E'\\tx' AS t", `
'=n,s,f,l,z,d,t
-1.5,'-1.5,'=1+1,"[""@x""]",,2024-01-01,'	x
`},
		{"json", WriteJSON, mixed, `
[
  {"code":"0012","amt":12.50,"day":"2024-02-29","ok":true,"list":[1,2]},
  {"code":"a \"b\", <c>","amt":-0.05,"day":null,"ok":null,"list":[]},
  {"code":"","amt":null,"day":"2024-01-01","ok":false,"list":null}
]
`},
		{"json", WriteJSON, none, "\n[]\n"},
		{"ndjson", WriteNDJSON, twins, "\n" + `{"a":1,"a_2":2,"a_2_2":3,"f":"NaN"}` + "\n"},
		{"ndjson", WriteNDJSON, none, "\n"},
		{"table", table, mixed, `
 code       |   amt | day        | ok    | list
------------+-------+------------+-------+-------
 0012       | 12.50 | 2024-02-29 | true  | [1,2]
 a "b", <c> | -0.05 | -          | -     | []
            |     - | 2024-01-01 | false | -
(3 rows)
`},
		{"table", table, none, `
 a | b
---+---
(0 rows)
`},
		{"table", table, rude, "\n" + ` s
--------------
 ` + "\ufffd" + `[31mred tab
 line
(1 row)
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := db.Query(t.Context(), tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var b strings.Builder
			if err := tt.write(&b, rows); err != nil {
				t.Fatal(err)
			}
			if got := "\n" + b.String(); got != tt.want {
				t.Errorf("got:%s\nwant:%s", got, tt.want)
			}
		})
	}
}

// TestTableBatches checks that a table that is laid out in pieces has all its
// rows, one header, and no gaps.
func TestTableBatches(t *testing.T) {
	db := open(t, map[string]string{})
	for _, n := range []int{tableRows - 1, tableRows, tableRows + 1, 3*tableRows + 7} {
		rows, err := db.Query(t.Context(), fmt.Sprintf("SELECT range AS n FROM range(%d)", n))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := errors.Join(WriteTable(&b, rows, TableOptions{}), rows.Close()); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != n+3 {
			t.Errorf("%d rows: %d lines", n, len(lines))
		}
		for i, line := range lines[2 : len(lines)-1] {
			if strings.TrimSpace(line) != fmt.Sprint(i) {
				t.Fatalf("%d rows: line %d is %q", n, i, line)
			}
		}
	}
}

func TestWriteErrors(t *testing.T) {
	db := open(t, map[string]string{})
	full := errors.New("disk full")
	for name, write := range map[string]func(io.Writer, *Rows) error{
		"csv":  func(w io.Writer, rows *Rows) error { return WriteCSV(w, rows, CSVOptions{}) },
		"json": WriteJSON, "ndjson": WriteNDJSON,
		"table": func(w io.Writer, rows *Rows) error { return WriteTable(w, rows, TableOptions{}) },
	} {
		for _, n := range []int{1, 20_000} {
			rows, err := db.Query(t.Context(), fmt.Sprintf("SELECT range FROM range(%d)", n))
			if err != nil {
				t.Fatal(err)
			}
			if err := write(failing{full}, rows); !errors.Is(err, full) {
				t.Errorf("%s, %d rows: %v, want the writer's error", name, n, err)
			}
			if err := rows.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestJSONIsJSON(t *testing.T) {
	db := open(t, map[string]string{})
	rows, err := db.Query(t.Context(), `SELECT * FROM (VALUES
		(1e300, 'a' || chr(0) || '"\' || chr(8232), INTERVAL 1 DAY), ('Infinity', NULL, NULL)) t("a""b", s, i)`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	if err := WriteJSON(&b, rows); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil || len(got) != 2 || got[0][`a"b`] != 1e300 {
		t.Errorf("%s: %v, %v", b.String(), got, err)
	}
}
