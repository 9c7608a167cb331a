package convert

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

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
	for _, table := range schema.Tables() {
		for _, layout := range schema.Layouts() {
			slots := table.Record(layout)
			rows := fittingRows(table)
			rec := batchOf(t, table, rows)
			var out bytes.Buffer
			s := newFixedSink(&out, slots, func(m misfit) error {
				return fmt.Errorf("%s does not fit: %w", m.slot.Field.Label, m.err)
			})
			if err := s.Write(rec); err != nil {
				t.Fatalf("%s: %v", table.File, err)
			}
			rec.Release()
			lines := strings.SplitAfter(out.String(), "\n")
			if len(lines) != len(rows)+1 || lines[len(rows)] != "" {
				t.Fatalf("%s: %d lines for %d rows", table.File, len(lines)-1, len(rows))
			}
			length := slots[len(slots)-1].End
			for i, row := range rows {
				if len(lines[i]) != length+1 {
					t.Fatalf("%s %s: a record of %d bytes, want %d", table.File, layout, len(lines[i])-1, length)
				}
				filled := 0
				for _, slot := range slots {
					got := lines[i][slot.Start-1 : slot.End]
					filled += len(strings.ReplaceAll(got, " ", ""))
					if value := plainText(got, slot.Type); value != row[slot.Field.Label] {
						t.Errorf("%s %s %s: %q, want %q", table.File, layout, slot.Field.Label, got, row[slot.Field.Label])
					}
				}
				if all := len(strings.ReplaceAll(lines[i], " ", "")) - 1; all != filled {
					t.Errorf("%s %s: %d characters that belong to no field", table.File, layout, all-filled)
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

// batchOf makes a record batch of rows.
func batchOf(t *testing.T, of *schema.Table, rows []map[string]string) arrow.RecordBatch {
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
		defer cols[i].Release()
	}
	return array.NewRecordBatch(table.Schema(of), cols, int64(len(rows)))
}

func TestDeliveryNames(t *testing.T) {
	at := time.Date(2026, 11, 23, 21, 39, 5, 678e6, time.UTC)
	for _, tt := range []struct {
		opts                    FixedOptions
		zip, cclf0, cclf1, last string // last: CCLFB
	}{
		{FixedOptions{},
			"", "CCLF0", "CCLF1", "CCLFB"},
		{FixedOptions{ACO: "A1234"},
			"P.A1234.ACO.ZCY26.D261123.T2139056.zip", "P.A1234.ACO.ZC0Y26.D261123.T2139056",
			"P.A1234.ACO.ZC1Y26.D261123.T2139056", "P.A1234.ACO.ZCBY26.D261123.T2139056"},
		{FixedOptions{ACO: "A1234", Runout: true},
			"P.A1234.ACO.ZCR25.D261123.T2139056.zip", "P.A1234.ACO.ZC0R25.D261123.T2139056",
			"P.A1234.ACO.ZC1R25.D261123.T2139056", "P.A1234.ACO.ZCBR25.D261123.T2139056"},
		{FixedOptions{ACO: "F123", PerformanceYear: 2019, RunDate: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
			"P.F123.ACO.ZCY19.D200102.T0304050.zip", "P.F123.ACO.ZC0Y19.D200102.T0304050",
			"P.F123.ACO.ZC1Y19.D200102.T0304050", "P.F123.ACO.ZCBY19.D200102.T0304050"},
		{FixedOptions{ACO: "P12B456", Program: PCF},
			"P.P12B456.ACO.ZC26.D261123.T2139056.zip", "P.P12B456.ACO.ZC0Y26.D261123.T2139056",
			"P.P12B456.ACO.ZC1Y26.D261123.T2139056", "P.P12B456.ACO.ZCBY26.D261123.T2139056"},
	} {
		if err := tt.opts.check(); err != nil {
			t.Fatal(err)
		}
		d, err := tt.opts.newDelivery(at)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{d.zip(), d.file("CCLF0"), d.file("CCLF1"), d.file("CCLFB")}
		if diff := cmp.Diff([]string{tt.zip, tt.cclf0, tt.cclf1, tt.last}, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.opts, diff)
		}
	}
	if _, err := (&FixedOptions{ACO: "A1234"}).newDelivery(time.Time{}); err == nil {
		t.Error("a delivery without a date")
	}
}

func TestFixedOptions(t *testing.T) {
	for id, program := range map[string]Program{
		"A1234": MSSP, "F123": VTAPM, "D0001": REACH, "K0001": KCF, "C0001": CKCC, "P123456": PCF,
	} {
		opts := FixedOptions{ACO: id}
		n, err := opts.naming()
		if err != nil || n.program != program {
			t.Errorf("%s: %+v, %v, want %s", id, n, err, program)
		}
		opts.Program = program
		if err := opts.check(); err != nil {
			t.Errorf("%s in %s: %v", id, program, err)
		}
	}
	for want, opts := range map[string]FixedOptions{
		"in no program":           {ACO: "X1234"},
		"D#### in reach":          {ACO: "A1234", Program: REACH},
		"want A#### in mssp":      {ACO: "A12345"},
		"in no program: want":     {ACO: "A/../"},
		"unknown program":         {ACO: "A1234", Program: "ngaco"},
		"no run-out files in kcf": {ACO: "K1234", Runout: true},
		"performance year 26":     {ACO: "A1234", PerformanceYear: 26},
		"for the files of an ACO": {Runout: true},
	} {
		if err := opts.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", opts, err, want)
		}
	}
}

// TestSummary checks the records of CCLF0 against the positions that the
// Information Packet gives them.
func TestSummary(t *testing.T) {
	if want := "File Number  |File Description    |Total Records Count |Record Length\n"; summaryHeader != want {
		t.Errorf("header %q, want %q", summaryHeader, want)
	}
	got := string(appendSummary(nil, schema.Lookup("cclf1"), 12345, 437))
	want := "CCLF1  |Part A Claims Header File                  |      12345|  437 \n"
	if got != want || len(got) != 71 {
		t.Errorf("detail %q, want %q", got, want)
	}
	for _, table := range schema.Tables() {
		if n := len(appendSummary(nil, table, 99999999999, 99999)); n != 71 {
			t.Errorf("%s: a record of %d bytes, want 70", table.File, n-1)
		}
	}
}

func TestPlaces(t *testing.T) {
	var all placeLog
	// Lines by chunk: the number of the input, then for each line whether a
	// resource is on it.
	want := []place{}
	var base int64
	for _, chunk := range []struct {
		input int
		first int64
		lines string // r: a resource, x: none
	}{
		{0, 1, "rrr"}, {0, 4, "xrr"}, {0, 7, "rx"}, {1, 1, "xxx"}, {1, 4, "r"}, {2, 1, ""}, {2, 1, "rrxrxx"}, {3, 9, "r"},
	} {
		var log placeLog
		var n int64
		for i, c := range chunk.lines {
			line := chunk.first + int64(i)
			log.note(n, chunk.input, line)
			if c == 'r' {
				want = append(want, place{base + n, chunk.input, line})
				n++
			}
		}
		all.addAll(log, base)
		base += n
	}
	for _, p := range want {
		if input, line := all.find(p.resource); input != p.input || line != p.line {
			t.Errorf("resource %d is in input %d line %d, want %d line %d", p.resource, input, line, p.input, p.line)
		}
	}
	if len(all) >= len(want) {
		t.Errorf("%d places for %d resources", len(all), len(want))
	}
}
