package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// professionalRecord makes a claim of a physician or supplier. For a line with a
// diagnosis, the server sends the diagnosis in the same row of a table, and the lines
// here are made accordingly. A claim has lines without a rendering provider only if
// no line has one: otherwise a reader could not tell.
func (m *Generator) professionalRecord(kind life.ClaimType, from column.Date) {
	r := &m.Random
	thru := from
	if r.Chance(250) {
		thru += column.Date(r.Intn(25))
	}
	c := m.record(kind, from, thru)
	c.ClmTypeCd, c.ClmNrlnRic = random.AnyOf(r, []int{71, 71, 72}), "O"
	if kind == life.DME {
		c.ClmTypeCd, c.ClmNrlnRic = random.AnyOf(r, []int{82, 82, 81}), "M"
	}
	switch {
	case r.Chance(30):
	case kind == life.DME:
		c.Billing = &m.Providers.Suppliers[r.Intn(len(m.Providers.Suppliers))]
	default:
		c.Billing, c.BilledByPerson = m.Practitioner(), true
	}
	if r.Chance(850) {
		c.Rfrg = m.Practitioner().NPI
	}
	c.ClmCarrPmtDnlCd = r.Optional(random.AnyOf(r, []string{"1", "2", "0", "8", "D", "00"}))
	c.ClmDispCd = r.Optional(random.AnyOf(r, []string{"01", "02", "03"}))
	v, version := m.ICDOn(from)
	diagnoses := m.Diagnoses(v, 1+r.Skewed(12))
	if r.Chance(15) {
		diagnoses = nil
	}
	for i, t := range diagnoses {
		if len(c.Prod) == 12 {
			break
		}
		c.Prod = append(c.Prod, Product{"D", t.Code, "", version})
		if i > 1 && len(c.Prod) < 12 && r.Chance(20) { // a duplicate code, but not second
			c.Prod = append(c.Prod, c.Prod[r.Intn(len(c.Prod))])
		}
	}
	m.serviceRecords(c, r.Chance(30))
	m.sumUp()
}

func (m *Generator) serviceRecords(c *Claim, anonymous bool) {
	r := &m.Random
	if r.Chance(8) {
		return
	}
	lines := 1
	if r.Chance(450) {
		lines = 1 + r.Skewed(13)
	}
	number, physician := 0, m.Practitioner()
	for i := range lines {
		number++
		if r.Chance(40) {
			number += r.Between(1, 6)
		}
		s := random.Likely(r, codebook.ProcedurePool())
		set := codebook.ProcessingIndicators
		if c.Type == life.DME {
			s = random.OneOf(r, codebook.Equipment)
		}
		if r.Chance(200) {
			physician = m.Practitioner()
		}
		l := Line{
			ClmLineNum: number, ClmLineHcpcsCd: r.Optional(s.HCPCS), FedTypeSrvcCd: s.ServiceType,
			PosCd: r.Optional(codebook.PlacesOfService.Pick(r)), PrmryPyrCd: r.Seldom(60, codebook.LinePrimary.Pick(r)), PrcsgIndCd: r.Optional(set.Pick(r)),
			PrvdrTypeCd: r.Optional(codebook.ProviderTypes.Pick(r)), PrvdrSpclty: r.Optional(codebook.Specialties.Pick(r)), FedSpclty: codebook.Specialties.Pick(r),
			SsaStateCd: r.Optional(random.AnyOf(r, codebook.States).SSA), CarrHpsaCd: r.Seldom(60, random.AnyOf(r, []string{"1", "2"})),
		}
		if m.TaxNumbers {
			l.TaxNum = r.Optional(physician.TaxNumber)
		}
		if !anonymous {
			l.Rendering = physician.NPI
		}
		if c.Beneficiary.MapShape && len(c.Prod) > 0 {
			l.DgnsRow = 1 + r.Intn(len(c.Prod))
		} else if i < len(c.Prod) {
			l.DgnsRow = i + 1
		}
		if r.Chance(50) {
			l.DgnsRow = 0
		}
		if l.DgnsRow > 0 {
			l.ClmLineDgnsCd = c.Prod[l.DgnsRow-1].ClmDgnsCd
		}
		m.modifiersOf(&l)
		m.lineAmounts(c, &l, s.Charge)
		l.ClmLineFromDt = c.ClmFromDt + column.Date(r.Intn(int(c.ClmThruDt-c.ClmFromDt)+1))
		l.ClmLineThruDt = l.ClmLineFromDt + column.Date(r.Intn(int(c.ClmThruDt-l.ClmLineFromDt)+1))
		switch {
		case r.Chance(15):
			l.ClmLineFromDt, l.ClmLineThruDt = 0, 0
		case r.Chance(30):
			l.ClmLineThruDt = 0
		}
		m.enhancements(&l.Switch, &l.Demo)
		c.Lines = append(c.Lines, l)
	}
}
