package drift

import "testing"

// TestShown lists names that are not withheld.
func TestShown(t *testing.T) {
	for _, url := range []string{
		"https://bluebutton.cms.gov/resources/variables/clm_poa_ind_sw12", "http://hl7.org/fhir/sid/icd-10-cm",
		"http://terminology.hl7.org/CodeSystem/v2-0203", "urn:ietf:bcp:47", "urn:oid:2.16.840.1.113883.6.301.3",
		"urn:iso:std:iso:4217", "http://a.org/x/", "https://bluebutton.cms.gov/fhir/CodeSystem/CLM-TYPE-CD",
	} {
		if got := shownURL(url); got != url {
			t.Errorf("%s is shown as %s", url, got)
		}
	}
	for _, code := range []string{"CLM_IDR_LD_DT", "discharge-status", "https://bluebutton.cms.gov/resources/variables/clm_drg_cd", "10"} {
		if got := shownName(code); got != code {
			t.Errorf("%s is shown as %s", code, got)
		}
	}
	if got := shownPath([]string{"_birthDate", "extension", "valueBase64Binary", "Smith", "x1949x12"}); got != "_birthDate.extension.valueBase64Binary.*.*" {
		t.Errorf("a path is shown as %s", got)
	}
}
