//go:build cgo

package query

import (
	"strings"
	"testing"
	"unicode/utf8"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	t.Parallel()
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

// FuzzSplit checks that splitting a statement returns the statement.
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

// FuzzSplitAsDuckDB compares split with DuckDB's parser. If DuckDB accepts a script,
// the number of statements must be the same, and each must be one statement.
func FuzzSplitAsDuckDB(f *testing.F) {
	for _, s := range []string{
		"SELECT 1; SELECT 2", "SELECT\u00a01;SELECT\u30002", "EXPLAIN\u00a0ANALYZE COPY (SELECT 1) TO 'x;y'",
		"/* a /* ; */ ; */ SELECT 1; -- ;\nSELECT 2", "SELECT $$;$$; SELECT $a$;$$;$a$", "SELECT E'\\';'; SELECT 'a\\'; SELECT 3",
		"SELECT ';'';'; SELECT \";\"\";\"  FROM t", ";;SELECT 1;;", "SELECT 'a' 'b'; SELECT U&';'", "SELECT x'ab;'; SELECT b';'",
		"SELECT 1 /* ; */; SELECT 2 /*", "SELECT a$b$ FROM t; SELECT $1", "SELECT 'a\n;b'\n'c'; SELECT 2", "SELECT e 'x;'; SELECT 1 -- ;",
		"SELECT '\u00a0;'; SELECT \"\u00a0;\"", "SELECT $\u00a0$;$\u00a0$", "CREATE MACRO m() AS (SELECT ';'); FROM m()",
		"SELECT '\ufeff'; \ufeffSELECT 1", "--\rSELECT 0", "SELECT $\u200b", "\u0094;SELECT 0", "°;SELECT 0", "SELECT 1\u200b; SELECT 2",
	} {
		f.Add(s)
	}
	var db bindings.Database
	if bindings.Open("", &db) != bindings.StateSuccess {
		f.Fatal("DuckDB does not open a database in memory")
	}
	defer bindings.Close(&db)
	var conn bindings.Connection
	if bindings.Connect(db, &conn) != bindings.StateSuccess {
		f.Fatal("DuckDB does not connect")
	}
	defer bindings.Disconnect(&conn)
	count := func(script string) int {
		var stmts bindings.ExtractedStatements
		defer bindings.DestroyExtracted(&stmts)
		return int(bindings.ExtractStatements(conn, script, &stmts)) // 0 if it does not parse
	}
	f.Fuzz(func(t *testing.T, script string) {
		if strings.Contains(script, "\x00") || !utf8.ValidString(script) || len(script) > 300 {
			t.Skip("ends DuckDB's text, is none, or takes it long")
		}
		upper := strings.ToUpper(script)
		if strings.Contains(upper, "PIVOT") || strings.Contains(upper, "PRAGMA") || strings.Contains(upper, "IMPORT") {
			t.Skip("DuckDB makes several statements of one")
		}
		want := count(script)
		if want == 0 {
			return
		}
		// DuckDB ignores some pieces that are not statements, such as "°;". On their
		// own they are errors, so nothing of them runs.
		stmts, taken := split(script), 0
		for _, s := range stmts {
			switch n := count(s.text); {
			case n > 1:
				t.Errorf("split(%q): DuckDB counts %d in %q", script, n, s.text)
			case n == 1, count(s.text+"\u200b") == 1, count(s.text+"\u00a0 ") == 1: // some tokens need a trailing space
				taken++
			}
		}
		if taken != want {
			t.Errorf("split(%q) = %v, of which DuckDB takes %d; it counts %d", script, stmts, taken, want)
		}
	})
}

func TestComplete(t *testing.T) {
	for script, want := range map[string]bool{
		"": false, "  \n": false, "SELECT 1": false, "SELECT 1;": true, "SELECT 1; ": true, "SELECT 1;\n-- note": true, "SELECT 1; SELECT 2": false,
		"SELECT ';": false, "SELECT ';'": false, "SELECT ';';": true, `SELECT ";`: false, "-- no;": false, "/* no;": false, "SELECT 1; /* no": false,
		"SELECT 1; /* yes */": true, "SELECT 1; /* /* no */": false, "SELECT $$;": false, "SELECT $$;$$;": true, "SELECT E'\\';": false, ";": true,
	} {
		if got := Complete(script); got != want {
			t.Errorf("Complete(%q) = %t", script, got)
		}
	}
}

// FuzzComplete checks that what follows a complete script is a statement of its own.
func FuzzComplete(f *testing.F) {
	for _, script := range []string{"SELECT 1;", "SELECT ';'; -- x", "/* ; */ SELECT $a$;$a$;", "SELECT E'\\'';", "a; /* /* */"} {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		if !Complete(script) {
			return
		}
		before, after := split(script), split(script+"\nSELECT 1")
		if len(after) != len(before)+1 || after[len(before)].text != "SELECT 1" {
			t.Errorf("%q: %d statements, then %d", script, len(before), len(after))
		}
	})
}
