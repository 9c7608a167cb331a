package convert

import (
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestPharmacyIdentifiers checks the kind of a pharmacy's number. When it is
// none of those that have a type in FHIR, the server of v2 sends the number as
// that of the provider alone, and the server of v1 the pharmacy without it.
func TestPharmacyIdentifiers(t *testing.T) {
	synthtest.WithoutRace(t)
	typed := func(code, value string) object {
		return object{"identifier": object{"type": coding("x", code), "value": value}}
	}
	kind := object{"extension": list{extension("phrmcy_srvc_type_cd", "01")}}
	info := list{object{"sequence": 1, "category": coding(codesystems+"information", variables+"phrmcy_srvc_type_cd"), "code": coding(variables+"phrmcy_srvc_type_cd", "01")}}
	for _, tt := range []struct {
		name                    string
		members                 object
		qualifier, number, kind string
	}{
		{"v2, an NPI", object{"facility": with(kind, typed("npi", "1023011079")), "provider": typed("npi", "1023011079")}, "01", "1023011079", "01"},
		{"v2, a number of NCPDP", object{"facility": with(kind, typed("NCPDP", "4567890")), "provider": typed("npi", "4567890")}, "07", "4567890", "01"},
		{"v2, another", object{"facility": kind, "provider": object{"identifier": object{"value": "X77"}}}, "99", "X77", "01"},
		{"v2, none", object{"facility": kind}, "", "", "01"},
		{"v1, an NPI", object{"use": nil, "facility": with(kind, typed("NPI", "1023011079")), "organization": typed("NPI", "1023011079"), "information": info}, "01", "1023011079", "01"},
		{"v1, another", object{"use": nil, "facility": kind, "information": info}, "99", "", "01"},
		{"v1, none", object{"use": nil, "information": info}, "", "", "01"},
	} {
		c := export{"in.ndjson": lines(with(someClaim("PDE", "1", "p"), tt.members))}.convert(t)
		row := c.table(t, "cclf7")[0]
		got := [3]string{row["PRVDR_SRVC_ID_QLFYR_CD"], row["CLM_SRVC_PRVDR_GNRC_ID_NUM"], row["CLM_PHRMCY_SRVC_TYPE_CD"]}
		if want := [3]string{tt.qualifier, tt.number, tt.kind}; got != want {
			t.Errorf("%s: %q, want %q", tt.name, got, want)
		}
	}
}
