package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Visit makes the records of a beneficiary.
func (m *Generator) Visit(index int) {
	if m.Believable() {
		m.visitLife(index)
		return
	}
	m.Start(index)
	r := &m.Random
	m.authorizations.Seed(m.Seed, index, authorizationStream)
	now, before := m.NewBeneficiary(index)
	m.base, m.serial = now, 0
	m.Generator.Current = &m.base
	m.newBeneficiary(index)
	if before != nil {
		m.earlierBeneficiary(before)
		m.To.Beneficiary(&m.before, false)
	}
	m.To.Beneficiary(&m.current, before != nil)
	for n := range m.ClaimCount(index) {
		kind := m.ClaimType()
		if index == 0 && n < int(life.ClaimTypes) {
			kind = life.ClaimType(n)
		}
		from := m.ClaimDay()
		switch kind {
		case life.Carrier, life.DME:
			m.professionalRecord(kind, from)
			m.live()
		case life.PartD:
			m.drugRecord(from)
		default:
			m.institutionalRecord(kind, from)
			m.live()
		}
		if r.Chance(10) {
			m.authorize(from)
		}
	}
	if m.Edges {
		m.allTypes(index)
	}
	m.To.NewestBeneficiary(&m.current)
}

// live sends the versions of a claim. The IDR has only the newest version, but an
// export may contain an older one. Claims in the shape of the published maps have no
// ids, so none of them can replace another.
func (m *Generator) live() {
	r := &m.Random
	if r.Chance(30) {
		m.share()
		return
	}
	fate := life.Kept
	switch n := r.Intn(1000); {
	case n < 35 && !m.current.MapShape:
		fate = life.Amended
	case n < 60:
		fate = life.Replaced
	case n < 70 && !m.current.MapShape:
		fate = life.Canceled
	}
	m.versions(fate, m.revise)
}

// versions sends the versions of a claim that its fate wants. It calls revise to change
// the claim for another version.
func (m *Generator) versions(fate life.Fate, revise func()) {
	c, r := &m.claim, &m.Random
	final := c.LastUpdated
	late := false
	switch fate {
	case life.Amended:
		c.LastUpdated = records.Earlier(final, r)
		m.To.Claim(c, false)
		revise()
		late = true
	case life.Replaced:
		c.ClmFinlActnInd = "N"
		m.To.Claim(c, false)
		c.ClmOrigCntlNum = c.ClmCntlNum
		revise()
		c.ClmUniqID, c.ClmCntlNum, c.ClmFinlActnInd, c.ClmAdjstmtType = m.newID(), "2"+r.Number(13), "Y", "2"
	case life.Canceled:
		c.LastUpdated = records.Earlier(final, r)
		m.To.Claim(c, false)
		c.LastUpdated, c.ClmFinlActnInd = final, "N"
		m.To.Claim(c, true)
		revise()
		c.ClmUniqID, c.ClmFinlActnInd, c.ClmAdjstmtType = m.newID(), "Y", "2"
		late = true
	}
	c.LastUpdated = final
	m.To.Claim(c, late)
	m.To.NewestClaim(c)
}

// share sends a claim that is still in a shared system. Some of these are marked as
// final action.
func (m *Generator) share() {
	c, r := &m.claim, &m.Random
	c.System = SharedSystem
	switch c.Type {
	case life.Carrier:
		c.ClmTypeCd = random.AnyOf(r, []int{1700, 2700})
	case life.DME:
		c.ClmTypeCd = random.AnyOf(r, []int{1800, 2800})
	case life.HHA:
		c.ClmTypeCd = 1032
	case life.Hospice:
		c.ClmTypeCd = 1081
	case life.SNF:
		c.ClmTypeCd = 1021
	case life.Inpatient:
		c.ClmTypeCd = 1011
	default:
		c.ClmTypeCd = 1013
	}
	if r.Chance(400) {
		c.ClmAdjstmtType = ""
	}
	if r.Chance(500) {
		c.ClmFinlActnInd = "N"
	}
	m.To.Claim(c, false)
}

// typesPerBeneficiary is the number of extra claims per beneficiary, so that some
// twenty beneficiaries have claims of all types.
const typesPerBeneficiary = 8

// allTypes makes claims of the next few types.
func (m *Generator) allTypes(index int) {
	codes := TypedCodes()
	for n := range typesPerBeneficiary {
		t := codes[(index*typesPerBeneficiary+n)%len(codes)]
		from := m.ClaimDay()
		switch t.kind {
		case life.Carrier, life.DME:
			m.professionalRecord(t.kind, from)
		case life.PartD:
			m.drugOfType(from, t.Code)
			continue
		default:
			m.institutionalRecord(t.kind, from)
		}
		m.claim.ClmTypeCd, m.claim.System = t.Code, t.system
		m.To.Claim(&m.claim, false)
		if t.system == FinalSystem {
			m.To.NewestClaim(&m.claim)
		}
	}
	m.authorize(m.ClaimDay())
}
