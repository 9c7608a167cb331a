package convert

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
)

// convertTuva converts resources in the profile.
func convertTuva(t *testing.T, resources ...object) *converted {
	t.Helper()
	return export{"export.ndjson": lines(resources...)}.convert(t, func(o *Options) { o.Profile, o.MaxRejects = Tuva, 0 })
}

// pick is what the rows of a table have in some columns, one text a row.
func (c *converted) pick(t *testing.T, table string, labels ...string) []string {
	t.Helper()
	var list []string
	for _, row := range c.table(t, table) {
		var cells []string
		for _, label := range labels {
			cells = append(cells, row[label])
		}
		list = append(list, strings.Join(cells, " "))
	}
	return list
}

func equal[T any](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestTuvaKeys converts claims that lack what the connector joins and groups
// by.
func TestTuvaKeys(t *testing.T) {
	diagnosis := func(sequence int, code, system, kind string) object {
		return object{"sequence": sequence, "diagnosisCodeableConcept": coding(system, code), "type": list{coding("", kind)}}
	}
	const icd9, icd10 = "http://hl7.org/fhir/sid/icd-9-cm", "http://hl7.org/fhir/sid/icd-10-cm"
	got := convertTuva(t,
		somePatient("1", "1S00A00AA01"),
		with(someClaim("INPATIENT", "100", "1"), object{
			"billablePeriod": object{"start": "2024-01-05", "end": "9999-12-31"},
			"item":           list{object{"sequence": 10}, object{"sequence": 3}, object{"sequence": 7}},
			"diagnosis": list{
				diagnosis(1, "I10", icd10, "secondary"), diagnosis(2, "V01", icd9, "externalcauseofinjury"),
				diagnosis(3, "A41.9", icd10, "principal"), diagnosis(4, "J18", "urn:other", "secondary"),
			},
			"procedure": list{
				object{"sequence": 5, "procedureCodeableConcept": coding("http://www.cms.gov/Medicare/Coding/ICD10", "0DT")},
				object{"sequence": 2, "procedureCodeableConcept": coding("urn:other", "0DU")},
			},
		}),
		someClaim("CARRIER", "200", "1"),
		someClaim("DME", "300", "77"),
		someClaim("PDE", "400", "1"),
	)
	equal(t, "header", got.pick(t, "parta_claims_header", "CUR_CLM_UNIQ_ID", "CLM_BLG_PRVDR_OSCAR_NUM", "CLM_FROM_DT", "CLM_THRU_DT", "CLM_ADJSMT_TYPE_CD", "FILE_NAME", "FILE_DATE"),
		"100 ~ 2024-01-05 2024-01-05 0 bcda-v2-2024-03-01 2024-03-01")
	equal(t, "lines", got.pick(t, "parta_claims_revenue_center_detail", "CLM_LINE_NUM", "PRVDR_OSCAR_NUM", "CLM_THRU_DT"),
		"3 ~ 2024-01-05", "1 ~ 2024-01-05", "2 ~ 2024-01-05")
	equal(t, "diagnoses", got.pick(t, "parta_diagnosis_code", "CLM_VAL_SQNC_NUM", "CLM_PROD_TYPE_CD", "CLM_DGNS_CD", "DGNS_PRCDR_ICD_IND", "CLM_BLG_PRVDR_OSCAR_NUM"),
		"2 D I10 0 ~", "4 1 V01 0 ~", "1 D A419 0 ~", "3 D J18 0 ~")
	equal(t, "procedures", got.pick(t, "parta_procedure_code", "CLM_VAL_SQNC_NUM", "CLM_PRCDR_CD", "DGNS_PRCDR_ICD_IND"), "2 0DT 0", "1 0DU 0")
	equal(t, "physicians", got.pick(t, "partb_physicians", "CLM_CNTL_NUM", "CLM_CARR_PMT_DNL_CD", "CLM_PRCSG_IND_CD", "CLM_ADJSMT_TYPE_CD", "BENE_MBI_ID"),
		"200 ~ A 0 1S00A00AA01")
	equal(t, "equipment", got.pick(t, "partb_dme", "CLM_CNTL_NUM", "CLM_CARR_PMT_DNL_CD", "CLM_PRCSG_IND_CD", "BENE_MBI_ID"), "300  A 77")
	equal(t, "drugs", got.pick(t, "partd_claims", "CLM_LINE_FROM_DT", "CLM_SRVC_PRVDR_GNRC_ID_NUM", "CLM_LINE_RX_SRVC_RFRNC_NUM", "CLM_ADJSMT_TYPE_CD"),
		"2024-01-05 ~ 400 0")
	equal(t, "enrollment", got.pick(t, "enrollment", tuvaschema.EnrollmentLabels()...),
		"1S00A00AA01 2024-01-01 2024-01-31 2024-01-01", "77 2024-01-01 2024-01-31 2024-01-01")
	equal(t, "demographics", got.pick(t, "beneficiary_demographics", "BENE_MBI_ID", "FILE_DATE"), "1S00A00AA01 2024-01-31")
}

// TestTuvaXref has MBIs in chains and circles, and two Patients of one person.
func TestTuvaXref(t *testing.T) {
	patient := func(id, current, at string, former ...string) object {
		identifiers := slices.Clone(somePatient(id, current)["identifier"].(list))
		for _, f := range former {
			identifiers = append(identifiers, mbiOf(f, "historic"))
		}
		return with(somePatient(id, current), object{"identifier": identifiers, "meta": updated(at)})
	}
	got := convertTuva(t,
		patient("1", "1S00A00AA02", "2024-01-01T00:00:00Z", "1S00A00AA01"),
		patient("2", "1S00A00AA03", "2024-02-01T00:00:00Z", "1S00A00AA02", "1S00A00AA01"),
		patient("3", "2S00A00AA01", "2024-01-01T00:00:00Z", "2S00A00AA02"),
		patient("4", "2S00A00AA02", "2024-02-01T00:00:00Z", "2S00A00AA01"),
		someClaim("CARRIER", "200", "1"),
	)
	equal(t, "xref", got.pick(t, "beneficiary_xref", "PRVS_NUM", "CRNT_NUM"), "1S00A00AA01 1S00A00AA03", "1S00A00AA02 1S00A00AA03")
	equal(t, "claims", got.pick(t, "partb_physicians", "BENE_MBI_ID"), "1S00A00AA03")
	equal(t, "people", got.pick(t, "beneficiary_demographics", "BENE_MBI_ID"), "1S00A00AA03", "2S00A00AA01", "2S00A00AA02")
}

// TestTuvaCancellation has a claim of v3 of which only the cancellation is left.
func TestTuvaCancellation(t *testing.T) {
	const fhir = "https://bluebutton.cms.gov/fhir/CodeSystem/"
	claim := func(id, adjustment string) object {
		return object{
			"resourceType": "ExplanationOfBenefit", "id": id, "status": "active",
			"meta":           object{"lastUpdated": "2026-03-01T00:00:00Z", "tag": list{object{"system": fhir + "System-Type", "code": "NationalClaimsHistory"}}},
			"type":           object{"coding": list{object{"system": fhir + "CLM-TYPE-CD", "code": "71"}, object{"system": fhir + "EOB-TYPE", "code": "CARRIER"}}},
			"patient":        object{"reference": "Patient/1"},
			"billablePeriod": object{"start": "2026-01-05", "end": "2026-01-07"},
			"supportingInfo": list{object{"category": coding("", "CLM_ADJSTMT_TYPE_CD"), "code": coding(fhir+"CLM-ADJSTMT-TYPE-CD", adjustment)}},
			"item":           list{object{"sequence": 1}},
		}
	}
	got := convertTuva(t, claim("a", "0"), claim("b", "1"), claim("c", "2"))
	equal(t, "physicians", got.pick(t, "partb_physicians", "CUR_CLM_UNIQ_ID", "CLM_ADJSMT_TYPE_CD"), "a 0", "c 2")
	if got.Counts.Cancelled != 1 {
		t.Errorf("%d claims were cancelled, want 1", got.Counts.Cancelled)
	}
}

// TestTuvaEmpty makes sure that all tables are there when no row is.
func TestTuvaEmpty(t *testing.T) {
	for _, format := range []Format{Parquet, CSV} {
		in, out := filepath.Join(t.TempDir(), "empty.ndjson"), t.TempDir()
		if err := os.WriteFile(in, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, Format: format, Profile: Tuva, AllowShrink: true})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, table := range m.Tables {
			names = append(names, table.Name)
		}
		equal(t, string(format), names, "parta_claims_header", "parta_claims_revenue_center_detail", "parta_procedure_code",
			"parta_diagnosis_code", "partb_physicians", "partb_dme", "partd_claims", "parta_demo_codes", "partb_demo_codes", "beneficiary_demographics", "beneficiary_xref", "enrollment")
	}
}

func TestProfileOptions(t *testing.T) {
	for _, opts := range []Options{
		{Profile: "other"}, {Profile: Tuva, Format: Arrow}, {Profile: Tuva, Format: Fixed},
		{Profile: Tuva, Format: DuckDB}, {Profile: Tuva, Versions: AllVersions},
	} {
		opts.Inputs, opts.Out = []string{"-"}, t.TempDir()
		if _, err := Run(t.Context(), opts); !errors.Is(err, ErrOptions) {
			t.Errorf("%q %q %q: %v", opts.Profile, opts.Format, opts.Versions, err)
		}
	}
}
