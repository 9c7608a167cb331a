package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

var institutionalTypes = [life.ClaimTypes]int{life.Inpatient: 60, life.SNF: 20, life.Outpatient: 40, life.HHA: 10, life.Hospice: 50}

func (m *Generator) institutionalRecord(kind life.ClaimType, from column.Date) {
	r := &m.Random
	p := records.Profiles[kind]
	thru := from + column.Date(r.Between(p.Days[0], p.Days[1]))
	c := m.record(kind, from, thru)
	c.ClmTypeCd = institutionalTypes[kind]
	switch {
	case kind == life.Inpatient && r.Chance(100):
		c.ClmTypeCd = 61
	case kind == life.SNF && r.Chance(250):
		c.ClmTypeCd = 30
	}
	if !r.Chance(30) {
		c.Billing = m.Organization()
	}
	c.BilledByPerson = c.Billing != nil && r.Chance(20)
	npi := func(perMille int) string {
		if r.Chance(perMille) {
			return m.Practitioner().NPI
		}
		return ""
	}
	c.Atndg, c.Oprtg, c.Othr, c.Rndrg, c.Rfrg = npi(950), npi(450), npi(250), npi(150), npi(100)
	c.ClmNrlnRic = p.NearLine
	c.ClmBillFacTypeCd, c.ClmBillClsfctnCd = p.Facility, random.AnyOf(r, []string{"1", "2", "3", "4"})
	c.ClmBillFreqCd = random.AnyOf(r, []string{"1", "1", "7", "2", "3", "4", "0", "X", "G"})
	if r.Chance(15) {
		c.ClmBillClsfctnCd, c.ClmBillFreqCd = "", ""
	}
	c.ClmMdcrNpmtRsnCd = r.Seldom(40, codebook.NonPaymentReasons.Pick(r))
	c.ClmNchPrmryPyrCd = r.Seldom(60, codebook.PrimaryPayers.Pick(r))
	c.GeoBlgSsaStateCd = r.Optional(random.AnyOf(r, codebook.States).SSA)
	c.BenePtntStusCd = r.Optional(random.AnyOf(r, []string{"01", "03", "06", "30", "20", "50", "07"}))
	c.ClmOpSrvcTypeCd = r.Optional(random.AnyOf(r, []string{"0", "1", "2"}))
	c.ClmQueryCd = r.Optional(codebook.QueryCodes.Pick(r))
	if kind != life.Outpatient {
		c.ClmActvCareFromDt = from - column.Date(r.Intn(3))
		if r.Chance(700) {
			c.ClmDschrgDt = thru
		}
		if r.Chance(25) {
			c.ClmActvCareFromDt = 0
		}
	}
	if kind == life.Inpatient || kind == life.SNF {
		c.ClmAdmsnTypeCd, c.ClmAdmsnSrcCd = r.Optional(codebook.AdmissionTypes.Pick(r)), r.Optional(codebook.AdmissionSources.Pick(r))
		if !r.Chance(50) {
			c.DgnsDrgCd = random.AnyOf(r, []int{871, 470, 291, 64, 194, 8, 3, 39, 885, 1})
		}
	}
	for _, t := range m.Distinct(codebook.Conditions, r.Skewed(4)) {
		c.ClmRltCondCd = append(c.ClmRltCondCd, t.Code)
	}
	m.institutionalProducts(c, p)
	m.revenueRecords(c, p)
	for _, a := range []*column.Amount{
		&c.ClmInstnlPerDiem, &c.ClmIPBeneDdctbl, &c.ClmBloodLblty, &c.ClmInstnlPrfnl,
		&c.ClmPpsCptlIme, &c.ClmPpsDsprprtnt, &c.ClmHippsUncompdCare,
	} {
		*a = r.OptionalAmount(1, 2500)
	}
	c.ClmOprtnlIme, c.ClmOprtnlDsprtnt = 0, 0
	if kind == life.Inpatient {
		c.ClmOprtnlIme, c.ClmOprtnlDsprtnt = r.Cents(0, 9000), r.Cents(0, 4000)
	}
	m.sumUp()
}

func (m *Generator) institutionalProducts(c *Claim, p records.Profile) {
	r := &m.Random
	v, version := m.ICDOn(c.ClmFromDt)
	n := 1 + r.Skewed(min(p.Diagnoses, 20))
	codes := m.Diagnoses(v, n+4)
	if r.Chance(15) {
		return // no diagnoses
	}
	admitting, reason := codes[n%len(codes)].Code, codes[(n+1)%len(codes)].Code
	poa := func() string {
		return random.AnyOf(r, []string{"Y", "N", "1", "U", "W", "YX", "", "~", "Y"})
	}
	add := func(kind, code, poa string) { c.Prod = append(c.Prod, Product{kind, code, poa, version}) }
	if c.Type == life.Inpatient || c.Type == life.SNF {
		if r.Chance(300) {
			admitting = codes[0].Code
		}
		add("A", admitting, "")
	}
	for i := range min(n, len(codes)) {
		add("D", codes[i].Code, poa())
		if i > 1 && r.Chance(15) { // a duplicate code
			add("D", codes[i].Code, poa())
		}
	}
	principal := codes[0].Code
	if r.Chance(p.External) {
		for _, t := range m.Distinct(v.External, 1+r.Skewed(4)) {
			add("E", t.Code, "")
		}
	}
	add("P", principal, "")
	if c.Type == life.Outpatient && r.Chance(400) {
		add("R", reason, "")
	}
	if p.Procedures == 0 || !r.Chance(500) {
		return
	}
	number := 0
	for _, t := range m.Distinct(v.Procedures, r.Skewed(p.Procedures+1)) {
		number += 1 + r.Skewed(3)
		c.Prcdr = append(c.Prcdr, Procedure{number, t.Code, c.ClmFromDt + column.Date(r.Intn(int(c.ClmThruDt-c.ClmFromDt)+1)), version})
	}
}

// revenueRecords makes the lines. A line is sent with a period, which hides the date
// of the revenue center, or with that date alone. So a line has both dates and the
// first is the revenue center's too, or it has only the revenue center's, or none.
func (m *Generator) revenueRecords(c *Claim, p records.Profile) {
	r := &m.Random
	if r.Chance(12) {
		return
	}
	number := 0
	for range p.Lines(r) {
		number++
		if r.Chance(30) {
			number += r.Between(1, 9)
		}
		rev := random.OneOf(r, p.Revenues)
		l := Line{ClmLineNum: number, ClmLineRevCtrCd: rev.Code}
		if len(rev.HCPCS) > 0 {
			l.ClmLineHcpcsCd = r.Optional(m.ProcedureOf(&rev))
		}
		if r.Chance(60) {
			l.ClmRevApcHippsCd = random.AnyOf(r, []string{"KBGC1", "2CB21", "HAXE0"})
		}
		m.modifiersOf(&l)
		day := c.ClmFromDt + column.Date(r.Intn(int(c.ClmThruDt-c.ClmFromDt)+1))
		switch {
		case r.Chance(40):
		case r.Chance(300) || c.Beneficiary.MapShape:
			l.ClmLineRevCtrDt = day
		default:
			l.ClmLineRevCtrDt, l.ClmLineFromDt, l.ClmLineThruDt = day, day, day+column.Date(r.Intn(int(c.ClmThruDt-day)+1))
		}
		m.lineAmounts(c, &l, rev.Charge)
		if r.Chance(80) {
			l.AnsiGrpCd, l.AnsiRsnCd = random.AnyOf(r, []string{"CO", "PR", "OA"}), random.AnyOf(r, []string{"45", "B7", "253", "97", "4"})
		}
		l.ClmDdctblCoinsrnc = r.Optional(codebook.CoinsuranceCodes.Pick(r))
		if r.Chance(400) {
			l.Rendering = m.Practitioner().NPI
			l.FedSpclty = codebook.Specialties.Pick(r)
		}
		c.Lines = append(c.Lines, l)
	}
}
