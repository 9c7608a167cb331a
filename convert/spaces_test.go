package convert

import (
	"testing"
)

// TestSpacesAroundIdentifiers converts MBIs and references with white space around them,
// which is no part of them.
func TestSpacesAroundIdentifiers(t *testing.T) {
	former := object{"system": usMBI, "value": " 1S00A00AA09\t", "period": object{"end": "2019-12-31"}}
	current := object{"system": usMBI, "value": " 1S00A00AA01  ", "period": object{"start": "2020-01-01"}}
	fiss := with(someFISS("3"), object{"contained": list{
		object{"resourceType": "Patient", "identifier": list{object{"system": usMBI, "value": "1S00A00AA09 "}}},
	}})
	got := export{"export.ndjson": lines(
		with(somePatient("1", ""), object{"identifier": list{current, former}}),
		with(someCoverage("A", "1", "10"), object{"beneficiary": object{"reference": " Patient/1 "}}),
		with(someClaim("CARRIER", "2", "1"), object{"patient": object{"reference": "Patient/1\n"}}),
		fiss,
	)}.convert(t)
	equal(t, "rejects", rejectedFor(got))
	equal(t, "cclf8", got.pick(t, "cclf8", "BENE_MBI_ID", "BENE_MDCR_STUS_CD"), "1S00A00AA01 10")
	equal(t, "cclf9", got.pick(t, "cclf9", "CRNT_NUM", "PRVS_NUM"), "1S00A00AA01 1S00A00AA09")
	equal(t, "cclf5", got.column(t, "cclf5", "BENE_MBI_ID"), "1S00A00AA01")
	equal(t, "claims", got.pick(t, "claims", "PATIENT_ID", "BENE_MBI_ID"), "1 1S00A00AA01", " 1S00A00AA09")
	equal(t, "partially adjudicated", got.column(t, "partially_adjudicated/cclf1", "BENE_MBI_ID"), "1S00A00AA09")
	if c := got.Counts; c.TrimmedMBIs != 1 || c.Orphans != 0 {
		t.Errorf("%d Patients with spaces around the MBI, and %d claims without one", c.TrimmedMBIs, c.Orphans)
	}
}
