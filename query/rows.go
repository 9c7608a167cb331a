//go:build cgo

package query

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Numeric reports whether the values of the column are numbers.
func (c Column) Numeric() bool {
	name, rest, _ := strings.Cut(c.Type, "(")
	if strings.HasSuffix(rest, "]") { // DECIMAL(17,2)[]
		return false
	}
	switch name {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
		"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
		"FLOAT", "DOUBLE", "DECIMAL":
		return true
	}
	return false
}

// pageRows is how many rows of a staged result are in memory at once.
const pageRows = 8 * 2048

// Rows is the result of a statement. Read it like sql.Rows, and close it:
//
//	defer rows.Close()
//	for rows.Next() {
//		use(rows.Values())
//	}
//	return rows.Err()
type Rows struct {
	columns []Column
	page    *sql.Rows
	staged  *staged // nil if page is the whole result

	values  []any
	targets []any // pointers to values
	err     error
	closed  bool
}

// A staged result is a temporary table, read page by page.
type staged struct {
	ctx      context.Context // context of the query
	conn     *sql.Conn
	table    string
	pageSQL  string // $1 is the first rowid, $2 the one after the last
	offset   int64  // rowid of the first row of the next page
	pageSeen int    // rows read of the current page
}

func columnsOf(rows *sql.Rows) ([]Column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]Column, len(types))
	for i, t := range types {
		columns[i] = Column{Name: t.Name(), Type: t.DatabaseTypeName()}
	}
	return columns, nil
}

// Columns returns the columns, or nothing for a statement without a result.
func (r *Rows) Columns() []Column { return r.columns }

// Next advances to the next row, and reports whether there is one.
func (r *Rows) Next() bool {
	if r.err != nil || r.closed || len(r.columns) == 0 {
		return false
	}
	for r.page == nil || !r.page.Next() {
		if r.page != nil {
			if r.err = sqlError(r.page.Err()); r.err != nil {
				return false
			}
		}
		if !r.turn() {
			return false
		}
	}
	if r.staged != nil {
		r.staged.pageSeen++
	}
	if r.values == nil {
		r.values = make([]any, len(r.columns))
		r.targets = make([]any, len(r.columns))
		for i := range r.values {
			r.targets[i] = &r.values[i]
		}
	}
	if r.err = sqlError(r.page.Scan(r.targets...)); r.err != nil {
		return false
	}
	for i, v := range r.values {
		r.values[i] = plain(v, r.columns[i].Type)
	}
	return true
}

// turn loads the next page, and reports whether there is one.
func (r *Rows) turn() bool {
	s := r.staged
	if s == nil {
		return false
	}
	if r.page != nil {
		r.err = r.page.Close()
		r.page = nil
		if r.err != nil || s.pageSeen < pageRows {
			return false
		}
	}
	s.pageSeen = 0
	page, err := s.conn.QueryContext(s.ctx, s.pageSQL, s.offset, s.offset+pageRows)
	if err != nil {
		r.err = sqlError(err)
		return false
	}
	s.offset += pageRows
	r.page = page
	return true
}

// Values returns the values of the current row. The slice is valid until the next
// call of Next. The types are
//
//	nil              NULL
//	bool             BOOLEAN
//	int64            signed integers up to 64 bits, unsigned ones up to 32
//	json.Number      DECIMAL and larger integers, with all digits
//	float64          FLOAT and DOUBLE
//	time.Time        DATE, at midnight UTC
//	json.RawMessage  lists, structs, maps, unions and JSON
//	string           VARCHAR and all others, as DuckDB formats them
func (r *Rows) Values() []any { return r.values }

// Err returns the error that made Next return false before the last row, or nil.
func (r *Rows) Err() error { return r.err }

// Close releases the result. It can be called more than once.
func (r *Rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	var err error
	if r.page != nil {
		err = r.page.Close()
	}
	if r.staged != nil {
		// The context of the query may be canceled.
		_, dropErr := r.staged.conn.ExecContext(context.Background(), "DROP TABLE "+r.staged.table)
		err = errors.Join(err, dropErr)
	}
	return err
}

// A Column describes a column of a result.
type Column struct {
	Name string
	Type string // DuckDB's name: VARCHAR, DECIMAL(17,2), INTEGER[]
}
