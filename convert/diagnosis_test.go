package convert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// diagnosesOf makes the diagnoses of a claim from words: the type, the code
// and for some the number and the mark of presence on admission. Codes of
// ICD-9 have a prefix.
func diagnosesOf(words string) list {
	var out list
	for i, word := range strings.Split(words, ", ") {
		fields := strings.Fields(word)
		typeSystem := "http://terminology.hl7.org/CodeSystem/ex-diagnosistype"
		if fields[0] != "principal" && fields[0] != "admitting" {
			typeSystem = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBClaimDiagnosisType"
		}
		var codes list
		code, old := strings.CutPrefix(fields[1], "9:")
		switch {
		case code == "-":
			codes = list{object{"system": "http://hl7.org/fhir/sid/unknown-icd-version/ "}}
		case old:
			codes = list{object{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": code}}
		default:
			codes = list{object{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}, object{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}}
		}
		d := object{"sequence": i + 1, "type": list{coding(typeSystem, fields[0])}, "diagnosisCodeableConcept": object{"coding": codes}}
		if len(fields) > 2 {
			number, mark, _ := strings.Cut(fields[2], "=")
			name := "clm_poa_ind_sw"
			if fields[0] == "externalcauseofinjury" {
				name = "clm_e_poa_ind_sw"
			}
			d["extension"] = list{extension(name+number, mark)}
		}
		out = append(out, d)
	}
	return out
}

// TestDiagnoses has a claim for each of the ways in which the server lists
// diagnoses. It lists each code once, with the type that it had first.
func TestDiagnoses(t *testing.T) {
	synthtest.WithoutRace(t)
	const ex = "externalcauseofinjury"
	for i, tt := range []struct {
		name                 string
		claimType            string
		diagnoses            string
		principal, admitting string
		indicator            string
		rows                 []string // product type, code, mark
	}{
		{"admitting, principal and others", "INPATIENT", "admitting A1, principal P1 1=Y, other O2 2=N, other O3 3=U",
			"P1", "A1", "0", []string{"D P1 Y", "D O2 N", "D O3 U"}},
		{"without an admitting one", "INPATIENT", "principal P1 1=Y, other O2 2=N", "P1", "", "0", []string{"D P1 Y", "D O2 N"}},
		{"the principal code is the admitting one", "INPATIENT", "admitting A1, other O2 2=N, other O3 3=Y",
			"A1", "A1", "0", []string{"D A1 ", "D O2 N", "D O3 Y"}},
		{"the principal code is the admitting one, and the only one", "INPATIENT", "admitting A1", "A1", "A1", "0", []string{"D A1 "}},
		{"the third code is the admitting one", "INPATIENT", "admitting A1, principal P1 1=Y, other O2 2=N, other O4 4=Y",
			"P1", "A1", "0", []string{"D A1 ", "D P1 Y", "D O2 N", "D O4 Y"}},
		{"the principal code is not the first", "INPATIENT", "principal C1 1=Y, principal P1, other O2 2=N",
			"P1", "", "0", []string{"D C1 Y", "D P1 ", "D O2 N"}},
		{"the principal code is not the first, with an admitting one", "INPATIENT", "admitting A1, principal C1 1=Y, principal P1, other O2 2=N",
			"P1", "A1", "0", []string{"D C1 Y", "D P1 ", "D O2 N"}},
		{"external causes", "INPATIENT", "admitting A1, principal P1 1=Y, " + ex + " W1 1=Y, " + ex + " W2 2=1",
			"P1", "A1", "0", []string{"D P1 Y", "1 W1 Y", "E W2 1"}},
		{"codes that are blank", "INPATIENT", "admitting A1, principal P1 1=Y, " + ex + " -, other -", "P1", "A1", "0", []string{"D P1 Y"}},
		{"ICD-9", "INPATIENT", "admitting 9:A1, principal 9:P1 1=Y, " + ex + " 9:E9 1=Y", "P1", "A1", "9", []string{"D P1 Y", "1 E9 Y"}},
		{"reasons for the visit", "OUTPATIENT", "principal P1, other O2, " + ex + " W1, patientreasonforvisit R1, patientreasonforvisit R2",
			"P1", "", "0", []string{"D P1 ", "D O2 ", "1 W1 "}},
		{"a code that is the reason for the visit too", "OUTPATIENT", "principal R1, other O2", "R1", "", "0", []string{"D R1 ", "D O2 "}},
		{"admitting typed other", "SNF", "other A1, principal P1, other O2", "P1", "A1", "0", []string{"D P1 ", "D O2 "}},
		{"admitting typed other is the principal too", "SNF", "other A1, other O2", "A1", "A1", "0", []string{"D A1 ", "D O2 "}},
		{"SNF without an admitting one", "SNF", "principal P1, other O2", "P1", "", "0", []string{"D P1 ", "D O2 "}},
		{"an external cause first", "SNF", ex + " W1, principal P1", "P1", "", "0", []string{"1 W1 ", "D P1 "}},
		{"all typed secondary", "HHA", "principal P1, secondary O2, secondary W19XXXA, secondary Y929", "P1", "", "0", []string{"D P1 ", "D O2 ", "1 W19XXXA ", "E Y929 "}},
		{"V codes are causes in ICD-10 alone", "HHA", "principal P1, secondary 9:V4571, secondary V4571, secondary 9:E8889", "P1", "", "0",
			[]string{"D P1 ", "D V4571 ", "1 V4571 ", "E E8889 "}},
		{"a cause among the secondary ones", "HHA", "principal P1, secondary W19XXXA, secondary O3, secondary Y929", "P1", "", "0",
			[]string{"D P1 ", "D W19XXXA ", "D O3 ", "1 Y929 "}},
		{"hospice", "HOSPICE", "principal P1, other O2", "P1", "", "0", []string{"D P1 ", "D O2 "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id := strconv.Itoa(1000 + i)
			c := export{"in.ndjson": lines(with(someClaim(tt.claimType, id, "p"), object{"diagnosis": diagnosesOf(tt.diagnoses)}))}.convert(t)
			header := c.table(t, "cclf1")[0]
			got := []string{header["PRNCPL_DGNS_CD"], header["ADMTG_DGNS_CD"], header["DGNS_PRCDR_ICD_IND"]}
			if want := []string{tt.principal, tt.admitting, tt.indicator}; !slices.Equal(got, want) {
				t.Errorf("principal, admitting and indicator are %q, want %q", got, want)
			}
			var rows []string
			for _, r := range c.table(t, "cclf4") {
				rows = append(rows, fmt.Sprintf("%s %s %s", r["CLM_PROD_TYPE_CD"], r["CLM_DGNS_CD"], r["CLM_POA_IND"]))
				if r["CLM_VAL_SQNC_NUM"] == "" {
					t.Errorf("%s has no number", r["CLM_DGNS_CD"])
				}
			}
			if diff := cmp.Diff(tt.rows, rows); diff != "" {
				t.Errorf("CCLF4 differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFirstExternalCause checks which external cause of a v1 claim is the
// first. The server marks the first of the numbered ones so, and behind it the
// one that the claim calls first where that is another.
func TestFirstExternalCause(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, tt := range []struct {
		types string
		want  []string
	}{
		{"external-first, external, external", []string{"1", "E", "E"}},
		{"external-first, external-first, external", []string{"E", "1", "E"}},
		{"external, external", []string{"E", "E"}},
		{"external-first", []string{"1"}},
	} {
		var diagnoses list
		for i, name := range strings.Split(tt.types, ", ") {
			diagnoses = append(diagnoses, object{
				"sequence": i + 1, "type": list{coding(codesystems+"diagnosis-type", name)},
				"diagnosisCodeableConcept": coding("http://hl7.org/fhir/sid/icd-10", fmt.Sprintf("W%d", i)),
			})
		}
		claim := with(someClaim("OUTPATIENT", "1", "p"), object{"use": nil, "diagnosis": diagnoses})
		c := export{"in.ndjson": lines(claim)}.convert(t)
		if got := c.column(t, "cclf4", "CLM_PROD_TYPE_CD"); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.types, got, tt.want)
		}
	}
}

// TestDiagnosesOfLines checks that a carrier claim keeps all its diagnoses,
// whichever of them its lines point at, but for what is no ICD code.
func TestDiagnosesOfLines(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, tt := range []struct {
		name      string
		diagnoses string
		lines     []int // the number of the diagnosis that each points at, or 0
		want      []string
	}{
		{"none points at any", "principal A1, secondary B2, secondary C3", []int{0, 0}, []string{"A1", "B2", "C3"}},
		{"all at the last", "principal A1, secondary B2, secondary C3", []int{3, 3}, []string{"A1", "B2", "C3"}},
		{"at the last two", "principal A1, secondary B2, secondary C3, secondary D4", []int{3, 4, 3}, []string{"A1", "B2", "C3", "D4"}},
		{"at a number that no diagnosis has", "principal A1, secondary B2", []int{9}, []string{"A1", "B2"}},
		{"at 9999999", "principal A1, secondary B2, secondary 9999999", []int{3, 1}, []string{"A1", "B2"}},
	} {
		for _, api := range []string{"v1", "v2"} {
			members, link := object{"diagnosis": diagnosesOf(tt.diagnoses)}, "diagnosisSequence"
			if api == "v1" {
				members["use"], link = nil, "diagnosisLinkId"
			}
			var items list
			for i, number := range tt.lines {
				item := object{"sequence": i + 1}
				if number > 0 {
					item[link] = list{number}
				}
				items = append(items, item)
			}
			members["item"] = items
			c := export{"in.ndjson": lines(with(someClaim("CARRIER", "1", "p"), members))}.convert(t)
			var got []string
			for n := 1; n <= 12; n++ {
				if code := c.column(t, "cclf5", fmt.Sprintf("CLM_DGNS_%d_CD", n))[0]; code != "" {
					got = append(got, code)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s, %s: %q, want %q", tt.name, api, got, tt.want)
			}
			for i, code := range c.column(t, "cclf5", "CLM_LINE_DGNS_CD") {
				want := ""
				if codes := strings.Split(tt.diagnoses, ", "); tt.lines[i] > 0 && tt.lines[i] <= len(codes) {
					want = strings.Fields(codes[tt.lines[i]-1])[1]
				}
				if code != want {
					t.Errorf("%s, %s: line %d has %q, want %q", tt.name, api, i+1, code, want)
				}
			}
		}
	}
}

// TestListedDiagnoses checks the twelve diagnoses of professional claims.
func TestListedDiagnoses(t *testing.T) {
	synthtest.WithoutRace(t)
	many := "principal D1"
	for n := 2; n <= 14; n++ {
		many += fmt.Sprintf(", secondary D%d", n)
	}
	for _, tt := range []struct {
		name      string
		diagnoses string
		want      []string
	}{
		{"some", "principal D1, secondary D2", []string{"D1", "D2"}},
		{"more than twelve", many, []string{"D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12"}},
		{"the principal one is not the first", "principal D1, principal D2, secondary D3", []string{"D1", "D2", "D3"}},
		{"a blank one", "principal D1, secondary -, secondary D2", []string{"D1", "D2"}},
		{"with dots", "principal D1.1, secondary D.2", []string{"D11", "D2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			claim := with(someClaim("CARRIER", "1", "p"), object{"diagnosis": diagnosesOf(tt.diagnoses), "item": list{
				object{"sequence": 1, "diagnosisSequence": list{2}}, object{"sequence": 2}, object{"sequence": 3, "diagnosisSequence": list{1, 2}},
			}})
			c := export{"in.ndjson": lines(claim)}.convert(t)
			for i, row := range c.table(t, "cclf5") {
				var got []string
				for n := 1; n <= 12; n++ {
					if code, ok := row[fmt.Sprintf("CLM_DGNS_%d_CD", n)]; ok {
						got = append(got, code)
					}
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("line %d: %q, want %q", i+1, got, tt.want)
				}
			}
			// Lines point at diagnoses by number, not by place among the listed.
			second := strings.ReplaceAll(strings.TrimPrefix(strings.Fields(strings.Split(tt.diagnoses, ", ")[1])[1], "-"), ".", "")
			first := tt.want[0]
			if got := c.column(t, "cclf5", "CLM_LINE_DGNS_CD"); !slices.Equal(got, []string{second, "", first}) {
				t.Errorf("lines have %q, want %q", got, []string{second, "", first})
			}
		})
	}
}
