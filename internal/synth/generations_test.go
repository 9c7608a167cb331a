package synth

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/schema"
)

// TestGenerationsAreCanonical checks that resources of every generation are
// what Go would write, with the keys in alphabetical order.
func TestGenerationsAreCanonical(t *testing.T) {
	for _, api := range APIs() {
		dir, stats := write(t, Options{API: api, Beneficiaries: 30})
		if stats.Claims == 0 || stats.Patients < 30 || stats.Coverages < 30*4 {
			t.Errorf("%s: stats are %+v", api, stats)
		}
		for _, line := range lines(t, dir) {
			var value any
			if err := json.Unmarshal(line, &value); err != nil {
				t.Fatalf("%s: %v in %s", api, err, line)
			}
			if canonical, err := json.Marshal(value); err != nil || !bytes.Equal(canonical, line) {
				t.Fatalf("%s: Go would write\n%s\nnot\n%s", api, canonical, line)
			}
		}
	}
}

// TestGenerationsInModelOrder checks that keys have places in the order of
// the model, in every generation.
func TestGenerationsInModelOrder(t *testing.T) {
	for _, api := range APIs() {
		dir, _ := write(t, Options{API: api, Beneficiaries: 20, KeyOrder: Model})
		unknown := map[string]bool{}
		for _, line := range lines(t, dir) {
			var value any
			if err := json.Unmarshal(line, &value); err != nil {
				t.Fatal(err)
			}
			collectUnranked(value, "", unknown)
		}
		if len(unknown) > 0 {
			t.Errorf("%s: keys without a place: %v", api, unknown)
		}
	}
}

func TestGenerationsAreRepeatable(t *testing.T) {
	for _, api := range APIs() {
		opts := Options{API: api, Beneficiaries: 20, Seed: 9, Truth: true}
		first, _ := write(t, opts)
		second, _ := write(t, opts)
		for name, content := range files(t, first) {
			if !bytes.Equal(content, files(t, second)[name]) {
				t.Errorf("%s: %s differs", api, name)
			}
		}
	}
}

// TestV3Columns checks that some hundred beneficiaries have values in all
// columns that the truth of v3 has.
func TestV3Columns(t *testing.T) {
	dir, _ := write(t, Options{API: "v3", Beneficiaries: 300, Truth: true})
	for _, table := range schema.Tables() {
		rows := readCSV(t, dir, table.Name)
		for _, field := range table.Fields {
			present := slices.ContainsFunc(rows, func(row map[string]string) bool { return row[field.Label] != "" })
			if field.Label == "BENE_LINE_6_ADR" { // few have as many
				continue
			}
			if present != hasV3Column(table.Name, field.Label) {
				t.Errorf("%s.%s has values: %t", table.Name, field.Label, present)
			}
		}
	}
}

func hasV3Column(table, label string) bool {
	var ok bool
	switch table {
	case "cclf1":
		_, ok = v3CCLF1[label]
	case "cclf2":
		_, ok = v3CCLF2[label]
	case "cclf3":
		_, ok = v3CCLF3[label]
	case "cclf4":
		_, ok = v3CCLF4[label]
	case "cclf5":
		_, ok = v3CCLF5[label]
	case "cclf6":
		_, ok = v3CCLF6[label]
	case "cclf7":
		_, ok = v3CCLF7[label]
	case "cclf8":
		_, ok = v3CCLF8[label]
	case "cclf9":
		_, ok = v3CCLF9[label]
	case "cclfa":
		_, ok = v3CCLFA[label]
	case "cclfb":
		_, ok = v3CCLFB[label]
	}
	return ok
}

// TestV3Traps checks that what makes the resources of v3 hard to read occurs.
func TestV3Traps(t *testing.T) {
	traps := map[string]string{
		"a claim that is not adjudicated":          `"code":"SharedSystem"`,
		"a claim that is not final":                `"code":"NotFinalAction"`,
		"a prior authorization":                    `"use":"preauthorization"`,
		"the shape of the maps":                    `"code":"CLM_ADJSTMT_TYPE_CD","display":"[^"]*","system":"[^"]*"\}\]\},"code":\{"coding":\[\{"code":"0"[^{}]*\}\]\},"sequence":1`,
		"a claim without an id":                    `ICD10|"created":"\d{4}-\d\d-\d\d",`,
		"a claim billed by a person":               `"resourceType":"Practitioner"`,
		"a claim whose provider is not known":      `"provider":\{"extension"`,
		"a load date that is none":                 `"timingDate":"9999-12-31"`,
		"a claim that another one came before":     `"related":\[`,
		"an indicator of two characters":           `"onAdmission":\{"coding":\[\{"code":"Y"[^{}]*\},\{"code":"X"`,
		"a modifier that begins with a digit":      `"modifier":\[\{"coding":\[\{"code":"\d`,
		"a HIPPS code alone":                       `"productOrService":\{"coding":\[\{"code":"\w{5}","system":"[^"]*HIPPSCodes"`,
		"a line of no procedure":                   `"code":"not-applicable"`,
		"a day of a revenue centre":                `"servicedDate":"[^"]*"\},\{"adjudication"`,
		"a bill without a class":                   `"code":"1","system":"[^"]*CLM-BILL-FAC-TYPE-CD"\},\{"code":"1","system"`,
		"a DRG of one digit":                       `"code":"8","system":"[^"]*MS-DRG`,
		"a drug event of another version":          `"code":"2","system":"[^"]*CLM-TYPE-CD"\},\{"code":"pharmacy"`,
		"a deletion of a drug event":               `"code":"3","system":"[^"]*CLM-TYPE-CD"\},\{"code":"pharmacy"`,
		"a compound":                               `"code":"compound"`,
		"a pharmacy without an NPI":                `"id":"BILLING-ID"`,
		"an ethnicity in the place of a race":      `us-core-ethnicity`,
		"a race that is unknown":                   `"code":"UNK"`,
		"a Patient that was merged":                `"type":"replaced-by"`,
		"an identifier that is no longer valid":    `"period":\{"end":"[^"]*","start":"[^"]*"\},"system":"[^"]*us-mbi"`,
		"an address without its lines":             `"address":\[\{("postalCode":"\d{5}",)?"state":"[A-Z]{2}"\}\]`,
		"a Coverage of dual eligibility":           `"id":"part-DUAL-`,
		"a Coverage with nothing in it":            `"id":"part-B-\d+","identifier":.*"payor":\[[^]]*\],"relationship"`,
		"an ICD-9 code with the dot behind four":   `"code":"E\d{3}\.\d"`,
		"an entry with the number of another":      `CLM_LINE_PMD_UNIQ_TRKNG_NUM`,
		"a drug event that is not final":           `"code":"DDPS"[^}]*\},\{"code":"NotFinalAction"`,
		"a drug in a detail too":                   `"productOrService":\{"coding":\[\{"code":"\d{11}"[^}]*\}\]\},"quantity":\{"unit":"UN","value":1\}`,
		"a demonstration as text":                  `"code":"CLM_BNFT_ENHNCMT_CD"[^}]*\}\]\},"sequence":\d+,"valueString"`,
		"numbers of the older servers' code lists": `ANSI-GRP-CODE`,
	}
	dir, _ := write(t, Options{API: "v3", Beneficiaries: 300})
	text := bytes.Join(lines(t, dir), []byte("\n"))
	for name, pattern := range traps {
		if !regexp.MustCompile(pattern).Match(text) {
			t.Errorf("there is never %s", name)
		}
	}
	if n := strings.Count(string(text), `"resourceType":"Patient"`); n <= 300 {
		t.Errorf("%d Patients", n)
	}
}

// TestV2Partial checks that the claims that are not adjudicated come in pairs,
// in files of their own.
func TestV2Partial(t *testing.T) {
	dir, stats := write(t, Options{Beneficiaries: 60})
	claims, responses := map[string]bool{}, map[string]bool{}
	for _, line := range lines(t, dir) {
		var r resource
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		switch r.ResourceType {
		case "Claim":
			claims[r.ID] = true
		case "ClaimResponse":
			responses[r.ID] = true
		}
	}
	if len(claims)+len(responses) != stats.Partial || len(claims) < 2 {
		t.Errorf("%d claims and %d responses, stats say %d", len(claims), len(responses), stats.Partial)
	}
	for id := range claims {
		if !responses[id] {
			t.Errorf("no response to claim %s", id)
		}
	}
	text := bytes.Join(lines(t, dir), []byte("\n"))
	for name, pattern := range map[string]string{
		"a revenue code where the other belongs":      `"url":"[^"]*fiss/non-bill-rev-code","valueCodeableConcept":\{"coding":\[\{"code":"\d{4}"`,
		"a non-billable code where the other belongs": `"code":"[EHZ]","system":"[^"]*fiss/rev-cd"`,
		"a second modifier alone":                     `"modifier":\[\{"coding":\[\{"code":"\w\w","system":"[^"]*","version":"2"\}\]\}\]`,
		"an admitting diagnosis behind the list":      `"sequence":\d,"type":\[\{"coding":\[\{"code":"admitting"[^\]]*\]\}\]\}\],"extension":\[\{"url":"[^"]*fiss`,
		"a mark in small letters":                     `"code":"[ynuw]","system":"[^"]*diag-poa-ind"`,
	} {
		if !regexp.MustCompile(pattern).Match(text) {
			t.Errorf("there is never %s", name)
		}
	}
}

// TestV1Traps checks that what makes the resources of v1 hard to read occurs.
func TestV1Traps(t *testing.T) {
	traps := map[string]string{
		"a DRG among the diagnoses":             `"diagnosis":\[\{"packageCode"`,
		"an admitting diagnosis and principal":  `"code":"admitting"[^{}]*\}\]\},\{"coding":\[\{"code":"principal"`,
		"a first external cause":                `"code":"external-first"`,
		"an external cause":                     `"code":"external",`,
		"a reason for the visit":                `"code":"reason-for-visit"`,
		"an indicator of a high number":         `clm_poa_ind_sw9"`,
		"a care team that starts with two":      `"careTeam":\[\{"provider":[^\[\]]*"role":\{"coding":\[[^\]]*\]\},"sequence":2`,
		"an operating physician":                `"code":"assist"`,
		"a tax number of a line":                `"careTeamLinkId":\[\d,\d\]`,
		"an amount that is there twice":         `ime_op_clm_val_amt".*ime_op_clm_val_amt"`,
		"a number that is not an MBI":           `"extension":[^]]*\],"system":"http://hl7.org/fhir/sid/us-medicare"`,
		"a previous identifier":                 `"code":"historic"`,
		"a referral":                            `"resourceType":"ReferralRequest"`,
		"a second modifier alone, with no gap":  `"modifier":\[\{"coding"`,
		"the number of the claim before":        `fi_orig_clm_cntl_num`,
		"no units":                              `"quantity":\{"value":0\}`,
		"a stay":                                `"hospitalization":\{"end"`,
		"a claim of an outpatient department":   `"code":"OUTPATIENT"[^{}]*\},\{"code":"professional"`,
		"a pharmacy known by another number":    `"code":"NCPDP"`,
		"a processing code among the amounts":   `"reason":\{"coding":\[\{"code":"\w+","system":"[^"]*line_prcsg_ind_cd"`,
		"a line with a diagnosis of its own":    `"diagnosisLinkId":\[\d+\]`,
		"a claim that another one has replaced": `"status":"cancelled","totalCost"`,
	}
	dir, _ := write(t, Options{API: "v1", Beneficiaries: 200})
	text := bytes.Join(lines(t, dir), []byte("\n"))
	for name, pattern := range traps {
		if !regexp.MustCompile(pattern).Match(text) {
			t.Errorf("there is never %s", name)
		}
	}
}
