package convert

import (
	"fmt"
	"testing"
)

// TestPriorAuthorizations converts prior authorizations among claims. Neither
// has rows in the tables of the other.
func TestPriorAuthorizations(t *testing.T) {
	prior := func(n int, members object) object {
		return with(object{
			"resourceType": "ExplanationOfBenefit", "use": "preauthorization", "status": "active", "id": fmt.Sprint("pa-", n),
			"meta": object{"lastUpdated": "2026-03-01T00:00:00Z", "tag": list{
				object{"system": idrSystem + "System-Type", "code": "SharedSystem"},
			}},
			"type":       coding(idrSystem+"CLM-TYPE", "B"),
			"identifier": list{object{"system": "https://bluebutton.cms.gov/identifiers/Unique-Tracking-Number", "value": fmt.Sprint("utn-", n)}},
			"patient":    object{"reference": "Patient/p"},
			"item":       list{object{"sequence": 1}, object{"sequence": 2}},
		}, members)
	}
	resources := []object{
		prior(1, nil),
		with(someIDRClaim("CARRIER", "71"), object{"id": "1"}),
		prior(2, object{"item": nil}),
		prior(3, object{"status": "entered-in-error"}),
		with(someIDRClaim("CARRIER", "71"), object{"id": "2", "use": "predetermination"}),
		// A newer version takes the place of the older one.
		prior(1, object{"meta": updated("2026-04-01T00:00:00Z"), "item": list{object{"sequence": 7}}}),
		prior(4, object{"patient": nil}),
	}
	got := export{"export.ndjson": lines(resources...)}.convert(t)
	equal(t, "rows", got.pick(t, "prior_authorizations", "UTN", "LINE_NUM", "PATIENT_ID", "SOURCE_LINE"),
		"utn-2  p 3", "utn-1 7 p 6")
	equal(t, "claims", got.column(t, "claims", "RESOURCE_ID"), "1")
	equal(t, "partially adjudicated", got.column(t, "partially_adjudicated/cclf5", "CUR_CLM_UNIQ_ID"))
	equal(t, "rejects", rejectedFor(got),
		"an ExplanationOfBenefit that is a predetermination and not a claim", "a prior authorization without a patient")
	if c := got.Counts; c.PriorAuthorizations != 2 || c.EnteredInError != 1 || c.Skipped != 0 || c.Replaced != 1 {
		t.Errorf("counts %+v", c)
	}
	all := export{"export.ndjson": lines(resources...)}.convert(t, func(o *Options) { o.Versions = AllVersions })
	if n := all.Counts.PriorAuthorizations; n != 3 {
		t.Errorf("%d prior authorizations of all versions, want 3", n)
	}
	equal(t, "rows of all versions", all.column(t, "prior_authorizations", "UTN"), "utn-2", "utn-3", "utn-3", "utn-1")

	// No other version of the API has them.
	old := export{"export.ndjson": lines(someClaim("CARRIER", "1", "1"), with(someClaim("CARRIER", "2", "1"), object{"use": "preauthorization"}))}.convert(t)
	equal(t, "rejects of v2", rejectedFor(old), "a prior authorization, which only v3 has")

	tuva := export{"export.ndjson": lines(prior(1, nil), someIDRClaim("CARRIER", "71"))}.convert(t, func(o *Options) { o.Profile = Tuva })
	if c := tuva.Counts; c.PriorAuthorizations != 1 || len(tuva.rejects) > 0 {
		t.Errorf("profile tuva: counts %+v, rejects %v", c, tuva.rejects)
	}
}
