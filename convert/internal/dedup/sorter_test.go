package dedup

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSort compares the sort by buckets with one that only compares, for hashes that
// are spread, as usual, and for such that are not.
func TestSort(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		spread := []uint64{1, 3, 1000, 1 << 63}[r.IntN(4)]
		l := NewLog(t.TempDir(), "keys")
		for i := range r.IntN(3000) {
			hash := r.Uint64()
			if spread < 1<<63 {
				hash %= spread
			}
			l.records = append(l.records, Key{ID: [2]uint64{hash, r.Uint64N(3)}, Updated: r.Int64N(3), Resource: int64(i), Deletion: r.IntN(9) == 0})
		}
		want := slices.Clone(l.records)
		slices.SortFunc(want, compareKeys)
		l.sort()
		if !slices.Equal(l.records, want) {
			t.Fatalf("seed %d: %d records are not sorted as by comparisons", seed, len(want))
		}
	}
}
