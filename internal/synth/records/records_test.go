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
}
