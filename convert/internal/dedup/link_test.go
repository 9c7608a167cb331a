package dedup

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/table"
)

// A modelClaim is a claim of a model: its number, and the numbers that it names.
type modelClaim struct {
	number            uint64 // 0 for none
	names             []uint64
	beneficiary       uint64
	partial, counts   bool
	replaced, deleted bool
	updated           int64
}

// supersedes reports whether a claim names another one as its prior version.
func (c *modelClaim) supersedes(other *modelClaim) bool {
	return !c.replaced && !other.replaced && c.beneficiary == other.beneficiary && other.number != 0 &&
		slices.Contains(c.names, other.number) && (other.partial || !c.partial)
}

// supersededModel finds superseded claims by the paths between all claims, and the newest
// claims of circles.
func supersededModel(claims []modelClaim) (superseded, newest map[int64]bool) {
	n := len(claims)
	superseded, newest = map[int64]bool{}, map[int64]bool{}
	leads := make([][]bool, n) // from claims that are there to others
	for i := range claims {
		leads[i] = make([]bool, n)
		for j := range claims {
			leads[i][j] = !claims[i].deleted && !claims[j].deleted && claims[i].supersedes(&claims[j])
		}
	}
	direct := make([][]bool, n)
	for i := range claims {
		direct[i] = slices.Clone(leads[i])
	}
	for k := range claims {
		for i := range claims {
			for j := range claims {
				leads[i][j] = leads[i][j] || leads[i][k] && leads[k][j]
			}
		}
	}
	for i := range claims {
		c := &claims[i]
		if !c.counts || c.replaced || c.deleted || c.number == 0 {
			continue
		}
		others := 0
		for j := range claims {
			d := &claims[j]
			switch {
			case j != i && leads[i][j] && leads[j][i]: // in a circle with it
				if d.counts {
					others++
				}
				if d.counts && (d.updated > c.updated || d.updated == c.updated && j > i) {
					superseded[int64(i)] = true
				}
				for k := range claims {
					if direct[k][j] && !leads[j][k] {
						superseded[int64(i)] = true
					}
				}
			case direct[j][i] && j != i:
				superseded[int64(i)] = true
			case d.deleted && d.supersedes(c) && j > i:
				superseded[int64(i)] = true
			}
		}
		if others > 0 && !superseded[int64(i)] {
			newest[int64(i)] = true
		}
	}
	return superseded, newest
}

// linksOf returns the links of claims.
func linksOf(claims []modelClaim) (links []Link, replaced, deleted table.OrdinalSet) {
	for i, c := range claims {
		if c.replaced {
			replaced.Add(int64(i))
		}
		if c.deleted {
			deleted.Add(int64(i))
		}
		k := Link{Number: [2]uint64{c.beneficiary, c.number}, Partial: c.partial, Counts: c.counts, Updated: c.updated, Resource: int64(i)}
		if c.number != 0 {
			links = append(links, k)
		}
		k.Names = true
		for _, number := range c.names {
			k.Number[1] = number
			links = append(links, k)
		}
	}
	return links, replaced, deleted
}

// randomClaims are claims with few numbers, so that there are circles.
func randomClaims(r *rand.Rand) []modelClaim {
	claims := make([]modelClaim, r.IntN(24))
	numbers := 1 + r.IntN(16)
	plain := r.IntN(2) == 0 // all final actions that are there
	for i := range claims {
		c := &claims[i]
		c.beneficiary, c.updated, c.counts = uint64(r.IntN(2)), int64(r.IntN(4)), true
		if r.IntN(8) > 0 {
			c.number = uint64(1 + r.IntN(numbers))
		}
		for range [...]int{0, 0, 1, 1, 1, 2}[r.IntN(6)] {
			c.names = append(c.names, uint64(1+r.IntN(numbers)))
		}
		if !plain {
			c.partial, c.counts = r.IntN(4) == 0, r.IntN(6) > 0
			switch r.IntN(8) {
			case 0:
				c.replaced = true
			case 1:
				c.deleted = true
			}
		}
	}
	return claims
}

// TestSuperseded sorts links with memory for few of them at a time, and compares the
// outcome with that of a slow model.
func TestSuperseded(t *testing.T) {
	circles := 0
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 0))
		claims := randomClaims(r)
		links, replaced, deleted := linksOf(claims)
		found := SupersededOf(slices.Clone(links), replaced, deleted)
		if seed%20 == 0 {
			l := NewLinkLog(t.TempDir(), "links")
			l.most = 1 + r.IntN(20)
			for _, k := range links {
				if err := l.Add(k); err != nil {
					t.Fatal(err)
				}
			}
			var err error
			if found, err = l.Superseded(replaced, deleted); err != nil {
				t.Fatal(err)
			}
		}
		superseded, newest := supersededModel(claims)
		circles += len(newest)
		for i := range claims {
			if i := int64(i); found.Superseded.Has(i) != superseded[i] || found.Newest.Has(i) != newest[i] {
				t.Fatalf("seed %d: claim %d superseded %v, newest %v, want %v, %v:\n%+v", seed, i, found.Superseded.Has(i), found.Newest.Has(i), superseded[i], newest[i], claims)
			}
		}
	}
	if circles < 200 {
		t.Errorf("%d circles", circles)
	}
}

// TestSuccessors checks that no claim is lost: from each claim that is superseded,
// successors lead to one that is not, unless there are deletions; and of each circle
// that nothing outside of it supersedes, one claim stays.
func TestSuccessors(t *testing.T) {
	for seed := range uint64(2000) {
		claims := randomClaims(rand.New(rand.NewPCG(seed, 1)))
		for i := range claims {
			claims[i].deleted, claims[i].counts = false, true
		}
		found := SupersededOf(linksOf(claims))
		var stays func(i int, seen map[int]bool) bool
		stays = func(i int, seen map[int]bool) bool {
			if !found.Superseded.Has(int64(i)) {
				return true
			}
			seen[i] = true
			for j := range claims {
				if !seen[j] && claims[j].supersedes(&claims[i]) && stays(j, seen) {
					return true
				}
			}
			return false
		}
		for i := range claims {
			if !claims[i].replaced && !stays(i, map[int]bool{}) {
				t.Fatalf("seed %d: claim %d has no successor that stays:\n%+v", seed, i, claims)
			}
		}
	}
}

// TestLongCircle makes a circle and a chain of very many claims.
func TestLongCircle(t *testing.T) {
	const n = 50_000
	claims := make([]modelClaim, n)
	for i := range claims {
		claims[i] = modelClaim{number: uint64(i + 1), names: []uint64{uint64(i+1)%n + 1}, counts: true, updated: int64(i % 7)}
	}
	found := SupersededOf(linksOf(claims))
	if last := int64(n - 1 - (n-1-6)%7); found.Superseded.Len() != n-1 || !found.Newest.Has(last) {
		t.Errorf("of a circle, %d claims are superseded, and claim %d %v", found.Superseded.Len(), last, found.Superseded.Has(last))
	}
	claims[n-1].names = nil
	if found := SupersededOf(linksOf(claims)); found.Superseded.Len() != n-1 || found.Superseded.Has(0) || !found.Newest.Empty() {
		t.Errorf("of a chain, %d claims are superseded", found.Superseded.Len())
	}
}
