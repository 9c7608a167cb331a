package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// pharmacyIdentifier returns the type of a pharmacy identifier by
// SRVC_PRVDR_ID_QLFYR_CD. The server leaves out identifiers of other types.
func pharmacyIdentifier(qualifier string) (system, code string) {
	switch qualifier {
	case "01":
		return fhir.CARIN + "C4BBIdentifierType", "npi"
	case "06":
		return fhir.Terminology + "v2-0203", "UPIN"
	case "07":
		return fhir.BlueButton + "identifier-type", "NCPDP"
	case "08":
		return fhir.Terminology + "v2-0203", "SL"
	case "11":
		return fhir.Terminology + "v2-0203", "TAX"
	}
	return "", ""
}

// PartDEvent writes a Part D event.
func (w *Writer) PartDEvent(b []byte, c *records.PartDEvent) []byte {
	w.team = w.team[:0]
	w.team.Add(records.Prescribing, false, c.PrscrbrID)
	w.infos = 0

	b = append(b, `{"billablePeriod":`...)
	b = fhir.Period(b, c.SrvcDt, c.SrvcDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = w.createdMember(b)
	b = append(b, `"facility":{`...)
	if p := life.Registry().ByNPI[c.SrvcPrvdrID]; p != nil {
		b = fhir.DisplayMember(b, p)
	}
	b = append(b, `"extension":[`...)
	b = fhir.SetExtension(b, codebook.Pharmacies, c.PhrmcySrvcTypeCd)
	b = append(b, `],`...)
	if system, code := pharmacyIdentifier(c.SrvcPrvdrIDQlfyrCd); code != "" {
		b = append(b, `"identifier":{"type":`...)
		b = fhir.Concept(b, code, "", system)
		b = append(b, `,"value":`...)
		b = fhirjson.AppendPlain(b, c.SrvcPrvdrID)
		b = append(b, `},`...)
	}
	b = append(fhirjson.CloseObject(b), ',')
	b = w.idMembers(b, &c.Claim)
	b = append(b, `,{"system":"`+fhir.Variables+`rx_srvc_rfrnc_num",`...)
	b = append(b, uniqueID...)
	b = fhirjson.AppendID(b, c.RxSrvcRfrncNum)
	b = append(b, `}],"insurance":[{"coverage":{"extension":[`...)
	b = fhir.IdentifierExtension(b, "plan_cntrct_rec_id", c.PlanCntrctRecID)
	b = fhir.IdentifierExtension(b, "plan_pbp_rec_num", c.PlanPbpRecNum)
	b = append(fhirjson.CloseWith(b, ']'), `,"reference":"Coverage/part-d-`...)
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	b = append(b, `"},"focal":true}],"insurer":{"identifier":{"value":"CMS"}},`...)
	b = w.drugItem(b, c)
	b = w.metaMembers(b, &c.Claim)
	if c.PdDt != 0 {
		b = append(b, `"payment":{"date":`...)
		b = fhirjson.AppendDate(b, c.PdDt)
		b = append(b, `},`...)
	}
	b = append(b, `"provider":{"identifier":{"system":"`+fhir.NPISystem+`","value":`...)
	b = fhirjson.AppendPlain(b, c.SrvcPrvdrID)
	b = append(b, `}},`...)
	b = w.statusMembers(b, &c.Claim)
	b = append(b, `"supportingInfo":[`...)
	b = w.drugInfo(b, c)
	b = fhirjson.CloseWith(b, ']')
	b = append(b, `,"total":[`...)
	b = appendAdjudication(b, c.TotRxCstAmt, drugCostTotal)
	b = appendAdjudication(b, 0, otherTotal)
	b = append(fhirjson.CloseWith(b, ']'), ',')
	return w.typeMembers(b, &c.Claim, "")
}

func (w *Writer) drugItem(b []byte, c *records.PartDEvent) []byte {
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
	b = append(fhirjson.CloseWith(b, ']'), `,"careTeamSequence":[1],"productOrService":{"coding":[`...)
	b = fhir.DrugCoding(b, c.ProdSrvcID)
	b = append(b, `]},"quantity":{"value":`...)
	b = c.QtyDspnsdNum.AppendJSON(b)
	b = append(b, `},"sequence":1,"servicedDate":`...)
	b = fhirjson.AppendDate(b, c.SrvcDt)
	return append(b, `}],`...)
}

func (w *Writer) drugInfo(b []byte, c *records.PartDEvent) []byte {
	if compound := fhir.CompoundCoding(c.CmpndCd); compound != "" {
		b = categoryMember(b, compoundInfo)
		b = append(b, `,"code":{"coding":[`...)
		b = append(b, compound...)
		b = append(b, `]}`...)
		b = append(w.infoSequence(b), `},`...)
	}
	b = w.infoCount(b, refillInfo, c.FillNum)
	b = w.infoCount(b, supplyInfo, c.DaysSuplyNum)
	b = w.infoCode(b, coverageInfo, codebook.DrugCoverage, c.DrugCvrgStusCd)
	b = w.infoCode(b, dispenseAsInfo, codebook.DispenseAs, c.DawProdSlctnCd)
	b = w.infoCode(b, partialFillInfo, codebook.PartialFills, c.DspnsngStusCd)
	b = w.infoCode(b, eventChangeInfo, codebook.EventChanges, c.AdjstmtDltnCd)
	b = w.infoCode(b, formatInfo, codebook.EventFormats, c.NstdFrmtCd)
	b = w.infoCode(b, pricingInfo, codebook.PricingExceptions, c.PrcngExcptnCd)
	b = w.infoCode(b, catastrophicInfo, codebook.Catastrophic, c.CtstrphcCvrgCd)
	b = w.infoCode(b, originInfo, codebook.Prescriptions, c.RxOrgnCd)
	b = w.infoCode(b, brandInfo, codebook.BrandOrGeneric, c.BrndGnrcCd)
	b = w.infoCode(b, residenceInfo, codebook.Residences, c.PtntRsdncCd)
	return w.infoCode(b, submissionInfo, codebook.Submissions, c.SubmsnClrCd)
}
