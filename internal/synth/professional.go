package synth

// professionalClaim makes a claim of a physician or of a supplier of
// equipment.
func (g *generator) professionalClaim(kind claimType, from date, v visitor) {
	r := &g.random
	thru := from
	if r.chance(200) {
		thru += date(r.intn(25))
	}
	c := &g.professional
	*c = Professional{claim: g.claim(kind, from, thru), IcdDgns: c.IcdDgns[:0], Lines: c.Lines[:0]}
	g.professionalHeader(c)
	g.professionalLines(c, g.professionalDiagnoses(c))
	g.professionalAmounts(c)
	live(g, c, &c.claim, func() { g.reviseProfessional(c) }, v.professional, v.newestProfessional)
}

func (g *generator) professionalHeader(c *Professional) {
	r := &g.random
	c.NchWklyProcDt = c.ClmThruDt + date(r.between(9, 35))
	c.LastUpdated = g.updated(c.NchWklyProcDt)
	c.CarrClmCntlNum = r.optional(r.number(13) + "00")
	c.CarrClmEntryCd = entryCodes.pick(r)
	c.CarrClmPmtDnlCd = paymentDenials.pick(r)
	c.CarrClmPrvdrAsgnmtIndSw = r.optional(assignments.pick(r))
	c.CarrClmHcpcsYrCd = r.optional(string(rune('0' + yearOf(c.ClmFromDt)%10)))
	c.ClmClnclTrilNum = r.seldom(60, anyOf(r, []string{"0", "0" + r.number(7)}))
	c.ClmDispCd = oneOf(r, []string{"01", "02", "1"})
	switch {
	case r.chance(850):
		c.RfrPhysnNpi = r.optional(g.practitioner().npi)
	case r.chance(200):
		c.RfrPhysnUpin = g.upin()
	}
	if c.Type == dme {
		c.NchNearLineRecIdentCd = "M"
		c.NchClmTypeCd = oneOf(r, []string{"82", "82", "81"})
		c.CarrNum = anyOf(r, equipmentCarriers)
		return
	}
	c.NchNearLineRecIdentCd = "O"
	c.NchClmTypeCd = oneOf(r, []string{"71", "71", "72"})
	c.CarrNum = anyOf(r, carriers)
	c.CarrClmBlgNpiNum = r.optional(g.organization().npi)
	c.CarrClmRfrngPinNum = r.seldom(250, anyOf(r, []string{g.upin(), "PCP" + r.number(6), c.RfrPhysnNpi}))
}

func yearOf(d date) int {
	year, _, _ := d.civil()
	return year
}

// professionalDiagnoses fills in the diagnoses of the claim, and returns some
// that the claim itself does not have, for its lines. In FHIR these follow the
// claim's own. A line of a carrier claim points into the claim's list, so that
// it names another one only if that list is full.
func (g *generator) professionalDiagnoses(c *Professional) (others []term) {
	r := &g.random
	v, version := g.icdOn(c.ClmFromDt)
	n := 1 + r.skewed(12)
	if r.chance(25) {
		n = 12
	}
	codes := g.distinct(v.diagnoses, n+2)
	if r.chance(10) {
		return nil // none at all
	}
	for _, t := range codes[:n] {
		c.IcdDgns = append(c.IcdDgns, codedDiagnosis{Cd: t.code, VrsnCd: version})
	}
	c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = c.IcdDgns[0].Cd, version
	if c.Type == dme || n == 12 {
		return codes[n:]
	}
	return nil
}

func (g *generator) professionalLines(c *Professional, otherDiagnoses []term) {
	r := &g.random
	if r.chance(8) {
		return // none at all
	}
	lines := 1
	if r.chance(450) {
		lines = 1 + r.skewed(13)
	}
	performing := g.performing(c)
	org := g.organization()
	number := 0
	for range lines {
		number++
		if r.chance(30) {
			number += r.between(1, 6)
		}
		if r.chance(200) {
			performing = g.performing(c)
		}
		l := ProfessionalLine{LineNum: number}
		g.performedBy(c, &l, performing)
		g.lineDates(c, &l)
		g.lineCodes(c, &l)
		if n := len(c.IcdDgns); n > 0 && r.chance(950) {
			d := c.IcdDgns[r.skewed(n)]
			l.LineIcdDgnsCd, l.LineIcdDgnsVrsnCd = d.Cd, d.VrsnCd
			if len(otherDiagnoses) > 0 && r.chance(250) {
				l.LineIcdDgnsCd = anyOf(r, otherDiagnoses).code
			}
		}
		if c.Type == carrier && r.chance(500) {
			l.OrgNpiNum = org.npi
		}
		c.Lines = append(c.Lines, l)
	}
}

// performing picks who renders the services or delivers the supplies.
func (g *generator) performing(c *Professional) *provider {
	if c.Type == dme {
		suppliers := g.providers.suppliers
		return &suppliers[g.random.intn(len(suppliers))]
	}
	return g.practitioner()
}

// performedBy fills in the provider of a line. In FHIR all lines of a
// provider share an entry of the care team, so that what is known of one is
// the same on all; a line without any identifier has nowhere to put it.
func (g *generator) performedBy(c *Professional, l *ProfessionalLine, p *provider) {
	r := &g.random
	if g.taxNumbers {
		l.TaxNum = r.optional(p.taxNumber)
	}
	l.PrvdrStateCd, l.PrvdrZip = r.optional(p.state), p.zip
	l.CarrLinePrvdrTypeCd, l.PrvdrSpclty, l.PrtcptngIndCd = p.providerType, p.specialty, p.participating
	l.PrfPhysnNpi = p.npi
	if c.Type == dme {
		l.CarrLinePrvdrTypeCd = ""
		l.PrvdrNum = r.optional("0" + p.taxNumber)
		if r.chance(30) {
			l.PrfPhysnNpi, l.PrvdrSpclty, l.PrtcptngIndCd = "", "", ""
		}
		return
	}
	switch {
	case r.chance(15): // before there were NPIs
		l.PrfPhysnNpi, l.PrfPhysnUpin = "", g.upin()
	case r.chance(15):
		l.PrfPhysnNpi, l.PrvdrSpclty, l.PrtcptngIndCd = anyOf(r, []string{"", " "}), "", ""
		l.CarrLinePrvdrTypeCd = " "
	}
}

// lineDates are both there as a rule; if but the first one is, the claim is
// of that day.
func (g *generator) lineDates(c *Professional, l *ProfessionalLine) {
	r := &g.random
	l.Line1stExpnsDt = c.ClmFromDt + date(r.intn(int(c.ClmThruDt-c.ClmFromDt)+1))
	l.LineLastExpnsDt = l.Line1stExpnsDt + date(r.intn(int(c.ClmThruDt-l.Line1stExpnsDt)+1))
	switch {
	case r.chance(15):
		l.Line1stExpnsDt, l.LineLastExpnsDt = 0, 0
	case c.ClmFromDt == c.ClmThruDt && r.chance(15):
		l.LineLastExpnsDt = 0
	}
}

func (g *generator) lineCodes(c *Professional, l *ProfessionalLine) {
	r := &g.random
	s := oneOf(r, officeServices)
	count := units(int64(1 + r.skewed(4)))
	if c.Type == dme {
		s = oneOf(r, equipment)
		if s.serviceType == "S" || s.serviceType == "G" {
			count = units(int64(r.between(1, 180)))
		}
	}
	switch {
	case r.chance(20):
		count = 0
	case r.chance(15):
		count = quantity(r.between(1, 99_999)) * 10
	}
	l.LineSrvcCnt = count
	l.HcpcsCd, l.LineCmsTypeSrvcCd, l.BetosCd = r.optional(s.hcpcs), s.serviceType, r.optional(s.betos)
	l.LinePlaceOfSrvcCd = places.pick(r)
	l.LinePrcsgIndCd = r.optional(processing.pick(r))
	l.LinePmt80100Cd = r.optional(paymentPercents.pick(r))
	l.LineServiceDeductible = r.optional(lineDeductible.pick(r))
	l.LineBenePrmryPyrCd = r.seldom(50, linePrimary.pick(r))
	if r.chance(60) {
		l.LineNdcCd = anyOf(r, drugs).code
	}
	if r.chance(50) {
		l.LineHctHgbTypeCd, l.LineHctHgbRsltNum = hemoglobin.pick(r), quantity(r.between(70, 480))*1000
	}
	g.lineModifiers(c, l)
	g.linePayments(l, s.charge, c.CarrClmPmtDnlCd == "0")
	l.LineMtusCnt, l.LineMtusCd = l.LineSrvcCnt, r.optional(mtusCodes.list[0])
	if c.Type == dme {
		l.LinePlaceOfSrvcCd = oneOf(r, []string{"12", "12", "31", "32"})
		l.LinePrmryAlowdChrgAmt, l.LineDmePrchsPriceAmt = 0, l.LineSbmtdChrgAmt
		l.DmercLineScrnSvgsAmt = r.optionalAmount(1, 30)
		l.DmercLinePrcngStateCd = r.optional(anyOf(r, states).ssa)
		l.DmercLineSupplrTypeCd = r.optional(supplierTypes.pick(r))
		return
	}
	l.CarrLineRdcdPmtPhys = reducedPayments.pick(r)
	l.CarrLinePrcngLcltyCd = localities.pick(r)
	if r.chance(800) {
		l.PrvdrZip += r.number(4)
	} else {
		l.PrvdrZip = ""
	}
	if s.serviceType == "5" {
		l.CarrLineCliaLabNum = r.optional("22D0" + r.number(6))
	}
	if s.serviceType == "7" {
		l.CarrLineAnsthsaUnit, l.LineMtusCd = quantity(r.between(1, 200)*1000), "2"
	}
}

func (g *generator) lineModifiers(c *Professional, l *ProfessionalLine) {
	r := &g.random
	set, most, perMille := modifiers, 2, 400
	if c.Type == dme {
		set, most, perMille = equipmentModifiers, 4, 900
	}
	if blank(l.HcpcsCd) || !r.chance(perMille) {
		return
	}
	for i := range 1 + r.skewed(most) {
		l.HcpcsMdfrCd[i] = anyOf(r, set)
	}
	if r.chance(20) { // the second without the first
		l.HcpcsMdfrCd[0], l.HcpcsMdfrCd[1] = " ", anyOf(r, set)
	}
}

// linePayments are what was charged, allowed and paid.
func (g *generator) linePayments(l *ProfessionalLine, charge int, denied bool) {
	r := &g.random
	l.LineSbmtdChrgAmt = r.cents(charge/2, charge*2) * max(1, amount(l.LineSrvcCnt)/10_000)
	if denied {
		return
	}
	l.LineAlowdChrgAmt = l.LineSbmtdChrgAmt * amount(r.between(25, 90)) / 100
	rest := l.LineAlowdChrgAmt
	if r.chance(60) {
		l.LineBenePtbDdctblAmt = min(rest, r.cents(1, 257))
		rest -= l.LineBenePtbDdctblAmt
	}
	if l.LineServiceDeductible != "1" {
		l.LineCoinsrncAmt = rest / 5
	}
	l.LineNchPmtAmt = rest - l.LineCoinsrncAmt
	if !blank(l.LineBenePrmryPyrCd) {
		l.LineBenePrmryPyrPdAmt = rest / 2
		l.LineNchPmtAmt -= l.LineBenePrmryPyrPdAmt
	}
	switch {
	case r.chance(6):
		l.LineNchPmtAmt = -l.LineNchPmtAmt
	case r.chance(3):
		l.LineNchPmtAmt, l.LineAlowdChrgAmt = 9_876_543_21, 123_456_789_10
	}
	l.LinePrvdrPmtAmt = l.LineNchPmtAmt
	if r.chance(20) {
		l.LineBenePmtAmt, l.LinePrvdrPmtAmt = l.LineNchPmtAmt, 0
	}
}

// professionalAmounts sums up the lines.
func (g *generator) professionalAmounts(c *Professional) {
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

// reviseProfessional is what an adjustment changes.
func (g *generator) reviseProfessional(c *Professional) {
	r := &g.random
	c.CarrClmEntryCd, c.ClmDispCd = "5", "02"
	c.NchWklyProcDt += date(r.between(7, 40))
	if n := len(c.Lines); n > 1 && r.chance(300) {
		c.Lines = c.Lines[:n-1]
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		change := r.cents(0, 12)
		l.LineNchPmtAmt += change
		l.LinePrvdrPmtAmt += change
		l.LineAlowdChrgAmt += change
	}
	g.professionalAmounts(c)
}
