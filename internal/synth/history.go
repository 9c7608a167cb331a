package synth

// A visitor is given the records of a beneficiary as the server sent them. A
// record is late that the server sent in another export: one that it had sent
// before in another version, or that takes the place of another.
type visitor interface {
	beneficiary(b *Beneficiary, late bool)
	institutional(c *Institutional, late bool)
	professional(c *Professional, late bool)
	partDEvent(c *PartDEvent, late bool)

	// The following are given what counts in the end: the last version of
	// everything, but no claim that another one has replaced.
	newestInstitutional(c *Institutional)
	newestProfessional(c *Professional)
	newestPartDEvent(c *PartDEvent)
	newestBeneficiary(b *Beneficiary, hospice stay)
}

// A stay is the time that a beneficiary spent in the care of a hospice.
type stay struct{ from, thru date }

// mix is how many of a thousand claims are of a type.
var mix = [claimTypes]int{carrier: 550, partD: 180, outpatient: 170, dme: 40, hha: 20, inpatient: 20, snf: 15, hospice: 5}

func (g *generator) claimType() claimType {
	n := g.random.intn(1000)
	for kind, share := range mix {
		if n -= share; n < 0 {
			return claimType(kind)
		}
	}
	return carrier
}

// visit makes the records of a beneficiary.
func (g *generator) visit(index int, v visitor) {
	g.start(index)
	now, before := g.beneficiary(index)
	g.person = &now
	if before != nil {
		v.beneficiary(before, false)
	}
	v.beneficiary(&now, before != nil)

	for n := range g.claimCount(index) {
		kind := g.claimType()
		if index == 0 && n < int(claimTypes) { // whatever the size, there is one of each
			kind = claimType(n)
		}
		from := g.claimDay()
		switch kind {
		case carrier, dme:
			g.professionalClaim(kind, from, v)
		case partD:
			g.drugEvent(from, v)
		default:
			g.institutionalClaim(kind, from, v)
		}
	}
	v.newestBeneficiary(&now, g.stay)
}

// claimCount is how many claims a beneficiary has: most have some, some have
// none, a few have very many.
func (g *generator) claimCount(index int) int {
	r := &g.random
	switch n := r.intn(100); {
	case index == 0:
		return int(claimTypes) + r.intn(20)
	case n < 8:
		return 0
	case n < 80:
		return 1 + r.intn(30)
	case n < 98:
		return 20 + r.intn(60)
	}
	return 100 + r.intn(150)
}

// claimDay is the first day of a claim: in the last years, now and then from
// when ICD-9 was used, and never after the beneficiary's death.
func (g *generator) claimDay() date {
	r := &g.random
	if r.chance(40) {
		return oldestClaim + date(r.intn(int(firstICD10-oldestClaim)))
	}
	start, end := g.calendar.historyStart, g.calendar.historyEnd-40
	if d := g.person.DeathDt; d != 0 {
		end = min(end, d-1)
	}
	return start + date(r.intn(int(end-start)))
}

// A fate is what became of a claim after the server first sent it.
type fate int

const (
	kept      fate = iota
	amended        // the same claim, sent again with other amounts
	replaced       // cancelled when first sent; another claim takes its place
	cancelled      // active when first sent, then cancelled and replaced
)

func (g *generator) fate() fate {
	switch n := g.random.intn(1000); {
	case n < 30:
		return amended
	case n < 50:
		return replaced
	case n < 60:
		return cancelled
	}
	return kept
}

// live sends a claim and what becomes of it, whatever its layout. It uses
// revise to make another version of the claim.
func live[C any](g *generator, c *C, head *claim, revise func(), send func(*C, bool), newest func(*C)) {
	lastUpdated := head.LastUpdated
	late := false
	switch g.fate() {
	case amended:
		head.LastUpdated = lastUpdated.before(&g.random)
		send(c, false)
		revise()
		late = true
	case replaced:
		head.FinalAction = "N"
		send(c, false)
		revise()
		head.ClmID, head.FinalAction = g.ids.claim(), "F"
	case cancelled:
		head.LastUpdated = lastUpdated.before(&g.random)
		send(c, false)
		head.LastUpdated, head.FinalAction = lastUpdated, "N"
		send(c, true)
		revise()
		head.ClmID, head.FinalAction = g.ids.claim(), "F"
		late = true
	}
	head.LastUpdated = lastUpdated
	send(c, late)
	newest(c)
}
