//go:build cgo

package query

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Query runs one statement, with args for its parameters (?, $1, $name). The
// context must stay alive until the Rows are closed. Errors are *Error, unless
// the context was cancelled.
func (db *DB) Query(ctx context.Context, sql string, args ...any) (*Rows, error) {
	stmts := split(sql)
	if len(stmts) != 1 {
		return nil, &Error{Msg: fmt.Sprintf("want one SQL statement, have %d", len(stmts))}
	}
	return db.query(ctx, stmts[0], args)
}

// Run runs the statements of a script in order. It calls each with the result
// of every statement that has one, and closes the result afterwards. A script
// without any statement is an error.
func (db *DB) Run(ctx context.Context, script string, each func(*Rows) error) error {
	stmts := split(script)
	if len(stmts) == 0 {
		return &Error{Msg: "there is no SQL statement"}
	}
	for _, stmt := range stmts {
		rows, err := db.query(ctx, stmt, nil)
		if err != nil {
			return err
		}
		if len(rows.Columns()) > 0 {
			err = each(rows)
		}
		if err = errors.Join(err, rows.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) query(ctx context.Context, stmt statement, args []any) (_ *Rows, err error) {
	defer func() { err = db.replaced(err) }()
	if refusedVerbs[stmt.verb] {
		return nil, refuse(stmt.verb)
	}
	if stmt.makesTable() {
		return nil, lostTable()
	}
	if f, ok := db.described(stmt.text); ok {
		stmt.text = describeSQL(f)
	}
	v, err := db.judge(ctx, stmt, args)
	if err != nil {
		return nil, err
	}
	var rows *Rows
	err = db.inTransaction(ctx, &v, stmt.verb, func() error {
		switch {
		case v.explain:
			rows, err = db.runDirect(ctx, v.text, args)
		case v.kind == duckdb.STATEMENT_TYPE_SELECT:
			rows, err = db.runSelect(ctx, v.text, v.prepared, args)
		case v.kind == duckdb.STATEMENT_TYPE_INSERT && !slices.Equal(v.columns, []string{"Count"}): // RETURNING
			rows, err = db.runDirect(ctx, v.text, args)
		default:
			rows = &Rows{}
			_, err = db.conn.ExecContext(ctx, v.text, args...)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// refusedVerbs has the first words of statements that would change something.
// judge does not let them through either, but some of them would already fail
// while being prepared, with a message about something else.
var refusedVerbs = map[string]bool{
	"ALTER": true, "ATTACH": true, "COPY": true, "DELETE": true, "DETACH": true,
	"EXPORT": true, "IMPORT": true, "INSTALL": true, "LOAD": true, "MERGE": true,
	"TRUNCATE": true, "UPDATE": true,
}

func refuse(verb string) error {
	e := &Error{
		Msg:  verb + " is refused: a query only reads the data set",
		hint: "CREATE TEMP TABLE name AS SELECT ... keeps an intermediate result for the statements after it",
	}
	if verb == "" {
		e.Msg = "the statement is refused: a query only reads the data set"
	}
	if verb == "COPY" || verb == "EXPORT" {
		e.hint = "write a result to a file with cclf query -f csv -o FILE"
	}
	return e
}

// A prepared is what DuckDB knows of a statement before it runs.
type prepared struct {
	kind    duckdb.StmtType
	columns []string // names; nil when they depend on the type of a parameter
}

// prepare parses and binds a statement without running it.
func (db *DB) prepare(text string) (p prepared, err error) {
	err = db.conn.Raw(func(conn any) error {
		// Without a context, Prepare refuses several statements at once; with
		// one it would run all but the last.
		stmt, err := conn.(driver.Conn).Prepare(text)
		if _, ok := errors.AsType[*duckdb.Error](err); err != nil && !ok {
			return errors.New("DuckDB makes several statements of this one; a PIVOT needs an IN list here")
		}
		if err != nil {
			return err
		}
		p, err = inspect(stmt.(*duckdb.Stmt))
		return errors.Join(err, stmt.Close())
	})
	return p, err
}

func inspect(stmt *duckdb.Stmt) (p prepared, err error) {
	if p.kind, err = stmt.StatementType(); err != nil {
		return p, err
	}
	n, err := stmt.ColumnCount()
	if err != nil {
		return p, err
	}
	for i := range n {
		if typ, err := stmt.ColumnType(i); err != nil {
			return p, err
		} else if typ == duckdb.TYPE_INVALID {
			p.columns = nil
			break
		}
		name, err := stmt.ColumnName(i)
		if err != nil {
			return p, err
		}
		p.columns = append(p.columns, name)
	}
	return p, nil
}

// runSelect stages the result of a SELECT in a temporary table. The kind
// SELECT includes DESCRIBE, SHOW and the like, which cannot be staged; their
// results are small.
func (db *DB) runSelect(ctx context.Context, text string, p prepared, args []any) (*Rows, error) {
	db.results++
	name := fmt.Sprintf("temp._result_%d", db.results) // a query of the catalog can see it
	create := "CREATE TEMP TABLE " + name + columnList(len(p.columns)) + " AS\n" + text
	if _, err := db.prepare(create); err != nil {
		return db.runDirect(ctx, text, args)
	}
	if _, err := db.conn.ExecContext(ctx, create, args...); err != nil {
		if strings.Contains(err.Error(), "unnamed struct") {
			return nil, &Error{Msg: "a column of the result is a row without names", hint: "name its fields: struct_pack(a := 1, b := 2)"}
		}
		return nil, sqlError(moveUp(err))
	}
	return db.readStaged(ctx, name, p.columns)
}

// columnList names the columns of a staged result by number, because those of
// a SELECT need not be distinct.
func columnList(n int) string {
	if n == 0 {
		return ""
	}
	names := make([]string, n)
	for i := range names {
		names[i] = "c" + strconv.Itoa(i+1)
	}
	return "(" + strings.Join(names, ", ") + ")"
}

var lineNumber = regexp.MustCompile(`\nLINE (\d+):`)

// moveUp corrects the line number in a message about a staged statement, which
// has one line more than the user's.
func moveUp(err error) error {
	cause, ok := errors.AsType[*duckdb.Error](err)
	if !ok || isCancelled(err) {
		return err
	}
	msg := lineNumber.ReplaceAllStringFunc(cause.Msg, func(match string) string {
		n, _ := strconv.Atoi(lineNumber.FindStringSubmatch(match)[1])
		return fmt.Sprintf("\nLINE %d:", n-1)
	})
	return &duckdb.Error{Type: cause.Type, Msg: msg}
}

// runDirect runs a statement and leaves its result to the driver.
func (db *DB) runDirect(ctx context.Context, text string, args []any) (*Rows, error) {
	page, err := db.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, sqlError(err)
	}
	columns, err := columnsOf(page)
	if err != nil {
		return nil, errors.Join(sqlError(err), page.Close())
	}
	return &Rows{columns: columns, page: page}, nil
}
