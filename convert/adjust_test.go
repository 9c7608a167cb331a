package convert

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestAdjusted converts dates without their days, and numbers with more
// decimals than their columns.
func TestAdjusted(t *testing.T) {
	money := func(text string) object { return object{"value": rawNumber(text), "currency": "USD"} }
	got := export{"export.ndjson": lines(
		somePatient("1", "1S00A00AA01"),
		with(somePatient("2", "1S00A00AA02"), object{"birthDate": "1940-05"}),
		with(someCoverage("A", "1", "10"), object{"period": object{"start": "2005"}}),
		with(someClaim("INPATIENT", "100", "1"), object{
			"billablePeriod": object{"start": "2024-01", "end": "2024-01-07"},
			"payment":        object{"amount": money("424627.40625")},
		}),
		with(someClaim("CARRIER", "200", "1"), object{
			"billablePeriod": object{"start": "0999-12-27", "end": "9999-12-31T00:00:00Z"},
			"item": list{
				object{"sequence": 1, "quantity": object{"value": rawNumber("1.5e3")}},
				object{"sequence": 2, "quantity": object{"value": rawNumber("0.00005")}},
				object{"sequence": 3, "quantity": object{"value": rawNumber("0.00015")}},
			},
		}),
		// A line that is rejected has no values.
		with(someClaim("CARRIER", "300", "1"), object{
			"billablePeriod": object{"start": "2024", "end": "2024-02-30"},
		}),
	)}.convert(t)
	equal(t, "rejects", rejectedFor(got), "cclf5.CLM_THRU_DT: not a date")
	equal(t, "cclf1", got.pick(t, "cclf1", "CLM_FROM_DT", "CLM_THRU_DT", "CLM_PMT_AMT"), " 2024-01-07 424627.41")
	equal(t, "cclf5", got.pick(t, "cclf5", "CLM_FROM_DT", "CLM_THRU_DT", "CLM_LINE_SRVC_UNIT_QTY"),
		"  1500.0000", "  0.0000", "  0.0002")
	equal(t, "cclf8", got.pick(t, "cclf8", "BENE_DOB", "BENE_AGE", "BENE_PART_A_ENRLMT_BGN_DT"), "1940-02-29 84 ", "  ")
	if diff := cmp.Diff(map[string]int64{
		"cclf1.CLM_FROM_DT": 1, "cclf2.CLM_FROM_DT": 1, "cclf2.CLM_LINE_FROM_DT": 1,
		"cclf8.BENE_DOB": 1, "cclf8.BENE_PART_A_ENRLMT_BGN_DT": 1,
	}, got.PartialDates); diff != "" {
		t.Errorf("partial dates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int64{"cclf1.CLM_PMT_AMT": 1, "cclf5.CLM_LINE_SRVC_UNIT_QTY": 2}, got.Rounded); diff != "" {
		t.Errorf("rounded (-want +got):\n%s", diff)
	}
}

// TestPartialPeriod lists the months of a period whose ends have no days.
func TestPartialPeriod(t *testing.T) {
	coverage := func(period object) object {
		return object{
			"resourceType": "Coverage", "id": "a", "status": "active", "meta": updated("2026-03-20T00:00:00Z"),
			"beneficiary": object{"reference": "Patient/1"},
			"class":       list{object{"type": object{"coding": list{object{"code": "plan"}}}, "value": "Part A"}},
			"extension": list{object{
				"url": "https://bluebutton.cms.gov/fhir/StructureDefinition/BENE-BUYIN-CD", "valueCoding": object{"code": "1"},
			}},
			"period": period,
		}
	}
	for _, tt := range []struct {
		period object
		months string // the first and the last
		count  int64
	}{
		{object{"start": "2025-11-05"}, "2025-11-01 2026-03-01", 0},
		{object{"start": "2025-11"}, "2025-11-01 2026-03-01", 1},
		{object{"start": "2025", "end": "2025-06"}, "2025-01-01 2025-06-01", 2},
		{object{"start": "2025-02-01", "end": "9999-12-31"}, "2025-02-01 2026-03-01", 0},
		{object{"start": "0999-12-27"}, "", 0},
	} {
		got := export{"export.ndjson": lines(coverage(tt.period))}.convert(t)
		months := got.column(t, "enrollment", "MONTH")
		span := ""
		if len(months) > 0 {
			span = months[0] + " " + months[len(months)-1]
		}
		if span != tt.months || got.PartialDates["enrollment.MONTH"] != tt.count {
			t.Errorf("%v: months %s, partial dates %v, want %s and %d", tt.period, span, got.PartialDates, tt.months, tt.count)
		}
	}
}

// TestCurrentMBIPeriods chooses among identifiers whose periods have days that
// stand for a missing one.
func TestCurrentMBIPeriods(t *testing.T) {
	synthtest.WithoutRace(t)
	mbi := func(value, start, end string) object {
		period := object{}
		if start != "" {
			period["start"] = start
		}
		if end != "" {
			period["end"] = end
		}
		return object{"system": usMBI, "value": value, "period": period}
	}
	for name, identifiers := range map[string]list{
		"end that means none":   {mbi("1S00A00AA01", "2020-01-01", "9999-12-31"), mbi("1S00A00AA09", "2010-01-01", "2019-12-31")},
		"start that means none": {mbi("1S00A00AA09", "0999-12-27", "2019-12-31"), mbi("1S00A00AA01", "2015-01-01", "2018-12-31")},
		"start without its day": {mbi("1S00A00AA09", "2019", "2019-12-31"), mbi("1S00A00AA01", "2019-06", "2018-12-31")},
	} {
		got := export{"export.ndjson": lines(object{
			"resourceType": "Patient", "id": "1", "meta": updated("2026-03-20T00:00:00Z"), "identifier": identifiers,
		})}.convert(t)
		equal(t, name, got.column(t, "cclf8", "BENE_MBI_ID"), "1S00A00AA01")
	}
}

// rawNumber is the text of a JSON number.
type rawNumber string

func (n rawNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// rejectedFor are the reasons of the rejects.
func rejectedFor(c *converted) []string {
	var reasons []string
	for _, r := range c.rejects {
		reasons = append(reasons, strings.TrimSpace(r.Reason))
	}
	return reasons
}
