package records

import (
	"slices"
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// bill makes a claim of a physician or supplier.
func (g *Generator) bill(b *life.Claim, v Visitor) {
	c := &g.professional
	*c = Professional{Claim: g.claim(b.Type, b.From, b.Thru), IcdDgns: c.IcdDgns[:0], Lines: c.Lines[:0]}
	g.billHeader(c, b)
	for _, code := range b.Diagnoses[:min(12, len(b.Diagnoses))] {
		c.IcdDgns = append(c.IcdDgns, Diagnosis{Cd: code, VrsnCd: "0"})
	}
	c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = c.IcdDgns[0].Cd, "0"
	for i := range b.Lines {
		c.Lines = append(c.Lines, g.billLine(c, b, i))
	}
	g.professionalAmounts(c)
	correct := func() { g.correctBill(c, b) }
	live(g, b.Fate, c, &c.Claim, correct, v.Professional, v.NewestProfessional)
}

func (g *Generator) billHeader(c *Professional, b *life.Claim) {
	r := &g.Random
	c.NchClmTypeCd, c.NchWklyProcDt, c.LastUpdated = strconv.Itoa(b.Code), b.Entered, g.Posted(b)
	c.CarrClmCntlNum = r.Number(13) + "00"
	c.CarrClmEntryCd, c.ClmDispCd, c.CarrClmPmtDnlCd, c.CarrClmPrvdrAsgnmtIndSw = "1", "01", "1", "A"
	if b.Denied {
		c.CarrClmPmtDnlCd = "0"
	}
	c.CarrClmHcpcsYrCd = string(rune('0' + yearOf(b.From)%10))
	c.RfrPhysnNpi = b.Referring.NPI
	if c.Type == life.DME {
		c.NchNearLineRecIdentCd, c.CarrNum = "M", codebook.EquipmentCarriers[g.IDs.Index%int64(len(codebook.EquipmentCarriers))]
		return
	}
	c.NchNearLineRecIdentCd, c.CarrNum = "O", codebook.Carriers[g.IDs.Index%int64(len(codebook.Carriers))]
	c.CarrClmBlgNpiNum = b.Facility.NPI
}

func (g *Generator) billLine(c *Professional, b *life.Claim, i int) ProfessionalLine {
	from, by := &b.Lines[i], b.Physician
	l := ProfessionalLine{
		LineNum: i + 1, PrfPhysnNpi: by.NPI, TaxNum: by.TaxNumber, PrvdrStateCd: by.State, PrvdrZip: by.ZIP, PrvdrSpclty: by.Specialty, PrtcptngIndCd: by.Participating,
		CarrLinePrvdrTypeCd: by.Type, LineSrvcCnt: column.Units(int64(from.Units)), LineCmsTypeSrvcCd: from.ServiceType, LinePlaceOfSrvcCd: from.Place,
		Line1stExpnsDt: from.Day, LineLastExpnsDt: b.Thru, HcpcsCd: from.HCPCS, BetosCd: from.Betos, LinePrcsgIndCd: "A", LinePmt80100Cd: "0", LineServiceDeductible: "0",
		LineMtusCd: "3",
	}
	l.HcpcsMdfrCd[0] = from.Modifier
	l.LineMtusCnt = l.LineSrvcCnt
	if from.Denied {
		l.LinePrcsgIndCd = random.OneOf(&g.Random, []string{"N", "C", "N"})
	}
	if from.Diagnosis >= 0 && from.Diagnosis < len(c.IcdDgns) {
		l.LineIcdDgnsCd, l.LineIcdDgnsVrsnCd = c.IcdDgns[from.Diagnosis].Cd, "0"
	}
	l.LineSbmtdChrgAmt, l.LineAlowdChrgAmt, l.LineNchPmtAmt, l.LinePrvdrPmtAmt = from.Charge, from.Allowed, from.Paid, from.Paid
	l.LineBenePtbDdctblAmt, l.LineCoinsrncAmt = from.Deductible, from.Shared
	if c.Type == life.DME {
		l.CarrLinePrvdrTypeCd, l.PrvdrNum, l.LineDmePrchsPriceAmt = "", "0"+by.TaxNumber, from.Charge
		l.DmercLinePrcngStateCd, l.DmercLineSupplrTypeCd = codebook.StateOf(by.State).SSA, "3"
		return l
	}
	l.OrgNpiNum, l.CarrLineRdcdPmtPhys, l.CarrLinePrcngLcltyCd, l.PrvdrZip = b.Facility.NPI, "0", codebook.Localities.Terms[0].Code, by.ZIP+"0001"
	return l
}

// correctBill makes the changes of a later version.
func (g *Generator) correctBill(c *Professional, b *life.Claim) {
	c.CarrClmEntryCd, c.ClmDispCd = "5", "02"
	c.NchWklyProcDt = g.corrected(c.NchWklyProcDt)
	for i := range c.Lines {
		if l := &c.Lines[i]; l.LineNchPmtAmt >= -b.Correction && l.LineNchPmtAmt > 0 {
			l.LineNchPmtAmt += b.Correction
			l.LinePrvdrPmtAmt += b.Correction
			l.LineAlowdChrgAmt += b.Correction
			break
		}
	}
	g.professionalAmounts(c)
}

// corrected returns when the warehouse had a later version.
func (g *Generator) corrected(day column.Date) column.Date {
	return min(day+column.Date(7*g.Random.Between(1, 8)), g.Calendar.LastUpdate-2)
}

// facilityBill makes a claim of an institution.
func (g *Generator) facilityBill(b *life.Claim, v Visitor) {
	c := &g.institutional
	*c = Institutional{
		Claim:   g.claim(b.Type, b.From, b.Thru),
		IcdDgns: c.IcdDgns[:0], IcdDgnsE: c.IcdDgnsE[:0], RsnVisit: c.RsnVisit[:0], IcdPrcdr: c.IcdPrcdr[:0], Lines: c.Lines[:0],
	}
	g.facilityHeader(c, b)
	g.facilityStay(c, b)
	g.facilityDiagnoses(c, b)
	g.facilityAmounts(c, b)
	for i := range b.Lines {
		c.Lines = append(c.Lines, g.facilityLine(c, b, i))
	}
	correct := func() { g.correctFacilityBill(c, b) }
	live(g, b.Fate, c, &c.Claim, correct, v.Institutional, v.NewestInstitutional)
}

func (g *Generator) facilityHeader(c *Institutional, b *life.Claim) {
	r := &g.Random
	c.NchNearLineRecIdentCd, c.NchClmTypeCd = Profiles[b.Type].NearLine, strconv.Itoa(b.Code)
	c.NchWklyProcDt, c.LastUpdated = b.Entered, g.Posted(b)
	c.FiClmProcDt = b.Entered - column.Date(r.Between(1, 4))
	c.FiDocClmCntlNum = "2" + r.Number(13) + random.AnyOf(r, []string{"", "OHA", "NCA"})
	c.FiNum = codebook.Contractors[g.IDs.Index%int64(len(codebook.Contractors))]
	c.ClaimQueryCode, c.FiClmActnCd, c.ClmMcoPdSw, c.ClmPpsIndCd = "3", "1", "0", "2"
	c.PrvdrNum, c.PrvdrStateCd, c.OrgNpiNum = b.Facility.CCN, b.Facility.State, b.Facility.NPI
	c.ClmFacTypeCd, c.ClmSrvcClsfctnTypeCd, c.ClmFreqCd = b.Clinic[:1], b.Clinic[1:], b.Frequency
	c.PtntDschrgStusCd = b.Status
	c.AtPhysnNpi = b.Physician.NPI
	if b.Surgeon != nil {
		c.OpPhysnNpi = b.Surgeon.NPI
	}
	if b.Denied {
		c.ClmMdcrNonPmtRsnCd = random.OneOf(r, []string{"N", "B", "R"})
	}
	if c.Type == life.Hospice {
		c.ClmPpsIndCd = "1"
	}
}

// facilityStay sets the dates and codes of a stay or of care.
func (g *Generator) facilityStay(c *Institutional, b *life.Claim) {
	c.NchPtntStusIndCd = patientStatus(b.Status)
	c.ClmUtlztnDayCnt = int(b.Thru - b.From)
	switch b.Type {
	case life.Inpatient, life.SNF:
		c.ClmAdmsnDt, c.NchBeneDschrgDt = b.Begun, b.Ended
		c.ClmIPAdmsnTypeCd, c.ClmSrcIPAdmsnCd, c.ClmDrgCd = b.Admission, b.Source, b.DRG
		c.ClmPpsCptlDrgWtNum = column.Units(1)
		if b.Type == life.SNF {
			c.NchQlfydStayFromDt, c.NchQlfydStayThruDt = b.Begun-5, b.Begun-1
		}
	case life.HHA:
		c.ClmAdmsnDt, c.ClmHhaRfrlCd, c.ClmHhaTotVisitCnt = b.Begun, "1", 2*len(b.Lines)
	case life.Hospice:
		c.ClmHospcStartDtID, c.NchBeneDschrgDt, c.BeneHospcPrdCnt = b.Begun, b.Ended, 1
		if b.Begun >= g.stay.From {
			g.stay = HospiceStay{b.Begun, b.Ended}
		}
	}
}

// patientStatus returns the indicator of a discharge status.
func patientStatus(discharge string) string {
	switch discharge {
	case "30":
		return "C"
	case "20", "41", "42":
		return "B"
	}
	return "A"
}

// facilityDiagnoses sets the diagnoses, those of stays with an indicator of presence
// on admission, and the procedures.
func (g *Generator) facilityDiagnoses(c *Institutional, b *life.Claim) {
	r := &g.Random
	for _, code := range b.Diagnoses[:min(25, len(b.Diagnoses))] {
		d := Diagnosis{Cd: code, VrsnCd: "0"}
		switch {
		case c.Type != life.Inpatient:
		case code[0] == 'Z':
			d.PoaInd = "1"
		default:
			d.PoaInd = random.OneOf(r, []string{"Y", "Y", "Y", "N"})
		}
		c.IcdDgns = append(c.IcdDgns, d)
	}
	first := &c.IcdDgns[0]
	c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = first.Cd, "0"
	if b.Admitting != "" {
		c.AdmtgDgnsCd, c.AdmtgDgnsVrsnCd = b.Admitting, "0"
		if slices.Contains(b.Diagnoses, b.Admitting) {
			c.AdmtgDgnsCd, first.PoaInd = first.Cd, "" // the server drops the indicator
		}
	}
	if c.Type == life.Outpatient {
		c.RsnVisit = append(c.RsnVisit, Diagnosis{Cd: first.Cd, VrsnCd: "0"})
	}
	if (first.Cd[0] == 'S' || first.Cd[0] == 'T') && (c.Type == life.Inpatient || c.Type == life.Outpatient) {
		fall := random.OneOf(r, codebook.ICD10.External).Code
		c.FstDgnsECd, c.FstDgnsEVrsnCd = fall, "0"
		c.IcdDgnsE = append(c.IcdDgnsE, Diagnosis{Cd: fall, VrsnCd: "0"})
	}
	for _, done := range b.Procedures {
		c.IcdPrcdr = append(c.IcdPrcdr, Procedure{done.Code, "0", done.Day})
	}
}

func (g *Generator) facilityAmounts(c *Institutional, b *life.Claim) {
	c.ClmPmtAmt, c.ClmTotChrgAmt = b.Paid, b.Charge
	switch c.Type {
	case life.Outpatient:
		c.NchBenePtbDdctblAmt, c.NchBenePtbCoinsrncAmt, c.ClmOpPrvdrPmtAmt = b.Deductible, b.Shared, b.Paid
		return
	case life.Inpatient, life.SNF:
		c.NchBeneIPDdctblAmt, c.NchBenePtaCoinsrncLbltyAm = b.Deductible, b.Shared
		c.NchIPTotDdctnAmt = b.Deductible + b.Shared
	}
	a := &b.AddOns
	c.ClmPpsCptlImeAmt, c.ClmPpsCptlDsprprtntShrAmt = a.CapitalTeaching, a.CapitalShare
	c.ImeOpClmValAmt, c.DshOpClmValAmt, c.ClmUncompdCarePmtAmt = a.Teaching, a.Share, a.Uncompensated
}

func (g *Generator) facilityLine(c *Institutional, b *life.Claim, i int) RevenueLine {
	from := &b.Lines[i]
	l := RevenueLine{
		ClmLineNum: i + 1, RevCntr: from.Revenue, HcpcsCd: from.HCPCS, RevCntrUnitCnt: column.Units(int64(from.Units)), RevCntrTotChrgAmt: from.Charge,
		RevCntrDdctblCoinsrncCd: "0", RevCntrNdcQty: column.NoQuantity,
	}
	if c.Type == life.Inpatient || c.Type == life.SNF {
		return l
	}
	l.RevCntrDt, l.RevCntrStusIndCd, l.RndrngPhysnNpi = from.Day, "A", b.Physician.NPI
	l.HcpcsMdfrCd[0] = from.Modifier
	if from.Denied {
		l.RevCntrAnsiCd[0] = "CO97"
	}
	l.RevCntrPmtAmtAmt, l.RevCntrPrvdrPmtAmt = from.Paid, from.Paid
	l.RevCntrCashDdctblAmt, l.RevCntrCoinsrncWgeAdjst, l.RevCntrPtntRspnsbltyPmt = from.Deductible, from.Shared, from.Deductible+from.Shared
	return l
}

// correctFacilityBill makes the changes of a later version.
func (g *Generator) correctFacilityBill(c *Institutional, b *life.Claim) {
	c.ClmFreqCd, c.NchWklyProcDt = "7", g.corrected(c.NchWklyProcDt)
	c.ClmPmtAmt += b.Correction
	if c.Type == life.Outpatient {
		c.ClmOpPrvdrPmtAmt += b.Correction
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.RevCntrPmtAmtAmt > 0 && l.RevCntrPmtAmtAmt >= -b.Correction {
			l.RevCntrPmtAmtAmt += b.Correction
			l.RevCntrPrvdrPmtAmt += b.Correction
			break
		}
	}
}

// fill makes a drug event.
func (g *Generator) fill(b *life.Claim, v Visitor) {
	r, f := &g.Random, &b.Fill
	c := &g.event
	*c = PartDEvent{
		Claim: g.claim(life.PartD, b.From, b.Thru), SrvcDt: b.From, PdDt: b.Entered, SrvcPrvdrIDQlfyrCd: "01", SrvcPrvdrID: b.Facility.NPI,
		PrscrbrIDQlfyrCd: "01", PrscrbrID: b.Physician.NPI, RxSrvcRfrncNum: f.Rx, ProdSrvcID: f.NDC, PlanPbpRecNum: "001", CmpndCd: "1", DawProdSlctnCd: "0",
		QtyDspnsdNum: column.Units(int64(f.Quantity)), DaysSuplyNum: f.Days, FillNum: f.Number, DrugCvrgStusCd: "C", RxOrgnCd: "3", BrndGnrcCd: "B",
		PhrmcySrvcTypeCd: "01", PtntRsdncCd: "01", PlanCntrctRecID: drugPlan(g.Current),
	}
	c.LastUpdated = g.Posted(b)
	if f.Generic {
		c.BrndGnrcCd = "G"
	}
	if f.Mail {
		c.PhrmcySrvcTypeCd = "06"
	}
	if r.Chance(30) {
		c.RxOrgnCd = "1"
	}
	c.TotRxCstAmt, c.PtntPayAmt, c.CvrdDPlanPdAmt, c.GdcBlwOoptAmt = f.Cost, f.Copay, f.Cost-f.Copay, f.Cost
	v.PartDEvent(c, false)
	v.NewestPartDEvent(c)
}

// drugPlan returns the contract of a beneficiary's drug plan.
func drugPlan(b *Beneficiary) string {
	for _, contract := range b.PtdCntrctID {
		if len(contract) == 5 {
			return contract
		}
	}
	return "S0000"
}
