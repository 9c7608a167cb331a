package render

// A Column is a column of a result.
type Column struct {
	Name   string
	Number bool // aligned to the right in a table
}

// Rows iterates over the rows of a result. The values of a row are valid until
// the next call of Next, and are as many as the result has columns.
type Rows interface {
	Next() bool
	Values() []any
	Err() error // why Next returned false before the last row, or nil
}
