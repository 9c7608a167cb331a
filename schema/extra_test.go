package schema

import (
	"strings"
	"testing"
)

func parseExtra(t *testing.T, text string) []ExtraColumn {
	t.Helper()
	extra, err := ParseExtraColumns(strings.NewReader(text), "x")
	if err != nil {
		t.Fatal(err)
	}
	return extra
}

func TestParseExtraColumns(t *testing.T) {
	extra := parseExtra(t, "\ufeff# a comment\r\n"+
		"\r\n"+
		"CCLF5 Who text careTeam[role.coding.code=a # b].provider.display#2 # Who: did # it\r\n"+
		"\tcclf1  COST\tdecimal(15,2)  v2, v3 : total[category.coding.code=x:y].amount.value | '1 # 2'\n"+
		"cclf1 COST decimal(15,2) v1:totalCost.value\n"+
		"cclf8 BORN date Patient.birthDate #   A day \n"+
		"responses SEEN int item.itemSequence\n")
	type column struct {
		table, label, format, description string
		v1, v2, v3, partial               string
		line                              int
	}
	want := []column{
		{"cclf5", "Who", "text", "Who: did # it", "W", "W", "W", "", 3},
		{"cclf1", "COST", "decimal 15 2", "", "", "C", "C", "", 4},
		{"cclf1", "COST", "decimal 15 2", "", "totalCost.value", "", "", "", 5},
		{"cclf8", "BORN", "date", "A day", "Patient.birthDate", "Patient.birthDate", "Patient.birthDate", "", 6},
		{"responses", "SEEN", "int", "", "", "", "", "item.itemSequence", 7},
	}
	long := strings.NewReplacer("W", "careTeam[role.coding.code=a # b].provider.display#2",
		"C", "total[category.coding.code=x:y].amount.value | '1 # 2'")
	if len(extra) != len(want) {
		t.Fatalf("%d columns, want %d", len(extra), len(want))
	}
	for i, x := range extra {
		f := x.Field
		got := column{x.Table, f.Label, f.Kind.String(), f.Description, f.Cells[V1].Expr, f.Cells[V2].Expr, f.Cells[V3].Expr, f.Partial.Expr, x.Line}
		if f.Kind == Decimal {
			got.format = "decimal 15 2"
		}
		w := want[i]
		if i < 2 {
			w.v1, w.v2, w.v3 = long.Replace(w.v1), long.Replace(w.v2), long.Replace(w.v3)
		}
		if got != w {
			t.Errorf("line %d: got %+v, want %+v", x.Line, got, w)
		}
		again := parseExtra(t, x.String())
		again[0].Line = x.Line
		if again[0] != x {
			t.Errorf("line %d read again: %+v, want %+v", x.Line, again[0], x)
		}
	}
}

func TestParseExtraColumnsErrors(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"cclf1", "want TABLE COLUMN TYPE EXPRESSION"},
		{"cclf1 A text", "want TABLE COLUMN TYPE EXPRESSION"},
		{"cclf99 A text status", `unknown table "cclf99"`},
		{"CCLF0 A text status", `unknown table "CCLF0"`},
		{"enrollment A text Coverage.id", "table enrollment takes no extra columns"},
		{"cclf1 clm_pmt_amt text status", "table cclf1 already has a column clm_pmt_amt"},
		{"cclf1 1A text status", `"1A" cannot name a column`},
		{"cclf1 _A text status", `"_A" cannot name a column`},
		{"cclf1 A-B text status", `"A-B" cannot name a column`},
		{"cclf1 " + strings.Repeat("A", 64) + " text status", "has 64 characters, more than 63"},
		{"cclf1 A string status", `unknown type "string"`},
		{"cclf1 A decimal status", `unknown type "decimal"`},
		{"cclf1 A decimal(15) status", `unknown type "decimal(15)"`},
		{"cclf1 A decimal(38,2) status", "at most 37 digits"},
		{"cclf1 A decimal(3,4) status", "no more decimals than digits"},
		{"cclf1 A decimal(x,4) status", "at most 37 digits"},
		{"cclf1 A text v4: status", `unknown API version "v4"`},
		{"cclf1 A text v2,: status", `unknown API version ""`},
		{"cclf1 A text v2,v2: status", "API version v2 is given twice"},
		{"cclf1 A text v2:", `"" is not a member name`},
		{"cclf1 A text # nothing", `"" is not a member name`},
		{"cclf1 A text status[", "[ without its ]"},
		{"cclf1 A text a[b].c", `condition "b" has no =`},
		{"cclf1 A text a.b[c~d].e", "only the first step of a path can have a ~"},
		{"cclf5 A text item", "the path ends before a value"},
		{"cclf8 A text birthDate", "begin the path with Patient"},
		{"cclf8 A text Coverage.id", "begin the path with Patient"},
		{"cclf9 A text Patient", "the path ends before a value"},
		{"cclf8 A text partial: Patient.id", "table cclf8 has no partially adjudicated claims"},
		{"responses A text v2: status", "table responses has only partially adjudicated claims"},
		{"cclf1 K text status", "line 2 already has column K for this API version"},
		{"cclf1 k text v1: status", "column k is K in line 2"},
		{"cclf1 K int v1: status", "column K has a different type in line 2"},
	} {
		_, err := ParseExtraColumns(strings.NewReader("\ncclf1 K text v2: status\n"+tt.line), "my.txt")
		if err == nil || !strings.HasPrefix(err.Error(), "my.txt line 3: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one of line 3 with %q", tt.line, err, tt.want)
		}
	}
	_, err := ParseExtraColumns(strings.NewReader("a\ncclf1 K text status\nb"), "my.txt")
	if err == nil || !strings.Contains(err.Error(), "my.txt line 1: ") || !strings.Contains(err.Error(), "my.txt line 3: ") {
		t.Errorf("error %v, want one that names lines 1 and 3", err)
	}
	_, err = ParseExtraColumns(strings.NewReader(strings.Repeat("x", 1<<20)), "my.txt")
	if err == nil || !strings.HasPrefix(err.Error(), "my.txt: ") {
		t.Errorf("an endless line: error %v", err)
	}
}

func TestExtend(t *testing.T) {
	all := Extend(AllTables(), parseExtra(t, "cclf1 A text v2: status\ncclf5 B int v1: created\ncclf1 A text v1: id # Words\ncclf1 C date created"))
	for i, table := range AllTables() {
		more := len(all[i].Fields) - len(table.Fields)
		switch table.Name {
		case "cclf1":
			a := all[i].Field("A")
			if more != 2 || all[i].Base != table || table.Field("A") != nil || a.Description != "Words" || !a.Extra ||
				a.Cells[V1].Expr != "id" || a.Cells[V2].Expr != "status" || a.Cells[V3].Source != Absent || a.Partial.Source != Absent {
				t.Errorf("cclf1 has %d more columns, A is %+v", more, a)
			}
		case "cclf5":
			if more != 1 || all[i].Base != table {
				t.Errorf("cclf5 has %d more columns", more)
			}
		default:
			if all[i] != table {
				t.Errorf("%s is another one", table.Name)
			}
		}
	}
}
