package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// result is a Rows in memory.
type result struct {
	columns []Column
	rows    [][]any
	err     error // after the last row
	current []any
}

func (t *result) Next() bool {
	if len(t.rows) == 0 {
		return false
	}
	t.current, t.rows = t.rows[0], t.rows[1:]
	return true
}

func (t *result) Values() []any { return t.current }

func (t *result) Err() error { return t.err }

// numbers is a column of n numbers, from 0.
func numbers(n int) *result {
	t := &result{columns: []Column{{Name: "n", Number: true}}}
	for i := range n {
		t.rows = append(t.rows, []any{int64(i)})
	}
	return t
}

type writeFunc func(io.Writer, []Column, Rows) error

func csvWriter(opts CSVOptions) writeFunc {
	return func(w io.Writer, columns []Column, rows Rows) error { return WriteCSV(w, columns, rows, opts) }
}

func tableWrite(w io.Writer, columns []Column, rows Rows) error {
	return WriteTable(w, columns, rows, TableOptions{Null: "-"})
}

func lineWriter(w io.Writer, columns []Column, rows Rows) error {
	return WriteLines(w, columns, rows, "-")
}

func htmlWriter(w io.Writer, columns []Column, rows Rows) error {
	return WriteHTMLTable(w, "result", columns, rows)
}

func TestWrite(t *testing.T) {
	date := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	mixed := result{
		columns: []Column{{Name: "code"}, {Name: "amt", Number: true}, {Name: "day"}, {Name: "ok"}, {Name: "list"}},
		rows: [][]any{
			{"0012", json.Number("12.50"), date(2024, 2, 29), true, json.RawMessage("[1,2]")},
			{`a "b", <c>`, json.Number("-0.05"), nil, nil, json.RawMessage("[]")},
			{"", nil, date(2024, 1, 1), false, nil},
		},
	}
	none := result{columns: []Column{{Name: "a", Number: true}, {Name: "b"}}}
	formulas := result{
		columns: []Column{{Name: "=n", Number: true}, {Name: "s"}, {Name: "f"}, {Name: "l"}, {Name: "z"}, {Name: "d"}, {Name: "t"}},
		rows:    [][]any{{json.Number("-1.5"), "-1.5", "=1+1", json.RawMessage(`["@x"]`), nil, date(2024, 1, 1), "\tx"}},
	}
	twins := result{
		columns: []Column{{Name: "a", Number: true}, {Name: "a", Number: true}, {Name: "a_2", Number: true}, {Name: "f", Number: true}, {Name: "x", Number: true}},
		rows:    [][]any{{int64(1), int64(2), int64(3), math.NaN(), 1e-7}},
	}
	hostile := result{columns: []Column{{Name: "s"}}, rows: [][]any{{"\x1b[31mred\ttab\nline"}}}
	quotes := result{columns: []Column{{Name: ""}, {Name: "a,b"}}, rows: [][]any{{" x", `\.`}, {"a\nb", "tab\tx"}}}
	times := result{
		columns: []Column{{Name: "t", Type: "TIMESTAMP"}, {Name: "z", Type: "TIMESTAMP WITH TIME ZONE"}, {Name: "s", Type: "VARCHAR"}},
		rows: [][]any{
			{"2024-02-29 13:01:02.5", "2024-02-29 13:01:02+05:30", "2024-02-29 13:01:02"},
			{"infinity", "2024-02-29 13:01:02+00", nil},
		},
	}
	script := result{
		columns: []Column{{Name: "<n>", Number: true}, {Name: "s"}},
		rows:    [][]any{{int64(1), "<script>alert('x')</script>\x1b[2J"}, {nil, "a & b"}},
	}
	markup := result{columns: []Column{{Name: "s"}}, rows: [][]any{{`\| [x](javascript:y) &lt; A&B **b**`}}}
	for _, tt := range []struct {
		name  string
		write writeFunc
		rows  result
		want  string
	}{
		{"csv", csvWriter(CSVOptions{}), mixed, `
code,amt,day,ok,list
0012,12.50,2024-02-29,true,"[1,2]"
"a ""b"", <c>",-0.05,,,[]
"",,2024-01-01,false,
`},
		{"tsv", csvWriter(CSVOptions{Tabs: true}), mixed, "\ncode\tamt\tday\tok\tlist\n0012\t12.50\t2024-02-29\ttrue\t[1,2]\n" +
			`"a ""b"", <c>"` + "\t-0.05\t\t\t[]\n\"\"\t\t2024-01-01\tfalse\t\n"},
		{"csv quotes", csvWriter(CSVOptions{}), quotes, "\n" + `"","a,b"` + "\n" + `" x","\."` + "\n" + `"a` + "\n" + `b",tab	x` + "\n"},
		{"csv empty", csvWriter(CSVOptions{}), none, "\na,b\n"},
		{"csv spreadsheet", csvWriter(CSVOptions{Spreadsheet: true}), formulas, `
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
		{"json empty", WriteJSON, none, "\n[]\n"},
		{"json timestamps", WriteJSON, times, `
[
  {"t":"2024-02-29T13:01:02.5Z","z":"2024-02-29T13:01:02+05:30","s":"2024-02-29 13:01:02"},
  {"t":"infinity","z":"2024-02-29T13:01:02Z","s":null}
]
`},
		{"line", lineWriter, hostile, "\ns = \ufffd[31mred tab\n    line\n\n(1 row)\n"},
		{"lines", lineWriter, twins, `
  a = 1
  a = 2
a_2 = 3
  f = NaN
  x = 1e-07

(1 row)
`},
		{"line empty", lineWriter, none, "\n(0 rows)\n"},
		{"markdown", WriteMarkdown, mixed, `
| code | amt | day | ok | list |
| --- | ---: | --- | --- | --- |
| 0012 | 12.50 | 2024-02-29 | true | \[1,2\] |
| a "b", &lt;c> | -0.05 |  |  | \[\] |
|  |  | 2024-01-01 | false |  |
`},
		{"markdown empty", WriteMarkdown, none, "\n| a | b |\n| ---: | --- |\n"},
		{"markdown hostile", WriteMarkdown, markup, "\n| s |\n| --- |\n" + `| \\\| \[x\](javascript:y) &amp;lt; A&B \*\*b\*\* |` + "\n"},
		{"html", htmlWriter, script, `
<div class="wide" tabindex="0" role="region" aria-label="result"><table class="sortable">
<thead><tr><th scope="col" class="n">&lt;n&gt;</th><th scope="col">s</th></tr></thead>
<tbody>
<tr><td class="n">1</td><td>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;` + "\ufffd" + `[2J</td></tr>
<tr><td class="none">NULL</td><td>a &amp; b</td></tr>
</tbody>
</table></div>
<p>2 rows</p>
`},
		{"ndjson", WriteNDJSON, twins, "\n" + `{"a":1,"a_2":2,"a_2_2":3,"f":"NaN","x":1e-07}` + "\n"},
		{"ndjson empty", WriteNDJSON, none, "\n"},
		{"table", tableWrite, mixed, `
 code       |   amt | day        | ok    | list
------------+-------+------------+-------+-------
 0012       | 12.50 | 2024-02-29 | true  | [1,2]
 a "b", <c> | -0.05 | -          | -     | []
            |     - | 2024-01-01 | false | -
(3 rows)
`},
		{"table empty", tableWrite, none, `
 a | b
---+---
(0 rows)
`},
		{"table hostile", tableWrite, hostile, "\n" + ` s
--------------
 ` + "\ufffd" + `[31mred tab
 line
(1 row)
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := tt.write(&b, tt.rows.columns, &tt.rows); err != nil {
				t.Fatal(err)
			}
			if got := "\n" + b.String(); got != tt.want {
				t.Errorf("got:%s\nwant:%s", got, tt.want)
			}
		})
	}
}

func TestWriteLabeledCSV(t *testing.T) {
	var b strings.Builder
	rows := numbers(2)
	if err := WriteLabeledCSV(&b, "metric", "m", rows.columns, rows, CSVOptions{}); err != nil {
		t.Fatal(err)
	}
	if want := "metric,n\nm,0\nm,1\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

// TestTableBatches checks that a table laid out in batches has all rows, one
// header, and no gaps.
func TestTableBatches(t *testing.T) {
	for _, n := range []int{batchRows - 1, batchRows, batchRows + 1, 3*batchRows + 7} {
		var b strings.Builder
		rows := numbers(n)
		if err := WriteTable(&b, rows.columns, rows, TableOptions{}); err != nil {
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

// TestWriteErrors checks that the errors of the writer and of the rows are
// returned.
func TestWriteErrors(t *testing.T) {
	full, lost := errors.New("disk full"), errors.New("connection lost")
	for name, write := range map[string]writeFunc{
		"csv": csvWriter(CSVOptions{}), "json": WriteJSON, "ndjson": WriteNDJSON, "table": tableWrite,
		"line": lineWriter, "markdown": WriteMarkdown, "html": htmlWriter,
	} {
		for _, n := range []int{1, 20_000} {
			rows := numbers(n)
			if err := write(failing{full}, rows.columns, rows); !errors.Is(err, full) {
				t.Errorf("%s, %d rows: %v, want the writer's error", name, n, err)
			}
			rows = numbers(n)
			rows.err = lost
			if err := write(io.Discard, rows.columns, rows); !errors.Is(err, lost) {
				t.Errorf("%s, %d rows: %v, want the error of the rows", name, n, err)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestJSONIsValid(t *testing.T) {
	rows := &result{
		columns: []Column{{Name: `a"b`, Number: true}, {Name: "s"}, {Name: "i"}},
		rows:    [][]any{{1e300, "a\x00\"\\\u2028", "1 day"}, {math.Inf(1), nil, nil}},
	}
	var b strings.Builder
	if err := WriteJSON(&b, rows.columns, rows); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil || len(got) != 2 || got[0][`a"b`] != 1e300 {
		t.Errorf("%s: %v, %v", b.String(), got, err)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text          string
		width, indent int
		want          string
	}{
		{"", 10, 0, ""},
		{"  one  two ", 10, 0, "one two"},
		{"one two three", 7, 0, "one two\nthree"},
		{"one two three", 9, 2, "one two\n  three"},
		{"abcdefghij k", 4, 0, "abcd\nefgh\nij k"},
		{"x abcdefgh y", 4, 0, "x\nabcd\nefgh\ny"},
		{"日本語", 4, 0, "日本\n語"},
	} {
		if got := Wrap(tt.text, tt.width, tt.indent); got != tt.want {
			t.Errorf("Wrap(%q, %d, %d) = %q, want %q", tt.text, tt.width, tt.indent, got, tt.want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	if got, want := MarkdownText("a|b <c> *d* `e`\nf"), "a\\|b &lt;c> \\*d\\* \\`e\\` f"; got != want {
		t.Errorf("MarkdownText: %q, want %q", got, want)
	}
	if got, want := MarkdownCode("a | b"), "`a \\| b`"; got != want || MarkdownCode("") != "" {
		t.Errorf("MarkdownCode: %q, want %q", got, want)
	}
}
