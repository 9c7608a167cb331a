package fhirjson

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
)

// TestString compares strings with those of the encoder that BCDA uses.
func TestString(t *testing.T) {
	alphabet := []rune("ab \"\\/<>&\t\n\r\b\f\x00\x1f\x7fñ字\u2028\u2029🙂")
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := make([]rune, r.IntN(12))
		for i := range s {
			s[i] = alphabet[r.IntN(len(alphabet))]
		}
		want, err := json.Marshal(string(s))
		if err != nil {
			t.Fatal(err)
		}
		var back string
		got := AppendString(nil, string(s))
		if err := json.Unmarshal(got, &back); err != nil || back != string(s) {
			t.Fatalf("%q is written %s: %v", string(s), got, err)
		}
		// Go escapes some control characters with a letter; exports do not have them.
		if string(got) != string(want) && !hasControl(s) {
			t.Fatalf("%q is written %s, want %s", string(s), got, want)
		}
	}
}

func hasControl(s []rune) bool {
	for _, c := range s {
		if c < ' ' && c != '\t' {
			return true
		}
	}
	return false
}
