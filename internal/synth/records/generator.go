package records

import (
	"slices"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Generator makes the records of the CCW, one beneficiary after another. A record
// is valid until the next one of its type: the slices in it are reused.
type Generator struct {
	Random     random.Source
	IDs        IDs
	Seed       uint64
	Calendar   Calendar
	TaxNumbers bool // the export has the tax numbers of physicians
	Providers  *life.Providers
	Current    *Beneficiary

	world         *life.World // of believable claims; nil for claims that are hard to read
	stay          HospiceStay // the beneficiary's newest hospice stay
	order         [64]uint8   // of the codes that Distinct picks
	picked        [32]codebook.Term
	institutional Institutional
	professional  Professional
	event         PartDEvent
}

// NewGenerator returns a generator of the claims of people's lives or, with traps, of
// claims that are as hard to read as the warehouse can make them.
func NewGenerator(seed uint64, c Calendar, traps bool) *Generator {
	g := &Generator{Seed: seed, Calendar: c, TaxNumbers: seed%4 != 3, Providers: life.Registry()}
	if !traps {
		g.world, g.TaxNumbers = life.NewWorld(seed, c.exportDay), true
	}
	return g
}

// Start begins a beneficiary. The records depend on the seed and the index only.
func (g *Generator) Start(index int) {
	g.Random.Seed(g.Seed, index, 0)
	g.IDs = IDs{Index: int64(index), negative: g.Random.Chance(300)}
	g.stay = HospiceStay{}
	for i := range g.order {
		g.order[i] = uint8(i)
	}
}

// IDs makes the ids of a beneficiary and of the claims. Some are negative, as in
// CMS's synthetic data.
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

// claim returns the id of a new claim.
func (n *IDs) claim() int64 {
	n.claims++
	id := n.Index*ClaimsPerBeneficiary + n.claims
	if n.negative {
		return -10_000_930_000_000 - id
	}
	return 100_000_000 + id
}

// group returns the id that the versions of a claim share.
func (n *IDs) group() int64 {
	id := 60_000_000_000 + n.Index*ClaimsPerBeneficiary + n.claims
	if n.negative {
		return -id
	}
	return id
}

// Updated returns when the server learned of something that happened on a day.
func (g *Generator) Updated(day column.Date) column.Instant {
	r := &g.Random
	day = min(max(day+column.Date(1+r.Intn(20)), firstUpdate), g.Calendar.LastUpdate)
	t := day.At(int64(r.Intn(86_400_000)))
	if r.Chance(120) {
		t.West = int8(4 + r.Intn(2))
	}
	return t
}

// Earlier returns when the server sent an earlier version of a resource. Sometimes
// the difference is so small that the time zones matter.
func Earlier(t column.Instant, r *random.Source) column.Instant {
	if r.Chance(100) {
		return column.Instant{Millis: t.Millis - int64(r.Between(1, 3_000_000)), West: int8(r.Intn(6))}
	}
	return column.Instant{Millis: t.Millis - int64(r.Between(1, 200))*86_400_000 - int64(r.Intn(86_400_000))}
}

// claim begins a claim.
func (g *Generator) claim(kind life.ClaimType, from, thru column.Date) Claim {
	return Claim{
		Type: kind, Beneficiary: g.Current, FinalAction: "F",
		ClmID: g.IDs.claim(), ClmGrpID: g.IDs.group(),
		ClmFromDt: from, ClmThruDt: thru,
	}
}

// Practitioner returns one of the few practitioners of a beneficiary.
func (g *Generator) Practitioner() *life.Provider {
	base := int(g.IDs.Index * 7919)
	return &g.Providers.Practitioners[(base+g.Random.Skewed(24)*131)%len(g.Providers.Practitioners)]
}

func (g *Generator) Organization() *life.Provider {
	base := int(g.IDs.Index * 104_729)
	return &g.Providers.Organizations[(base+g.Random.Skewed(8)*37)%len(g.Providers.Organizations)]
}

// UPIN returns a physician identifier from before there were NPIs.
func (g *Generator) UPIN() string {
	return string(rune('A'+g.Random.Intn(26))) + g.Random.Number(5)
}

// physician returns the two identifiers of a physician in a claim header. Either may
// be missing.
func (g *Generator) physician(perMille int) (npi, upin string) {
	r := &g.Random
	if r.Chance(perMille) {
		npi = r.Optional(g.Practitioner().NPI)
	}
	return npi, r.Seldom(25, g.UPIN())
}

// Distinct returns n different terms. They are valid until the next call.
func (g *Generator) Distinct(list []codebook.Term, n int) []codebook.Term {
	n = min(n, len(list))
	picked := g.picked[:0]
	order := g.order[:]
	// A number in order may exceed the length of the list: then it is skipped.
	for i := 0; len(picked) < n; i++ {
		j := i + g.Random.Intn(len(order)-i)
		order[i], order[j] = order[j], order[i]
		if int(order[i]) < len(list) {
			picked = append(picked, list[order[i]])
		}
	}
	return picked
}

// Diagnoses returns n different diagnoses of an ICD version. They are valid until the
// next call.
func (g *Generator) Diagnoses(v *codebook.ICD, n int) []codebook.Term {
	if v != codebook.ICD10 {
		return g.Distinct(v.Diagnoses, n)
	}
	picked := g.picked[:0]
	for len(picked) < n {
		if t := random.Likely(&g.Random, codebook.DiagnosisPool()); !slices.Contains(picked, t) {
			picked = append(picked, t)
		}
	}
	return picked
}

// ProcedureOf returns a procedure code that is billed under a revenue center.
func (g *Generator) ProcedureOf(rev *codebook.Revenue) string {
	switch r := &g.Random; {
	case len(rev.HCPCS) == 0:
		return ""
	case r.Chance(400):
		return random.Likely(r, codebook.ProcedurePool()).HCPCS
	default:
		return random.AnyOf(r, rev.HCPCS)
	}
}

// ICDOn returns the ICD version of claims on a day, and its code in their raw
// columns. Old claims may lack the version.
func (g *Generator) ICDOn(day column.Date) (v *codebook.ICD, version string) {
	if day >= firstICD10 {
		return codebook.ICD10, "0"
	}
	if g.Random.Chance(150) {
		return codebook.ICD9, ""
	}
	return codebook.ICD9, "9"
}
