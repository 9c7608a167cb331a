package changes

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// TestDeltas compares differences with those of a map, with few keys in memory and
// with keys whose leading bits are equal.
func TestDeltas(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		d := NewDeltas(dir, 1+r.IntN(40))
		want := map[uint64]uint64{}
		shift := r.IntN(60)
		keys := make([]uint64, 1+r.IntN(300))
		for i := range keys {
			keys[i] = r.Uint64() >> shift
		}
		for range r.IntN(1000) {
			key, row := keys[r.IntN(len(keys))], uint64(r.IntN(4))
			add, sign := d.New, uint64(1)
			if r.IntN(2) == 0 {
				add, sign = d.Old, ^uint64(0)
			}
			if err := add(key, row); err != nil {
				t.Fatal(err)
			}
			want[key] += sign * row
		}
		got := map[uint64]bool{}
		if err := d.Changed(func(key uint64) error {
			if got[key] || want[key] == 0 {
				t.Errorf("seed %d: key %x came twice or did not change", seed, key)
			}
			got[key] = true
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for key, sum := range want {
			if sum != 0 && !got[key] {
				t.Errorf("seed %d: changed key %x did not come", seed, key)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("seed %d: %v is left over", seed, left)
		}
	}
}

// TestKeyList checks that sets of a list have all its keys, and count their sides.
func TestKeyList(t *testing.T) {
	for _, n := range []int{0, 1, 9, 10, 11, 35} {
		name := filepath.Join(t.TempDir(), "keys")
		l := NewKeyList(name, 10)
		for i := range n {
			if err := l.Add(uint64(i) << 40); err != nil {
				t.Fatal(err)
			}
		}
		var got []int
		if err := l.Sets(func(k *Keys) error {
			marked := 0
			for i := range n {
				if k.Has(uint64(i) << 40) {
					got = append(got, i)
					k.Mark(uint64(i)<<40, OldSide)
					marked++
				}
			}
			if k.Has(1) || k.Len() != marked {
				t.Errorf("%d keys: a set has others", n)
			}
			if added, changed, removed := k.Count(); added+changed > 0 || removed != int64(marked) {
				t.Errorf("%d keys: a set of %d has %d, %d, %d", n, marked, added, changed, removed)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if slices.Sort(got); len(got) != n || n > 0 && got[n-1] != n-1 {
			t.Errorf("%d keys: sets have %v", n, got)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%d keys: the file is left over", n)
		}
	}
}

// TestHashes checks that rows have equal hashes just if they are equal, with and
// without dictionaries, wherever a value is.
func TestHashes(t *testing.T) {
	fields := []schema.Field{
		{Label: "A"}, {Label: "B"}, {Label: "I", Type: schema.Type{Kind: schema.Int}}, {Label: "J", Type: schema.Type{Kind: schema.Int}},
		{Label: "D", Type: schema.Type{Kind: schema.Date}},
		{Label: "N", Type: schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 2}},
	}
	rows := [][]string{
		{"", "", "", "", "", ""}, {"x", "", "", "", "", ""}, {"", "x", "", "", "", ""}, {"xy", "", "", "", "", ""}, {"x", "y", "", "", "", ""},
		{"", "", "1", "", "", ""}, {"", "", "", "1", "", ""}, {"", "", "-1", "", "", ""}, {"", "", "0", "", "", ""}, {"", "", "0", "0", "", ""},
		{"", "", "", "", "1970-01-01", ""}, {"", "", "", "", "1970-01-02", ""}, {"", "", "", "", "1969-12-31", ""},
		{"", "", "", "", "", "0.00"}, {"", "", "", "", "", "0.01"}, {"", "", "", "", "", "-0.01"}, {"", "", "", "", "", "123456789012345678.01"},
	}
	seen := map[uint64]string{}
	for _, row := range rows {
		var forms [2][]arrow.Array
		for i, f := range fields {
			plain, words := table.NewColumn(&f), table.NewDictColumn(&f)
			for _, c := range []*table.Column{&plain, &words} {
				if err := c.Append([]byte(row[i])); err != nil {
					t.Fatal(err)
				}
			}
			forms[0], forms[1] = append(forms[0], plain.Array()), append(forms[1], words.Array())
		}
		var hashes [2][1]uint64
		for i, cols := range forms {
			NewHasher().Add(hashes[i][:], cols)
			table.Release(cols)
		}
		if hashes[0] != hashes[1] {
			t.Errorf("%q: the dictionary changes the hash", row)
		}
		if other, both := seen[hashes[0][0]]; both {
			t.Errorf("%q and %s have the same hash", row, other)
		}
		seen[hashes[0][0]] = fmt.Sprintf("%q", row)
	}
}
