package convert

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestStateCodes converts the SSA codes and letters of v1 and v2 and the FIPS
// codes of v3.
func TestStateCodes(t *testing.T) {
	synthtest.WithoutRace(t)
	facility := object{"item": list{object{"sequence": 1, "locationAddress": object{"state": "22"}}}}
	line := object{"item": list{
		object{"sequence": 1, "locationCodeableConcept": object{"extension": list{extension("prvdr_state_cd", "45")}}},
		object{"sequence": 2, "locationCodeableConcept": object{"extension": list{extension("prvdr_state_cd", "TX")}}},
		object{"sequence": 3, "locationCodeableConcept": object{"extension": list{extension("prvdr_state_cd", "58")}}},
	}}
	for _, api := range []string{"v1", "v2"} {
		claim := func(kind, id string, members object) object {
			c := with(someClaim(kind, id, "p"), members)
			if api == "v1" {
				c = with(c, object{"use": nil})
			}
			return c
		}
		c := export{"in.ndjson": lines(
			claim("INPATIENT", "1", facility), claim("CARRIER", "2", line),
			with(somePatient("p", "1S00A00AA00"), object{"address": list{object{"state": "40"}}}),
			with(somePatient("q", "1S00A00AA01"), object{"address": list{object{"state": "NY"}}}),
			with(somePatient("r", "1S00A00AA02"), object{"address": list{object{"state": "58"}}}),
		)}.convert(t)
		for _, cell := range []struct{ table, label, want string }{
			{"cclf1", "PRVDR_FAC_FIPS_ST_CD", "25"}, {"cclf5", "RNDRG_PRVDR_FIPS_ST_CD", "48 48 "},
			{"cclf8", "BENE_FIPS_STATE_CD", "72 36 "}, {"cclf8", "GEO_USPS_STATE_CD", "PR NY "},
		} {
			if got := strings.Join(c.column(t, cell.table, cell.label), " "); got != cell.want {
				t.Errorf("%s: %s.%s is %q, want %q", api, cell.table, cell.label, got, cell.want)
			}
		}
		want := map[string]int64{"cclf5.RNDRG_PRVDR_FIPS_ST_CD": 1, "cclf8.BENE_FIPS_STATE_CD": 1, "cclf8.GEO_USPS_STATE_CD": 1}
		if diff := cmp.Diff(want, c.UnknownState); diff != "" {
			t.Errorf("%s: unknown states (-want +got):\n%s", api, diff)
		}
	}
	for name, value := range map[string]object{
		"a code": {"code": coding("https://www.census.gov/geo/reference/ansi.html", "06")}, "text": {"valueString": "06"},
	} {
		claim := with(someIDRClaim("INPATIENT", "60"), object{"supportingInfo": list{idrInfo(1, "PRVDR_FAC_FIPS_ST_CD", value)}})
		c := export{"in.ndjson": lines(claim)}.convert(t)
		if got := c.column(t, "cclf1", "PRVDR_FAC_FIPS_ST_CD"); got[0] != "06" {
			t.Errorf("v3, %s: %q, want 06", name, got)
		}
	}
}
