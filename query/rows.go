//go:build cgo

package query

import (
	"errors"
	"strings"
)

// A Column describes a column of a result.
type Column struct {
	Name string
	Type string // DuckDB's name: VARCHAR, DECIMAL(17,2), INTEGER[]
}

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

// Rows is the result of a statement. Read it like sql.Rows, and close it:
//
//	defer rows.Close()
//	for rows.Next() {
//		use(rows.Values())
//	}
//	return rows.Err()
//
// A SELECT runs while its rows are read, and begins with the first one. The next
// statement of the DB ends it: Err returns ErrEnded if there were more rows.
type Rows struct {
	columns []Column
	selects *selection // nil unless the statement is a SELECT
	source  batches    // nil before the SELECT begins, and after the last row

	batch  *Batch
	row    int // next row of batch
	values []any
	err    error
}

// batches are the rows of a result.
type batches interface {
	next() (*Batch, error) // nil at the end
	close() error
}

// NewRows returns rows in memory. Their values are of the types of Rows.Values, or text.
func NewRows(columns []Column, values [][]any) *Rows {
	return &Rows{columns: columns, source: &memoryRows{values}}
}

// memoryRows are the rows that NewRows has left.
type memoryRows struct{ values [][]any }

func (m *memoryRows) next() (*Batch, error) {
	n := min(batchRows, len(m.values))
	if n == 0 {
		return nil, nil
	}
	b := &Batch{rows: n, values: m.values[:n]}
	m.values = m.values[n:]
	return b, nil
}

func (m *memoryRows) close() error { return nil }

// Columns returns the columns, or nothing for a statement without a result.
func (r *Rows) Columns() []Column { return r.columns }

// Next advances to the next row, and reports whether there is one.
func (r *Rows) Next() bool {
	for r.batch == nil || r.row == r.batch.rows {
		if r.batch != nil {
			r.batch.Release()
		}
		if r.batch = r.NextBatch(); r.batch == nil {
			return false
		}
		r.row = 0
	}
	if r.values == nil {
		r.values = make([]any, len(r.columns))
	}
	for i := range r.values {
		r.values[i] = r.batch.Value(i, r.row)
	}
	r.row++
	return true
}

// NextBatch returns the next rows, or nil if there are none. It is an alternative
// to Next for large results. The Batch must be released.
func (r *Rows) NextBatch() *Batch {
	if r.source == nil && r.selects == nil {
		return nil
	}
	if r.source == nil {
		stream, err := r.selects.start()
		if err != nil {
			r.end(err)
			return nil
		}
		r.source = stream
	}
	batch, err := r.source.next()
	if batch == nil {
		r.end(err)
	}
	return batch
}

// end ends the statement, because of an error or nil.
func (r *Rows) end(cause error) {
	if r.source == nil && r.selects == nil {
		return
	}
	var err error
	if r.source != nil {
		err = r.source.close()
	}
	if r.selects != nil {
		cause = r.selects.failure(cause)
		err = errors.Join(err, r.selects.finish(r.source != nil && cause == nil))
	}
	r.source, r.selects = nil, nil
	if r.err = cause; cause == nil {
		r.err = err
	}
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

// Close ends the statement. It can be called more than once.
func (r *Rows) Close() error {
	if r.batch != nil {
		r.batch.Release()
		r.batch = nil
	}
	if r.source == nil && r.selects == nil {
		return nil
	}
	r.end(nil)
	return r.err
}
