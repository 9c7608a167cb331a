package dedup

import (
	"math/rand/v2"
	"testing"

	"github.com/cclf-tools/cclf/internal/table"
)

// supersededModel finds superseded claims by comparing each link with each other.
func supersededModel(links []Link, gone, deleted table.OrdinalSet) map[int64]bool {
	found := map[int64]bool{}
	for _, old := range links {
		for _, other := range links {
			switch {
			case old.Names || !other.Names || old.Number != other.Number:
			case gone.Has(old.Resource), deleted.Has(old.Resource), gone.Has(other.Resource), other.Partial && !old.Partial:
			case deleted.Has(other.Resource):
				if old.Resource < other.Resource {
					found[old.Resource] = true
				}
			case old.Other == other.Other && (other.Updated < old.Updated || other.Updated == old.Updated && other.Resource <= old.Resource):
			default:
				found[old.Resource] = true
			}
		}
	}
	return found
}

// TestSuperseded sorts links with memory for few of them at a time, and compares the
// outcome with that of a slow model.
func TestSuperseded(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		l := NewLinkLog(t.TempDir(), "links")
		l.most = 1 + r.IntN(20)
		var links []Link
		var gone, deleted table.OrdinalSet
		n := int64(r.IntN(60))
		for resource := range n {
			switch r.IntN(8) {
			case 0:
				gone.Add(resource)
			case 1:
				deleted.Add(resource)
			}
			own, named, partial, updated := uint64(r.IntN(12)+1), uint64(r.IntN(13)), r.IntN(4) == 0, int64(r.IntN(3))
			more := []Link{{Number: [2]uint64{own}, Other: named, Partial: partial, Updated: updated, Resource: resource}}
			if named > 0 {
				more = append(more, Link{Number: [2]uint64{named}, Names: true, Other: own, Partial: partial, Updated: updated, Resource: resource})
			}
			for _, k := range more {
				links = append(links, k)
				if err := l.Add(k); err != nil {
					t.Fatal(err)
				}
			}
		}
		set, err := l.Superseded(gone, deleted)
		if err != nil {
			t.Fatal(err)
		}
		want := supersededModel(links, gone, deleted)
		for resource := range n {
			if set.Has(resource) != want[resource] {
				t.Fatalf("seed %d: claim %d superseded %v, want %v", seed, resource, set.Has(resource), want[resource])
			}
		}
	}
}
