package encode

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// TestFields checks how values stand in their fields. An empty want is a value
// that does not fit.
func TestFields(t *testing.T) {
	var (
		text   = schema.Type{Kind: schema.Text, Width: 5}
		digits = schema.Type{Kind: schema.Text, Width: 5, Digits: true}
		number = schema.Type{Kind: schema.Int, Width: 5, Digits: true}
		amount = schema.Type{Kind: schema.Decimal, Width: 8, Precision: 6, Scale: 2}
		narrow = schema.Type{Kind: schema.Decimal, Width: 7, Precision: 6, Scale: 2} // as one of CCLF6 is
		wide   = schema.Type{Kind: schema.Decimal, Width: 24, Precision: 22, Scale: 4}
		date   = schema.Type{Kind: schema.Date, Width: 10}
	)
	for _, tt := range []struct {
		typ         schema.Type
		value, want string
	}{
		{text, "AB", "AB   "},
		{text, "ABCDE", "ABCDE"},
		{text, "ABCDE  ", "ABCDE"}, // blanks behind a value are no part of it
		{text, " A", " A   "},
		{text, "ABCDEF", ""},
		{text, "é", ""},
		{text, "A\nB", ""},

		{digits, "7", "00007"},
		{digits, "00123", "00123"},
		{digits, "-12", "-0012"},
		{digits, "-1234", "-1234"},
		{digits, "-12345", ""},
		{digits, "123456", ""},
		{digits, "12A", ""},
		{digits, "-", ""},
		{digits, "1-2", ""},

		{number, "42", "00042"},
		{number, "-42", "-0042"},
		{number, "100000", ""},

		{amount, "0", " 0000.00"},
		{amount, "1.5", " 0001.50"},
		{amount, "-1.5", "-0001.50"},
		{amount, "-0.01", "-0000.01"},
		{amount, "9999.99", " 9999.99"},
		{narrow, "999.99", " 999.99"},
		{narrow, "1000.00", ""},
		{narrow, "-1000.00", ""},
		{wide, "123456789012345678.9012", " 123456789012345678.9012"},
		{wide, "-100000000000000000.0001", "-100000000000000000.0001"},

		{date, "2024-02-29", "2024-02-29"},
		{date, "0900-01-02", "0900-01-02"},
		{date, "1969-12-31", "1969-12-31"},
	} {
		col := table.NewColumn(&schema.Field{Type: tt.typ})
		if err := col.Append([]byte(tt.value)); err != nil {
			t.Fatalf("%q: %v", tt.value, err)
		}
		values := col.Array()
		field := bytes.Repeat([]byte{' '}, tt.typ.Width)
		err := cellEncoderOf(tt.typ, values)(field, 0)
		values.Release()
		if tt.want == "" {
			if err == nil || strings.TrimSpace(string(field)) != "" {
				t.Errorf("%q in %s: %q, %v, want a blank field and an error", tt.value, tt.typ.Format(), field, err)
			} else if strings.Contains(err.Error(), tt.value) {
				t.Errorf("%q in %s: the error tells the value: %v", tt.value, tt.typ.Format(), err)
			}
		} else if err != nil || string(field) != tt.want {
			t.Errorf("%q in %s: %q, %v, want %q", tt.value, tt.typ.Format(), field, err, tt.want)
		}
	}
}

// TestRecords writes rows of all tables in all layouts, and reads them back by
// the positions of their fields.
func TestRecords(t *testing.T) {
	for _, of := range schema.Tables() {
		for _, layout := range schema.Layouts() {
			slots := of.Record(layout)
			rows := fittingRows(of)
			cols := columnsOf(t, of, rows)
			var out bytes.Buffer
			e, err := NewFixed(&out, &File{Schema: table.Schema(of), Slots: slots, Misfit: func(m Misfit) error {
				return fmt.Errorf("%s does not fit: %w", m.Field.Label, m.Err)
			}})
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Write(cols); err != nil {
				t.Fatalf("%s: %v", of.File, err)
			}
			table.Release(cols)
			lines := strings.SplitAfter(out.String(), "\n")
			if len(lines) != len(rows)+1 || lines[len(rows)] != "" {
				t.Fatalf("%s: %d lines for %d rows", of.File, len(lines)-1, len(rows))
			}
			length := slots[len(slots)-1].End
			for i, row := range rows {
				if len(lines[i]) != length+1 {
					t.Fatalf("%s %s: a record of %d bytes, want %d", of.File, layout, len(lines[i])-1, length)
				}
				filled := 0
				for _, slot := range slots {
					got := lines[i][slot.Start-1 : slot.End]
					filled += len(strings.ReplaceAll(got, " ", ""))
					if value := plainText(got, slot.Type); value != row[slot.Field.Label] {
						t.Errorf("%s %s %s: %q, want %q", of.File, layout, slot.Field.Label, got, row[slot.Field.Label])
					}
				}
				if all := len(strings.ReplaceAll(lines[i], " ", "")) - 1; all != filled {
					t.Errorf("%s %s: %d characters that belong to no field", of.File, layout, all-filled)
				}
			}
		}
	}
}

// fittingRows makes rows for a table whose values fit their fields: one of
// nulls, and some at random.
func fittingRows(table *schema.Table) []map[string]string {
	random := rand.New(rand.NewPCG(1, 2))
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('1' + random.IntN(9))
		}
		return string(b)
	}
	rows := []map[string]string{{}}
	for range 20 {
		row := map[string]string{}
		for i := range table.Fields {
			f := &table.Fields[i]
			if random.IntN(4) == 0 {
				continue // null
			}
			n := 1 + random.IntN(f.Width)
			switch {
			case f.Kind == schema.Date:
				row[f.Label] = time.Unix(int64(random.IntN(1<<31)), 0).UTC().Format(time.DateOnly)
			case f.Kind == schema.Decimal:
				whole := f.Width - 2 - f.Scale
				row[f.Label] = []string{"", "-"}[random.IntN(2)] + digits(1+random.IntN(whole)) + "." + digits(f.Scale)
			case f.Kind == schema.Int, f.Digits:
				row[f.Label] = digits(n)
			default:
				row[f.Label] = strings.Repeat("A", n)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// plainText undoes the padding of a field.
func plainText(field string, t schema.Type) string {
	switch {
	case t.Kind == schema.Decimal:
		digits := strings.TrimLeft(field[1:], "0")
		if strings.TrimSpace(digits) == "" {
			return ""
		}
		return strings.TrimSpace(field[:1]) + digits
	case t.Digits:
		return strings.TrimLeft(field, "0 ")
	}
	return strings.TrimRight(field, " ")
}

// columnsOf makes columns of rows.
func columnsOf(t *testing.T, of *schema.Table, rows []map[string]string) []arrow.Array {
	t.Helper()
	cols := make([]arrow.Array, len(of.Fields))
	for i := range of.Fields {
		col := table.NewColumn(&of.Fields[i])
		for _, row := range rows {
			v := row[of.Fields[i].Label]
			if err := col.Append([]byte(v)); err != nil {
				t.Fatalf("%s %q: %v", of.Fields[i].Label, v, err)
			}
		}
		cols[i] = col.Array()
	}
	return cols
}
