package render

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
)

func TestTableFits(t *testing.T) {
	defer func(n int) { mostCounted = n }(mostCounted)
	mostCounted = 10
	wide := func() *result {
		r := &result{}
		var row []any
		for i := range 45 {
			r.columns = append(r.columns, Column{Name: fmt.Sprintf("COLUMN_%02d", i+1), Number: i == 44})
			row = append(row, any(fmt.Sprint(i)))
		}
		r.rows = [][]any{row}
		return r
	}
	long := func() *result {
		return &result{
			columns: []Column{{Name: "code"}, {Name: "text"}, {Name: "amount", Number: true}},
			rows:    [][]any{{"0012", "a long text of forty characters, or more", "123456789012345.67"}, {"", "two\nlines, one of them long enough to be cut", "1"}},
		}
	}
	for _, tt := range []struct {
		name string
		rows *result
		opts TableOptions
		want string
	}{
		{"folded", wide(), TableOptions{Width: 60, Hint: "see the manual"}, `
 COLUMN_01 | COLUMN_02 | … | COLUMN_44 | COLUMN_45
-----------+-----------+---+-----------+-----------
 0         | 1         | … | 43        |        44
(1 row; 45 columns, 4 shown; see the manual)
`},
		{"folded to one", wide(), TableOptions{Width: 10}, `
 COLUMN_01 | …
-----------+---
 0         | …
(1 row; 45 columns, 1 shown)
`},
		{"cut", long(), TableOptions{Width: 50, Hint: "see the manual"}, `
 code | text                 |             amount
------+----------------------+--------------------
 0012 | a long text of fort… | 123456789012345.67
      | two                  |                  1
      | lines, one of them … |
(2 rows; long values are cut; see the manual)
`},
		{"cut in ASCII", long(), TableOptions{Width: 50, ASCII: true}, `
 code | text                 |             amount
------+----------------------+--------------------
 0012 | a long text of fo... | 123456789012345.67
      | two                  |                  1
      | lines, one of the... |
(2 rows; long values are cut)
`},
		{"wide enough", long(), TableOptions{Width: 90, Hint: "see the manual"}, `
 code | text                                     |             amount
------+------------------------------------------+--------------------
 0012 | a long text of forty characters, or more | 123456789012345.67
      | two                                      |                  1
      | lines, one of them long enough to be cut |
(2 rows)
`},
		{"head", numbers(5), TableOptions{Rows: 2, Hint: "see the manual"}, `
 n
---
 0
 1
(5 rows, 2 shown, 3 more; see the manual)
`},
		{"all", numbers(2), TableOptions{Rows: 2, Hint: "see the manual"}, "\n n\n---\n 0\n 1\n(2 rows)\n"},
		{"too many to count", numbers(mostCounted + 3), TableOptions{Rows: 1}, "\n n\n---\n 0\n(over 11 rows, 1 shown, over 10 more)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := WriteTable(&b, tt.rows.columns, tt.rows, tt.opts); err != nil {
				t.Fatal(err)
			}
			if got := "\n" + b.String(); got != tt.want {
				t.Errorf("got:%s\nwant:%s", got, tt.want)
			}
		})
	}
}

// TestTableWidths checks for all widths that no line is longer, if the first column
// fits.
func TestTableWidths(t *testing.T) {
	for width := 24; width < 200; width++ {
		r := &result{}
		var row []any
		for i := range 30 {
			r.columns = append(r.columns, Column{Name: strings.Repeat("x", i%11+1)})
			row = append(row, any(strings.Repeat("日本", i%17)))
		}
		r.rows = [][]any{row}
		var b strings.Builder
		if err := WriteTable(&b, r.columns, r, TableOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := text.StringWidth(strings.TrimRight(line, "\n")); n > width && !strings.HasPrefix(line, "(") {
				t.Fatalf("width %d: a line of %d:\n%s", width, n, b.String())
			}
		}
	}
}

// TestWideTable checks that a table for a file is complete, and says how many
// columns it has.
func TestWideTable(t *testing.T) {
	r := &result{columns: make([]Column, 45), rows: [][]any{make([]any, 45)}}
	for i := range r.columns {
		r.columns[i].Name = fmt.Sprint("name", i)
	}
	var b strings.Builder
	if err := WriteTable(&b, r.columns, r, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.HasSuffix(got, "\n(1 row; 45 columns)\n") || !strings.Contains(got, "name22") {
		t.Errorf("%s", got)
	}
}
