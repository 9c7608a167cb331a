package convert

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestDictionary numbers texts of all lengths, those with zero bytes among
// them, and compares the numbers with those of a map.
func TestDictionary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var d dictionary
	for round := range 3 {
		numbers := map[string]int32{}
		for range 20_000 {
			text := strings.Repeat("\x00", r.IntN(3)) + strings.Repeat("é", r.IntN(6)) + string(rune('a'+r.IntN(26)))
			if r.IntN(4) == 0 {
				text = text[:r.IntN(len(text)+1)]
			}
			if r.IntN(3) == 0 {
				text += strings.Repeat("0", r.IntN(300))
			}
			want, known := numbers[text]
			if !known {
				want = int32(len(numbers))
				numbers[text] = want
			}
			if got := d.number([]byte(text)); got != want || string(d.at(got)) != text {
				t.Fatalf("round %d: number %d of %q, which is %q, want %d", round, got, text, d.at(got), want)
			}
		}
		if a := d.array(); a.Len() != len(numbers) {
			t.Errorf("round %d: %d texts, want %d", round, a.Len(), len(numbers))
		}
		d.reset()
	}
}
