package idr

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// visitLife makes the records of a person's life.
func (m *Generator) visitLife(index int) {
	m.authorizations.Seed(m.Seed, index, authorizationStream)
	now, before, person := m.Enrollee(index)
	m.base, m.serial = now, 0
	m.Current = &m.base
	m.enroll(index, person)
	if before != nil {
		m.earlierBeneficiary(before)
		m.To.Beneficiary(&m.before, false)
	}
	m.To.Beneficiary(&m.current, before != nil)
	for i := range person.Claims {
		c := &person.Claims[i]
		switch {
		case !m.Known(c) && c.Thru > m.Calendar.LastUpdate-pending:
			continue
		case c.Type == life.PartD:
			m.fill(c)
		case c.Type == life.Carrier || c.Type == life.DME:
			m.bill(c)
		default:
			m.facilityBill(c)
		}
		if c.Type == life.HHA && m.Random.Chance(90) {
			m.authorize(c.From)
		}
	}
	m.To.NewestBeneficiary(&m.current)
}

// pending is how many days after the service a claim is in a shared system.
const pending = 5

// enroll makes the beneficiary from the record of the CCW. Only a drug plan or
// Medicare Advantage plan that goes on has a row.
func (m *Generator) enroll(index int, person *life.Person) {
	r, b := &m.Random, &m.base
	b.BeneID = 20_000_000 + int64(index)
	m.convert(b)
	p := &m.current
	*p = Beneficiary{Beneficiary: b, HasAddressLines: r.Chance(300), MBIs: p.MBIs[:0]}
	m.mbis(p)
	buyIn := "3"
	if person.Dual != "" {
		buyIn = "C"
		p.Dual = DualStatus{BeneDualStusCd: person.Dual, Begin: b.PtaCvrgStrtDt, End: b.DeathDt}
	}
	p.PartA = PartStatus{b.BeneMdcrStatusCd, b.BeneEntlmtRsnOrig, buyIn, b.PtaCvrgStrtDt, b.PtaCvrgEndDt}
	p.PartB = PartStatus{b.BeneMdcrStatusCd, b.BeneEntlmtRsnOrig, buyIn, b.PtbCvrgStrtDt, b.PtbCvrgEndDt}
	if b.DeathDt != 0 {
		b.PtdCvrgStrtDt = 0
		return
	}
	if a := person.Advantage; a != 0 && a <= b.AsOf {
		p.Contract[0], p.PlanBegin[0] = "H"+r.Number(4), a
	}
	if b.PtdCvrgStrtDt != 0 {
		p.Contract[1], p.PlanBegin[1] = "S"+r.Number(4), b.PtdCvrgStrtDt
	}
}

// posted begins a claim.
func (m *Generator) posted(b *life.Claim) *Claim {
	c, r := &m.claim, &m.Random
	*c = Claim{
		Type: b.Type, Beneficiary: &m.current, ClmUniqID: m.newID(), ClmFinlActnInd: "Y", ClmTypeCd: b.Code,
		ClmFromDt: b.From, ClmThruDt: b.Thru, ClmAdjstmtType: "0",
		Prod: c.Prod[:0], Prcdr: c.Prcdr[:0], Lines: c.Lines[:0], ClmRltCondCd: c.ClmRltCondCd[:0],
	}
	c.ClmWklyDt, c.ClmEfctvDt, c.ClmIdrLdDt = b.Entered, b.Entered, b.Entered+2
	c.ClmProcDt, c.ClmRcvdDt = b.Entered-column.Date(r.Between(1, 4)), b.Thru+column.Date(r.Between(1, 4))
	c.LastUpdated = m.Posted(b)
	c.ClmCntlNum = "2" + r.Number(13) + random.AnyOf(r, []string{"", "OHA", "NCA"})
	c.ClmCntrctrNum = codebook.Contractors[m.IDs.Index%int64(len(codebook.Contractors))]
	c.ClmSbmtChrgAmt, c.ClmPmtAmt, c.ClmPrvdrPmtAmt = b.Charge, b.Paid, b.Paid
	c.ClmMdcrDdctbl, c.ClmMdcrCoinsrnc = b.Deductible, b.Shared
	c.ClmNrlnRic = records.Profiles[b.Type].NearLine
	for i := range b.Lines {
		c.ClmAlowdChrgAmt += b.Lines[i].Allowed
	}
	return c
}

// line begins a line.
func (m *Generator) line(c *Claim, b *life.Claim, i int) Line {
	from := &b.Lines[i]
	l := Line{
		ClmLineNum: i + 1, ClmLineFromDt: from.Day, ClmLineThruDt: b.Thru, ClmLineRevCtrCd: from.Revenue, ClmLineHcpcsCd: from.HCPCS,
		ClmLineSrvcUnit: column.Units(int64(from.Units)), ClmLineSbmtChrg: from.Charge, ClmLineAlowdChrg: from.Allowed, ClmLineCvrdPd: from.Paid, ClmLinePrvdrPmt: from.Paid,
		ClmLineDdctbl: from.Deductible, ClmDdctblCoinsrnc: "0",
	}
	l.HcpcsMdfrCd[0] = from.Modifier
	if from.Denied {
		l.AnsiGrpCd, l.AnsiRsnCd = "CO", "97"
	}
	if row := from.Diagnosis + 1; row > 0 && row <= len(c.Prod) && b.Type >= life.Carrier {
		l.DgnsRow, l.ClmLineDgnsCd = row, c.Prod[row-1].ClmDgnsCd
	}
	return l
}

// bill makes a claim of a physician or supplier.
func (m *Generator) bill(b *life.Claim) {
	c := m.posted(b)
	c.ClmNrlnRic, c.ClmCarrPmtDnlCd, c.ClmDispCd = "O", "1", "01"
	c.Billing, c.BilledByPerson, c.Rfrg = b.Physician, true, b.Referring.NPI
	if b.Type == life.DME {
		c.ClmNrlnRic, c.BilledByPerson = "M", false
	}
	if b.Denied {
		c.ClmCarrPmtDnlCd = "0"
	}
	for _, code := range b.Diagnoses[:min(12, len(b.Diagnoses))] {
		c.Prod = append(c.Prod, Product{"D", code, "", "0"})
	}
	for i := range b.Lines {
		l, from, by := m.line(c, b, i), &b.Lines[i], b.Physician
		l.Rendering, l.PrvdrTypeCd, l.PrvdrSpclty, l.FedSpclty, l.TaxNum, l.SsaStateCd = by.NPI, by.Type, by.Specialty, by.Specialty, by.TaxNumber, codebook.StateOf(by.State).SSA
		l.FedTypeSrvcCd, l.PosCd, l.PrcsgIndCd, l.ClmLineRevCtrCd, l.ClmDdctblCoinsrnc = from.ServiceType, from.Place, "A", "", ""
		if from.Denied {
			l.PrcsgIndCd = random.OneOf(&m.Random, []string{"N", "C", "N"})
		}
		c.Lines = append(c.Lines, l)
	}
	m.send(b)
}

// facilityBill makes a claim of an institution.
func (m *Generator) facilityBill(b *life.Claim) {
	c, r := m.posted(b), &m.Random
	c.Billing, c.Atndg, c.GeoBlgSsaStateCd = b.Facility, b.Physician.NPI, b.Facility.State
	if b.Surgeon != nil {
		c.Oprtg = b.Surgeon.NPI
	}
	c.ClmBillFacTypeCd, c.ClmBillClsfctnCd, c.ClmBillFreqCd = b.Clinic[:1], b.Clinic[1:], b.Frequency
	c.BenePtntStusCd, c.ClmQueryCd, c.ClmAdmsnTypeCd, c.ClmAdmsnSrcCd = b.Status, "3", b.Admission, b.Source
	if b.Denied {
		c.ClmMdcrNpmtRsnCd = random.OneOf(r, []string{"N", "B", "R"})
	}
	c.DgnsDrgCd, _ = strconv.Atoi(b.DRG)
	if b.Type != life.Outpatient {
		c.ClmActvCareFromDt, c.ClmDschrgDt = b.Begun, b.Ended
	}
	a := &b.AddOns
	c.ClmIPBeneDdctbl, c.ClmPpsCptlIme, c.ClmPpsDsprprtnt = b.Deductible, a.CapitalTeaching, a.CapitalShare
	c.ClmOprtnlIme, c.ClmOprtnlDsprtnt, c.ClmHippsUncompdCare = a.Teaching, a.Share, a.Uncompensated
	m.facilityDiagnoses(c, b)
	for i := range b.Lines {
		l := m.line(c, b, i)
		l.ClmLineRevCtrDt, l.ClmLineThruDt = l.ClmLineFromDt, l.ClmLineFromDt
		if b.Type == life.Outpatient {
			l.Rendering, l.FedSpclty = b.Physician.NPI, b.Physician.Specialty
		}
		c.Lines = append(c.Lines, l)
	}
	m.send(b)
}

func (m *Generator) facilityDiagnoses(c *Claim, b *life.Claim) {
	add := func(kind, code, poa string) { c.Prod = append(c.Prod, Product{kind, code, poa, "0"}) }
	if b.Admitting != "" {
		add("A", b.Admitting, "")
	}
	for _, code := range b.Diagnoses[:min(25, len(b.Diagnoses))] {
		poa := ""
		if b.Type == life.Inpatient {
			poa = random.OneOf(&m.Random, []string{"Y", "Y", "Y", "N"})
		}
		add("D", code, poa)
	}
	add("P", b.Diagnoses[0], "")
	if b.Type == life.Outpatient {
		add("R", b.Diagnoses[0], "")
	}
	for i, done := range b.Procedures {
		c.Prcdr = append(c.Prcdr, Procedure{i + 1, done.Code, done.Day, "0"})
	}
}

// fill makes a drug event.
func (m *Generator) fill(b *life.Claim) {
	if !m.Known(b) {
		return
	}
	c, f := m.posted(b), &b.Fill
	c.ClmPmtAmt, c.ClmPrvdrPmtAmt, c.ClmNrlnRic = 0, 0, ""
	c.Billing = b.Facility
	c.Drug = Drug{
		PrvdrSrvcIDQlfyrCd: "01", ClmSrvcPrvdrGnrcID: b.Facility.NPI, PrsbngIDQlfyrCd: "01", ClmPrsbngGnrcID: b.Physician.NPI, ClmDawProdSlctnCd: "0",
		ClmDaysSuplyQty: f.Days, ClmLineRxNum: strconv.FormatInt(f.Rx, 10), ClmLineRxFillNum: f.Number, ClmPhrmcySrvcType: "01", ClmPdDt: b.Entered, TotRxCst: f.Cost,
	}
	c.Drug.ClmBrndGnrcCd = "B"
	if f.Generic {
		c.Drug.ClmBrndGnrcCd = "G"
	}
	if f.Mail {
		c.Drug.ClmPhrmcySrvcType = "06"
	}
	c.Lines = append(c.Lines, Line{
		ClmLineNum: 1, ClmLineFromDt: b.From, ClmLineNdcCd: f.NDC, ClmLineSrvcUnit: column.Units(int64(f.Quantity)), ClmLineBenePmt: f.Copay, ClmLineCvrdPd: f.Cost - f.Copay,
	})
	m.To.Claim(c, false)
	m.To.NewestClaim(c)
}

// send sends the versions of a claim, or a claim that is still in a shared system.
func (m *Generator) send(b *life.Claim) {
	if !m.Known(b) {
		m.share()
		return
	}
	m.versions(b.Fate, func() { m.correct(b) })
}

// correct makes the changes of a later version.
func (m *Generator) correct(b *life.Claim) {
	c := &m.claim
	c.ClmEfctvDt = min(c.ClmEfctvDt+column.Date(7*m.Random.Between(1, 8)), m.Calendar.LastUpdate-4)
	c.ClmWklyDt, c.ClmIdrLdDt = c.ClmEfctvDt, c.ClmEfctvDt+2
	c.ClmPmtAmt += b.Correction
	c.ClmPrvdrPmtAmt += b.Correction
	for i := range c.Lines {
		if l := &c.Lines[i]; l.ClmLineCvrdPd > 0 && l.ClmLineCvrdPd >= -b.Correction {
			l.ClmLineCvrdPd += b.Correction
			l.ClmLinePrvdrPmt += b.Correction
			break
		}
	}
}
