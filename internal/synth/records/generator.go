package records

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Generator makes the records of one beneficiary after the other. What it
// hands out is valid until the next record of the kind: the slices in it are
// used again.
type Generator struct {
	Random     random.Source
	IDs        IDs
	Seed       uint64
	Calendar   Calendar
	TaxNumbers bool // whether this export has the tax numbers of physicians
	Providers  *providers
	Current    *Beneficiary

	stay          HospiceStay // the newest of the beneficiary's hospice claims
	order         [64]uint8   // of the codes that distinct picks
	picked        [32]codebook.Term
	institutional Institutional
	professional  Professional
	event         PartDEvent
}

func NewGenerator(seed uint64, c Calendar) *Generator {
	return &Generator{Seed: seed, Calendar: c, TaxNumbers: seed%4 != 3, Providers: Registry()}
}

// Start turns to a beneficiary. What follows depends on the seed and the
// index, and on nothing that was made before.
func (g *Generator) Start(index int) {
	g.Random.Seed(g.Seed, index, 0)
	g.IDs = IDs{Index: int64(index), negative: g.Random.Chance(300)}
	g.stay = HospiceStay{}
	for i := range g.order {
		g.order[i] = uint8(i)
	}
}

// IDs are the numbers of a beneficiary and of the claims. Some are negative,
// as in the synthetic data of CMS.
type IDs struct {
	Index    int64
	negative bool
	claims   int64
}

const ClaimsPerBeneficiary = 4096 // at most

func (n *IDs) beneficiary() int64 {
	if n.negative {
		return -10_000_010_000_000 - n.Index
	}
	return 20_000_000 + n.Index
}

// claim is the number of a new claim.
func (n *IDs) claim() int64 {
	n.claims++
	id := n.Index*ClaimsPerBeneficiary + n.claims
	if n.negative {
		return -10_000_930_000_000 - id
	}
	return 100_000_000 + id
}

// group is the number that the versions of a claim have in common.
func (n *IDs) group() int64 {
	id := 60_000_000_000 + n.Index*ClaimsPerBeneficiary + n.claims
	if n.negative {
		return -id
	}
	return id
}

// Updated is when the server learned what happened on a day.
func (g *Generator) Updated(day column.Date) column.Instant {
	r := &g.Random
	day = min(max(day+column.Date(1+r.Intn(20)), firstUpdate), g.Calendar.LastUpdate)
	t := day.At(int64(r.Intn(86_400_000)))
	if r.Chance(120) {
		t.West = int8(4 + r.Intn(2))
	}
	return t
}

// Earlier is when the server had sent the same resource an earlier time. Now
// and then that is so little before that the zones matter.
func Earlier(t column.Instant, r *random.Source) column.Instant {
	if r.Chance(100) {
		return column.Instant{Millis: t.Millis - int64(r.Between(1, 3_000_000)), West: int8(r.Intn(6))}
	}
	return column.Instant{Millis: t.Millis - int64(r.Between(1, 200))*86_400_000 - int64(r.Intn(86_400_000))}
}

// claim starts a claim.
func (g *Generator) claim(kind ClaimType, from, thru column.Date) Claim {
	return Claim{
		Type: kind, Beneficiary: g.Current, FinalAction: "F",
		ClmID: g.IDs.claim(), ClmGrpID: g.IDs.group(),
		ClmFromDt: from, ClmThruDt: thru,
	}
}

// Practitioner is one of the few that a beneficiary sees.
func (g *Generator) Practitioner() *Provider {
	base := int(g.IDs.Index * 7919)
	return &g.Providers.Practitioners[(base+g.Random.Skewed(24)*131)%len(g.Providers.Practitioners)]
}

func (g *Generator) Organization() *Provider {
	base := int(g.IDs.Index * 104_729)
	return &g.Providers.Organizations[(base+g.Random.Skewed(8)*37)%len(g.Providers.Organizations)]
}

// UPIN is an identifier of physicians from before there were NPIs.
func (g *Generator) UPIN() string {
	return string(rune('A'+g.Random.Intn(26))) + g.Random.Number(5)
}

// physician is the two identifiers of one in a claim's header, which may or
// may not be there.
func (g *Generator) physician(perMille int) (npi, upin string) {
	r := &g.Random
	if r.Chance(perMille) {
		npi = r.Optional(g.Practitioner().NPI)
	}
	return npi, r.Seldom(25, g.UPIN())
}

// Distinct picks n terms, no two the same. They are good until it picks
// again.
func (g *Generator) Distinct(list []codebook.Term, n int) []codebook.Term {
	n = min(n, len(list))
	picked := g.picked[:0]
	order := g.order[:]
	// A number in order may be above the length of the list: then the next
	// ones are looked at.
	for i := 0; len(picked) < n; i++ {
		j := i + g.Random.Intn(len(order)-i)
		order[i], order[j] = order[j], order[i]
		if int(order[i]) < len(list) {
			picked = append(picked, list[order[i]])
		}
	}
	return picked
}

// ICDOn is the version of ICD that claims used on a day, and how their raw
// columns have it: old claims may lack the version.
func (g *Generator) ICDOn(day column.Date) (v *codebook.ICD, version string) {
	if day >= firstICD10 {
		return codebook.ICD10, "0"
	}
	if g.Random.Chance(150) {
		return codebook.ICD9, ""
	}
	return codebook.ICD9, "9"
}
