package convert

import (
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// TestClaimTypeWithoutName converts claims that lack the coding of the claim
// type's name, as servers of v3 sent them before July 21, 2026.
func TestClaimTypeWithoutName(t *testing.T) {
	synthtest.WithoutRace(t)
	kind := func(system, code string) object { return object{"system": system, "code": code} }
	const hl7 = "http://terminology.hl7.org/CodeSystem/claim-type"
	for _, tt := range []struct {
		name    string
		claim   object
		codings list
		table   string
		typ     schema.ClaimType
	}{
		{"v3 carrier", someIDRClaim("", ""), list{kind(idrSystem+"CLM-TYPE-CD", "71"), kind(hl7, "professional")}, "cclf5", schema.Carrier},
		{"v3 equipment", someIDRClaim("", ""), list{kind(idrSystem+"CLM-TYPE-CD", "82")}, "cclf6", schema.DME},
		{"v3 outpatient", someIDRClaim("", ""), list{kind(hl7, "institutional"), kind(idrSystem+"CLM-TYPE-CD", "40")}, "cclf1", schema.Outpatient},
		{"v3 drug", someIDRClaim("", ""), list{kind(idrSystem+"CLM-TYPE-CD", "1"), kind(hl7, "pharmacy")}, "cclf7", schema.PartD},
		{"v3 of a type that the server's map lacks", someIDRClaim("", ""), list{kind(idrSystem+"CLM-TYPE-CD", "2029")}, "cclf1", schema.Outpatient},
		{"v3 with a name that is not known", someIDRClaim("", ""), list{kind(idrSystem+"EOB-TYPE", "NEW"), kind(idrSystem+"CLM-TYPE-CD", "60")}, "cclf1", schema.Inpatient},
		{"v2 carrier", someClaim("CARRIER", "1", "p"), list{kind(variables+"nch_clm_type_cd", "72"), kind(hl7, "professional")}, "cclf5", schema.Carrier},
		{"v2 drug", someClaim("PDE", "1", "p"), list{kind(hl7, "pharmacy")}, "cclf7", schema.PartD},
		{"v1 hospice", with(someClaim("HOSPICE", "1", "p"), object{"use": nil}), list{kind(variables+"nch_clm_type_cd", "50")}, "cclf1", schema.Hospice},
		{"v1 drug", with(someClaim("PDE", "1", "p"), object{"use": nil}), list{kind("http://hl7.org/fhir/ex-claimtype", "pharmacy")}, "cclf7", schema.PartD},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := export{"in.ndjson": lines(with(tt.claim, object{"type": object{"coding": tt.codings}}))}.convert(t)
			if len(c.rejects) > 0 {
				t.Fatalf("rejected: %v", c.rejects)
			}
			if n := len(c.table(t, tt.table)); n != 1 {
				t.Errorf("%d rows in %s, want 1", n, tt.table)
			}
			if got := c.column(t, "claims", "CLAIM_TYPE"); strings.Join(got, " ") != tt.typ.String() {
				t.Errorf("claim type %q, want %s", got, tt.typ)
			}
		})
	}
}

// TestPartialClaimTypeWithoutName converts a claim in process, which has no
// name of its claim type, and one whose codes say nothing.
func TestPartialClaimTypeWithoutName(t *testing.T) {
	partial := func(number string) object {
		return with(someIDRClaim("", ""), object{
			"id": number, "identifier": list{idrClaimID(number)},
			"meta": object{"lastUpdated": "2026-05-01T00:00:00.000+00:00", "tag": list{object{"system": idrSystem + "System-Type", "code": "SharedSystem"}}},
			"type": object{"coding": list{object{"system": idrSystem + "CLM-TYPE-CD", "code": number}}},
		})
	}
	c := export{"in.ndjson": lines(partial("2700"), partial("2013"), partial("9999"))}.convert(t)
	for _, table := range []string{"partially_adjudicated/cclf5", "partially_adjudicated/cclf1"} {
		if n := len(c.table(t, table)); n != 1 {
			t.Errorf("%d rows in %s, want 1", n, table)
		}
	}
	want := "an ExplanationOfBenefit of unknown claim type (type codings: CLM-TYPE-CD 9999)"
	if len(c.rejects) != 1 || c.rejects[0].Reason != want {
		t.Errorf("rejects %v, want %q", c.rejects, want)
	}
}
