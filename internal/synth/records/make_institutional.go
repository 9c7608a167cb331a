package records

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Profile is what the claims of a type have in common.
type Profile struct {
	typeCodes  []string // NCH_CLM_TYPE_CD
	NearLine   string
	Facility   string
	Days       [2]int // duration of a claim, least and most
	Lines      func(r *random.Source) int
	Revenues   []codebook.Revenue
	Diagnoses  int // most per claim
	Procedures int
	External   int // per thousand claims
}

var Profiles = [life.ClaimTypes]Profile{
	life.Inpatient: {
		typeCodes: []string{"60", "60", "60", "60", "61"}, NearLine: "V", Facility: "1", Days: [2]int{0, 14},
		Lines: func(r *random.Source) int { return r.Between(5, 30) }, Revenues: codebook.InpatientRevenues, Diagnoses: 25, Procedures: 8, External: 200,
	},
	life.SNF: {
		typeCodes: []string{"20", "20", "20", "30"}, NearLine: "V", Facility: "2", Days: [2]int{5, 30},
		Lines: func(r *random.Source) int { return r.Between(3, 9) }, Revenues: codebook.NursingRevenues, Diagnoses: 18, Procedures: 2, External: 80,
	},
	life.Outpatient: {
		typeCodes: []string{"40"}, NearLine: "W", Facility: "1", Days: [2]int{0, 1},
		Lines: outpatientLines, Revenues: codebook.Revenues, Diagnoses: 12, Procedures: 3, External: 120,
	},
	life.HHA: {
		typeCodes: []string{"10"}, NearLine: "W", Facility: "3", Days: [2]int{20, 29},
		Lines: func(r *random.Source) int { return r.Between(2, 14) }, Revenues: codebook.HomeHealthRevenues, Diagnoses: 12, External: 150,
	},
	life.Hospice: {
		typeCodes: []string{"50"}, NearLine: "V", Facility: "8", Days: [2]int{3, 30},
		Lines: func(r *random.Source) int { return r.Between(1, 9) }, Revenues: codebook.HospiceRevenues, Diagnoses: 8, External: 100,
	},
}

func outpatientLines(r *random.Source) int {
	if r.Chance(40) {
		return r.Between(15, 40)
	}
	return 1 + r.Skewed(12)
}

// institutionalClaim makes a claim of an institution.
func (g *Generator) institutionalClaim(kind life.ClaimType, from column.Date, v Visitor) {
	r := &g.Random
	p := Profiles[kind]
	thru := from + column.Date(r.Between(p.Days[0], p.Days[1]))
	if d := g.Current.DeathDt; d != 0 && from <= d {
		thru = min(thru, d)
	}
	c := &g.institutional
	*c = Institutional{
		Claim:    g.claim(kind, from, thru),
		IcdDgns:  c.IcdDgns[:0],
		IcdDgnsE: c.IcdDgnsE[:0],
		RsnVisit: c.RsnVisit[:0],
		IcdPrcdr: c.IcdPrcdr[:0],
		Lines:    c.Lines[:0],
	}
	g.institutionalHeader(c, p)
	g.stayColumns(c)
	g.institutionalDiagnoses(c, p)
	if p.Procedures > 0 {
		g.procedures(c, p)
	}
	g.revenueLines(c, p)
	g.institutionalAmounts(c)
	live(g, g.fate(), c, &c.Claim, func() { g.reviseInstitutional(c) }, v.Institutional, v.NewestInstitutional)
}

func (g *Generator) institutionalHeader(c *Institutional, p Profile) {
	r := &g.Random
	org := g.Organization()
	c.NchNearLineRecIdentCd = p.NearLine
	c.NchClmTypeCd = random.AnyOf(r, p.typeCodes)
	c.NchWklyProcDt = c.ClmThruDt + column.Date(r.Between(9, 30))
	c.FiClmProcDt = c.NchWklyProcDt - column.Date(r.Between(1, 8))
	c.LastUpdated = g.Updated(c.NchWklyProcDt)
	c.FiDocClmCntlNum = r.Optional("2" + r.Number(13) + random.AnyOf(r, []string{"", "OHA", "NCA", "FLR"}))
	c.FiNum = r.Optional(random.AnyOf(r, codebook.Contractors))
	c.ClaimQueryCode = codebook.QueryCodes.Pick(r)
	c.PrvdrNum = org.CCN
	c.PrvdrStateCd = org.State
	c.OrgNpiNum = r.Optional(org.NPI)
	c.ClmFacTypeCd = p.Facility
	if c.Type == life.Outpatient && r.Chance(250) {
		c.ClmFacTypeCd = codebook.FacilityTypes.Pick(r)
	}
	c.ClmSrvcClsfctnTypeCd = codebook.ServiceClassifications.Pick(r)
	c.ClmFreqCd = codebook.BillFrequencies.Pick(r)
	c.ClmMdcrNonPmtRsnCd = r.Seldom(40, codebook.NonPaymentReasons.Pick(r))
	c.NchPrmryPyrCd = r.Seldom(60, codebook.PrimaryPayers.Pick(r))
	c.PtntDschrgStusCd = codebook.DischargeStatuses.Pick(r)
	c.AtPhysnNpi, c.AtPhysnUpin = g.physician(970)
	c.FiClmActnCd = r.Optional(codebook.ActionCodes.Pick(r))
	c.ClmMcoPdSw = r.Optional(codebook.ManagedCare.Pick(r))
	c.ClmPpsIndCd = r.Optional(codebook.ProspectivePayment.Pick(r))
	if c.Type == life.HHA || c.Type == life.Hospice {
		if r.Chance(100) {
			c.ClaimQueryCode = ""
		}
		return
	}
	c.OpPhysnNpi, c.OpPhysnUpin = g.physician(500)
	c.OtPhysnNpi, c.OtPhysnUpin = g.physician(250)
}

// stayColumns sets the dates, days and codes of a stay, or of home health or hospice
// care.
func (g *Generator) stayColumns(c *Institutional) {
	r := &g.Random
	c.ClmAdmsnDt = c.ClmFromDt
	if r.Chance(300) { // an interim claim
		c.ClmAdmsnDt -= column.Date(r.Between(1, 60))
	}
	c.NchBeneDschrgDt = c.ClmThruDt
	c.NchPtntStusIndCd = r.Optional(codebook.PatientStatuses.Pick(r))
	if r.Chance(200) {
		c.NchBeneDschrgDt = 0
	}
	if r.Chance(25) {
		c.ClmAdmsnDt = 0
	}
	c.ClmUtlztnDayCnt = int(c.ClmThruDt - c.ClmFromDt)
	switch c.Type {
	case life.Inpatient, life.SNF:
		c.ClmIPAdmsnTypeCd = codebook.AdmissionTypes.Pick(r)
		c.ClmSrcIPAdmsnCd = r.Optional(codebook.AdmissionSources.Pick(r))
		c.ClmDrgCd = r.Optional(random.AnyOf(r, codebook.DRGs))
		c.BeneTotCoinsrncDaysCnt, c.ClmNonUtlztnDaysCnt = r.Skewed(30), r.Skewed(5)
		c.BeneLrdUsedCnt, c.NchBloodPntsFrnshdQty = r.Skewed(20), r.Skewed(6)
		c.ClmPpsCptlDrgWtNum = column.Quantity(r.Between(4000, 65_000))
		if r.Chance(50) {
			c.NchVrfdNcvrdStayFromDt, c.NchVrfdNcvrdStayThruDt = c.ClmFromDt, c.ClmThruDt
			c.NchBeneMdcrBnftsExhtdDtI = c.ClmFromDt
		}
		if c.Type == life.SNF {
			c.NchQlfydStayFromDt, c.NchQlfydStayThruDt = c.ClmFromDt-column.Date(r.Between(4, 12)), c.ClmFromDt-1
		}
	case life.HHA:
		c.NchBeneDschrgDt = 0
		c.ClmHhaLupaIndCd = r.Seldom(80, "L")
		c.ClmHhaRfrlCd = r.Optional(codebook.HHAReferrals.Pick(r))
		c.ClmHhaTotVisitCnt = r.Between(1, 30)
	case life.Hospice:
		c.ClmHospcStartDtID, c.ClmAdmsnDt = c.ClmAdmsnDt, 0
		switch {
		case c.ClmHospcStartDtID == 0: // then it is not a stay
			c.NchBeneDschrgDt = 0
		case c.ClmHospcStartDtID == g.stay.From: // so that one stay is the newest
			c.ClmHospcStartDtID--
		case c.ClmHospcStartDtID > g.stay.From:
			g.stay = HospiceStay{c.ClmHospcStartDtID, c.NchBeneDschrgDt}
		}
		c.BeneHospcPrdCnt = r.Skewed(4)
	}
}

// An admission is the relation of the admitting diagnosis to the others.
type admission int

const (
	notGiven admission = iota
	apart              // not one of the others
	likePrincipal
	likeSecondary
)

// admission returns how the admitting diagnosis of an inpatient or SNF claim relates
// to the others. That it repeats a secondary diagnosis shows only as a gap in the
// numbers of the present-on-admission indicators, so all diagnoses must have one,
// which inpatient claims alone do.
func (g *Generator) admission(kind life.ClaimType) admission {
	if kind != life.Inpatient && kind != life.SNF {
		return notGiven
	}
	switch n := g.Random.Intn(1000); {
	case n < 300:
		return likePrincipal
	case n < 370 && kind == life.Inpatient:
		return likeSecondary
	case n < 430:
		return notGiven
	}
	return apart
}

// institutionalDiagnoses sets the diagnoses. FHIR lists a code once, so a code in two
// columns is lost from one of them. That happens only where the rest of the list
// tells a reader as much.
func (g *Generator) institutionalDiagnoses(c *Institutional, p Profile) {
	r := &g.Random
	if r.Chance(15) {
		return // no diagnoses
	}
	v, version := g.ICDOn(c.ClmFromDt)
	codes := g.Diagnoses(v, 1+r.Skewed(p.Diagnoses)+5)
	next := func() string {
		code := codes[0].Code
		codes = codes[1:]
		return code
	}
	admission := g.admission(c.Type)
	for len(codes) > 5 && len(c.IcdDgns) < 24 { // there are 25 columns, and each iteration may fill two
		c.IcdDgns = append(c.IcdDgns, Diagnosis{next(), version, g.presentOnAdmission()})
		seen := len(c.IcdDgns)
		switch {
		case c.Type == life.Inpatient && admission != likePrincipal:
			// A gap in the numbers of the indicators would have another meaning.
		case seen > 2 && r.Chance(15): // a secondary diagnosis again
			c.IcdDgns = append(c.IcdDgns, Diagnosis{c.IcdDgns[1+r.Intn(seen-1)].Cd, version, g.presentOnAdmission()})
		case r.Chance(8): // an empty column
			c.IcdDgns = append(c.IcdDgns, Diagnosis{})
		}
	}
	first := &c.IcdDgns[0]
	c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = first.Cd, version
	c.AdmtgDgnsVrsnCd = version
	switch last := len(c.IcdDgns) - 1; {
	case admission == likePrincipal:
		c.AdmtgDgnsCd, first.PoaInd = first.Cd, "" // the server drops the indicator
	case admission == likeSecondary && last > 1:
		for i := range c.IcdDgns {
			if c.IcdDgns[i].PoaInd == "" {
				c.IcdDgns[i].PoaInd = "Y"
			}
		}
		i := r.Between(1, last-1)
		c.AdmtgDgnsCd, c.IcdDgns[i].PoaInd = c.IcdDgns[i].Cd, ""
	case admission != notGiven:
		c.AdmtgDgnsCd = next()
	}
	if admission != likePrincipal && r.Chance(50) { // the principal diagnosis is not one of the others
		c.PrncpalDgnsCd = next()
	}
	if c.Type == life.Outpatient {
		for range r.Skewed(4) {
			code := first.Cd
			if r.Chance(600) {
				code = next()
			}
			c.RsnVisit = append(c.RsnVisit, Diagnosis{Cd: code, VrsnCd: version})
		}
	}
	g.externalCauses(c, p, v, version)
}

func (g *Generator) externalCauses(c *Institutional, p Profile, v *codebook.ICD, version string) {
	r := &g.Random
	if r.Chance(25) {
		// Columns with spaces only: an entry without a code.
		c.FstDgnsECd, c.FstDgnsEVrsnCd = " ", " "
		c.IcdDgnsE = append(c.IcdDgnsE, Diagnosis{Cd: " ", VrsnCd: " "}, Diagnosis{Cd: " ", VrsnCd: " "})
		return
	}
	if !r.Chance(p.External) {
		return
	}
	for _, t := range g.Distinct(v.External, 1+r.Skewed(4)) {
		c.IcdDgnsE = append(c.IcdDgnsE, Diagnosis{t.Code, version, g.presentOnAdmission()})
	}
	c.FstDgnsECd, c.FstDgnsEVrsnCd = c.IcdDgnsE[0].Cd, version
}

// presentOnAdmission returns an indicator. Only inpatient claims send it.
func (g *Generator) presentOnAdmission() string {
	return g.Random.Optional(random.OneOf(&g.Random, []string{"Y", "N", "1", "U", "W"}))
}

func (g *Generator) procedures(c *Institutional, p Profile) {
	r := &g.Random
	v, version := g.ICDOn(c.ClmFromDt)
	if !r.Chance(600) && c.Type != life.Inpatient {
		return
	}
	for _, t := range g.Distinct(v.Procedures, r.Skewed(p.Procedures+1)) {
		day := c.ClmFromDt + column.Date(r.Intn(int(c.ClmThruDt-c.ClmFromDt)+1))
		if r.Chance(60) {
			day = 0
		}
		c.IcdPrcdr = append(c.IcdPrcdr, Procedure{t.Code, version, day})
	}
}

func (g *Generator) revenueLines(c *Institutional, p Profile) {
	r := &g.Random
	if r.Chance(12) {
		return // no lines
	}
	number := 0
	physician := g.Practitioner().NPI
	for range p.Lines(r) {
		number++
		if r.Chance(30) {
			number += r.Between(1, 9)
		}
		l := RevenueLine{ClmLineNum: number}
		rev := random.OneOf(r, p.Revenues)
		l.RevCntr = rev.Code
		l.HcpcsCd = g.ProcedureOf(&rev)
		if r.Chance(20) {
			l.HcpcsCd = " "
		}
		l.RevCntrUnitCnt = column.Units(int64(r.Skewed(20)))
		switch {
		case r.Chance(30):
			l.RevCntrUnitCnt = 0
		case r.Chance(10):
			l.RevCntrUnitCnt = column.Quantity(r.Between(1, 999_999))
		}
		charge := r.Cents(rev.Charge/2, rev.Charge*2)
		l.RevCntrTotChrgAmt = charge
		l.RevCntrNcvrdChrgAmt, l.RevCntrRateAmt = 0, 0
		if r.Chance(80) {
			l.RevCntrNcvrdChrgAmt = charge
		}
		if r.Chance(150) {
			l.RevCntrRateAmt = r.Cents(1, 900)
		}
		l.RevCntrDdctblCoinsrncCd = r.Optional(codebook.CoinsuranceCodes.Pick(r))
		l.RevCntrNdcQty, l.RevCntrNdcQtyQlfrCd = column.NoQuantity, ""
		if r.Chance(80) || c.Type == life.Hospice && r.Chance(250) {
			l.RevCntrNdcQty = column.Quantity(r.Between(1, 800_000)) / 10 * 10
			l.RevCntrNdcQtyQlfrCd = r.Optional(codebook.NDCUnits.Pick(r))
		}
		if c.Type != life.Inpatient && c.Type != life.SNF {
			g.datedLine(c, &l, charge)
		}
		if r.Chance(60) {
			physician = g.Practitioner().NPI
		}
		if r.Chance(700) {
			l.RndrngPhysnNpi = r.Optional(physician)
		}
		l.RndrngPhysnUpin = r.Seldom(15, g.UPIN())
		c.Lines = append(c.Lines, l)
	}
}

// datedLine sets the columns that only lines of outpatient, home health and hospice
// claims have.
func (g *Generator) datedLine(c *Institutional, l *RevenueLine, charge column.Amount) {
	r := &g.Random
	if !r.Chance(60) {
		l.RevCntrDt = c.ClmFromDt + column.Date(r.Intn(int(c.ClmThruDt-c.ClmFromDt)+1))
	}
	l.RevCntrStusIndCd = r.Optional(codebook.PaymentMethods.Pick(r))
	if l.HcpcsCd != "" && r.Chance(350) {
		l.HcpcsMdfrCd[0] = random.AnyOf(r, codebook.Modifiers)
		if r.Chance(250) {
			l.HcpcsMdfrCd[1] = random.AnyOf(r, codebook.Modifiers)
		}
		if r.Chance(40) { // the second without the first
			l.HcpcsMdfrCd = [2]string{" ", random.AnyOf(r, codebook.Modifiers)}
		}
	}
	if r.Chance(80) {
		l.RevCntrAnsiCd[0] = r.Optional(random.AnyOf(r, codebook.ANSICodes))
		if c.Type == life.Outpatient && l.RevCntrAnsiCd[0] != "" && r.Chance(300) {
			l.RevCntrAnsiCd[1] = random.AnyOf(r, codebook.ANSICodes)
		}
	}
	if r.Chance(30) {
		l.RevCntrIdeNdcUpcNum = random.Likely(r, codebook.DrugPool()).Code
	}
	paid := charge * column.Amount(r.Between(10, 70)) / 100
	switch {
	case r.Chance(100):
		paid = 0
	case r.Chance(5):
		paid = -paid
	}
	l.RevCntrPmtAmtAmt, l.RevCntrPrvdrPmtAmt = paid, paid
	if r.Chance(80) {
		l.RevCntrBenePmtAmt = r.Cents(1, 90)
		l.RevCntrPrvdrPmtAmt -= l.RevCntrBenePmtAmt
	}
	l.RevCntrCoinsrncWgeAdjst = paid / 4
	l.RevCntrPtntRspnsbltyPmt = paid / 4
	if r.Chance(100) {
		l.RevCntrCashDdctblAmt, l.RevCntrRdcdCoinsrncAmt = r.Cents(1, 257), r.Cents(0, 20)
		l.RevCntr1stMspPdAmt = r.Cents(0, 70)
	}
	if r.Chance(5) {
		l.RevCntrBloodDdctblAmt, l.RevCntr2ndMspPdAmt = r.Cents(1, 300), r.Cents(1, 30)
	}
}

// institutionalAmounts adds up the lines and sets the amounts of the header.
func (g *Generator) institutionalAmounts(c *Institutional) {
	r := &g.Random
	var charges, paid column.Amount
	for i := range c.Lines {
		charges += c.Lines[i].RevCntrTotChrgAmt
		paid += c.Lines[i].RevCntrPmtAmtAmt
	}
	c.ClmTotChrgAmt, c.ClmPmtAmt = charges, paid
	if c.Type == life.Inpatient || c.Type == life.SNF {
		c.ClmPmtAmt = charges * column.Amount(r.Between(15, 60)) / 100
	}
	switch {
	case r.Chance(20):
		c.ClmPmtAmt = 0
	case r.Chance(8):
		c.ClmPmtAmt = -r.Cents(1, 400)
	case r.Chance(3):
		c.ClmTotChrgAmt, c.ClmPmtAmt = 99_999_999_800_00-r.Cents(0, 799), 12_345_678_90
	}
	c.NchPrmryPyrClmPdAmt = 0
	if c.NchPrmryPyrCd != "" {
		c.NchPrmryPyrClmPdAmt = r.Cents(0, 900)
	}
	c.ClmPassThruPerDiemAmt = r.Cents(0, 120)
	c.NchProfnlCmpntChrgAmt = r.Cents(0, 60)
	c.NchBeneBloodDdctblLbltyAm = 0
	c.NchBeneIPDdctblAmt = column.Dollars(int64(random.AnyOf(r, []int{0, 1632, 1676, 1736})))
	c.NchBenePtaCoinsrncLbltyAm = r.Cents(0, 900)
	c.NchIPNcvrdChrgAmt = r.Cents(0, 300)
	c.NchIPTotDdctnAmt = c.NchBeneIPDdctblAmt + c.NchBenePtaCoinsrncLbltyAm
	c.NchBenePtbDdctblAmt, c.NchBenePtbCoinsrncAmt = r.Cents(0, 257), r.Cents(0, 400)
	c.ClmOpPrvdrPmtAmt, c.ClmOpBenePmtAmt = c.ClmPmtAmt, 0
	for _, a := range []*column.Amount{
		&c.ClmTotPpsCptlAmt, &c.ClmPpsCptlFspAmt, &c.ClmPpsCptlOutlierAmt, &c.ClmPpsCptlDsprprtntShrAmt, &c.ClmPpsCptlImeAmt,
		&c.ClmPpsCptlExcptnAmt, &c.ClmPpsOldCptlHldHrmlsAmt, &c.NchDrgOutlierAprvdPmtAmt,
	} {
		*a = r.OptionalAmount(1, 2500)
	}
	c.ImeOpClmValAmt, c.DshOpClmValAmt = r.OptionalAmount(10, 9000), r.OptionalAmount(10, 5000)
	c.ClmUncompdCarePmtAmt = r.OptionalAmount(10, 3000)
	if r.Chance(60) {
		c.NchBeneBloodDdctblLbltyAm = r.Cents(1, 600)
	}
}

// reviseInstitutional makes the changes of an adjustment.
func (g *Generator) reviseInstitutional(c *Institutional) {
	r := &g.Random
	c.ClmFreqCd = "7"
	c.NchWklyProcDt += column.Date(r.Between(7, 40))
	c.ClmPmtAmt += r.Cents(-50, 400)
	c.ClmTotChrgAmt += r.Cents(0, 90)
	if n := len(c.Lines); n > 1 && r.Chance(300) {
		c.Lines = c.Lines[:n-1]
	}
	for i := range c.Lines {
		c.Lines[i].RevCntrPrvdrPmtAmt += r.Cents(0, 30)
	}
	if c.Type != life.Inpatient && len(c.IcdDgns) > 2 {
		c.IcdDgns = c.IcdDgns[:len(c.IcdDgns)-1]
	}
}
