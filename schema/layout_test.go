package schema

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
)

// A layoutRow is a field in testdata/cclf-layout.csv: facts of the CCLF
// Information Packet. Layout v43 has a row only where it differs from v36.
type layoutRow struct {
	layout, file, label, format, kind string
	field, start, end, length         int
}

func readLayout(t *testing.T) []layoutRow {
	t.Helper()
	f, err := os.Open("testdata/cclf-layout.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var rows []layoutRow
	for _, r := range records[1:] {
		rows = append(rows, layoutRow{
			layout: r[0], file: r[1], field: number(r[2]), label: r[3],
			start: number(r[4]), end: number(r[5]), length: number(r[6]), format: r[7], kind: r[8],
		})
	}
	return rows
}

// TestLayout compares every field with the layouts of CMS.
func TestLayout(t *testing.T) {
	compared := map[string]int{}
	for _, want := range readLayout(t) {
		table := Lookup(want.file)
		if table == nil || want.field > len(table.Fields) {
			t.Errorf("%s field %d: not declared", want.file, want.field)
			continue
		}
		l, err := ParseLayout(want.layout)
		if err != nil {
			t.Fatal(err)
		}
		field := &table.Fields[want.field-1]
		got := slotOf(table.Record(l), field)
		if field.Label != want.label || got.Start != want.start || got.End != want.end || got.Type.Width != want.length {
			t.Errorf("%s %s field %d: %s at %d-%d, want %+v", l, want.file, want.field, field.Label, got.Start, got.End, want)
		}
		if kind := kindName(field.Type); kind != want.kind && (want.kind != "number" || !field.Digits) {
			t.Errorf("%s %s: %s, want %s", want.file, want.label, kind, want.kind)
		}
		// The Packet declares two amounts of CCLF5 as text.
		if format := got.Type.Format(); format != want.format && want.format != text(got.Type.Width).Format() {
			t.Errorf("%s %s: format %s, want %s", want.file, want.label, format, want.format)
		}
		compared[want.layout]++
	}
	fields := 0
	for _, table := range Tables() {
		fields += len(table.Fields)
	}
	if compared["v36"] != fields || compared["v43"] != 1 {
		t.Errorf("compared %v fields, want all %d", compared, fields)
	}
}

func slotOf(slots []Slot, f *Field) Slot {
	for _, s := range slots {
		if s.Field == f {
			return s
		}
	}
	return Slot{}
}

func kindName(t Type) string {
	if t.Kind == Decimal {
		return "decimal(" + strconv.Itoa(t.Precision) + "," + strconv.Itoa(t.Scale) + ")"
	}
	return t.Kind.String()
}

// TestRecord checks that the slots of every record are adjacent, but for the
// filler of layout v43.
func TestRecord(t *testing.T) {
	for _, table := range AllTables() {
		for _, l := range Layouts() {
			slots := table.Record(l)
			if table.Side {
				if slots != nil {
					t.Errorf("%s: a side table has records", table.Name)
				}
				continue
			}
			want := table.RecordLength()
			if l == LayoutV43 && table.File == "CCLF7" {
				want = 230
			}
			cut, older := cuts(l)[table.File]
			if older {
				want = cut
			}
			if len(slots) != len(table.Fields) && !(older && cut < table.RecordLength()) {
				t.Errorf("%s %s: %d slots for %d fields", table.File, l, len(slots), len(table.Fields))
			}
			end := 0
			for _, s := range slots {
				filler := l == LayoutV43 && s.Field.Label == "CLM_LINE_BENE_PMT_AMT"
				if s.Start != end+1 && (!filler || end != 117 || s.Start != 138) {
					t.Errorf("%s %s: %s starts at %d, after %d", table.File, l, s.Field.Label, s.Start, end)
				}
				if s.End-s.Start+1 != s.Type.Width {
					t.Errorf("%s %s: %s has %d bytes, want %d", table.File, l, s.Field.Label, s.End-s.Start+1, s.Type.Width)
				}
				end = s.End
			}
			if end != want {
				t.Errorf("%s %s: record of %d bytes, want %d", table.File, l, end, want)
			}
		}
	}
}

func TestParseLayout(t *testing.T) {
	for _, l := range Layouts() {
		if got, err := ParseLayout(l.String()); got != l || err != nil {
			t.Errorf("ParseLayout(%s) = %s, %v", l, got, err)
		}
	}
	if _, err := ParseLayout("v42"); err == nil {
		t.Error("v42 is a layout")
	}
}
