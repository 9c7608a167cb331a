package synth

import (
	"regexp"
	"testing"
)

// TestTraps checks that what makes the resources hard to read occurs among
// some hundred beneficiaries.
func TestTraps(t *testing.T) {
	traps := map[string]string{
		"a code that is blank":                        `"coding":\[\{"system":"[^"]*"\}\]`,
		"an identifier that is blank":                 `"valueIdentifier":\{"system":"[^"]*"\}`,
		"a negative number of a claim":                `"id":"carrier--1000093`,
		"a cancelled claim":                           `"status":"cancelled","supportingInfo"`,
		"a time in another zone":                      `"lastUpdated":"[^"]*-0[45]:00"`,
		"an escape of HTML":                           `\\u0026`,
		"a letter that is not ASCII":                  `"family":"[^"]*[À-ž]`,
		"two dates of a line":                         `"servicedPeriod":\{"end":"[^"]*","start"`,
		"one date of a professional line":             `"quantity":\{"value":[0-9.]+\},"sequence":\d+,"servicedDate"`,
		"an admitting diagnosis":                      `"code":"admitting"`,
		"an ICD-9 diagnosis":                          `"system":"http://hl7.org/fhir/sid/icd-9-cm"`,
		"an external cause":                           `"code":"externalcauseofinjury"`,
		"a reason for the visit":                      `"code":"patientreasonforvisit"`,
		"an external cause of spaces":                 `unknown-icd-version/ "`,
		"an indicator of presence on admission":       `clm_poa_ind_sw12","valueCoding":\{"code":"1"`,
		"a unit of measure before the modifiers":      `"modifier":\[\{"coding":\[\{[^]]*unitsofmeasure[^]]*\]\},\{"coding":\[\{[^]]*hcpcs`,
		"a unit of measure behind the modifiers":      `"modifier":\[\{"coding":\[\{[^]]*hcpcs"\}\]\},\{"coding":\[\{[^]]*unitsofmeasure`,
		"a second modifier without the first":         `"modifier":\[\{"coding":\[\{"system":"[^"]*hcpcs"\}\]\},\{"coding":\[\{"code"`,
		"a provider of a line by an old number":       `"code":"UPIN"[^{}]*\}\]\},"value":"[A-Z]\d{5}"\}\},"qualification"`,
		"a line with no provider in the list":         `\}\],"category":\{"coding"`,
		"a line with the provider of another":         `"careTeamSequence":\[3\].*"careTeamSequence":\[3\]`,
		"a care team entry for a carrier's own code":  `"value":"PCP\d{6}"\}\},"role":\{"coding":\[\{"code":"referring"`,
		"a supplier that is unknown":                  `"provider":\{"identifier":\{"system":"[^"]*carr_clm_blg_npi_num","value":"UNKNOWN"`,
		"an organization without an NPI":              `"value":"[0-9A-Z]{6}"\}\],"meta"`,
		"a pharmacy without an NPI":                   `"code":"NCPDP"`,
		"a tax number":                                `tax_num","valueCoding":\{"code":"\d{9}"`,
		"the code of units as their count":            `carr_line_mtus_cnt","valueCoding":\{"code":"3"`,
		"a coinsurance code as a revenue code":        `\{"code":"0","system":"https://www.nubc.org/CodeSystem/RevenueCodes"\}`,
		"no procedure code on an inpatient line":      `"code":"not-applicable"`,
		"no units on an outpatient line":              `"careTeamSequence":\[\d\],"locationAddress"`,
		"an amount that is negative":                  `"value":-\d`,
		"an amount that is large":                     `"value":99999999\d{3}\.\d`,
		"a claim without lines":                       `"insurer":\{"identifier":\{"value":"CMS"\}\},"meta"`,
		"a claim without diagnoses":                   `"created":"[^"]*","disposition"`,
		"a stay without its end":                      `"timingPeriod":\{"start":"[^"]*"\}`,
		"a previous identifier before the current":    `"identifier":\[\{[^{}]*"type":\{"coding":\[\{[^{}]*"extension":\[\{[^]]*"historic".*"current"`,
		"a date of death":                             `"deceasedDateTime"`,
		"a coverage without a beginning":              `"period":\{"end":"[^"]*"\}|"payor":\[[^]]*\],"relationship"`,
		"a month without a status":                    `dual_11","valueCoding":\{[^{}]*\}\},\{"url":"https://bluebutton.cms.gov/resources/variables/buyin`,
		"a beneficiary without a year of reference":   `us-core-race"\}\],"gender"`,
		"a procedure without a date":                  `"procedure":\[.*\{"procedureCodeableConcept"`,
		"a reason of adjustment":                      `"code":"CO\d+","system":"[^"]*rev_cntr_1st_ansi_cd"`,
		"a purchase price in the place of a payment":  `"code":"paidtoprovider"[^{}]*\},\{"code":"[^"]*line_bene_pmt_amt"`,
		"a drug that the plan does not cover":         `"code":"noncovered"[^{}]*\},\{"code":"[^"]*cvrd_d_plan_pd_amt"`,
		"a code with a leading zero":                  `"code":"0450"`,
		"a postal code of nine digits":                `"postalCode":"\d{9}"`,
		"a middle name that is missing":               `"given":\["[^"]*"\]`,
		"an address with an escape":                   `"line":\[.*\\u003cB\\u003e`,
		"a state in letters":                          `"locationAddress":\{"state":"[A-Z]{2}"\}`,
		"a diagnosis of a line only, behind the rest": `"code":"secondary"[^{}]*\}\]\}\]\}\],"disposition":"[^"]*","extension":\[\{[^{}]*\{"code":"M"`,
	}
	dir, _ := write(t, Options{Beneficiaries: 300})
	all := lines(t, dir)
	for name, pattern := range traps {
		re := regexp.MustCompile(pattern)
		found := false
		for _, line := range all {
			if found = re.Match(line); found {
				break
			}
		}
		if !found {
			t.Errorf("there is never %s", name)
		}
	}
}
