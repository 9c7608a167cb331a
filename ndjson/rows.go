package ndjson

import (
	"fmt"
)

// A RowsError reports an array with more elements than a record may have.
type RowsError struct {
	Array string
	Most  int
}

func (e *RowsError) Error() string {
	return fmt.Sprintf("more than %d elements in %s", e.Most, e.Array)
}

// checkRows reports a row set with more elements than a record may have.
func (r *Record) checkRows() error {
	for i := range r.rows {
		if s := &r.rows[i]; s.most > 0 && len(s.marks) > s.most {
			return &RowsError{r.program.arrays[i], s.most}
		}
	}
	return nil
}
