//go:build cgo

package query

import (
	"context"
	"database/sql"
	"errors"
)

// directRows is a result that the driver holds in memory.
type directRows struct {
	rows    *sql.Rows
	columns []Column
}

// batchRows is how many rows a Batch has at most.
const batchRows = 2048

// runDirect runs a statement whose whole result the driver holds in memory.
func (db *DB) runDirect(ctx context.Context, text string, args []any) (*Rows, error) {
	rows, err := db.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, sqlError(err)
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, errors.Join(sqlError(err), rows.Close())
	}
	d := &directRows{rows: rows}
	for _, t := range types {
		d.columns = append(d.columns, Column{Name: t.Name(), Type: t.DatabaseTypeName()})
	}
	return &Rows{columns: d.columns, source: d}, nil
}

func (d *directRows) next() (*Batch, error) {
	b := &Batch{}
	for b.rows < batchRows && d.rows.Next() {
		values, targets := make([]any, len(d.columns)), make([]any, len(d.columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := d.rows.Scan(targets...); err != nil {
			return nil, sqlError(err)
		}
		for i, v := range values {
			values[i] = plain(v, d.columns[i].Type)
		}
		b.values = append(b.values, values)
		b.rows++
	}
	if b.rows == 0 {
		return nil, sqlError(d.rows.Err())
	}
	return b, nil
}

func (d *directRows) close() error { return sqlError(d.rows.Close()) }
