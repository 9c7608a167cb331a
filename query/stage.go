//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"
)

// runSelect runs a SELECT into a temporary table. Statements of the type SELECT
// that cannot be staged, such as DESCRIBE and SHOW, have small results, and run
// directly.
func (db *DB) runSelect(ctx context.Context, text string, p prepared, args []any) (*Rows, error) {
	db.results++
	name := fmt.Sprintf("temp._result_%d", db.results) // visible in the catalog
	create := "CREATE TEMP TABLE " + name + columnList(len(p.columns)) + " AS\n" + text
	if _, err := db.prepare(create); err != nil {
		return db.runDirect(ctx, text, args)
	}
	if _, err := db.conn.ExecContext(ctx, create, args...); err != nil {
		if strings.Contains(err.Error(), "unnamed struct") {
			return nil, &Error{Msg: "a column of the result is a struct with unnamed fields", hint: "name the fields: struct_pack(a := 1, b := 2)"}
		}
		return nil, sqlError(moveUp(err))
	}
	return db.readStaged(ctx, name, p.columns)
}

// columnList returns the column names of a staged result: c1, c2 and so on. The
// names of a SELECT can be ambiguous.
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

var lineNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\nLINE (\d+):`) })

// moveUp corrects the line number in a message about a staged statement, which
// starts one line later than that of the user.
func moveUp(err error) error {
	cause, ok := errors.AsType[*duckdb.Error](err)
	if !ok || isCanceled(err) {
		return err
	}
	msg := lineNumber().ReplaceAllStringFunc(cause.Msg, func(match string) string {
		n, _ := strconv.Atoi(lineNumber().FindStringSubmatch(match)[1])
		return fmt.Sprintf("\nLINE %d:", n-1)
	})
	return &duckdb.Error{Type: cause.Type, Msg: msg}
}

// runDirect runs a statement whose whole result the driver holds in memory.
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

// readStaged returns the Rows of a staged result. names are the column names of
// the SELECT, or nil to use those of the table.
func (db *DB) readStaged(ctx context.Context, table string, names []string) (*Rows, error) {
	probe, err := db.conn.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, sqlError(err)
	}
	columns, err := columnsOf(probe)
	if err = errors.Join(err, probe.Close()); err != nil {
		return nil, sqlError(err)
	}
	exprs := make([]string, len(columns))
	for i := range columns {
		exprs[i] = readExpr(columns[i])
		if names != nil {
			columns[i].Name = names[i]
		}
	}
	s := &staged{ctx: ctx, conn: db.conn, table: table}
	// No column of the table is called rowid: they are c1, c2 and so on, unless
	// the number of columns was unknown.
	s.pageSQL = "SELECT " + strings.Join(exprs, ", ") + " FROM " + table + " WHERE rowid >= $1 AND rowid < $2"
	return &Rows{columns: columns, staged: s}, nil
}

// readExpr returns the SQL that reads a staged column without loss through the
// driver: natively, or as DuckDB's text.
func readExpr(c Column) string {
	name := quoteName(c.Name)
	switch typ := c.Type; {
	case c.Numeric(), typ == "BOOLEAN", typ == "VARCHAR", typ == "DATE":
		return name
	case isNested(typ) && typ != "JSON": // JSON is text
		return "to_json(" + name + ")::VARCHAR"
	default:
		return name + "::VARCHAR"
	}
}
