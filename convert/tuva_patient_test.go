package convert

import (
	"slices"
	"testing"
)

// TestTuvaPatient makes sure that the profile says whose a claim is without its
// Patient.
func TestTuvaPatient(t *testing.T) {
	c := export{"in.ndjson": lines(
		someClaim("INPATIENT", "1", "p1"), someClaim("CARRIER", "2", "p2"), someClaim("DME", "3", "p3"), someClaim("PDE", "4", "p4"),
		somePatient("p5", "1S00A00AA00"),
	)}.convert(t, func(o *Options) { o.Profile = Tuva })
	for table, want := range map[string]string{
		"parta_claims_header": "p1", "partb_physicians": "p2", "partb_dme": "p3", "partd_claims": "p4", "beneficiary_demographics": "p5",
	} {
		if got := c.column(t, table, "PATIENT_ID"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %s", table, got, want)
		}
	}
}
