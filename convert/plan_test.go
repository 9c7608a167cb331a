package convert

import (
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/schema"
)

// TestPlans compiles the crosswalk of each generation, and makes sure that
// each cell with an expression is evaluated somewhere, and no other.
func TestPlans(t *testing.T) {
	compiled := newPlans(nil, PlainCCLF.tables(), defaultLimits())
	for _, p := range []*plans{compiled, newPlans(nil, Tuva.tables(), defaultLimits())} {
		if err := p.check(); err != nil {
			t.Fatal(err)
		}
	}
	for _, api := range schema.APIs {
		for _, table := range schema.AllTables() {
			if table.Partial {
				continue
			}
			for i := range table.Fields {
				f := &table.Fields[i]
				used := false
				for resource := range compiled.byType[api] {
					if isPartial(resource) {
						continue
					}
					p := compiled.of(api, resource)
					if p.api != api || p.resource != resource {
						t.Fatalf("the plan for %s of %s is that for %s of %s", resource, api, p.resource, p.api)
					}
					used = used || uses(p, table, i)
				}
				if want := f.Cells[api].Expr != ""; used != want {
					t.Errorf("%s.%s of %s is evaluated: %v, want %v", table.Name, f.Label, api, used, want)
				}
			}
		}
	}
	only := schema.V3
	if compiled = newPlans(&only, PlainCCLF.tables(), defaultLimits()); compiled.first() != only {
		t.Errorf("plans for %s begin with %s", only, compiled.first())
	}
}

// uses reports whether a plan evaluates a column of a table.
func uses(p *plan, table *schema.Table, col int) bool {
	for _, tp := range p.tables {
		if tp.table != table {
			continue
		}
		if len(tp.cols[col].sources) > 0 || slices.ContainsFunc(tp.late, func(l lateColumn) bool { return l.col == col }) {
			return true
		}
		for _, month := range tp.months {
			if slices.ContainsFunc(month.all, func(g getter) bool { return g.col == col }) {
				return true
			}
		}
	}
	return table.Grain == schema.PerPatient && slices.ContainsFunc(p.people, func(g personGetter) bool { return g.slot == slotOf(table, col) && g.slot >= 0 })
}

func TestUnknownFunction(t *testing.T) {
	if err := new(source).setFunc("no-such-function"); err == nil {
		t.Error("no error")
	}
}

func TestTransforms(t *testing.T) {
	for _, tt := range []struct {
		function, value, want string // "" for no value
	}{
		{"icd", "E11.9", "E119"}, {"icd", "E119", "E119"}, {"icd", ".5", "5"}, {"icd", "V45.", "V45"},
		{"icd-indicator", "http://hl7.org/fhir/sid/icd-10-cm", "0"}, {"icd-indicator", "http://hl7.org/fhir/sid/icd-10", "0"},
		{"icd-indicator", "http://www.cms.gov/Medicare/Coding/ICD10", "0"}, {"icd-indicator", "http://hl7.org/fhir/sid/icd-9-cm", "9"},
		{"icd-indicator", "http://www.cms.gov/Medicare/Coding/ICD9", "9"}, {"icd-indicator", "http://hl7.org/fhir/sid/unknown-icd-version/7", "U"},
		{"ansi-group", "CO120", "CO"}, {"ansi-group", "PR", "PR"}, {"ansi-group", "C", "C"},
		{"ansi-reason", "CO120", "120"}, {"ansi-reason", "PR2", "2"}, {"ansi-reason", "PR", ""}, {"ansi-reason", "C", ""},
		{"id-qualifier", "npi", "01"}, {"id-qualifier", "NPI", "01"}, {"id-qualifier", "UPIN", "06"}, {"id-qualifier", "NCPDP", "07"},
		{"id-qualifier", "SL", "08"}, {"id-qualifier", "TAX", "11"}, {"id-qualifier", "XX", ""},
		{"sex", "male", "1"}, {"sex", "female", "2"}, {"sex", "unknown", "0"}, {"sex", "other", "0"}, {"sex", "248153007", "1"}, {"sex", "248152002", "2"},
		{"zip5", "12345", "12345"}, {"zip5", "123456789", "12345"}, {"zip5", "12345-6789", "12345"}, {"zip5", "1730", "1730"},
		{"zip4", "12345", ""}, {"zip4", "123456789", "6789"}, {"zip4", "12345-6789", "6789"}, {"zip4", "1234567890", ""},
		{"second", "12", "2"}, {"second", "1", ""}, {"second", "123", ""},
		{"third", "123", "3"}, {"third", "12", ""}, {"third", "1234", ""},
		{"pad2", "1", "01"}, {"pad2", "12", "12"}, {"pad2", "123", "123"}, {"pad3", "1", "001"},
		{"race", "2106-3", "1"}, {"race", "2054-5", "2"}, {"race", "UNK", "0"},
		{"not-active", "active", ""}, {"not-active", "cancelled", "N"}, {"not-active", "draft", "N"}, {"final-action", "NotFinalAction", "N"}, {"final-action", "FinalAction", "Y"},
		{"npi-qualifier", "1234567890", "01"},
	} {
		fn := transforms[tt.function]
		if fn == nil {
			t.Errorf("there is no function %s", tt.function)
			continue
		}
		value := []byte(tt.value)
		if got := fn(make([]byte, 0, 16), value); string(got) != tt.want || tt.want == "" && got != nil && tt.function != "ansi-reason" {
			t.Errorf("%s(%s) = %q, want %q", tt.function, tt.value, got, tt.want)
		}
		if string(value) != tt.value {
			t.Errorf("%s(%s) has changed its argument", tt.function, tt.value)
		}
	}
}

func TestNumbersIn(t *testing.T) {
	for text, want := range map[string][]string{
		`[1,2, 13 ]`: {"1", "2", "13"}, `[]`: nil, `7`: {"7"}, `["1","2"]`: {"1", "2"}, ` [ 1 ] `: {"1"}, `[null]`: nil, `[1.5,-2]`: {"1.5", "-2"},
	} {
		var got []string
		for n := range numbersIn([]byte(text)) {
			got = append(got, string(n))
		}
		if !slices.Equal(got, want) {
			t.Errorf("numbers in %s: %q, want %q", text, got, want)
		}
	}
	for n := range numbersIn([]byte(`[1,2]`)) {
		if string(n) != "1" {
			t.Errorf("%s after the end", n)
		}
		break
	}
}
