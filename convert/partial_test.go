package convert

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

const (
	fissVariables = variables + "fiss/"
	mcsVariables  = variables + "mcs/"
	hcpcsReleases = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
)

// someFISS is a partially adjudicated claim of an institution.
func someFISS(number string) object {
	return object{
		"resourceType": "Claim", "id": "f-" + number, "status": "active", "use": "claim", "meta": updated("2024-03-01T00:00:00.000+00:00"),
		"identifier":     list{object{"system": fissVariables + "dcn", "value": number}},
		"billablePeriod": object{"start": "2024-01-05", "end": "2024-01-07"},
	}
}

// someMCS is a partially adjudicated claim of a professional.
func someMCS(number string) object {
	return with(someFISS(number), object{"id": "m-" + number, "identifier": list{object{"system": mcsVariables + "icn", "value": number}}})
}

const partialFolder = "partially_adjudicated/"

// placed makes modifiers from words, "1=LT 3=GA": each with its place, as the
// server sends those that are not blank.
func placed(system, words string) list {
	var out list
	for _, word := range strings.Fields(words) {
		place, code, _ := strings.Cut(word, "=")
		out = append(out, object{"coding": list{object{"system": system, "version": place, "code": code}}})
	}
	return out
}

// TestPartialModifiers checks that a modifier stays in its place when one
// before it is blank.
func TestPartialModifiers(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, words := range []string{"1=M1 2=M2 3=M3 4=M4", "2=M2", "1=M1 4=M4", ""} {
		fiss := with(someFISS("1"), object{"item": list{object{"sequence": 1, "modifier": placed(codesystems+"hcpcs", words)}}})
		mcs := with(someMCS("2"), object{"item": list{object{"sequence": 1, "modifier": placed(hcpcsReleases, words)}}})
		c := export{"in.ndjson": lines(fiss, mcs)}.convert(t)
		for _, table := range []string{partialFolder + "cclf2", partialFolder + "cclf5"} {
			var got []string
			for place := 1; place <= 5; place++ {
				if code := c.column(t, table, fmt.Sprintf("HCPCS_%d_MDFR_CD", place))[0]; code != "" {
					got = append(got, fmt.Sprintf("%d=%s", place, code))
				}
			}
			if strings.Join(got, " ") != words {
				t.Errorf("%s: modifiers %q, want %q", table, got, words)
			}
		}
	}
}

// TestPartialRevenueCode checks the code of a revenue center, which the server
// sends where the reason belongs why the line is not billable, and vice versa.
func TestPartialRevenueCode(t *testing.T) {
	synthtest.WithoutRace(t)
	code := func(name, value string) object {
		return object{"coding": list{object{"system": fissVariables + name, "code": value}}}
	}
	extended := func(value string) list {
		return list{object{"url": fissVariables + "non-bill-rev-code", "valueCodeableConcept": code("non-bill-rev-code", value)}}
	}
	for _, tt := range []struct {
		name    string
		revenue object
		want    string
	}{
		{"both", with(code("rev-cd", "E"), object{"extension": extended("0450")}), "0450"},
		{"the revenue code alone", object{"extension": extended("0450")}, "0450"},
		{"the other alone", code("rev-cd", "E"), ""},
		{"a server that does not change them about", with(code("rev-cd", "0450"), object{"extension": extended("E")}), "0450"},
	} {
		c := export{"in.ndjson": lines(with(someFISS("1"), object{"item": list{object{"sequence": 1, "revenue": tt.revenue}}}))}.convert(t)
		if got := c.column(t, partialFolder+"cclf2", "CLM_LINE_PROD_REV_CTR_CD"); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestPartialAdmissionType checks the type of an admission in the code systems
// of older and newer servers.
func TestPartialAdmissionType(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, system := range []string{"https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit", variables + "clm_ip_admsn_type_cd"} {
		info := object{"supportingInfo": list{object{"sequence": 1, "code": coding(system, "3")}}}
		c := export{"in.ndjson": lines(with(someFISS("1"), info), with(someClaim("INPATIENT", "2", "p"), info))}.convert(t)
		for _, table := range []string{"cclf1", partialFolder + "cclf1"} {
			if got := c.column(t, table, "CLM_ADMSN_TYPE_CD"); !slices.Equal(got, []string{"3"}) {
				t.Errorf("%s of %s: %q", table, system, got)
			}
		}
	}
}

// TestPartialDiagnoses checks what the admitting diagnosis is to CCLF4. The
// server types each element of the claim's list that equals the admitting or
// the principal diagnosis, and appends these where the list has them not.
func TestPartialDiagnoses(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, tt := range []struct {
		name                 string
		diagnoses            string // code, types and mark of each
		principal, admitting string
		rows                 []string
	}{
		{"both in the list", "A1+a=z, O2=u, P3+p=n", "P3", "A1", []string{"1 A1 Z", "2 O2 U", "3 P3 N"}},
		{"one code for both", "P1+a+p=y, O2=1", "P1", "P1", []string{"1 P1 Y", "2 O2 1"}},
		{"admitting appended", "P1+p=y, O2=w, A3+a", "P1", "A3", []string{"1 P1 Y", "2 O2 W"}},
		{"both appended", "O1=y, A2+a, P3+p", "P3", "A2", []string{"1 O1 Y", "3 P3 "}},
		{"admitting last in the list", "P1+p=y, A2+a=n", "P1", "A2", []string{"1 P1 Y", "2 A2 N"}},
		{"admitting without a mark before others", "A1+a, P2+p=y", "P2", "A1", []string{"1 A1 ", "2 P2 Y"}},
		{"no marks at all", "P1+p, A2+a", "P1", "A2", []string{"1 P1 ", "2 A2 "}},
		{"no principal one", "O1=y, A2+a=y", "", "A2", []string{"1 O1 Y", "2 A2 Y"}},
		{"admitting in the list, and appended with a dot", "A1.1+a=y, P2+p=n, A11+a", "P2", "A11", []string{"1 A11 Y", "2 P2 N"}},
		{"neither", "O1=y, O2", "", "", []string{"1 O1 Y", "2 O2 "}},
	} {
		var diagnoses list
		for i, word := range strings.Split(tt.diagnoses, ", ") {
			word, mark, marked := strings.Cut(word, "=")
			words := strings.Split(word, "+")
			d := object{"sequence": i + 1, "diagnosisCodeableConcept": coding("http://hl7.org/fhir/sid/icd-10-cm", words[0])}
			var types list
			for _, letter := range words[1:] {
				name := map[string]string{"a": "admitting", "p": "principal"}[letter]
				types = append(types, coding("http://terminology.hl7.org/CodeSystem/ex-diagnosistype", name))
			}
			if len(types) > 0 {
				d["type"] = types
			}
			if marked {
				d["onAdmission"] = coding(fissVariables+"diag-poa-ind", mark)
			}
			diagnoses = append(diagnoses, d)
		}
		c := export{"in.ndjson": lines(with(someFISS("1"), object{"diagnosis": diagnoses}))}.convert(t)
		header := c.table(t, partialFolder+"cclf1")[0]
		if header["PRNCPL_DGNS_CD"] != tt.principal || header["ADMTG_DGNS_CD"] != tt.admitting {
			t.Errorf("%s: principal %q, admitting %q", tt.name, header["PRNCPL_DGNS_CD"], header["ADMTG_DGNS_CD"])
		}
		var rows []string
		for _, r := range c.table(t, partialFolder+"cclf4") {
			rows = append(rows, fmt.Sprintf("%s %s %s", r["CLM_VAL_SQNC_NUM"], r["CLM_DGNS_CD"], r["CLM_POA_IND"]))
		}
		if diff := cmp.Diff(tt.rows, rows); diff != "" {
			t.Errorf("%s: CCLF4 differs (-want +got):\n%s", tt.name, diff)
		}
	}
}
