package synth

// A profile is what the claims of a type have in common.
type profile struct {
	typeCodes  []string // NCH_CLM_TYPE_CD
	nearLine   string
	facility   string
	days       [2]int // of a claim
	lines      func(r *random) int
	revenues   []revenue
	diagnoses  int // up to
	procedures int
	external   int // in a thousand claims
}

var profiles = map[claimType]profile{
	inpatient: {
		typeCodes: []string{"60", "60", "60", "60", "61"}, nearLine: "V", facility: "1", days: [2]int{0, 14},
		lines: func(r *random) int { return r.between(5, 30) }, revenues: inpatientRevenues, diagnoses: 25, procedures: 8, external: 200,
	},
	snf: {
		typeCodes: []string{"20", "20", "20", "30"}, nearLine: "V", facility: "2", days: [2]int{5, 30},
		lines: func(r *random) int { return r.between(3, 9) }, revenues: nursingRevenues, diagnoses: 18, procedures: 2, external: 80,
	},
	outpatient: {
		typeCodes: []string{"40"}, nearLine: "W", facility: "1", days: [2]int{0, 1},
		lines: outpatientLines, revenues: revenues, diagnoses: 12, procedures: 3, external: 120,
	},
	hha: {
		typeCodes: []string{"10"}, nearLine: "W", facility: "3", days: [2]int{20, 29},
		lines: func(r *random) int { return r.between(2, 14) }, revenues: homeHealthRevenues, diagnoses: 12, external: 150,
	},
	hospice: {
		typeCodes: []string{"50"}, nearLine: "V", facility: "8", days: [2]int{3, 30},
		lines: func(r *random) int { return r.between(1, 9) }, revenues: hospiceRevenues, diagnoses: 8, external: 100,
	},
}

func outpatientLines(r *random) int {
	if r.chance(40) {
		return r.between(15, 40)
	}
	return 1 + r.skewed(12)
}

// institutionalClaim makes a claim of an institution.
func (g *generator) institutionalClaim(kind claimType, from date, v visitor) {
	r := &g.random
	p := profiles[kind]
	thru := from + date(r.between(p.days[0], p.days[1]))
	if d := g.person.DeathDt; d != 0 && from <= d {
		thru = min(thru, d)
	}
	c := &g.institutional
	*c = Institutional{
		claim:    g.claim(kind, from, thru),
		IcdDgns:  c.IcdDgns[:0],
		IcdDgnsE: c.IcdDgnsE[:0],
		RsnVisit: c.RsnVisit[:0],
		IcdPrcdr: c.IcdPrcdr[:0],
		Lines:    c.Lines[:0],
	}
	g.institutionalHeader(c, p)
	g.stayColumns(c)
	g.institutionalDiagnoses(c, p)
	if p.procedures > 0 {
		g.procedures(c, p)
	}
	g.revenueLines(c, p)
	g.institutionalAmounts(c)
	live(g, c, &c.claim, func() { g.reviseInstitutional(c) }, v.institutional, v.newestInstitutional)
}

func (g *generator) institutionalHeader(c *Institutional, p profile) {
	r := &g.random
	org := g.organization()
	c.NchNearLineRecIdentCd = p.nearLine
	c.NchClmTypeCd = anyOf(r, p.typeCodes)
	c.NchWklyProcDt = c.ClmThruDt + date(r.between(9, 30))
	c.FiClmProcDt = c.NchWklyProcDt - date(r.between(1, 8))
	c.LastUpdated = g.updated(c.NchWklyProcDt)
	c.FiDocClmCntlNum = r.optional("2" + r.number(13) + anyOf(r, []string{"", "OHA", "NCA", "FLR"}))
	c.FiNum = r.optional(anyOf(r, contractors))
	c.ClaimQueryCode = queryCodes.pick(r)
	c.PrvdrNum = org.oscar
	c.PrvdrStateCd = org.state
	c.OrgNpiNum = r.optional(org.npi)
	c.ClmFacTypeCd = p.facility
	if c.Type == outpatient && r.chance(250) {
		c.ClmFacTypeCd = facilityTypes.pick(r)
	}
	c.ClmSrvcClsfctnTypeCd = serviceClassifications.pick(r)
	c.ClmFreqCd = billFrequencies.pick(r)
	c.ClmMdcrNonPmtRsnCd = r.seldom(40, nonPaymentReasons.pick(r))
	c.NchPrmryPyrCd = r.seldom(60, primaryPayers.pick(r))
	c.PtntDschrgStusCd = dischargeStatuses.pick(r)
	c.AtPhysnNpi, c.AtPhysnUpin = g.physician(970)
	c.FiClmActnCd = r.optional(actionCodes.pick(r))
	c.ClmMcoPdSw = r.optional(managedCare.pick(r))
	c.ClmPpsIndCd = r.optional(prospectivePayment.pick(r))
	if c.Type == hha || c.Type == hospice {
		if r.chance(100) {
			c.ClaimQueryCode = ""
		}
		return
	}
	c.OpPhysnNpi, c.OpPhysnUpin = g.physician(500)
	c.OtPhysnNpi, c.OtPhysnUpin = g.physician(250)
}

// stayColumns are the dates, days and codes of a stay in an institution, or
// of the care of a home health agency or hospice.
func (g *generator) stayColumns(c *Institutional) {
	r := &g.random
	c.ClmAdmsnDt = c.ClmFromDt
	if r.chance(300) { // an interim claim
		c.ClmAdmsnDt -= date(r.between(1, 60))
	}
	c.NchBeneDschrgDt = c.ClmThruDt
	c.NchPtntStusIndCd = r.optional(patientStatuses.pick(r))
	if r.chance(200) {
		c.NchBeneDschrgDt = 0
	}
	if r.chance(25) {
		c.ClmAdmsnDt = 0
	}
	c.ClmUtlztnDayCnt = int(c.ClmThruDt - c.ClmFromDt)
	switch c.Type {
	case inpatient, snf:
		c.ClmIPAdmsnTypeCd = admissionTypes.pick(r)
		c.ClmSrcIPAdmsnCd = r.optional(admissionSources.pick(r))
		c.ClmDrgCd = r.optional(anyOf(r, drgs))
		c.BeneTotCoinsrncDaysCnt, c.ClmNonUtlztnDaysCnt = r.skewed(30), r.skewed(5)
		c.BeneLrdUsedCnt, c.NchBloodPntsFrnshdQty = r.skewed(20), r.skewed(6)
		c.ClmPpsCptlDrgWtNum = quantity(r.between(4000, 65_000))
		if r.chance(50) {
			c.NchVrfdNcvrdStayFromDt, c.NchVrfdNcvrdStayThruDt = c.ClmFromDt, c.ClmThruDt
			c.NchBeneMdcrBnftsExhtdDtI = c.ClmFromDt
		}
		if c.Type == snf {
			c.NchQlfydStayFromDt, c.NchQlfydStayThruDt = c.ClmFromDt-date(r.between(4, 12)), c.ClmFromDt-1
		}
	case hha:
		c.NchBeneDschrgDt = 0
		c.ClmHhaLupaIndCd = r.seldom(80, "L")
		c.ClmHhaRfrlCd = r.optional(hhaReferrals.pick(r))
		c.ClmHhaTotVisitCnt = r.between(1, 30)
	case hospice:
		c.ClmHospcStartDtID, c.ClmAdmsnDt = c.ClmAdmsnDt, 0
		switch {
		case c.ClmHospcStartDtID == 0: // then it is not known to be a stay at all
			c.NchBeneDschrgDt = 0
		case c.ClmHospcStartDtID == g.stay.from: // so that one stay is the newest
			c.ClmHospcStartDtID--
		case c.ClmHospcStartDtID > g.stay.from:
			g.stay = stay{c.ClmHospcStartDtID, c.NchBeneDschrgDt}
		}
		c.BeneHospcPrdCnt = r.skewed(4)
	}
}

// How the admitting diagnosis of a claim relates to the others.
type admission int

const (
	notGiven admission = iota
	apart              // none of the others
	likePrincipal
	likeSecondary
)

// admission is of inpatient and SNF claims only. That the admitting diagnosis
// is a secondary one, too, shows as a gap in the numbers of the indicators of
// presence on admission, if all diagnoses have one, as they do on inpatient
// claims only.
func (g *generator) admission(kind claimType) admission {
	if kind != inpatient && kind != snf {
		return notGiven
	}
	switch n := g.random.intn(1000); {
	case n < 300:
		return likePrincipal
	case n < 370 && kind == inpatient:
		return likeSecondary
	case n < 430:
		return notGiven
	}
	return apart
}

// institutionalDiagnoses fills in the diagnoses. In FHIR a code is listed
// once, so that a code in two columns is lost from one of them. Here that
// happens where the rest of the list tells as much.
func (g *generator) institutionalDiagnoses(c *Institutional, p profile) {
	r := &g.random
	if r.chance(15) {
		return // none at all
	}
	v, version := g.icdOn(c.ClmFromDt)
	codes := g.distinct(v.diagnoses, 1+r.skewed(p.diagnoses)+5)
	next := func() string {
		code := codes[0].code
		codes = codes[1:]
		return code
	}
	admission := g.admission(c.Type)
	for len(codes) > 5 && len(c.IcdDgns) < 24 { // there are 25 columns, and each turn may fill two
		c.IcdDgns = append(c.IcdDgns, codedDiagnosis{next(), version, g.presentOnAdmission()})
		seen := len(c.IcdDgns)
		switch {
		case c.Type == inpatient && admission != likePrincipal:
			// A gap in the numbers of the indicators would mean something else.
		case seen > 2 && r.chance(15): // a secondary diagnosis once more
			c.IcdDgns = append(c.IcdDgns, codedDiagnosis{c.IcdDgns[1+r.intn(seen-1)].Cd, version, g.presentOnAdmission()})
		case r.chance(8): // a column left out
			c.IcdDgns = append(c.IcdDgns, codedDiagnosis{})
		}
	}
	first := &c.IcdDgns[0]
	c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = first.Cd, version
	c.AdmtgDgnsVrsnCd = version
	switch last := len(c.IcdDgns) - 1; {
	case admission == likePrincipal:
		c.AdmtgDgnsCd, first.PoaInd = first.Cd, "" // the server loses the indicator
	case admission == likeSecondary && last > 1:
		for i := range c.IcdDgns {
			if c.IcdDgns[i].PoaInd == "" {
				c.IcdDgns[i].PoaInd = "Y"
			}
		}
		i := r.between(1, last-1)
		c.AdmtgDgnsCd, c.IcdDgns[i].PoaInd = c.IcdDgns[i].Cd, ""
	case admission != notGiven:
		c.AdmtgDgnsCd = next()
	}
	if admission != likePrincipal && r.chance(50) { // the principal diagnosis is none of the others
		c.PrncpalDgnsCd = next()
	}
	if c.Type == outpatient {
		for range r.skewed(4) {
			code := first.Cd
			if r.chance(600) {
				code = next()
			}
			c.RsnVisit = append(c.RsnVisit, codedDiagnosis{Cd: code, VrsnCd: version})
		}
	}
	g.externalCauses(c, p, v, version)
}

func (g *generator) externalCauses(c *Institutional, p profile, v *icd, version string) {
	r := &g.random
	if r.chance(25) {
		// Columns of spaces: an entry without a code.
		c.FstDgnsECd, c.FstDgnsEVrsnCd = " ", " "
		c.IcdDgnsE = append(c.IcdDgnsE, codedDiagnosis{Cd: " ", VrsnCd: " "}, codedDiagnosis{Cd: " ", VrsnCd: " "})
		return
	}
	if !r.chance(p.external) {
		return
	}
	for _, t := range g.distinct(v.external, 1+r.skewed(4)) {
		c.IcdDgnsE = append(c.IcdDgnsE, codedDiagnosis{t.code, version, g.presentOnAdmission()})
	}
	c.FstDgnsECd, c.FstDgnsEVrsnCd = c.IcdDgnsE[0].Cd, version
}

// presentOnAdmission is an indicator, which only inpatient claims send.
func (g *generator) presentOnAdmission() string {
	return g.random.optional(oneOf(&g.random, []string{"Y", "N", "1", "U", "W"}))
}

func (g *generator) procedures(c *Institutional, p profile) {
	r := &g.random
	v, version := g.icdOn(c.ClmFromDt)
	if !r.chance(600) && c.Type != inpatient {
		return
	}
	for _, t := range g.distinct(v.procedures, r.skewed(p.procedures+1)) {
		day := c.ClmFromDt + date(r.intn(int(c.ClmThruDt-c.ClmFromDt)+1))
		if r.chance(60) {
			day = 0
		}
		c.IcdPrcdr = append(c.IcdPrcdr, codedProcedure{t.code, version, day})
	}
}

func (g *generator) revenueLines(c *Institutional, p profile) {
	r := &g.random
	if r.chance(12) {
		return // none at all
	}
	number := 0
	physician := g.practitioner().npi
	for range p.lines(r) {
		number++
		if r.chance(30) {
			number += r.between(1, 9)
		}
		l := RevenueLine{ClmLineNum: number}
		rev := oneOf(r, p.revenues)
		l.RevCntr = rev.code
		if len(rev.hcpcs) > 0 {
			l.HcpcsCd = anyOf(r, rev.hcpcs)
		}
		if r.chance(20) {
			l.HcpcsCd = " "
		}
		l.RevCntrUnitCnt = units(int64(r.skewed(20)))
		switch {
		case r.chance(30):
			l.RevCntrUnitCnt = 0
		case r.chance(10):
			l.RevCntrUnitCnt = quantity(r.between(1, 999_999))
		}
		charge := r.cents(rev.charge/2, rev.charge*2)
		l.RevCntrTotChrgAmt = charge
		l.RevCntrNcvrdChrgAmt, l.RevCntrRateAmt = 0, 0
		if r.chance(80) {
			l.RevCntrNcvrdChrgAmt = charge
		}
		if r.chance(150) {
			l.RevCntrRateAmt = r.cents(1, 900)
		}
		l.RevCntrDdctblCoinsrncCd = r.optional(coinsuranceCodes.pick(r))
		l.RevCntrNdcQty, l.RevCntrNdcQtyQlfrCd = noQuantity, ""
		if r.chance(80) || c.Type == hospice && r.chance(250) {
			l.RevCntrNdcQty = quantity(r.between(1, 800_000)) / 10 * 10
			l.RevCntrNdcQtyQlfrCd = r.optional(ndcUnits.pick(r))
		}
		if c.Type != inpatient && c.Type != snf {
			g.datedLine(c, &l, charge)
		}
		if r.chance(60) {
			physician = g.practitioner().npi
		}
		if r.chance(700) {
			l.RndrngPhysnNpi = r.optional(physician)
		}
		l.RndrngPhysnUpin = r.seldom(15, g.upin())
		c.Lines = append(c.Lines, l)
	}
}

// datedLine fills in what only the lines of outpatient, home health and
// hospice claims have.
func (g *generator) datedLine(c *Institutional, l *RevenueLine, charge amount) {
	r := &g.random
	if !r.chance(60) {
		l.RevCntrDt = c.ClmFromDt + date(r.intn(int(c.ClmThruDt-c.ClmFromDt)+1))
	}
	l.RevCntrStusIndCd = r.optional(paymentMethods.pick(r))
	if l.HcpcsCd != "" && r.chance(350) {
		l.HcpcsMdfrCd[0] = anyOf(r, modifiers)
		if r.chance(250) {
			l.HcpcsMdfrCd[1] = anyOf(r, modifiers)
		}
		if r.chance(40) { // the second without the first
			l.HcpcsMdfrCd = [2]string{" ", anyOf(r, modifiers)}
		}
	}
	if r.chance(80) {
		l.RevCntrAnsiCd[0] = r.optional(anyOf(r, ansiCodes))
		if c.Type == outpatient && l.RevCntrAnsiCd[0] != "" && r.chance(300) {
			l.RevCntrAnsiCd[1] = anyOf(r, ansiCodes)
		}
	}
	if r.chance(30) {
		l.RevCntrIdeNdcUpcNum = anyOf(r, drugs).code
	}
	paid := charge * amount(r.between(10, 70)) / 100
	switch {
	case r.chance(100):
		paid = 0
	case r.chance(5):
		paid = -paid
	}
	l.RevCntrPmtAmtAmt, l.RevCntrPrvdrPmtAmt = paid, paid
	if r.chance(80) {
		l.RevCntrBenePmtAmt = r.cents(1, 90)
		l.RevCntrPrvdrPmtAmt -= l.RevCntrBenePmtAmt
	}
	l.RevCntrCoinsrncWgeAdjst = paid / 4
	l.RevCntrPtntRspnsbltyPmt = paid / 4
	if r.chance(100) {
		l.RevCntrCashDdctblAmt, l.RevCntrRdcdCoinsrncAmt = r.cents(1, 257), r.cents(0, 20)
		l.RevCntr1stMspPdAmt = r.cents(0, 70)
	}
	if r.chance(5) {
		l.RevCntrBloodDdctblAmt, l.RevCntr2ndMspPdAmt = r.cents(1, 300), r.cents(1, 30)
	}
}

// institutionalAmounts sums up the lines, and fills in the amounts of the
// header.
func (g *generator) institutionalAmounts(c *Institutional) {
	r := &g.random
	var charges, paid amount
	for i := range c.Lines {
		charges += c.Lines[i].RevCntrTotChrgAmt
		paid += c.Lines[i].RevCntrPmtAmtAmt
	}
	c.ClmTotChrgAmt, c.ClmPmtAmt = charges, paid
	if c.Type == inpatient || c.Type == snf {
		c.ClmPmtAmt = charges * amount(r.between(15, 60)) / 100
	}
	switch {
	case r.chance(20):
		c.ClmPmtAmt = 0
	case r.chance(8):
		c.ClmPmtAmt = -r.cents(1, 400)
	case r.chance(3):
		c.ClmTotChrgAmt, c.ClmPmtAmt = 99_999_999_800_00-r.cents(0, 799), 12_345_678_90
	}
	c.NchPrmryPyrClmPdAmt = 0
	if c.NchPrmryPyrCd != "" {
		c.NchPrmryPyrClmPdAmt = r.cents(0, 900)
	}
	c.ClmPassThruPerDiemAmt = r.cents(0, 120)
	c.NchProfnlCmpntChrgAmt = r.cents(0, 60)
	c.NchBeneBloodDdctblLbltyAm = 0
	c.NchBeneIPDdctblAmt = dollars(int64(anyOf(r, []int{0, 1632, 1676, 1736})))
	c.NchBenePtaCoinsrncLbltyAm = r.cents(0, 900)
	c.NchIPNcvrdChrgAmt = r.cents(0, 300)
	c.NchIPTotDdctnAmt = c.NchBeneIPDdctblAmt + c.NchBenePtaCoinsrncLbltyAm
	c.NchBenePtbDdctblAmt, c.NchBenePtbCoinsrncAmt = r.cents(0, 257), r.cents(0, 400)
	c.ClmOpPrvdrPmtAmt, c.ClmOpBenePmtAmt = c.ClmPmtAmt, 0
	for _, a := range []*amount{
		&c.ClmTotPpsCptlAmt, &c.ClmPpsCptlFspAmt, &c.ClmPpsCptlOutlierAmt, &c.ClmPpsCptlDsprprtntShrAmt, &c.ClmPpsCptlImeAmt,
		&c.ClmPpsCptlExcptnAmt, &c.ClmPpsOldCptlHldHrmlsAmt, &c.NchDrgOutlierAprvdPmtAmt,
	} {
		*a = r.optionalAmount(1, 2500)
	}
	c.ImeOpClmValAmt, c.DshOpClmValAmt = r.optionalAmount(10, 9000), r.optionalAmount(10, 5000)
	c.ClmUncompdCarePmtAmt = r.optionalAmount(10, 3000)
	if r.chance(60) {
		c.NchBeneBloodDdctblLbltyAm = r.cents(1, 600)
	}
}

// reviseInstitutional is what an adjustment changes.
func (g *generator) reviseInstitutional(c *Institutional) {
	r := &g.random
	c.ClmFreqCd = "7"
	c.NchWklyProcDt += date(r.between(7, 40))
	c.ClmPmtAmt += r.cents(-50, 400)
	c.ClmTotChrgAmt += r.cents(0, 90)
	if n := len(c.Lines); n > 1 && r.chance(300) {
		c.Lines = c.Lines[:n-1]
	}
	for i := range c.Lines {
		c.Lines[i].RevCntrPrvdrPmtAmt += r.cents(0, 30)
	}
	if c.Type != inpatient && len(c.IcdDgns) > 2 {
		c.IcdDgns = c.IcdDgns[:len(c.IcdDgns)-1]
	}
}
