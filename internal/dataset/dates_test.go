package dataset

import (
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// TestDateRange checks the range of dates in columns of days and of texts.
func TestDateRange(t *testing.T) {
	days := array.NewDate32Builder(memory.DefaultAllocator)
	texts := array.NewStringBuilder(memory.DefaultAllocator)
	for _, v := range []string{"2025-03-01", "", "1969-12-31", "2024-02-29"} {
		if v == "" {
			days.AppendNull()
			texts.AppendNull()
			texts.Append("a name")
			continue
		}
		day, err := time.Parse(time.DateOnly, v)
		if err != nil {
			t.Fatal(err)
		}
		days.Append(arrow.Date32FromTime(day))
		texts.Append(v)
	}
	for _, col := range []arrow.Array{days.NewArray(), texts.NewArray()} {
		var got dateRange
		got.add(array.NewSlice(col, 0, int64(col.Len())))
		if want := (dateRange{"1969-12-31", "2025-03-01"}); got != want {
			t.Errorf("%v: range %v, want %v", col.DataType(), got, want)
		}
		got = dateRange{}
		got.add(array.NewSlice(col, 1, 2))
		if got != (dateRange{}) {
			t.Errorf("%v: range %v of no date", col.DataType(), got)
		}
	}
}

// TestSchemaSum pins the hash of a table, which loaders compare: it must change with
// the columns only.
func TestSchemaSum(t *testing.T) {
	const want = "e0116dd323669b27ba070c81edce1de111ee4c63604c6d50f8e7c8c0a117ccbd"
	if got := schemaSum(table.Schema(schema.Lookup("cclf1"))); got != want {
		t.Errorf("the hash of cclf1 is %s, want %s", got, want)
	}
	if schemaSum(table.Schema(schema.Lookup("cclf1"))) == schemaSum(table.Schema(schema.Lookup("cclf2"))) {
		t.Error("cclf1 and cclf2 have the same hash")
	}
}
