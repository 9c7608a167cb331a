//go:build cgo

package query

import (
	"database/sql/driver"
	"errors"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// A prepared describes a statement that was prepared.
type prepared struct {
	kind    duckdb.StmtType
	columns []Column // nil if they depend on the type of a parameter
}

// prepare parses and binds a statement.
func (db *DB) prepare(text string) (p prepared, err error) {
	err = db.conn.Raw(func(conn any) error {
		// With a context, Prepare would run all statements but the last; without
		// one it refuses several statements.
		stmt, err := conn.(driver.Conn).Prepare(text)
		if _, ok := errors.AsType[*duckdb.Error](err); err != nil && !ok {
			return &Error{
				Msg:  "this form of PIVOT needs its values",
				hint: "list them: PIVOT ... ON y IN (2024, 2025)",
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
	handle := statementOf(stmt)
	for i := range mapping.PreparedStatementColumnCount(handle) {
		if mapping.PreparedStatementColumnType(handle, i) == duckdb.TYPE_INVALID {
			p.columns = nil
			break
		}
		name := mapping.PreparedStatementColumnName(handle, i)
		p.columns = append(p.columns, Column{name, typeName(mapping.PreparedStatementColumnLogicalType(handle, i))})
	}
	return p, nil
}

// writers are the statements that can have RETURNING.
var writers = map[duckdb.StmtType]bool{
	duckdb.STATEMENT_TYPE_INSERT: true, duckdb.STATEMENT_TYPE_UPDATE: true, duckdb.STATEMENT_TYPE_DELETE: true,
}

// returning reports whether a statement that writes has a result: RETURNING.
func (p prepared) returning() bool {
	return !(len(p.columns) == 1 && p.columns[0].Name == "Count")
}
