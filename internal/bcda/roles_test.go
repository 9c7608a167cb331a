package bcda

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/schema"
)

func TestParseConds(t *testing.T) {
	got, err := ParseConds(`system=sid:us-mbi & type.coding.code=MC`)
	want := []schema.Cond{
		{Path: []string{"system"}, Values: []string{"http://hl7.org/fhir/sid/us-mbi"}},
		{Path: []string{"type", "coding", "code"}, Values: []string{"MC"}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, bad := range []string{``, `a`, `a=b]`, `a=b] & [c=d`} {
		if got, err := ParseConds(bad); err == nil {
			t.Errorf("%s is taken for %v", bad, got)
		}
	}
}

// TestRules parses what the converter asks of every resource.
func TestRules(t *testing.T) {
	for _, api := range schema.APIs {
		for _, role := range Roles(api) {
			if conds, err := ParseConds(role.Where); err != nil || len(conds) == 0 {
				t.Errorf("role %s of %s: %v", role.Where, api, err)
			}
		}
		if _, err := schema.ParseExpr(CoveragePartExpr(api)); err != nil {
			t.Error(err)
		}
	}
	for _, m := range Markers {
		if _, err := schema.ParseExpr(m.Expr); err != nil {
			t.Errorf("marker of %s: %v", m.APIs, err)
		}
	}
	for _, expr := range []string{ClaimTypeExpr, ClaimTypeNumberExpr, ClaimTypeKindExpr, DiagnosisCode, DiagnosisSystem, PresentOnAdmissionURL, IdentifierValue, IdentifierStart, IdentifierEnd,
		ReferenceYearExpr, SystemTypeExpr, FinalActionExpr, PatientExpr("Patient"), PatientExpr("Coverage"), PatientExpr("ExplanationOfBenefit")} {
		if _, err := schema.ParseExpr(expr); err != nil {
			t.Error(err)
		}
	}
}
