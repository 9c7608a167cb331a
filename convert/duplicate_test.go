package convert

import (
	"strings"
	"testing"
)

// TestDuplicateKeys converts resources with keys that come twice in an object.
// The last counts.
func TestDuplicateKeys(t *testing.T) {
	claim := asJSON(someClaim("CARRIER", "1", "1"))
	twice := strings.Replace(claim, `"patient":{`, `"patient":{"reference":"Patient/9","reference":"Patient/8"},"patient":{"reference":"Patient/7",`, 1)
	got := export{"export.ndjson": twice + "\n" + asJSON(someClaim("CARRIER", "2", "1")) + "\n"}.convert(t)
	equal(t, "patients", got.pick(t, "claims", "CUR_CLM_UNIQ_ID", "PATIENT_ID"), "1 1", "2 1")
	if got.Counts.DuplicateKeys != 1 {
		t.Errorf("%d lines with keys twice", got.Counts.DuplicateKeys)
	}
	status := strings.Replace(claim, `"status":"active"`, `"status":"active","status":"cancelled"`, 1)
	got = export{"export.ndjson": status + "\n"}.convert(t)
	equal(t, "status", got.pick(t, "claims", "STATUS", "FINAL_ACTION"), "cancelled N")
}
