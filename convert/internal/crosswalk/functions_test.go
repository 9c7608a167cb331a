package crosswalk

import (
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// cellFunctions are the functions that cells name, each with one of the cells.
func cellFunctions(t *testing.T) map[string]string {
	names := map[string]string{}
	for _, table := range append(schema.AllTables(), tuvaschema.Tables()...) {
		for i := range table.Fields {
			f := &table.Fields[i]
			for _, cell := range append(f.Cells[:], f.Partial) {
				if cell.Expr == "" {
					continue
				}
				expr, err := schema.ParseExpr(cell.Expr)
				if err != nil {
					t.Fatal(err)
				}
				for _, alt := range expr {
					names[alt.Func] = table.Name + "." + f.Label
				}
			}
		}
	}
	delete(names, "")
	return names
}

// TestFunctions compares the functions that package schema declares, those that
// have code, and those that cells name.
func TestFunctions(t *testing.T) {
	declared := map[string]bool{"": true}
	used := cellFunctions(t)
	for _, f := range schema.Functions {
		declared[f.Name] = true
		code, has := functions[f.Name]
		if !has {
			t.Errorf("%s is declared and has no code", f.Name)
		}
		if _, named := used[f.Name]; !named && !f.General {
			t.Errorf("%s is neither used by a cell nor available to extra columns", f.Name)
		}
		// Other functions look at more than the value.
		general := code.kind == ofValue && code.deferred == notDeferred ||
			code.combine == onlyValue || strings.HasPrefix(f.Name, "source-")
		if f.General != general {
			t.Errorf("%s is declared as general: %v", f.Name, f.General)
		}
	}
	for name := range functions {
		if !declared[name] {
			t.Errorf("%s has code and is not declared", name)
		}
	}
	for name, cell := range used {
		if !declared[name] {
			t.Errorf("%s names %s, which is not declared", cell, name)
		}
	}
}

// TestFunctionKinds checks that each function has the code of its kind.
func TestFunctionKinds(t *testing.T) {
	for name, f := range functions {
		ok := false
		switch f.kind {
		case ofValue:
			ok = name == "" || (f.transform != nil) != (f.deferred == DeferredSuccessor)
		case ofValues:
			ok = f.combine != firstValue && f.most > 1
		case ofRow:
			ok = f.row != nil && f.transform == nil
		case ofDiagnosis:
			ok = f.transform != nil && f.row == nil
		case ofCoverage:
			ok = f.transform == nil && f.row == nil && f.deferred == notDeferred
		case inMerge:
			ok = f.deferred != notDeferred && f.transform == nil && f.row == nil
		}
		if !ok {
			t.Errorf("%q: %+v", name, f)
		}
	}
}

func TestUnknownFunction(t *testing.T) {
	table := *schema.Lookup("cclf5")
	table.Fields = []schema.Field{{Label: "X", Cells: [len(schema.APIs)]schema.Cell{{Expr: "id > no-such-function"}}}}
	if err := testPlans(nil, []*schema.Table{&table}).Check(); err == nil || !strings.Contains(err.Error(), "no-such-function") {
		t.Errorf("error %v", err)
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
		{"race", "2106-3", "1"}, {"race", "2054-5", "2"}, {"race", "2131-1", "3"}, {"race", "2028-9", "4"}, {"race", "2135-2", "5"}, {"race", "1002-5", "6"}, {"race", "UNK", "0"},
		{"not-active", "active", ""}, {"not-active", "cancelled", "N"}, {"not-active", "draft", "N"}, {"final-action", "NotFinalAction", "N"}, {"final-action", "FinalAction", "Y"},
		{"npi-qualifier", "1234567890", "01"},
		{"not-zero", "0", ""}, {"not-zero", "-0.00", ""}, {"not-zero", "0e10", ""}, {"not-zero", "0.0E-7", ""}, {"not-zero", "0.01", "0.01"}, {"not-zero", "1e-7", "1e-7"}, {"not-zero", "10", "10"},
	} {
		fn := functions[tt.function].transform
		if fn == nil {
			t.Errorf("there is no function %s", tt.function)
			continue
		}
		value := []byte(tt.value)
		if got := fn(make([]byte, 0, 16), value); string(got) != tt.want || tt.want == "" && got != nil && tt.function != "ansi-reason" {
			t.Errorf("%s(%s) = %q, want %q", tt.function, tt.value, got, tt.want)
		}
		if string(value) != tt.value {
			t.Errorf("%s(%s) changed its argument", tt.function, tt.value)
		}
	}
}
