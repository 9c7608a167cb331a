package records

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// mix is how many of a thousand claims have each type.
var mix = [ClaimTypes]int{Carrier: 550, PartD: 180, Outpatient: 170, DME: 40, HHA: 20, Inpatient: 20, SNF: 15, Hospice: 5}

func (g *Generator) ClaimType() ClaimType {
	n := g.Random.Intn(1000)
	for kind, share := range mix {
		if n -= share; n < 0 {
			return ClaimType(kind)
		}
	}
	return Carrier
}

// Visit makes the records of a beneficiary.
func (g *Generator) Visit(index int, v Visitor) {
	g.Start(index)
	now, before := g.NewBeneficiary(index)
	g.Current = &now
	if before != nil {
		v.Beneficiary(before, false)
	}
	v.Beneficiary(&now, before != nil)

	for n := range g.ClaimCount(index) {
		kind := g.ClaimType()
		if index == 0 && n < int(ClaimTypes) { // even the smallest export has all types
			kind = ClaimType(n)
		}
		from := g.ClaimDay()
		switch kind {
		case Carrier, DME:
			g.professionalClaim(kind, from, v)
		case PartD:
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
		return int(ClaimTypes) + r.Intn(20)
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
