//go:build cgo

package query

import (
	"context"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// A verdict describes a statement that may run.
type verdict struct {
	prepared
	text    string // SQL to run in its place
	explain bool   // text is an EXPLAIN
	persist bool   // it may create views and the like in the in-memory database
}

// judge lets a statement through if it is known to read the data set or to create
// temporary objects. It relies on DuckDB to say what the statement is: the type
// from the parser, the functions in the syntax tree, and the operators and table
// functions in the plan, in which views, macros and EXPLAIN are resolved.
func (db *DB) judge(ctx context.Context, stmt statement, args []any) (v verdict, err error) {
	// Keep the line numbers of the script in DuckDB's messages.
	v.text = strings.Repeat("\n", stmt.line) + stmt.text
	if text, ok := pragmaSelect(stmt); ok {
		stmt.text, stmt.verb = text, "SELECT"
		v.text = strings.Repeat("\n", stmt.line) + text
	}
	if v.prepared, err = db.prepare(v.text); err != nil {
		if strings.Contains(err.Error(), "from base table") || strings.Contains(err.Error(), "update base table") {
			return v, refuse(stmt.verb) // UPDATE or DELETE of a view
		}
		return v, sqlErrorIn(err, v.text)
	}
	switch v.kind {
	case duckdb.STATEMENT_TYPE_EXPLAIN:
		return db.judgeExplain(ctx, stmt, args)
	case duckdb.STATEMENT_TYPE_SELECT:
		if err = db.checkTree(ctx, stmt); err == nil {
			_, err = db.checkPlan(ctx, v.text, v.kind, args)
		}
	case duckdb.STATEMENT_TYPE_CREATE, duckdb.STATEMENT_TYPE_INSERT, duckdb.STATEMENT_TYPE_UPDATE, duckdb.STATEMENT_TYPE_DELETE:
		if err = checkTokens(stmt); err == nil {
			v.persist, err = db.checkPlan(ctx, v.text, v.kind, args)
		}
	case duckdb.STATEMENT_TYPE_DROP:
		// Objects in memory only: the data set is read-only, and inTransaction
		// checks that its views still exist.
		v.persist = true
		err = checkTokens(stmt)
	case duckdb.STATEMENT_TYPE_SET, duckdb.STATEMENT_TYPE_VARIABLE_SET:
		// Variables only: lock_configuration protects the settings. DuckDB has no
		// plans for these.
		err = checkTokens(stmt)
	default:
		return v, refuse(stmt.verb)
	}
	return v, err
}

// pragmaSelect returns the SELECT that is equivalent to a PRAGMA that only reads.
func pragmaSelect(stmt statement) (string, bool) {
	if stmt.verb != "PRAGMA" {
		return "", false
	}
	s := scanner{src: stmt.text}
	name := ""
	for s.next() && (s.blank || !readingPragmas[name]) {
		if s.word {
			name = strings.ToLower(s.src[s.start:s.pos])
		}
	}
	if !readingPragmas[name] {
		return "", false
	}
	if name == "show_tables" {
		return "SHOW TABLES", true
	}
	arguments := "()"
	if s.src[s.start:s.pos] == "(" {
		arguments = s.src[s.start:]
	}
	return "SELECT * FROM pragma_" + name + arguments, true
}

// judgeExplain lets EXPLAIN of a SELECT through. EXPLAIN ANALYZE runs what it
// explains, so the user's EXPLAIN never runs: the explained statement is judged on
// its own, and a new EXPLAIN is put in front of it.
func (db *DB) judgeExplain(ctx context.Context, stmt statement, args []any) (verdict, error) {
	prefix, inner, ok := cutExplain(stmt)
	if !ok {
		return verdict{}, refuse("EXPLAIN of this form")
	}
	v, err := db.judge(ctx, inner, args)
	if err != nil {
		return v, err
	}
	if v.kind != duckdb.STATEMENT_TYPE_SELECT || v.explain {
		return v, refuse("EXPLAIN of " + inner.verb)
	}
	// On the same line, to keep line numbers in messages.
	lines := len(v.text) - len(strings.TrimLeft(v.text, "\n"))
	v.text, v.explain = v.text[:lines]+prefix+" "+v.text[lines:], true
	return v, nil
}
