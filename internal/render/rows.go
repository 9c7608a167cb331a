package render

import "strings"

// A Column is a column of a result.
type Column struct {
	Name   string
	Number bool   // aligned to the right in a table
	Type   string // SQL type, such as DECIMAL(17,2); empty if unknown
}

// isTimestamp reports whether values are points in time, as DuckDB formats them.
func (c Column) isTimestamp() bool {
	return strings.HasPrefix(c.Type, "TIMESTAMP") && !strings.HasSuffix(c.Type, "]")
}

// Rows iterates over the rows of a result. The values of a row are valid until
// the next call of Next, and are as many as the result has columns.
type Rows interface {
	Next() bool
	Values() []any
	Err() error // why Next returned false before the last row, or nil
}
