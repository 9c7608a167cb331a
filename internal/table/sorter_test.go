package table

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/schema"
)

// sortedTable has a column of each type, and one without values.
var sortedTable = &schema.Table{Name: "x", Fields: []schema.Field{
	{Label: "MBI", Type: schema.Type{Kind: schema.Text}},
	{Label: "DAY", Type: schema.Type{Kind: schema.Date}},
	{Label: "AMOUNT", Type: schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 2}},
	{Label: "NUMBER", Type: schema.Type{Kind: schema.Int}},
	{Label: "NOTHING", Type: schema.Type{Kind: schema.Text}},
	{Label: "OWN", Type: schema.Type{Kind: schema.Text}},
}}

// A sortedRow is a row of it. Empty texts and negative numbers are nulls.
type sortedRow struct {
	partition int32
	mbi       string
	day       int32
	number    int64
	own       string
}

func sortedRows(r *rand.Rand, n int) []sortedRow {
	rows := make([]sortedRow, n)
	for i := range rows {
		rows[i] = sortedRow{int32(r.IntN(4)), fmt.Sprint(r.IntN(30)), int32(r.IntN(50)), int64(i), fmt.Sprint("row ", i)}
		if r.IntN(9) == 0 {
			rows[i].partition = math.MaxInt32
		}
		if r.IntN(9) == 0 {
			rows[i].mbi, rows[i].own = "", ""
		}
		if r.IntN(9) == 0 {
			rows[i].day, rows[i].number = -1, -1
		}
	}
	return rows
}

// sortedCols returns rows as columns, with dictionaries or without.
func sortedCols(rows []sortedRow, dictionaries bool) (cols []arrow.Array, partitions []int32) {
	list := make([]Column, len(sortedTable.Fields))
	for i := range list {
		list[i] = NewColumn(&sortedTable.Fields[i])
		if dictionaries {
			list[i] = NewDictColumn(&sortedTable.Fields[i])
		}
	}
	for _, row := range rows {
		partitions = append(partitions, row.partition)
		list[0].AppendWord([]byte(row.mbi))
		list[5].AppendWord([]byte(row.own))
		list[4].AppendNull()
		if row.day < 0 {
			list[1].AppendNull()
			list[2].AppendNull()
			list[3].AppendNull()
			continue
		}
		list[1].AppendDay(row.day)
		list[2].AppendDecimal(decimal128.FromI64(row.number))
		list[3].AppendInt(row.number)
	}
	for i := range list {
		cols = append(cols, list[i].Array())
	}
	return cols, partitions
}

// rowsIn returns the rows of a block.
func rowsIn(t *testing.T, b Block) []sortedRow {
	t.Helper()
	var rows []sortedRow
	mbi, own := TextsOf(b.Cols[0]), TextsOf(b.Cols[5])
	for i := range b.Cols[0].Len() {
		row := sortedRow{b.Partition, mbi.Value(i), -1, -1, own.Value(i)}
		if b.Cols[1].IsValid(i) {
			row.day, row.number = int32(b.Cols[1].(*array.Date32).Value(i)), b.Cols[3].(*array.Int64).Value(i)
			if amount := b.Cols[2].(*array.Decimal128).Value(i); amount != decimal128.FromI64(row.number) {
				t.Fatalf("amount %v, want %d", amount, row.number)
			}
		}
		if b.Cols[4].IsValid(i) || b.Cols[2].IsNull(i) != b.Cols[1].IsNull(i) {
			t.Fatal("a null has a value, or the reverse")
		}
		rows = append(rows, row)
	}
	return rows
}

// TestSorter sorts rows with memory for all of them, and for few, and compares the
// order with that of a stable sort.
func TestSorter(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		var rows []sortedRow
		by := [][]int{nil, {0}, {0, 1}, {1, 5}}[r.IntN(4)]
		dir := t.TempDir()
		s := NewSorter(SorterOptions{
			Dir: dir, Name: "x", Schema: Schema(sortedTable), By: by, Memory: mem,
			Bytes: []int{0, 2000, 40_000}[r.IntN(3)], Runs: []int{0, 2, 3}[r.IntN(3)],
		})
		for range r.IntN(9) {
			batch := sortedRows(r, r.IntN(400))
			rows = append(rows, batch...)
			cols, partitions := sortedCols(batch, r.IntN(2) == 0)
			if len(batch) == 0 {
				continue
			}
			if err := s.Add(cols, partitions); err != nil {
				t.Fatal(err)
			}
		}
		var got []sortedRow
		for b, err := range s.Sorted() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, rowsIn(t, b)...)
		}
		want := slices.Clone(rows)
		slices.SortStableFunc(want, func(a, b sortedRow) int { return compareSorted(by, a, b) })
		if !slices.Equal(got, want) {
			t.Errorf("seed %d, by %v: %d rows are not sorted as %d", seed, by, len(got), len(want))
		}
		if err := s.Remove(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%d files are left, %v", len(left), err)
		}
		mem.AssertSize(t, 0)
	}
}

// compareSorted compares rows by their partition and columns; nulls are last.
func compareSorted(by []int, a, b sortedRow) int {
	last := func(text string) string { return cmp.Or(text, "\xff") }
	c := cmp.Compare(a.partition, b.partition)
	for _, col := range by {
		switch col {
		case 0:
			c = cmp.Or(c, cmp.Compare(last(a.mbi), last(b.mbi)))
		case 1:
			c = cmp.Or(c, cmp.Compare(uint32(a.day), uint32(b.day)))
		case 5:
			c = cmp.Or(c, cmp.Compare(last(a.own), last(b.own)))
		}
	}
	return c
}

// TestSorterStopped frees everything when its rows are not read to the end.
func TestSorterStopped(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	s := NewSorter(SorterOptions{Dir: t.TempDir(), Name: "x", Schema: Schema(sortedTable), By: []int{0}, Memory: mem, Bytes: 1000})
	for seed := range uint64(5) {
		if err := s.Add(sortedCols(sortedRows(rand.New(rand.NewPCG(seed, 3)), 300), true)); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range s.Sorted() {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if err := s.Remove(); err != nil {
		t.Error(err)
	}
	mem.AssertSize(t, 0)
}
