//go:build cgo

package query

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	type part struct {
		Text string
		Line int
		Verb string
	}
	for _, tt := range []struct {
		name, script string
		want         []part
	}{
		{"empty", "", nil},
		{"blank", " \n\t;;\n; -- nothing\n/* nothing */", nil},
		{"one", "SELECT 1", []part{{"SELECT 1", 0, "SELECT"}}},
		{"semicolon", "select 1 ; ", []part{{"select 1", 0, "SELECT"}}},
		{"two", "SELECT 1;\n\nFROM t", []part{{"SELECT 1", 0, "SELECT"}, {"FROM t", 2, "FROM"}}},
		{"string", "SELECT 'a;''b;'; x", []part{{"SELECT 'a;''b;'", 0, "SELECT"}, {"x", 0, "X"}}},
		{"escape string", `SELECT E'a\';b'; x`, []part{{`SELECT E'a\';b'`, 0, "SELECT"}, {"x", 0, "X"}}},
		{"no escape string", `SELECT 'a\'; x`, []part{{`SELECT 'a\'`, 0, "SELECT"}, {"x", 0, "X"}}},
		{"name", `SELECT ";" FROM t; x`, []part{{`SELECT ";" FROM t`, 0, "SELECT"}, {"x", 0, "X"}}},
		{"dollar", "SELECT $$;$$, $a$;$$;$a$; x", []part{{"SELECT $$;$$, $a$;$$;$a$", 0, "SELECT"}, {"x", 0, "X"}}},
		{"parameters", "SELECT $1, $2; x", []part{{"SELECT $1, $2", 0, "SELECT"}, {"x", 0, "X"}}},
		{"dollar in name", "SELECT a$b$; x$b$", []part{{"SELECT a$b$", 0, "SELECT"}, {"x$b$", 0, "X$B$"}}},
		{"line comment", "-- one;\nSELECT 1 -- two;\n, 2 -- three;", []part{{"SELECT 1 -- two;\n, 2", 1, "SELECT"}}},
		{"block comment", "/* ; /* ; */ ; */ SELECT /* ; */ 1; x", []part{{"SELECT /* ; */ 1", 0, "SELECT"}, {"x", 0, "X"}}},
		{"open string", "SELECT ';", []part{{"SELECT ';", 0, "SELECT"}}},
		{"open comment", "SELECT 1 /* ;", []part{{"SELECT 1", 0, "SELECT"}}},
		{"open dollar", "SELECT $$;", []part{{"SELECT $$;", 0, "SELECT"}}},
		{"explain", "EXPLAIN ANALYZE COPY t TO 'x'", []part{{"EXPLAIN ANALYZE COPY t TO 'x'", 0, "COPY"}}},
		{"explain options", "explain (format json) copy t to 'x'", []part{{"explain (format json) copy t to 'x'", 0, "COPY"}}},
		{"parentheses", "(SELECT 1)", []part{{"(SELECT 1)", 0, ""}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []part
			for _, s := range split(tt.script) {
				got = append(got, part{s.text, s.line, s.verb})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("split(%q) (-want +got):\n%s", tt.script, diff)
			}
		})
	}
}

// FuzzSplit checks that a piece is one piece when it is split again.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"SELECT 1; SELECT 2", "E'\\';'", "$a$;$a$;", "/*/**/*/;--\n;", `";`, "$1;$", "e'", "\xff;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		last := -1
		for _, s := range split(script) {
			again := split(s.text)
			if len(again) != 1 || again[0].text != s.text || again[0].verb != s.verb {
				t.Errorf("split(%q) = %v, but split of %q = %v", script, split(script), s.text, again)
			}
			if s.line < last || s.line > strings.Count(script, "\n") {
				t.Errorf("split(%q): statement on line %d after line %d", script, s.line, last)
			}
			last = s.line
		}
	})
}
