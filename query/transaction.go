//go:build cgo

package query

import (
	"context"
	"errors"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// inTransaction calls run in a transaction in which DuckDB can write to temporary
// tables only, or, if the statement creates views and the like, to the in-memory
// database too. A data set in a database file is attached read-only.
func (db *DB) inTransaction(ctx context.Context, v *verdict, verb string, run func() error) error {
	begin := "BEGIN TRANSACTION READ ONLY"
	if v.persist {
		begin = "BEGIN TRANSACTION"
	}
	if err := db.exec(ctx, begin); err != nil {
		return sqlError(err)
	}
	err := run()
	if err == nil && v.persist {
		err = errors.Join(db.checkLost(ctx), db.checkViews(ctx, verb))
	}
	if err == nil {
		err = db.exec(ctx, "COMMIT")
	}
	if err != nil {
		// The context of the query may be canceled.
		_ = db.exec(context.WithoutCancel(ctx), "ROLLBACK") // err is the cause
		if writes(err) {
			return refuse(verb)
		}
		return sqlError(err)
	}
	return nil
}

// writes reports whether DuckDB refused to write in a read-only transaction.
func writes(err error) bool {
	msg := ""
	if cause, ok := errors.AsType[*duckdb.Error](err); ok {
		msg = cause.Msg
	} else if own, ok := errors.AsType[*Error](err); ok {
		msg = own.detail
	}
	return strings.Contains(msg, "transaction is launched in read-only mode")
}

// checkViews refuses a statement that removed the view of a table.
func (db *DB) checkViews(ctx context.Context, verb string) error {
	var names []string
	for _, f := range db.tables {
		if !f.viewed {
			continue
		}
		group := f.group
		if group == "" {
			group = "main"
		}
		names = append(names, quote(group+"."+f.name))
	}
	if len(names) == 0 {
		return nil
	}
	var n int
	err := db.conn.QueryRowContext(ctx, `SELECT count(*) FROM duckdb_views() WHERE database_name = 'memory'
		AND schema_name || '.' || view_name IN (`+strings.Join(names, ", ")+")").Scan(&n)
	if err == nil && n < len(names) {
		return refuse(verb)
	}
	return err
}

// checkLost refuses a table in the main schema that is not temporary, because it
// would not be kept. Tables in a schema that the script created are allowed.
func (db *DB) checkLost(ctx context.Context) error {
	var n int
	err := db.conn.QueryRowContext(ctx, `SELECT count(*) FROM duckdb_tables()
		WHERE database_name = 'memory' AND schema_name = 'main' AND NOT temporary`).Scan(&n)
	if err == nil && n > 0 {
		return refuseTable()
	}
	return err
}
