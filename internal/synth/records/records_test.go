package records

import (
	"testing"
)

func TestIdentifiers(t *testing.T) {
	seen := map[string]bool{}
	for index := range 20_000 {
		for nth := range 8 {
			id := newMBI(index, nth)
			if len(id) != 11 || id[1] != 'S' || seen[id] {
				t.Fatalf("identifier %d of beneficiary %d is %q", nth, index, id)
			}
			seen[id] = true
		}
	}
	for npi := range Registry().ByNPI {
		if len(npi) != 10 || validNPI(npi) {
			t.Fatalf("%q could be somebody's NPI", npi)
		}
	}
}

// validNPI reports whether an NPI passes the check.
func validNPI(npi string) bool {
	sum := 24
	for i := range npi {
		digit := int(npi[i] - '0')
		if i%2 == 0 {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}
