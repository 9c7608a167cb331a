package beneficiary

import "testing"

func TestParseID(t *testing.T) {
	for _, tt := range []struct {
		reference string
		same      string
	}{
		{"Patient/123", "123"},
		{"Patient/-123", "-123"},
		{"https://api.bcda.cms.gov/api/v2/fhir/Patient/123", "123"},
		{"Patient/123/_history/4", "123"},
		{"https://api.bcda.cms.gov/api/v2/fhir/Patient/123/_history/4", "123"},
	} {
		got, ok := ParseID([]byte(tt.reference))
		want, _ := ParseID([]byte(tt.same))
		if !ok || got != want {
			t.Errorf("%s is not %s", tt.reference, tt.same)
		}
	}
	for _, none := range []string{"", "/", "Patient/"} {
		if _, ok := ParseID([]byte(none)); ok {
			t.Errorf("%q names a patient", none)
		}
	}
}
