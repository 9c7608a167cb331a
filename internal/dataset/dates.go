package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/internal/table"
)

// dateRange is the range of the dates in a column of a file. A column of texts has
// them in the form 2025-01-31, whose order is that of the dates.
type dateRange struct{ min, max string }

// add extends the range by a column.
func (r *dateRange) add(col arrow.Array) {
	switch col := col.(type) {
	case *array.Date32:
		r.addDays(col)
	default:
		texts := table.TextsOf(col)
		for row := range col.Len() {
			// A text in another form is no date, and must not get into the manifest.
			if v := texts.Value(row); len(v) == len("2025-01-31") && v[4] == '-' && v[7] == '-' {
				r.extend(v)
			}
		}
	}
}

func (r *dateRange) addDays(col *array.Date32) {
	var least, greatest arrow.Date32
	some := false
	for row, day := range col.Date32Values() {
		if col.IsNull(row) {
			continue
		}
		if !some {
			least, greatest, some = day, day, true
		}
		least, greatest = min(least, day), max(greatest, day)
	}
	if some {
		r.extend(least.FormattedString())
		r.extend(greatest.FormattedString())
	}
}

func (r *dateRange) extend(date string) {
	if r.min == "" || date < r.min {
		r.min = date
	}
	r.max = max(r.max, date)
}

// schemaSum is the SHA-256 of the names and types of columns, in hexadecimal.
func schemaSum(s *arrow.Schema) string {
	sum := sha256.New()
	for _, f := range s.Fields() {
		fmt.Fprintf(sum, "%s %s\n", f.Name, f.Type)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
