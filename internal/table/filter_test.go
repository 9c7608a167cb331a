package table

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/schema"
)

// TestFilterRows keeps random runs of rows of columns with and without nulls.
func TestFilterRows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, nulls := range []int{0, 1, 3, 1000} { // one value in so many is there; or all
		for range 50 {
			n := 1 + r.IntN(200)
			text := NewDictColumn(&schema.Field{Type: schema.Type{Kind: schema.Text}})
			numbers := NewColumn(&schema.Field{Type: schema.Type{Kind: schema.Int}})
			for i := range n {
				if nulls > 0 && r.IntN(nulls) > 0 {
					text.AppendNull()
					numbers.AppendNull()
					continue
				}
				text.AppendWord([]byte(strconv.Itoa(i % 7)))
				numbers.AppendInt(int64(i))
			}
			var runs []RowRun
			var want []int
			for i := range n {
				switch last := len(runs) - 1; {
				case r.IntN(3) == 0:
					continue
				case last >= 0 && runs[last].To == i:
					runs[last].To++
				default:
					runs = append(runs, RowRun{i, i + 1})
				}
				want = append(want, i)
			}
			all := numbers.Array()
			there := all.IsValid
			var wantText, gotText, wantNumbers, gotNumbers []string
			lost := 0
			for _, i := range want {
				if !there(i) {
					wantText, wantNumbers = append(wantText, "-"), append(wantNumbers, "-")
					lost++
					continue
				}
				wantText, wantNumbers = append(wantText, strconv.Itoa(i%7)), append(wantNumbers, strconv.Itoa(i))
			}
			texts := TextsOf(FilterRows(text.Array(), runs, len(want)))
			ints := FilterRows(numbers.Array(), runs, len(want)).(*array.Int64)
			for i := range want {
				gotText, gotNumbers = append(gotText, "-"), append(gotNumbers, "-")
				if texts.IsValid(i) {
					gotText[i] = texts.Value(i)
				}
				if ints.IsValid(i) {
					gotNumbers[i] = strconv.FormatInt(ints.Value(i), 10)
				}
			}
			if !slices.Equal(gotText, wantText) || !slices.Equal(gotNumbers, wantNumbers) {
				t.Fatalf("rows %v of %d: %v and %v, want %v and %v", runs, n, gotText, gotNumbers, wantText, wantNumbers)
			}
			if texts.NullN() != lost || ints.NullN() != lost {
				t.Fatalf("rows %v of %d: %d and %d nulls, want %d", runs, n, texts.NullN(), ints.NullN(), lost)
			}
		}
	}
}

// TestTakeRows repeats rows of columns with nulls, and leaves the columns as they are.
func TestTakeRows(t *testing.T) {
	text := NewDictColumn(&schema.Field{Type: schema.Type{Kind: schema.Text}})
	days := NewColumn(&schema.Field{Type: schema.Type{Kind: schema.Date}})
	for i, v := range []string{"a", "", "b"} {
		if v == "" {
			text.AppendNull()
			days.AppendNull()
			continue
		}
		text.AppendWord([]byte(v))
		days.AppendDay(int32(i))
	}
	texts, dates := text.Array(), days.Array()
	rows := []int{2, 2, 0, 1, 2, 1, 0, 0, 0}
	for range 2 {
		takenTexts, takenDays := TextsOf(TakeRows(texts, rows)), TakeRows(dates, rows).(*array.Date32)
		for i, row := range rows {
			if got, want := takenTexts.Value(i), []string{"a", "", "b"}[row]; got != want {
				t.Errorf("row %d: text %q, want %q", i, got, want)
			}
			if valid := row != 1; takenDays.IsValid(i) != valid || valid && int(takenDays.Value(i)) != row {
				t.Errorf("row %d: day %s, want %d", i, takenDays.ValueStr(i), row)
			}
		}
	}
}
