package records

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// professionalClaim makes a claim of a physician or supplier.
func (g *Generator) professionalClaim(kind life.ClaimType, from column.Date, v Visitor) {
	r := &g.Random
	thru := from
	if r.Chance(200) {
		thru += column.Date(r.Intn(25))
	}
	c := &g.professional
	*c = Professional{Claim: g.claim(kind, from, thru), IcdDgns: c.IcdDgns[:0], Lines: c.Lines[:0]}
	g.professionalHeader(c)
	g.professionalLines(c, g.professionalDiagnoses(c))
	g.professionalAmounts(c)
	live(g, g.fate(), c, &c.Claim, func() { g.reviseProfessional(c) }, v.Professional, v.NewestProfessional)
}

func (g *Generator) professionalHeader(c *Professional) {
	r := &g.Random
	c.NchWklyProcDt = c.ClmThruDt + column.Date(r.Between(9, 35))
	c.LastUpdated = g.Updated(c.NchWklyProcDt)
	c.CarrClmCntlNum = r.Optional(r.Number(13) + "00")
	c.CarrClmEntryCd = codebook.EntryCodes.Pick(r)
	c.CarrClmPmtDnlCd = codebook.PaymentDenials.Pick(r)
	c.CarrClmPrvdrAsgnmtIndSw = r.Optional(codebook.Assignments.Pick(r))
	c.CarrClmHcpcsYrCd = r.Optional(string(rune('0' + yearOf(c.ClmFromDt)%10)))
	c.ClmClnclTrilNum = r.Seldom(60, random.AnyOf(r, []string{"0", "0" + r.Number(7)}))
	c.ClmDispCd = random.OneOf(r, []string{"01", "02", "1"})
	switch {
	case r.Chance(850):
		c.RfrPhysnNpi = r.Optional(g.Practitioner().NPI)
	case r.Chance(200):
		c.RfrPhysnUpin = g.UPIN()
	}
	if c.Type == life.DME {
		c.NchNearLineRecIdentCd = "M"
		c.NchClmTypeCd = random.OneOf(r, []string{"82", "82", "81"})
		c.CarrNum = random.AnyOf(r, codebook.EquipmentCarriers)
		return
	}
	c.NchNearLineRecIdentCd = "O"
	c.NchClmTypeCd = random.OneOf(r, []string{"71", "71", "72"})
	c.CarrNum = random.AnyOf(r, codebook.Carriers)
	c.CarrClmBlgNpiNum = r.Optional(g.Organization().NPI)
	c.CarrClmRfrngPinNum = r.Seldom(250, random.AnyOf(r, []string{g.UPIN(), "PCP" + r.Number(6), c.RfrPhysnNpi}))
}

func yearOf(d column.Date) int {
	year, _, _ := d.Civil()
	return year
}

// professionalDiagnoses sets the diagnoses of a claim and returns others for its
// lines. FHIR lists those after the claim's own. A line of a carrier claim points
// into the claim's list, so its diagnosis can be another one only if that list is
// full.
func (g *Generator) professionalDiagnoses(c *Professional) (others []codebook.Term) {
	r := &g.Random
	v, version := g.ICDOn(c.ClmFromDt)
	n := 1 + r.Skewed(12)
	if r.Chance(25) {
		n = 12
	}
	codes := g.Diagnoses(v, n+2)
	if r.Chance(10) {
		return nil // no diagnoses
	}
	for _, t := range codes[:n] {
		c.IcdDgns = append(c.IcdDgns, Diagnosis{Cd: t.Code, VrsnCd: version})
	}
	c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = c.IcdDgns[0].Cd, version
	if c.Type == life.DME || n == 12 {
		return codes[n:]
	}
	return nil
}

func (g *Generator) professionalLines(c *Professional, otherDiagnoses []codebook.Term) {
	r := &g.Random
	if r.Chance(8) {
		return // no lines
	}
	lines := 1
	if r.Chance(450) {
		lines = 1 + r.Skewed(13)
	}
	performing := g.performing(c)
	org := g.Organization()
	number := 0
	for range lines {
		number++
		if r.Chance(30) {
			number += r.Between(1, 6)
		}
		if r.Chance(200) {
			performing = g.performing(c)
		}
		l := ProfessionalLine{LineNum: number}
		g.performedBy(c, &l, performing)
		g.lineDates(c, &l)
		g.lineCodes(c, &l)
		if n := len(c.IcdDgns); n > 0 && r.Chance(950) {
			d := c.IcdDgns[r.Skewed(n)]
			l.LineIcdDgnsCd, l.LineIcdDgnsVrsnCd = d.Cd, d.VrsnCd
			if len(otherDiagnoses) > 0 && r.Chance(250) {
				l.LineIcdDgnsCd = random.AnyOf(r, otherDiagnoses).Code
			}
		}
		if c.Type == life.Carrier && r.Chance(500) {
			l.OrgNpiNum = org.NPI
		}
		c.Lines = append(c.Lines, l)
	}
}

// performing returns who renders the services or delivers the supplies.
func (g *Generator) performing(c *Professional) *life.Provider {
	if c.Type == life.DME {
		suppliers := g.Providers.Suppliers
		return &suppliers[g.Random.Intn(len(suppliers))]
	}
	return g.Practitioner()
}

// performedBy sets the provider of a line. In FHIR the lines of a provider share an
// entry of the care team, so its details are the same on all of them; a line without
// an identifier has no entry and no details.
func (g *Generator) performedBy(c *Professional, l *ProfessionalLine, p *life.Provider) {
	r := &g.Random
	if g.TaxNumbers {
		l.TaxNum = r.Optional(p.TaxNumber)
	}
	l.PrvdrStateCd, l.PrvdrZip = r.Optional(p.State), p.ZIP
	l.CarrLinePrvdrTypeCd, l.PrvdrSpclty, l.PrtcptngIndCd = p.Type, p.Specialty, p.Participating
	l.PrfPhysnNpi = p.NPI
	if c.Type == life.DME {
		l.CarrLinePrvdrTypeCd = ""
		l.PrvdrNum = r.Optional("0" + p.TaxNumber)
		if r.Chance(30) {
			l.PrfPhysnNpi, l.PrvdrSpclty, l.PrtcptngIndCd = "", "", ""
		}
		return
	}
	switch {
	case r.Chance(15): // before there were NPIs
		l.PrfPhysnNpi, l.PrfPhysnUpin = "", g.UPIN()
	case r.Chance(15):
		l.PrfPhysnNpi, l.PrvdrSpclty, l.PrtcptngIndCd = random.AnyOf(r, []string{"", " "}), "", ""
		l.CarrLinePrvdrTypeCd = " "
	}
}

// lineDates sets the dates of a line, usually both. With only the first one, the
// claim is of that day.
func (g *Generator) lineDates(c *Professional, l *ProfessionalLine) {
	r := &g.Random
	l.Line1stExpnsDt = c.ClmFromDt + column.Date(r.Intn(int(c.ClmThruDt-c.ClmFromDt)+1))
	l.LineLastExpnsDt = l.Line1stExpnsDt + column.Date(r.Intn(int(c.ClmThruDt-l.Line1stExpnsDt)+1))
	switch {
	case r.Chance(15):
		l.Line1stExpnsDt, l.LineLastExpnsDt = 0, 0
	case c.ClmFromDt == c.ClmThruDt && r.Chance(15):
		l.LineLastExpnsDt = 0
	}
}

func (g *Generator) lineCodes(c *Professional, l *ProfessionalLine) {
	r := &g.Random
	s := random.Likely(r, codebook.ProcedurePool())
	count := column.Units(int64(1 + r.Skewed(4)))
	if c.Type == life.DME {
		s = random.OneOf(r, codebook.Equipment)
		if s.ServiceType == "S" || s.ServiceType == "G" {
			count = column.Units(int64(r.Between(1, 180)))
		}
	}
	switch {
	case r.Chance(20):
		count = 0
	case r.Chance(15):
		count = column.Quantity(r.Between(1, 99_999)) * 10
	}
	l.LineSrvcCnt = count
	l.HcpcsCd, l.LineCmsTypeSrvcCd, l.BetosCd = r.Optional(s.HCPCS), s.ServiceType, r.Optional(s.Betos)
	l.LinePlaceOfSrvcCd = codebook.PlacesOfService.Pick(r)
	l.LinePrcsgIndCd = r.Optional(codebook.ProcessingIndicators.Pick(r))
	l.LinePmt80100Cd = r.Optional(codebook.PaymentPercents.Pick(r))
	l.LineServiceDeductible = r.Optional(codebook.LineDeductible.Pick(r))
	l.LineBenePrmryPyrCd = r.Seldom(50, codebook.LinePrimary.Pick(r))
	if r.Chance(60) {
		l.LineNdcCd = random.Likely(r, codebook.DrugPool()).Code
	}
	if r.Chance(50) {
		l.LineHctHgbTypeCd, l.LineHctHgbRsltNum = codebook.Hemoglobin.Pick(r), column.Quantity(r.Between(70, 480))*1000
	}
	g.lineModifiers(c, l)
	g.linePayments(l, s.Charge, c.CarrClmPmtDnlCd == "0")
	l.LineMtusCnt, l.LineMtusCd = l.LineSrvcCnt, r.Optional(codebook.MTUSCodes.Terms[0].Code)
	if c.Type == life.DME {
		l.LinePlaceOfSrvcCd = random.OneOf(r, []string{"12", "12", "31", "32"})
		l.LinePrmryAlowdChrgAmt, l.LineDmePrchsPriceAmt = 0, l.LineSbmtdChrgAmt
		l.DmercLineScrnSvgsAmt = r.OptionalAmount(1, 30)
		l.DmercLinePrcngStateCd = r.Optional(random.AnyOf(r, codebook.States).SSA)
		l.DmercLineSupplrTypeCd = r.Optional(codebook.SupplierTypes.Pick(r))
		return
	}
	l.CarrLineRdcdPmtPhys = codebook.ReducedPayments.Pick(r)
	l.CarrLinePrcngLcltyCd = codebook.Localities.Pick(r)
	if r.Chance(800) {
		l.PrvdrZip += r.Number(4)
	} else {
		l.PrvdrZip = ""
	}
	if s.ServiceType == "5" {
		l.CarrLineCliaLabNum = r.Optional("22D0" + r.Number(6))
	}
	if s.ServiceType == "7" {
		l.CarrLineAnsthsaUnit, l.LineMtusCd = column.Quantity(r.Between(1, 200)*1000), "2"
	}
}

func (g *Generator) lineModifiers(c *Professional, l *ProfessionalLine) {
	r := &g.Random
	set, most, perMille := codebook.Modifiers, 2, 400
	if c.Type == life.DME {
		set, most, perMille = codebook.EquipmentModifiers, 4, 900
	}
	if column.Blank(l.HcpcsCd) || !r.Chance(perMille) {
		return
	}
	for i := range 1 + r.Skewed(most) {
		l.HcpcsMdfrCd[i] = random.AnyOf(r, set)
	}
	if r.Chance(20) { // the second without the first
		l.HcpcsMdfrCd[0], l.HcpcsMdfrCd[1] = " ", random.AnyOf(r, set)
	}
}

// linePayments sets what was charged, allowed and paid.
func (g *Generator) linePayments(l *ProfessionalLine, charge int, denied bool) {
	r := &g.Random
	l.LineSbmtdChrgAmt = r.Cents(charge/2, charge*2) * max(1, column.Amount(l.LineSrvcCnt)/10_000)
	if denied {
		return
	}
	l.LineAlowdChrgAmt = l.LineSbmtdChrgAmt * column.Amount(r.Between(25, 90)) / 100
	rest := l.LineAlowdChrgAmt
	if r.Chance(60) {
		l.LineBenePtbDdctblAmt = min(rest, r.Cents(1, 257))
		rest -= l.LineBenePtbDdctblAmt
	}
	if l.LineServiceDeductible != "1" {
		l.LineCoinsrncAmt = rest / 5
	}
	l.LineNchPmtAmt = rest - l.LineCoinsrncAmt
	if !column.Blank(l.LineBenePrmryPyrCd) {
		l.LineBenePrmryPyrPdAmt = rest / 2
		l.LineNchPmtAmt -= l.LineBenePrmryPyrPdAmt
	}
	switch {
	case r.Chance(6):
		l.LineNchPmtAmt = -l.LineNchPmtAmt
	case r.Chance(3):
		l.LineNchPmtAmt, l.LineAlowdChrgAmt = 9_876_543_21, 123_456_789_10
	}
	l.LinePrvdrPmtAmt = l.LineNchPmtAmt
	if r.Chance(20) {
		l.LineBenePmtAmt, l.LinePrvdrPmtAmt = l.LineNchPmtAmt, 0
	}
}

// professionalAmounts adds up the lines.
func (g *Generator) professionalAmounts(c *Professional) {
	c.CarrClmPrmryPyrPdAmt, c.CarrClmCashDdctblApldAmt, c.NchClmPrvdrPmtAmt, c.NchClmBenePmtAmt = 0, 0, 0, 0
	c.NchCarrClmSbmtdChrgAmt, c.NchCarrClmAlowdAmt, c.ClmPmtAmt = 0, 0, 0
	for i := range c.Lines {
		l := &c.Lines[i]
		c.CarrClmPrmryPyrPdAmt += l.LineBenePrmryPyrPdAmt
		c.CarrClmCashDdctblApldAmt += l.LineBenePtbDdctblAmt
		c.NchClmPrvdrPmtAmt += l.LinePrvdrPmtAmt
		c.NchClmBenePmtAmt += l.LineBenePmtAmt
		c.NchCarrClmSbmtdChrgAmt += l.LineSbmtdChrgAmt
		c.NchCarrClmAlowdAmt += l.LineAlowdChrgAmt
		c.ClmPmtAmt += l.LineNchPmtAmt
	}
}

// reviseProfessional makes the changes of an adjustment.
func (g *Generator) reviseProfessional(c *Professional) {
	r := &g.Random
	c.CarrClmEntryCd, c.ClmDispCd = "5", "02"
	c.NchWklyProcDt += column.Date(r.Between(7, 40))
	if n := len(c.Lines); n > 1 && r.Chance(300) {
		c.Lines = c.Lines[:n-1]
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		change := r.Cents(0, 12)
		l.LineNchPmtAmt += change
		l.LinePrvdrPmtAmt += change
		l.LineAlowdChrgAmt += change
	}
	g.professionalAmounts(c)
}
