package bcda

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/schema"
)

func TestParseClaimType(t *testing.T) {
	for c := schema.Inpatient; c <= schema.PartD; c++ {
		if got := ParseClaimType([]byte(c.String())); got != c {
			t.Errorf("%s is read as %s", c, got)
		}
	}
	for _, bad := range []string{"", "unknown", "inpatient", "PDE ", "60"} {
		if got := ParseClaimType([]byte(bad)); got != schema.UnknownClaim {
			t.Errorf("%q is taken for %s", bad, got)
		}
	}
}

// TestClaimTypeNumbers holds the codes against the map of CMS's server, by how
// many of each claim type it has, and against single codes.
func TestClaimTypeNumbers(t *testing.T) {
	count := map[schema.ClaimType]int{}
	for n := range 10000 {
		count[ParseClaimTypeNumber([]byte(strconv.Itoa(n)))]++
	}
	// 120 codes of the server's map, and 1019, 1029, 2019 and 2029.
	want := map[schema.ClaimType]int{
		schema.PartD: 4, schema.HHA: 13, schema.SNF: 6, schema.Outpatient: 1 + 2*(33+2), schema.Hospice: 11, schema.Inpatient: 11, schema.Carrier: 4, schema.DME: 4,
		schema.UnknownClaim: 10000 - 124,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("codes by claim type (-want +got):\n%s", diff)
	}
	for code, want := range map[string]schema.ClaimType{
		"1": schema.PartD, "04": schema.PartD, "10": schema.HHA, "20": schema.SNF, "30": schema.SNF, "40": schema.Outpatient, "50": schema.Hospice, "60": schema.Inpatient,
		"64": schema.Inpatient, "71": schema.Carrier, "72": schema.Carrier, "81": schema.DME, "82": schema.DME, "1011": schema.Inpatient, "2041": schema.Inpatient,
		"1018": schema.SNF, "2021": schema.SNF, "1032": schema.HHA, "2066": schema.HHA, "1081": schema.Hospice, "1900": schema.Hospice, "2900": schema.Hospice,
		"1000": schema.Outpatient, "2013": schema.Outpatient, "1019": schema.Outpatient, "2029": schema.Outpatient, "1700": schema.Carrier, "2700": schema.Carrier,
		"1800": schema.DME, "2800": schema.DME, "": schema.UnknownClaim, "0": schema.UnknownClaim, "5": schema.UnknownClaim, "65": schema.UnknownClaim,
		"71 ": schema.UnknownClaim, "-71": schema.UnknownClaim, "1001": schema.UnknownClaim, "3011": schema.UnknownClaim, "700": schema.UnknownClaim,
		"PDE": schema.UnknownClaim, "99999999999999999999": schema.UnknownClaim,
	} {
		if got := ParseClaimTypeNumber([]byte(code)); got != want {
			t.Errorf("%q is %s, want %s", code, got, want)
		}
	}
}
