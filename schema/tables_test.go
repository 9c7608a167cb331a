package schema

import (
	"strings"
	"testing"
)

// TestRecords checks the lengths of records and the numbers of fields that
// CMS's layouts give.
func TestRecords(t *testing.T) {
	fields := 0
	for i, want := range []struct {
		name           string
		fields, length int
	}{
		{"cclf1", 45, 437}, {"cclf2", 23, 199}, {"cclf3", 13, 114}, {"cclf4", 14, 112}, {"cclf5", 52, 388}, {"cclf6", 27, 247},
		{"cclf7", 21, 195}, {"cclf8", 31, 549}, {"cclf9", 6, 55}, {"cclfa", 33, 324}, {"cclfb", 21, 128},
	} {
		table := Tables()[i]
		if table.Name != want.name || len(table.Fields) != want.fields || table.RecordLength() != want.length {
			t.Errorf("%s has %d fields in %d bytes, want %+v", table.Name, len(table.Fields), table.RecordLength(), want)
		}
		if !strings.EqualFold(table.Name, table.File) {
			t.Errorf("%s is in the file %s", table.Name, table.File)
		}
		fields += len(table.Fields)
	}
	if summary := 7; len(Tables()) != 11 || fields+summary != 293 {
		t.Errorf("%d tables with %d fields, want 11 with 293 less the %d of CCLF0", len(Tables()), fields, summary)
	}
}

// TestTables checks what every table must have.
func TestTables(t *testing.T) {
	seen := map[string]bool{}
	for _, table := range AllTables() {
		if seen[table.Name] || table.Name != strings.ToLower(table.Name) {
			t.Errorf("the name %s is not alone, or not in lower case", table.Name)
		}
		seen[table.Name] = true
		if table.Title == "" || table.Description == "" || !strings.HasSuffix(table.Description, ".") {
			t.Errorf("%s: title %q, description %q", table.Name, table.Title, table.Description)
		}
		if Lookup(table.Name) != table || Lookup(strings.ToUpper(table.Name)) != table {
			t.Errorf("%s is not found by its name", table.Name)
		}
		if len(table.Key) == 0 {
			t.Errorf("%s has no key", table.Name)
		}
		for _, label := range append(append([]string(nil), table.Key...), table.Related...) {
			if table.Field(label) == nil {
				t.Errorf("%s has no field %s, which is in its key", table.Name, label)
			}
		}
		isClaim := table.Grain != PerPatient && table.Grain != PerIdentifier
		if !table.Side && isClaim != (len(table.Claims) > 0) {
			t.Errorf("%s has claims of types %v, and rows for each %s", table.Name, table.Claims, table.Grain)
		}
		checkFields(t, table)
	}
	for _, name := range []string{"", "cclf", "cclf0", "cclf10", " cclf1"} {
		if got := Lookup(name); got != nil {
			t.Errorf("%q is taken for %s", name, got.Name)
		}
	}
}

func checkFields(t *testing.T, table *Table) {
	t.Helper()
	labels := map[string]bool{}
	end := 0
	for i := range table.Fields {
		f := &table.Fields[i]
		if labels[f.Label] || f.Label == "" || strings.Trim(f.Label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			t.Errorf("%s: the label %q is not alone, or not one", table.Name, f.Label)
		}
		labels[f.Label] = true
		if f.Description == "" || strings.HasSuffix(f.Description, ".") {
			t.Errorf("%s.%s: description %q", table.Name, f.Label, f.Description)
		}
		if f.Start != end+1 || f.End != f.Start+f.Width-1 || f.Width < 1 {
			t.Errorf("%s.%s: bytes %d to %d, %d wide, after byte %d", table.Name, f.Label, f.Start, f.End, f.Width, end)
		}
		end = f.End
		if f.Kind == Decimal && (f.Scale < 1 || f.Precision <= f.Scale || f.Precision > 37) || f.Kind != Decimal && f.Precision+f.Scale != 0 {
			t.Errorf("%s.%s: a %s of %d digits, %d of them decimals", table.Name, f.Label, f.Kind, f.Precision, f.Scale)
		}
		if table.Field(f.Label) != f {
			t.Errorf("%s.%s is not found by its label", table.Name, f.Label)
		}
		for _, api := range APIs {
			checkCell(t, table, f, api)
		}
		if _, err := ParseExpr(f.Partial.Expr); f.Partial.Expr != "" && err != nil {
			t.Errorf("%s.%s of partially adjudicated claims: %v", table.Name, f.Label, err)
		}
	}
	if table.Field("NO_SUCH_LABEL") != nil {
		t.Errorf("%s finds a field that it does not have", table.Name)
	}
}

// checkCell makes sure that a cell either has a source that can be read, or
// says why it has none.
func checkCell(t *testing.T, table *Table, f *Field, api API) {
	t.Helper()
	cell := f.Cells[api]
	where := table.Name + "." + f.Label + " of " + api.String()
	switch cell.Source {
	case Mapped:
		if cell.Note != "" {
			t.Errorf("%s is mapped as it is, but has the note %q", where, cell.Note)
		}
	case Derived:
		if cell.Note == "" {
			t.Errorf("%s is derived by no rule", where)
		}
	case Absent:
		if cell.Expr != "" || cell.Note == "" {
			t.Errorf("%s is absent: expression %q, reason %q", where, cell.Expr, cell.Note)
		}
		return
	default:
		t.Errorf("%s is not declared", where)
		return
	}
	expr, err := ParseExpr(cell.Expr)
	if err != nil {
		t.Errorf("%s: %v", where, err)
	}
	for _, alt := range expr {
		if cell.Source == Mapped && alt.Func != "" {
			t.Errorf("%s is mapped as it is, but by the function %s", where, alt.Func)
		}
		// The tables of beneficiaries say which resource a path is of.
		if !table.Side && len(table.Claims) == 0 && alt.Path != nil {
			switch alt.Path[0].Name {
			case "Patient", "Coverage", "ExplanationOfBenefit":
			default:
				t.Errorf("%s: %s is no resource type", where, alt.Path[0].Name)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, api := range APIs {
		if got, err := ParseAPI(api.String()); err != nil || got != api {
			t.Errorf("%s is read as %v, %v", api, got, err)
		}
	}
	for _, bad := range []string{"", "v0", "v4", "V2", "2"} {
		if got, err := ParseAPI(bad); err == nil {
			t.Errorf("%q is taken for %s", bad, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for want, typ := range map[string]Type{
		"X(11)": text(11), "9(13)": digits(13), "9(10)": integer(10), "-9(13).99": amount(13), "-9(18).9999": quantity, "YYYY-MM-DD": date,
	} {
		if got := typ.Format(); got != want {
			t.Errorf("format %s, want %s", got, want)
		}
		// The sign, the point and the digits fill the field.
		if typ.Kind == Decimal && typ.Width != typ.Precision+2 {
			t.Errorf("%s is %d wide", want, typ.Width)
		}
	}
}

// TestDates checks that tables are ordered in time by a column that they have.
func TestDates(t *testing.T) {
	for _, table := range AllTables() {
		if table.Date == "" {
			continue
		}
		if f := table.Field(table.Date); f == nil || f.Kind != Date {
			t.Errorf("%s has no date %s", table.Name, table.Date)
		}
	}
}
