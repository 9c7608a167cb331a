package table

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
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
		d.reset(dictionaryRepeats * len(numbers))
	}
}

// TestDictionaryLists: a dictionary of texts that come once becomes a list, which
// has all texts too, and is tried as a dictionary again.
func TestDictionaryLists(t *testing.T) {
	var d dictionary
	lists := 0
	for round := range 3 * (dictionaryLists + 1) {
		wantList := round%(dictionaryLists+1) > 0
		for i := range 1000 {
			text := strconv.Itoa(i % 500)
			if n := d.number([]byte(text)); string(d.at(n)) != text {
				t.Fatalf("round %d: number %d of %s, which is %q", round, n, text, d.at(n))
			}
		}
		if n := d.number([]byte("499")); n != d.last {
			t.Errorf("round %d: the text before has another number", round)
		}
		texts := d.array().(*array.String)
		want := 500
		if wantList {
			want = 1 + 1000
			lists++
		}
		if isList(texts) != wantList || texts.Len() != want {
			t.Errorf("round %d: a list: %v, of %d texts, want %v and %d", round, isList(texts), texts.Len(), wantList, want)
		}
		d.reset(1000)
	}
	if lists == 0 {
		t.Error("never a list")
	}
	for range dictionaryLists + 1 {
		d.reset(0) // nothing came
	}
	d.number([]byte("x"))
	if d.reset(dictionaryRepeats); isList(d.array().(*array.String)) {
		t.Error("a list of texts that repeat")
	}
}
