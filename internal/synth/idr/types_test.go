package idr

import (
	"testing"
)

func TestTypedCodes(t *testing.T) {
	seen := map[int]bool{3: true} // a deletion
	for _, typed := range TypedCodes() {
		if seen[typed.Code] {
			t.Errorf("%d occurs twice", typed.Code)
		}
		seen[typed.Code] = true
	}
	if len(seen) != 124 { // of the server's map, and four that it lacks
		t.Errorf("%d claim type codes, want 124", len(seen))
	}
}
