//go:build cgo

package query

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Query runs one statement, with args for its parameters (?, $1, $name). A SELECT
// runs while its rows are read, so Rows.Err has its errors too. The context must stay
// valid until the Rows are closed. The error is an *Error, or the error of the
// context.
func (db *DB) Query(ctx context.Context, statement string, args ...any) (*Rows, error) {
	stmts := split(statement)
	if len(stmts) != 1 {
		return nil, &Error{Msg: fmt.Sprintf("expected one SQL statement, got %d", len(stmts))}
	}
	return db.query(ctx, stmts[0], args)
}

// queryOwn runs a SELECT of this package. It needs no verdict, so DuckDB plans it once;
// one of a user is planned three times.
func (db *DB) queryOwn(ctx context.Context, text string) (*Rows, error) {
	db.endActive()
	rows, err := db.runSelect(ctx, text, prepared{}, nil)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err() // DuckDB says that it was interrupted
	}
	return rows, err
}

// Run runs the statements of a script in order. It calls each with every result
// that has columns, and closes it afterwards. A script without a statement is an
// error.
//
// The args are values of parameters, $name in the script. If they are not those of the
// script, nothing runs, and the error is a *ParameterError. Text takes the type that
// it is compared with.
func (db *DB) Run(ctx context.Context, script string, each func(*Rows) error, args ...sql.NamedArg) error {
	stmts := split(script)
	if len(stmts) == 0 {
		return &Error{Msg: "no SQL statement"}
	}
	if err := checkParameters(stmts, args); err != nil {
		return err
	}
	for _, stmt := range stmts {
		rows, err := db.query(ctx, stmt, argumentsOf(stmt, args))
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

// query checks and runs a statement.
func (db *DB) query(ctx context.Context, stmt statement, args []any) (_ *Rows, err error) {
	defer func() {
		if err = db.replaced(err); err != nil && ctx.Err() != nil {
			err = ctx.Err() // DuckDB says that it was interrupted
		}
	}()
	db.endActive()
	if err := refuseVerb(stmt.verb); err != nil {
		return nil, err
	}
	if stmt.createsTable() {
		return nil, refuseTable()
	}
	if f, ok := db.described(stmt.text); ok {
		stmt.text = describeSQL(f)
	}
	if err := db.createViewsFor(ctx, stmt.text); err != nil {
		return nil, err
	}
	stmt, v, err := db.check(ctx, stmt, args)
	if err != nil && ctx.Err() == nil {
		// A name can be computed, and messages suggest the names of all tables.
		if missing, viewErr := db.createAllViews(ctx); viewErr != nil {
			return nil, viewErr
		} else if missing {
			stmt, v, err = db.check(ctx, stmt, args)
		}
	}
	if err != nil {
		return nil, err
	}
	if v.kind == duckdb.STATEMENT_TYPE_SELECT && !v.explain {
		return db.runSelect(ctx, v.text, v.prepared, args)
	}
	var rows *Rows
	err = db.inTransaction(ctx, &v, stmt.verb, func() error {
		switch {
		case v.explain:
			rows, err = db.runDirect(ctx, v.text, args)
		case writers[v.kind] && v.returning():
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

// check creates the views that a statement needs besides those of tables, and judges
// it. It returns the statement with its PIVOTs expanded.
func (db *DB) check(ctx context.Context, stmt statement, args []any) (statement, verdict, error) {
	expanded, err := db.expandPivots(ctx, stmt, args)
	if err != nil {
		return stmt, verdict{}, err
	}
	if err := db.addComments(ctx, expanded.text); err != nil {
		return stmt, verdict{}, sqlError(err)
	}
	viewsErr := db.viewsFor(ctx, expanded)
	v, err := db.judge(ctx, expanded, args)
	if err != nil {
		return stmt, v, cmp.Or(viewsErr, err)
	}
	return expanded, v, nil
}

// Tables lists the tables, those of CCLF first. The columns are table, rows and
// description.
func (db *DB) Tables(ctx context.Context) (*Rows, error) {
	selects := make([]string, len(db.tables), len(db.tables)+len(db.loaded))
	for i, f := range db.tables {
		title := "NULL"
		if f.schema != nil {
			title = quote(f.schema.Title)
		}
		selects[i] = fmt.Sprintf(`SELECT %s AS "table", (SELECT count(*) FROM %s) AS "rows", %s AS description`,
			quote(f.title()), f.view(), title)
	}
	for _, f := range db.loaded {
		selects = append(selects, fmt.Sprintf(`SELECT %s, (SELECT count(*) FROM temp.%s), %s`,
			quote(f.Name), quoteName(f.Name), quote("file "+filepath.Base(f.Path))))
	}
	return db.Query(ctx, strings.Join(selects, "\nUNION ALL "))
}
