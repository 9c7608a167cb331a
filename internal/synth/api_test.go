package synth_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestAPIVersionsAreCanonical checks that the resources of every API version are what
// Go's encoder writes, with the keys in alphabetical order.
func TestAPIVersionsAreCanonical(t *testing.T) {
	t.Parallel()
	for _, api := range synth.APIs() {
		n := synthtest.UnlessRace(5, 3)
		dir, stats := synthtest.Write(t, synth.Options{API: api, Beneficiaries: n, Traps: api == "v2"})
		if stats.Claims == 0 || stats.Patients < n || stats.Coverages < n*4 {
			t.Errorf("%s: stats are %+v", api, stats)
		}
		for _, line := range synthtest.Lines(t, dir) {
			var value any
			if err := json.Unmarshal(line, &value); err != nil {
				t.Fatalf("%s: %v in %s", api, err, line)
			}
			if canonical, err := json.Marshal(value); err != nil || !bytes.Equal(canonical, line) {
				t.Fatalf("%s: Go writes\n%s\nnot\n%s", api, canonical, line)
			}
		}
	}
}

func TestAPIVersionsAreRepeatable(t *testing.T) {
	t.Parallel()
	for _, api := range synth.APIs() {
		opts := synth.Options{API: api, Beneficiaries: synthtest.UnlessRace(5, 3), Seed: 9, Truth: true}
		first, _ := synthtest.Write(t, opts)
		second, _ := synthtest.Write(t, opts)
		again := synthtest.Files(t, second)
		for name, content := range synthtest.Files(t, first) {
			if !bytes.Equal(content, again[name]) {
				t.Errorf("%s: %s differs", api, name)
			}
		}
	}
}

// TestV3Traps checks that an export of v3 contains everything that makes its
// resources hard to read.
func TestV3Traps(t *testing.T) {
	t.Parallel()
	traps := map[string]string{
		"a claim that is partially adjudicated":            `"code":"SharedSystem"`,
		"a claim that is not final":                        `"code":"NotFinalAction"`,
		"a prior authorization":                            `"use":"preauthorization"`,
		"the shape of the maps":                            `"code":"CLM_ADJSTMT_TYPE_CD","display":"[^"]*","system":"[^"]*"\}\]\},"code":\{"coding":\[\{"code":"0"[^{}]*\}\]\},"sequence":1`,
		"a claim without an id":                            `ICD10|"created":"\d{4}-\d\d-\d\d",`,
		"a claim billed by a person":                       `"resourceType":"Practitioner"`,
		"a claim with an unknown provider":                 `"provider":\{"extension"`,
		"a placeholder of a load date":                     `"timingDate":"9999-12-31"`,
		"a claim that replaces another":                    `"related":\[`,
		"an indicator of two characters":                   `"onAdmission":\{"coding":\[\{"code":"Y"[^{}]*\},\{"code":"X"`,
		"a modifier that begins with a digit":              `"modifier":\[\{"coding":\[\{"code":"\d`,
		"a HIPPS code alone":                               `"productOrService":\{"coding":\[\{"code":"\w{5}","system":"[^"]*HIPPSCodes"`,
		"a line of no procedure":                           `"code":"not-applicable"`,
		"a day of a revenue center":                        `"servicedDate":"[^"]*"\},\{"adjudication"`,
		"a bill without a class":                           `"code":"1","system":"[^"]*CLM-BILL-FAC-TYPE-CD"\},\{"code":"1","system"`,
		"a DRG of one digit":                               `"code":"8","system":"[^"]*MS-DRG`,
		"a drug event of another version":                  `"code":"2","system":"[^"]*CLM-TYPE-CD"\},\{"code":"pharmacy"`,
		"a deletion of a drug event":                       `"code":"3","system":"[^"]*CLM-TYPE-CD"\},\{"code":"pharmacy"`,
		"a compound":                                       `"code":"compound"`,
		"a pharmacy without an NPI":                        `"id":"BILLING-ID"`,
		"an ethnicity in the place of a race":              `us-core-ethnicity`,
		"a race that is unknown":                           `"code":"UNK"`,
		"a Patient that was merged":                        `"type":"replaced-by"`,
		"an identifier that is no longer valid":            `"period":\{"end":"[^"]*","start":"[^"]*"\},"system":"[^"]*us-mbi"`,
		"an address without its lines":                     `"address":\[\{("postalCode":"\d{5}",)?"state":"[A-Z]{2}"\}\]`,
		"a Coverage of dual eligibility":                   `"id":"part-DUAL-`,
		"a Coverage with nothing in it":                    `"id":"part-B-\d+","identifier":.*"payor":\[[^]]*\],"relationship"`,
		"an ICD-9 code with the dot after four characters": `"code":"E\d{3}\.\d"`,
		"an entry with the number of another":              `CLM_LINE_PMD_UNIQ_TRKNG_NUM`,
		"a drug event that is not final":                   `"code":"DDPS"[^}]*\},\{"code":"NotFinalAction"`,
		"a drug in a detail too":                           `"productOrService":\{"coding":\[\{"code":"\d{11}"[^}]*\}\]\},"quantity":\{"unit":"UN","value":1\}`,
		"a demonstration as text":                          `"code":"CLM_BNFT_ENHNCMT_CD"[^}]*\}\]\},"sequence":\d+,"valueString"`,
		"numbers of the older servers' code lists":         `ANSI-GRP-CODE`,
	}
	dir, _ := synthtest.Write(t, synth.Options{API: "v3", Beneficiaries: 300, Traps: true})
	text := bytes.Join(synthtest.Lines(t, dir), []byte("\n"))
	for name, pattern := range traps {
		if !regexp.MustCompile(pattern).Match(text) {
			t.Errorf("no resource has %s", name)
		}
	}
	if n := strings.Count(string(text), `"resourceType":"Patient"`); n <= 300 {
		t.Errorf("%d Patients", n)
	}
}

// TestV2Partial checks that partially adjudicated claims come in pairs, in files of
// their own.
func TestV2Partial(t *testing.T) {
	t.Parallel()
	dir, stats := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 25})
	claims, responses := map[string]bool{}, map[string]bool{}
	for _, line := range synthtest.Lines(t, dir) {
		var r synthtest.Resource
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
	text := bytes.Join(synthtest.Lines(t, dir), []byte("\n"))
	for name, pattern := range map[string]string{
		"a revenue code in the place of the non-billable one":  `"url":"[^"]*fiss/non-bill-rev-code","valueCodeableConcept":\{"coding":\[\{"code":"\d{4}"`,
		"a non-billable code in the place of the revenue code": `"code":"[EHZ]","system":"[^"]*fiss/rev-cd"`,
		"a second modifier alone":                              `"modifier":\[\{"coding":\[\{"code":"\w\w","system":"[^"]*","version":"2"\}\]\}\]`,
		"an admitting diagnosis after the list":                `"sequence":\d,"type":\[\{"coding":\[\{"code":"admitting"[^\]]*\]\}\]\}\],"extension":\[\{"url":"[^"]*fiss`,
		"an indicator in lower case":                           `"code":"[ynuw]","system":"[^"]*diag-poa-ind"`,
	} {
		if !regexp.MustCompile(pattern).Match(text) {
			t.Errorf("no resource has %s", name)
		}
	}
}

// TestV1Traps checks that an export of v1 contains everything that makes its
// resources hard to read.
func TestV1Traps(t *testing.T) {
	t.Parallel()
	traps := map[string]string{
		"a DRG among the diagnoses":            `"diagnosis":\[\{"packageCode"`,
		"an admitting diagnosis and principal": `"code":"admitting"[^{}]*\}\]\},\{"coding":\[\{"code":"principal"`,
		"a first external cause":               `"code":"external-first"`,
		"an external cause":                    `"code":"external",`,
		"a reason for the visit":               `"code":"reason-for-visit"`,
		"an indicator of a high number":        `clm_poa_ind_sw9"`,
		"a care team that starts with two":     `"careTeam":\[\{"provider":[^\[\]]*"role":\{"coding":\[[^\]]*\]\},"sequence":2`,
		"an operating physician":               `"code":"assist"`,
		"a tax number of a line":               `"careTeamLinkId":\[\d,\d\]`,
		"an amount that is sent twice":         `ime_op_clm_val_amt".*ime_op_clm_val_amt"`,
		"an identifier that is not an MBI":     `"extension":[^]]*\],"system":"http://hl7.org/fhir/sid/us-medicare"`,
		"a previous identifier":                `"code":"historic"`,
		"a referral":                           `"resourceType":"ReferralRequest"`,
		"modifiers without a gap":              `"modifier":\[\{"coding"`,
		"the number of the replaced claim":     `fi_orig_clm_cntl_num`,
		"no units":                             `"quantity":\{"value":0\}`,
		"a stay":                               `"hospitalization":\{"end"`,
		"a claim of an outpatient department":  `"code":"OUTPATIENT"[^{}]*\},\{"code":"professional"`,
		"a pharmacy known by another number":   `"code":"NCPDP"`,
		"a processing code among the amounts":  `"reason":\{"coding":\[\{"code":"\w+","system":"[^"]*line_prcsg_ind_cd"`,
		"a line with a diagnosis of its own":   `"diagnosisLinkId":\[\d+\]`,
		"a claim that was replaced":            `"status":"cancelled","totalCost"`,
	}
	dir, _ := synthtest.Write(t, synth.Options{API: "v1", Beneficiaries: 80, Traps: true})
	text := bytes.Join(synthtest.Lines(t, dir), []byte("\n"))
	for name, pattern := range traps {
		if !regexp.MustCompile(pattern).Match(text) {
			t.Errorf("no resource has %s", name)
		}
	}
}

// TestTraps checks that an export of v2 contains everything that makes its resources
// hard to read.
func TestTraps(t *testing.T) {
	t.Parallel()
	traps := map[string]string{
		"a blank code":                               `"coding":\[\{"system":"[^"]*"\}\]`,
		"a blank identifier":                         `"valueIdentifier":\{"system":"[^"]*"\}`,
		"a negative claim id":                        `"id":"carrier--1000093`,
		"a canceled claim":                           `"status":"cancelled","supportingInfo"`,
		"a time in another zone":                     `"lastUpdated":"[^"]*-0[45]:00"`,
		"an HTML escape":                             `\\u0026`,
		"a letter that is not ASCII":                 `"family":"[^"]*[À-ž]`,
		"two dates of a line":                        `"servicedPeriod":\{"end":"[^"]*","start"`,
		"one date of a professional line":            `"quantity":\{"value":[0-9.]+\},"sequence":\d+,"servicedDate"`,
		"an admitting diagnosis":                     `"code":"admitting"`,
		"an ICD-9 diagnosis":                         `"system":"http://hl7.org/fhir/sid/icd-9-cm"`,
		"an external cause":                          `"code":"externalcauseofinjury"`,
		"a reason for the visit":                     `"code":"patientreasonforvisit"`,
		"an external cause with spaces only":         `unknown-icd-version/ "`,
		"an indicator of presence on admission":      `clm_poa_ind_sw12","valueCoding":\{"code":"1"`,
		"a unit of measure before the modifiers":     `"modifier":\[\{"coding":\[\{[^]]*unitsofmeasure[^]]*\]\},\{"coding":\[\{[^]]*hcpcs`,
		"a unit of measure after the modifiers":      `"modifier":\[\{"coding":\[\{[^]]*hcpcs"\}\]\},\{"coding":\[\{[^]]*unitsofmeasure`,
		"a second modifier without the first":        `"modifier":\[\{"coding":\[\{"system":"[^"]*hcpcs"\}\]\},\{"coding":\[\{"code"`,
		"a provider of a line by an old number":      `"code":"UPIN"[^{}]*\}\]\},"value":"[A-Z]\d{5}"\}\},"qualification"`,
		"a line with no provider in the list":        `\}\],"category":\{"coding"`,
		"a line with the provider of another":        `"careTeamSequence":\[3\].*"careTeamSequence":\[3\]`,
		"a care team entry for a carrier's own code": `"value":"PCP\d{6}"\}\},"role":\{"coding":\[\{"code":"referring"`,
		"an unknown supplier":                        `"provider":\{"identifier":\{"system":"[^"]*carr_clm_blg_npi_num","value":"UNKNOWN"`,
		"an organization without an NPI":             `"value":"[0-9A-Z]{6}"\}\],"meta"`,
		"a pharmacy without an NPI":                  `"code":"NCPDP"`,
		"a tax number":                               `tax_num","valueCoding":\{"code":"\d{9}"`,
		"the code of units as their count":           `carr_line_mtus_cnt","valueCoding":\{"code":"3"`,
		"a coinsurance code as a revenue code":       `\{"code":"0","system":"https://www.nubc.org/CodeSystem/RevenueCodes"\}`,
		"no procedure code on an inpatient line":     `"code":"not-applicable"`,
		"no units on an outpatient line":             `"careTeamSequence":\[\d\],"locationAddress"`,
		"a negative amount":                          `"value":-\d`,
		"a large amount":                             `"value":99999999\d{3}\.\d`,
		"a claim without lines":                      `"insurer":\{"identifier":\{"value":"CMS"\}\},"meta"`,
		"a claim without diagnoses":                  `"created":"[^"]*","disposition"`,
		"a stay without its end":                     `"timingPeriod":\{"start":"[^"]*"\}`,
		"a previous identifier before the current":   `"identifier":\[\{[^{}]*"type":\{"coding":\[\{[^{}]*"extension":\[\{[^]]*"historic".*"current"`,
		"a date of death":                            `"deceasedDateTime"`,
		"a coverage without a beginning":             `"period":\{"end":"[^"]*"\}|"payor":\[[^]]*\],"relationship"`,
		"a month without a status":                   `dual_11","valueCoding":\{[^{}]*\}\},\{"url":"https://bluebutton.cms.gov/resources/variables/buyin`,
		"a beneficiary without a year of reference":  `us-core-race"\}\],"gender"`,
		"a procedure without a date":                 `"procedure":\[.*\{"procedureCodeableConcept"`,
		"a reason of adjustment":                     `"code":"CO\d+","system":"[^"]*rev_cntr_1st_ansi_cd"`,
		"a purchase price in the place of a payment": `"code":"paidtoprovider"[^{}]*\},\{"code":"[^"]*line_bene_pmt_amt"`,
		"a drug not covered by the plan":             `"code":"noncovered"[^{}]*\},\{"code":"[^"]*cvrd_d_plan_pd_amt"`,
		"a code with a leading zero":                 `"code":"0450"`,
		"a postal code of nine digits":               `"postalCode":"\d{9}"`,
		"a missing middle name":                      `"given":\["[^"]*"\]`,
		"an address with an escape":                  `"line":\[.*\\u003cB\\u003e`,
		"a state in letters":                         `"locationAddress":\{"state":"[A-Z]{2}"\}`,
		"a diagnosis of a line only, after the rest": `"code":"secondary"[^{}]*\}\]\}\]\}\],"disposition":"[^"]*","extension":\[\{[^{}]*\{"code":"M"`,
	}
	dir, _ := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 300, Traps: true})
	all := synthtest.Lines(t, dir)
	for name, pattern := range traps {
		re := regexp.MustCompile(pattern)
		found := false
		for _, line := range all {
			if found = re.Match(line); found {
				break
			}
		}
		if !found {
			t.Errorf("no resource has %s", name)
		}
	}
}
