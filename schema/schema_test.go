package schema

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestLayout compares the tables with CMS's layout of all fields, where that
// is at hand.
func TestLayout(t *testing.T) {
	f, err := os.Open("../../shared/spec/cclf-layout.csv")
	if err != nil {
		t.Skip("no layout to compare with")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for _, r := range rows[1:] {
		file, label, start, end, kind := r[0], strings.TrimSpace(r[2]), r[4], r[5], r[8]
		table := Lookup(file)
		if table == nil {
			if file != "CCLF0" {
				t.Errorf("no table %s", file)
			}
			continue
		}
		i := next[file]
		next[file]++
		if i >= len(table.Fields) {
			t.Errorf("%s lacks %s", file, label)
			continue
		}
		field := table.Fields[i]
		if field.Label != label || strconv.Itoa(field.Start) != start || strconv.Itoa(field.End) != end {
			t.Errorf("%s field %d: %s %d-%d, want %s %s-%s", file, i+1, field.Label, field.Start, field.End, label, start, end)
		}
		if got := kindName(field.Type); got != kind && !(kind == "number" && field.Digits) {
			t.Errorf("%s %s: %s, want %s", file, label, got, kind)
		}
	}
}

func kindName(t Type) string {
	if t.Kind == Decimal {
		return "decimal(" + strconv.Itoa(t.Precision) + "," + strconv.Itoa(t.Scale) + ")"
	}
	return t.Kind.String()
}
