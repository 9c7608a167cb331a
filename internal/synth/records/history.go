package records

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// mix is how many of a thousand claims have each type.
var mix = [life.ClaimTypes]int{life.Carrier: 550, life.PartD: 180, life.Outpatient: 170, life.DME: 40, life.HHA: 20, life.Inpatient: 20, life.SNF: 15, life.Hospice: 5}

func (g *Generator) ClaimType() life.ClaimType {
	n := g.Random.Intn(1000)
	for kind, share := range mix {
		if n -= share; n < 0 {
			return life.ClaimType(kind)
		}
	}
	return life.Carrier
}

// Visit makes the records of a beneficiary.
func (g *Generator) Visit(index int, v Visitor) {
	if g.world != nil {
		g.visitLife(index, v)
		return
	}
	g.Start(index)
	now, before := g.NewBeneficiary(index)
	g.Current = &now
	if before != nil {
		v.Beneficiary(before, false)
	}
	v.Beneficiary(&now, before != nil)

	for n := range g.ClaimCount(index) {
		kind := g.ClaimType()
		if index == 0 && n < int(life.ClaimTypes) { // even the smallest export has all types
			kind = life.ClaimType(n)
		}
		from := g.ClaimDay()
		switch kind {
		case life.Carrier, life.DME:
			g.professionalClaim(kind, from, v)
		case life.PartD:
			g.drugEvent(from, v)
		default:
			g.institutionalClaim(kind, from, v)
		}
	}
	v.NewestBeneficiary(&now, g.stay)
}

// ClaimCount returns the number of claims of a beneficiary: most have some, some have
// none, a few have very many.
func (g *Generator) ClaimCount(index int) int {
	r := &g.Random
	switch n := r.Intn(100); {
	case index == 0:
		return int(life.ClaimTypes) + r.Intn(20)
	case n < 8:
		return 0
	case n < 80:
		return 1 + r.Intn(30)
	case n < 98:
		return 20 + r.Intn(60)
	}
	return 100 + r.Intn(150)
}

// ClaimDay returns the first day of a claim: in the last years, sometimes from the
// time of ICD-9, and never after the beneficiary's death.
func (g *Generator) ClaimDay() column.Date {
	r := &g.Random
	if r.Chance(40) {
		return oldestClaim + column.Date(r.Intn(int(firstICD10-oldestClaim)))
	}
	start, end := g.Calendar.historyStart, g.Calendar.HistoryEnd-40
	if d := g.Current.DeathDt; d != 0 {
		end = min(end, d-1)
	}
	return start + column.Date(r.Intn(int(end-start)))
}
