package schema

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// TestRules parses what the converter asks of every resource.
func TestRules(t *testing.T) {
	for _, api := range APIs {
		for _, role := range Roles(api) {
			if conds, err := ParseConds(role.Where); err != nil || len(conds) == 0 {
				t.Errorf("role %s of %s: %v", role.Where, api, err)
			}
		}
		if _, err := ParseExpr(CoveragePartExpr(api)); err != nil {
			t.Error(err)
		}
	}
	for _, m := range Markers {
		if _, err := ParseExpr(m.Expr); err != nil {
			t.Errorf("marker of %s: %v", m.APIs, err)
		}
	}
	for _, expr := range []string{ClaimTypeExpr, ClaimTypeNumberExpr, ClaimTypeKindExpr, DiagnosisCode, DiagnosisSystem, PresentOnAdmissionURL, IdentifierValue, IdentifierStart, IdentifierEnd,
		ReferenceYearExpr, SystemTypeExpr, FinalActionExpr, PatientExpr("Patient"), PatientExpr("Coverage"), PatientExpr("ExplanationOfBenefit")} {
		if _, err := ParseExpr(expr); err != nil {
			t.Error(err)
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
	for c := Inpatient; c <= PartD; c++ {
		if got := ParseClaimType([]byte(c.String())); got != c {
			t.Errorf("%s is read as %s", c, got)
		}
	}
	for _, bad := range []string{"", "unknown", "inpatient", "PDE ", "60"} {
		if got := ParseClaimType([]byte(bad)); got != UnknownClaim {
			t.Errorf("%q is taken for %s", bad, got)
		}
	}
}

// TestClaimTypeNumbers holds the codes against the map of CMS's server, by how
// many of each claim type it has, and against single codes.
func TestClaimTypeNumbers(t *testing.T) {
	count := map[ClaimType]int{}
	for n := range 10000 {
		count[ParseClaimTypeNumber([]byte(strconv.Itoa(n)))]++
	}
	// 120 codes of the server's map, and 1019, 1029, 2019 and 2029.
	want := map[ClaimType]int{
		PartD: 4, HHA: 13, SNF: 6, Outpatient: 1 + 2*(33+2), Hospice: 11, Inpatient: 11, Carrier: 4, DME: 4,
		UnknownClaim: 10000 - 124,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("codes by claim type (-want +got):\n%s", diff)
	}
	for code, want := range map[string]ClaimType{
		"1": PartD, "04": PartD, "10": HHA, "20": SNF, "30": SNF, "40": Outpatient, "50": Hospice, "60": Inpatient,
		"64": Inpatient, "71": Carrier, "72": Carrier, "81": DME, "82": DME, "1011": Inpatient, "2041": Inpatient,
		"1018": SNF, "2021": SNF, "1032": HHA, "2066": HHA, "1081": Hospice, "1900": Hospice, "2900": Hospice,
		"1000": Outpatient, "2013": Outpatient, "1019": Outpatient, "2029": Outpatient, "1700": Carrier, "2700": Carrier,
		"1800": DME, "2800": DME, "": UnknownClaim, "0": UnknownClaim, "5": UnknownClaim, "65": UnknownClaim,
		"71 ": UnknownClaim, "-71": UnknownClaim, "1001": UnknownClaim, "3011": UnknownClaim, "700": UnknownClaim,
		"PDE": UnknownClaim, "99999999999999999999": UnknownClaim,
	} {
		if got := ParseClaimTypeNumber([]byte(code)); got != want {
			t.Errorf("%q is %s, want %s", code, got, want)
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

// TestTuvaFiles makes sure that the tables that are written are those that are
// filled, as text, with the delivery at their ends.
func TestTuvaFiles(t *testing.T) {
	for i, written := range TuvaFiles() {
		filled := TuvaTables()[i]
		labels := TuvaEnrollmentLabels()
		if filled.Name != TuvaEnrollment {
			labels = nil
			for _, f := range filled.Fields {
				labels = append(labels, f.Label)
			}
		}
		labels = append(labels, FileNameLabel, FileDateLabel)
		if written.Name != filled.Name || len(written.Fields) != len(labels) {
			t.Errorf("%s has %d columns, want %s with %d", written.Name, len(written.Fields), filled.Name, len(labels))
			continue
		}
		for k, f := range written.Fields {
			if f.Label != labels[k] || f.Kind != Text || f.Description == "" {
				t.Errorf("%s column %d is %+v, want %s", written.Name, k+1, f, labels[k])
			}
		}
	}
}
