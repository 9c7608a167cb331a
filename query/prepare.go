//go:build cgo

package query

import (
	"database/sql/driver"
	"errors"

	"github.com/duckdb/duckdb-go/v2"
)

// A prepared describes a statement that was prepared.
type prepared struct {
	kind    duckdb.StmtType
	columns []string // names; nil if they depend on the type of a parameter
}

// prepare parses and binds a statement.
func (db *DB) prepare(text string) (p prepared, err error) {
	err = db.conn.Raw(func(conn any) error {
		// With a context, Prepare would run all statements but the last; without
		// one it refuses several statements.
		stmt, err := conn.(driver.Conn).Prepare(text)
		if _, ok := errors.AsType[*duckdb.Error](err); err != nil && !ok {
			return &Error{
				Msg:  "dynamic PIVOT is not supported",
				hint: "list the values: PIVOT ... ON y IN (2024, 2025)",
			}
		}
		if err != nil {
			return err
		}
		p, err = describeStmt(stmt.(*duckdb.Stmt))
		return errors.Join(err, stmt.Close())
	})
	return p, err
}

// describeStmt returns the type and the columns of a statement.
func describeStmt(stmt *duckdb.Stmt) (p prepared, err error) {
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
