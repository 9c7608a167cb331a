package dedup

import (
	"fmt"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/table"
)

// replacedModel finds replaced lines with a map. Keys of equal texts and times are the
// same version, if no other one of that time is in between.
func replacedModel(keys []Key, gone func(int64) bool) []int64 {
	newest := map[[2]uint64]Key{}
	var out []int64
	for _, k := range keys {
		if gone(k.Resource) {
			continue
		}
		last, known := newest[k.ID]
		switch {
		case !known:
			newest[k.ID] = k
		case k.Updated == last.Updated && k.Text == last.Text && k.Text != 0:
			out = append(out, k.Resource)
		case k.Updated >= last.Updated: // keys come in the order of lines
			out = append(out, last.Resource)
			newest[k.ID] = k
		default:
			out = append(out, k.Resource)
		}
	}
	slices.Sort(out)
	return out
}

// TestReplaced sorts keys with memory for few of them at a time, and compares
// the outcome with a map's.
func TestReplaced(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 0))
		l := NewLog(t.TempDir(), "keys")
		l.most = 1 + r.IntN(40)
		var keys []Key
		var gone table.OrdinalSet
		line := int64(0)
		for range r.IntN(600) {
			line += int64(1 + r.IntN(3))
			k := Key{
				ID:       [2]uint64{uint64(r.IntN(3)), uint64(r.IntN(60))},
				Updated:  []int64{math.MinInt64, -1, 0, 1, math.MaxInt64}[r.IntN(5)],
				Resource: line,
				Text:     uint64(r.IntN(3)),
			}
			if r.IntN(10) == 0 {
				gone.Add(line)
			}
			keys = append(keys, k)
			if err := l.Add(k); err != nil {
				t.Fatal(err)
			}
		}
		if len(keys) > 3*l.most && len(l.runs) == 0 {
			t.Fatalf("%d keys, at most %d in memory, and no run on disk", len(keys), l.most)
		}
		for name, except := range map[string]table.OrdinalSet{"all": nil, "but some": gone} {
			set, err := l.Replaced(except)
			if err != nil {
				t.Fatal(err)
			}
			if len(l.runs) > runsMerged {
				t.Errorf("%d runs are merged at a time", len(l.runs))
			}
			var got []int64
			for i := range line + 100 {
				if set.Has(i) {
					got = append(got, i)
				}
			}
			want := replacedModel(keys, except.Has)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %s: replaced %v, want %v", seed, name, got, want)
			}
			if set.Len() != int64(len(want)) || set.Empty() != (len(want) == 0) {
				t.Errorf("seed %d: %d lines, empty %v", seed, set.Len(), set.Empty())
			}
		}
	}
}

func TestKeyLogErrors(t *testing.T) {
	dir := t.TempDir()
	l := NewLog(dir, "keys")
	l.most = 1
	key := func(i uint64) Key { return Key{ID: [2]uint64{1, i}, Resource: int64(i)} }
	if err := l.Add(key(1)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(l.runs[0], int64(keyForm.bytes)-1); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Replaced(nil); err == nil {
		t.Error("a run that is cut short is taken for whole")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Replaced(nil); err == nil {
		t.Error("a run that is gone is not missed")
	}
	if err := l.Add(key(2)); err == nil {
		t.Error("a run that cannot be written is not missed")
	}
}

// TestHash makes sure that ids which are nearly the same have different
// hashes, in both halves, one of which identifies a beneficiary.
func TestHash(t *testing.T) {
	seen := [2]map[uint64]string{{}, {}}
	add := func(kind, id string) {
		t.Helper()
		h := Hash(kind, []byte(id))
		for half, v := range h {
			if other, known := seen[half][v]; known {
				t.Fatalf("%q and %s %q have the same hash", other, kind, id)
			}
			seen[half][v] = kind + " " + id
		}
		if h[0] == h[1] {
			t.Errorf("%s %q: both halves are the same", kind, id)
		}
	}
	for _, kind := range []string{"Patient", "ExplanationOfBenefit", "Coverage"} {
		add(kind, "")
		for i := range 20_000 {
			add(kind, fmt.Sprint(i))
			add(kind, fmt.Sprint("carrier--1000", i))
		}
		for n := 1; n < 40; n++ {
			add(kind, string(make([]byte, n)))
		}
	}
}

// TestHashIsKeyed makes sure that collisions found in one process are none in
// another.
func TestHashIsKeyed(t *testing.T) {
	before := hashSeeds
	defer func() { hashSeeds = before }()
	id := []byte("-10000000000001")
	first := Hash("Patient", id)
	if again := Hash("Patient", id); again != first {
		t.Error("the same id has two hashes")
	}
	hashSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	if second := Hash("Patient", id); second[0] == first[0] || second[1] == first[1] {
		t.Error("the hash does not depend on the seeds")
	}
}
