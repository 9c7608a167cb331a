package convert

import "testing"

// TestStatuses converts claims and Coverages of every status.
func TestStatuses(t *testing.T) {
	status := func(r object, status string) object { return with(r, object{"status": status}) }
	resources := []object{
		somePatient("1", "1S00A00AA01"),
		status(someClaim("CARRIER", "1", "1"), "active"),
		status(someClaim("CARRIER", "2", "1"), "cancelled"),
		status(someClaim("CARRIER", "3", "1"), "entered-in-error"),
		status(someClaim("CARRIER", "4", "1"), "draft"),
		status(someClaim("CARRIER", "5", "1"), "queued"),
		with(someClaim("CARRIER", "6", "1"), object{"status": nil}),
	}
	final := export{"export.ndjson": lines(resources...)}.convert(t)
	equal(t, "rows of final action", final.column(t, "cclf5", "CUR_CLM_UNIQ_ID"), "1", "6")
	listed := []string{"1 Y", "2 N", "3 N", "4 N", "5 N", "6 Y"}
	equal(t, "claims", final.pick(t, "claims", "CUR_CLM_UNIQ_ID", "FINAL_ACTION"), listed...)
	if c := final.Counts; c.Cancelled != 1 || c.EnteredInError != 1 || c.Draft != 1 || c.OtherStatus != 1 || c.Resources != 7 {
		t.Errorf("counts %+v", c)
	}
	all := export{"export.ndjson": lines(resources...)}.convert(t, func(o *Options) { o.Versions = AllVersions })
	equal(t, "rows of all versions", all.column(t, "cclf5", "CUR_CLM_UNIQ_ID"), "1", "2", "3", "4", "5", "6")
	equal(t, "claims of all versions", all.pick(t, "claims", "CUR_CLM_UNIQ_ID", "FINAL_ACTION"), listed...)
	if c := all.Counts; c.Cancelled+c.EnteredInError+c.Draft+c.OtherStatus != 0 {
		t.Errorf("counts of all versions %+v", c)
	}
}

// TestStatusOfPartial converts partially adjudicated claims that are not
// active.
func TestStatusOfPartial(t *testing.T) {
	tagged := func(id, status string) object {
		return object{
			"resourceType": "ExplanationOfBenefit", "id": id, "use": "claim", "status": status,
			"meta": object{"lastUpdated": "2026-03-20T00:00:00Z", "tag": list{
				object{"system": "https://bluebutton.cms.gov/fhir/CodeSystem/System-Type", "code": "SharedSystem"},
			}},
			"type": object{"coding": list{
				object{"system": "https://bluebutton.cms.gov/fhir/CodeSystem/CLM-TYPE-CD", "code": "2700"},
				object{"system": "https://bluebutton.cms.gov/fhir/CodeSystem/EOB-TYPE", "code": "CARRIER"},
			}},
			"identifier": list{object{"type": coding("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType", "uc"), "value": id}},
			"patient":    object{"reference": "Patient/1"}, "item": list{object{"sequence": 1}},
		}
	}
	got := export{"export.ndjson": lines(tagged("1", "active"), tagged("2", "entered-in-error"), tagged("3", "draft"))}.convert(t)
	equal(t, "partially adjudicated", got.column(t, "partially_adjudicated/cclf5", "CUR_CLM_UNIQ_ID"), "1")
	equal(t, "claims", got.pick(t, "claims", "CUR_CLM_UNIQ_ID", "STATUS"), "1 active", "2 entered-in-error", "3 draft")
	if c := got.Counts; c.PartiallyAdjudicated != 1 || c.EnteredInError != 1 || c.Draft != 1 {
		t.Errorf("counts %+v", c)
	}
}

// TestCountsOfTables checks that claims which are in tables of their own are counted as they
// are there: once each, and not if they were rejected.
func TestCountsOfTables(t *testing.T) {
	authorization := with(someIDRClaim("CARRIER", "1"), object{"id": "a", "use": "preauthorization"})
	bad := object{"billablePeriod": object{"start": "2024-02-30", "end": "2024-02-30"}}
	later := object{"meta": updated("2026-04-01T00:00:00Z")}
	for _, tt := range []struct {
		name           string
		resources      []object
		partial, prior int64
	}{
		{"the same twice", []object{someFISS("1"), someFISS("1"), someFISS("2")}, 2, 0},
		{"an older version", []object{someMCS("1"), with(someMCS("1"), later)}, 1, 0},
		{"one is rejected", []object{someFISS("1"), with(someFISS("2"), bad)}, 1, 0},
		{"prior authorizations", []object{authorization, authorization, with(authorization, object{"id": "b"}), with(authorization, later)}, 0, 2},
	} {
		for _, versions := range []Versions{FinalVersions, AllVersions} {
			got := export{"export.ndjson": lines(tt.resources...)}.convert(t, func(o *Options) { o.Versions = versions })
			if c := got.Counts; c.PartiallyAdjudicated != tt.partial || c.PriorAuthorizations != tt.prior {
				t.Errorf("%s, %v: %d partially adjudicated claims and %d prior authorizations, want %d and %d",
					tt.name, versions, c.PartiallyAdjudicated, c.PriorAuthorizations, tt.partial, tt.prior)
			}
		}
	}
}

// TestStatusOfCoverage takes back what a Coverage said that was entered in
// error, and keeps what a cancelled one says.
func TestStatusOfCoverage(t *testing.T) {
	coverage := func(at, status string) object {
		c := someCoverage("A", "1", "10")
		c["extension"] = append(c["extension"].(list), extension("buyin01", "3"), extension("buyin02", "3"))
		return with(c, object{"status": status, "meta": updated(at)})
	}
	const early, late = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"
	for _, tt := range []struct {
		name      string
		resources []object
		months    int64
		code      string
		retracted int64
	}{
		{"cancelled", []object{coverage(early, "active"), coverage(late, "cancelled")}, 2, "10", 0},
		{"error", []object{coverage(early, "active"), coverage(late, "entered-in-error")}, 0, "", 1},
		{"error before", []object{coverage(late, "entered-in-error"), coverage(early, "active")}, 0, "", 1},
		{"error replaced", []object{coverage(early, "entered-in-error"), coverage(late, "active")}, 2, "10", 1},
		{"draft", []object{coverage(early, "draft")}, 0, "", 1},
	} {
		got := export{"export.ndjson": lines(append(tt.resources, somePatient("1", "1S00A00AA01"))...)}.convert(t)
		if n := got.Counts.MonthsTold; n != tt.months {
			t.Errorf("%s: %d months told, want %d", tt.name, n, tt.months)
		}
		if n := got.Counts.MonthsInferred; n > 0 && tt.months == 0 {
			t.Errorf("%s: %d months inferred", tt.name, n)
		}
		equal(t, tt.name, got.column(t, "cclf8", "BENE_MDCR_STUS_CD"), tt.code)
		if c := got.Counts; c.EnteredInError+c.Draft != tt.retracted {
			t.Errorf("%s: counts %+v", tt.name, c)
		}
	}
}
