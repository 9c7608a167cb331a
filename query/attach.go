//go:build cgo

package query

import (
	"context"
	"errors"
	"strconv"
)

// attach opens the database file of the i-th data set read-only, and returns its
// tables. The database is hidden, so that a user sees the views of its tables, as
// for any other data set, and not each table twice.
func (db *DB) attach(ctx context.Context, file string, i int) ([]tableSource, error) {
	listed, hidden := "_list", "_data" // a hidden database lists no tables
	if i > 0 {
		hidden += strconv.Itoa(i + 1)
	}
	if err := db.exec(ctx, "ATTACH "+quote(file)+" AS "+listed+" (READ_ONLY)"); err != nil {
		return nil, err
	}
	rows, err := db.conn.QueryContext(ctx,
		"SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = "+quote(listed))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tables []tableSource
	for rows.Next() {
		var f tableSource
		if err := rows.Scan(&f.group, &f.name); err != nil {
			return nil, err
		}
		f.stored = hidden + "." + quoteName(f.group) + "." + quoteName(f.name)
		if f.group == "main" {
			f.group = ""
		}
		tables = append(tables, f)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return tables, db.exec(ctx, "DETACH "+listed, "ATTACH "+quote(file)+" AS "+hidden+" (READ_ONLY, HIDDEN)")
}
