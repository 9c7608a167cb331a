package life

import "testing"

func TestNPIs(t *testing.T) {
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
