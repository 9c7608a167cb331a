package table

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/schema"
)

// TestRowsInBatches checks that rows that were taken do not come again.
func TestRowsInBatches(t *testing.T) {
	of := schema.Lookup(schema.AttributionTable)
	rows := NewRows(of)
	for batch := range int64(3) {
		for range batch + 1 {
			rows.Text("PATIENT_ID", "p")
			rows.Int("FIRST_RUN", batch)
			rows.End()
		}
		cols := rows.Arrays()
		for i, col := range cols {
			if col.Len() != int(batch)+1 {
				t.Errorf("batch %d, column %d: %d rows", batch, i, col.Len())
			}
		}
		if got := cols[of.Index("FIRST_RUN")].(*array.Int64).Value(0); got != batch {
			t.Errorf("batch %d begins with a row of batch %d", batch, got)
		}
		Release(cols)
	}
}
