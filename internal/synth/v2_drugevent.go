package synth

// The types of identifiers of pharmacies, by SRVC_PRVDR_ID_QLFYR_CD. The
// server leaves out an identifier of any other type.
var pharmacyIdentifiers = map[string]string{
	"01": concept(coding(carin+"C4BBIdentifierType", "npi", "")),
	"06": concept(coding(terminology+"v2-0203", "UPIN", "")),
	"07": concept(coding(blueButton+"identifier-type", "NCPDP", "")),
	"08": concept(coding(terminology+"v2-0203", "SL", "")),
	"11": concept(coding(terminology+"v2-0203", "TAX", "")),
}

// partDEvent writes a drug event.
func (w *v2) partDEvent(b []byte, c *PartDEvent) []byte {
	w.team = w.team[:0]
	w.team.add(prescribing, false, c.PrscrbrID)
	w.infos = 0

	b = append(b, `{"billablePeriod":`...)
	b = appendPeriod(b, c.SrvcDt, c.SrvcDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = w.createdMember(b)
	b = append(b, `"facility":{`...)
	if p := registry().byNPI[c.SrvcPrvdrID]; p != nil {
		b = append(b, p.display...)
	}
	b = append(b, `"extension":[`...)
	b = pharmacies.appendExtension(b, c.PhrmcySrvcTypeCd)
	b = append(b, `],`...)
	if idType, ok := pharmacyIdentifiers[c.SrvcPrvdrIDQlfyrCd]; ok {
		b = append(b, `"identifier":{"type":`...)
		b = append(b, idType...)
		b = append(b, `,"value":`...)
		b = appendPlain(b, c.SrvcPrvdrID)
		b = append(b, `},`...)
	}
	b = append(closeObject(b), ',')
	b = w.idMembers(b, &c.claim)
	b = append(b, `,{"system":"`+variables+`rx_srvc_rfrnc_num",`...)
	b = append(b, uniqueID...)
	b = appendID(b, c.RxSrvcRfrncNum)
	b = append(b, `}],"insurance":[{"coverage":{"extension":[`...)
	b = identifierExtension(b, "plan_cntrct_rec_id", c.PlanCntrctRecID)
	b = identifierExtension(b, "plan_pbp_rec_num", c.PlanPbpRecNum)
	b = append(closeWith(b, ']'), `,"reference":"Coverage/part-d-`...)
	b = appendInt(b, int(c.Beneficiary.BeneID))
	b = append(b, `"},"focal":true}],"insurer":{"identifier":{"value":"CMS"}},`...)
	b = w.drugItem(b, c)
	b = w.metaMembers(b, &c.claim)
	if c.PdDt != 0 {
		b = append(b, `"payment":{"date":`...)
		b = appendDate(b, c.PdDt)
		b = append(b, `},`...)
	}
	b = append(b, `"provider":{"identifier":{"system":"`+npiSystem+`","value":`...)
	b = appendPlain(b, c.SrvcPrvdrID)
	b = append(b, `}},`...)
	b = w.statusMembers(b, &c.claim)
	b = append(b, `"supportingInfo":[`...)
	b = w.drugInfo(b, c)
	b = closeWith(b, ']')
	b = append(b, `,"total":[`...)
	b = appendAdjudication(b, c.TotRxCstAmt, drugCostTotal)
	b = appendAdjudication(b, 0, otherTotal)
	b = append(closeWith(b, ']'), ',')
	return w.typeMembers(b, &c.claim, "")
}

func (w *v2) drugItem(b []byte, c *PartDEvent) []byte {
	b = append(b, `"item":[{"adjudication":[`...)
	if c.DrugCvrgStusCd == "C" {
		b = appendAdjudication(b, c.CvrdDPlanPdAmt, planPaidAmount)
	} else {
		b = appendAdjudication(b, c.NcvrdPlanPdAmt, planPaidNonCovered)
	}
	b = appendAdjudication(b, c.GdcBlwOoptAmt, belowThresholdAmount)
	b = appendAdjudication(b, c.GdcAbvOoptAmt, aboveThresholdAmount)
	b = appendAdjudication(b, c.PtntPayAmt, patientPayAmount)
	b = appendAdjudication(b, c.OthrTroopAmt, otherOutOfPocketAmount)
	b = appendAdjudication(b, c.LicsAmt, subsidyAmount)
	b = appendAdjudication(b, c.PlroAmt, liabilityReducingAmount)
	b = appendAdjudication(b, c.TotRxCstAmt, totalDrugCostAmount)
	b = appendAdjudication(b, c.RptdGapDscntNum, gapDiscountAmount)
	b = append(closeWith(b, ']'), `,"careTeamSequence":[1],"productOrService":{"coding":[`...)
	b = append(b, drugCodings[c.ProdSrvcID]...)
	b = append(b, `]},"quantity":{"value":`...)
	b = c.QtyDspnsdNum.appendJSON(b)
	b = append(b, `},"sequence":1,"servicedDate":`...)
	b = appendDate(b, c.SrvcDt)
	return append(b, `}],`...)
}

func (w *v2) drugInfo(b []byte, c *PartDEvent) []byte {
	if compound, ok := compounds[c.CmpndCd]; ok {
		b = append(b, `{"category":`...)
		b = append(b, compoundInfo...)
		b = append(b, `,"code":{"coding":[`...)
		b = append(b, compound...)
		b = append(b, `]}`...)
		b = append(w.infoSequence(b), `},`...)
	}
	b = w.infoCount(b, refillInfo, c.FillNum)
	b = w.infoCount(b, supplyInfo, c.DaysSuplyNum)
	b = w.infoCode(b, coverageInfo, drugCoverage, c.DrugCvrgStusCd)
	b = w.infoCode(b, dispenseAsInfo, dispenseAs, c.DawProdSlctnCd)
	b = w.infoCode(b, partialFillInfo, partialFills, c.DspnsngStusCd)
	b = w.infoCode(b, eventChangeInfo, eventChanges, c.AdjstmtDltnCd)
	b = w.infoCode(b, formatInfo, eventFormats, c.NstdFrmtCd)
	b = w.infoCode(b, pricingInfo, pricing, c.PrcngExcptnCd)
	b = w.infoCode(b, catastrophicInfo, catastrophic, c.CtstrphcCvrgCd)
	b = w.infoCode(b, originInfo, prescriptions, c.RxOrgnCd)
	b = w.infoCode(b, brandInfo, brandOrGeneric, c.BrndGnrcCd)
	b = w.infoCode(b, residenceInfo, residences, c.PtntRsdncCd)
	return w.infoCode(b, submissionInfo, submissions, c.SubmsnClrCd)
}
