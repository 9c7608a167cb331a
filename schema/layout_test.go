package schema

import "testing"

// TestRecord checks that the slots of every record follow one another, and
// what sets the layouts apart.
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
			if len(slots) != len(table.Fields) {
				t.Errorf("%s %s: %d slots for %d fields", table.File, l, len(slots), len(table.Fields))
			}
			end := 0
			for _, s := range slots {
				filler := l == LayoutV43 && s.Field.Label == "CLM_LINE_BENE_PMT_AMT"
				if s.Start != end+1 && !(filler && end == 117 && s.Start == 138) {
					t.Errorf("%s %s: %s starts at %d, behind %d", table.File, l, s.Field.Label, s.Start, end)
				}
				if s.End-s.Start+1 != s.Type.Width {
					t.Errorf("%s %s: %s has %d bytes, want %d", table.File, l, s.Field.Label, s.End-s.Start+1, s.Type.Width)
				}
				end = s.End
			}
			want := table.RecordLength()
			if l == LayoutV43 && table == cclf7 {
				want = 230
			}
			if end != want {
				t.Errorf("%s %s: record of %d bytes, want %d", table.File, l, end, want)
			}
		}
	}
	last := cclf7.Record(LayoutV43)[len(cclf7.Fields)-1]
	if last.Field.Label != prescriberLabel || last.Start != 196 || last.Type.Format() != "X(35)" {
		t.Errorf("CCLF7 in v43 ends with %s at %d, %s", last.Field.Label, last.Start, last.Type.Format())
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
