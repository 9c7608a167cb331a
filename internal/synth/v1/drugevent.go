package v1

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// pharmacyIdentifier returns the type of a pharmacy identifier by
// SRVC_PRVDR_ID_QLFYR_CD. The server leaves out identifiers of other types.
func pharmacyIdentifier(qualifier string) (system, code string) {
	switch qualifier {
	case "01":
		return fhir.NPISystem, "NPI"
	case "06":
		return taxType, "UPIN"
	case "07":
		return fhir.BlueButton + "identifier-type", "NCPDP"
	case "08":
		return taxType, "SL"
	case "11":
		return taxType, "TAX"
	}
	return "", ""
}

// PartDEvent writes a Part D event.
func (w *Writer) PartDEvent(b []byte, c *records.PartDEvent) []byte {
	w.startLines(0)
	w.addMember(primaryTeam, fhir.NPISystem, c.PrscrbrID)
	system, code := pharmacyIdentifier(c.SrvcPrvdrIDQlfyrCd)
	known := code != ""
	pharmacy := func(b []byte) []byte {
		b = append(append(b, `"identifier":{"system":"`...), system...)
		b = append(b, `","type":`...)
		b = fhir.Concept(b, code, "", system)
		b = append(b, `,"value":`...)
		return append(fhirjson.AppendPlain(b, c.SrvcPrvdrID), `}},`...)
	}

	b = append(b, `{"billablePeriod":`...)
	b = fhir.Period(b, c.SrvcDt, c.SrvcDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = append(b, `"facility":{"extension":[`...)
	b = fhir.SetExtension(b, codebook.Pharmacies, c.PhrmcySrvcTypeCd)
	b = append(b, `],`...)
	if known {
		b = pharmacy(b)
	} else {
		b = append(fhirjson.CloseWith(b, '}'), ',')
	}
	b = w.idMembers(b, &c.Claim)
	b = append(b, `,{"system":"`+fhir.Variables+`rx_srvc_rfrnc_num","value":`...)
	b = fhirjson.AppendID(b, c.RxSrvcRfrncNum)
	b = append(b, `}],"information":[`...)
	b = w.infoCode(b, "daw_prod_slctn_cd", codebook.DispenseAs, c.DawProdSlctnCd)
	b = w.infoCode(b, "dspnsng_stus_cd", codebook.PartialFills, c.DspnsngStusCd)
	b = w.infoCode(b, "drug_cvrg_stus_cd", codebook.DrugCoverage, c.DrugCvrgStusCd)
	b = w.infoCode(b, "adjstmt_dltn_cd", codebook.EventChanges, c.AdjstmtDltnCd)
	b = w.infoCode(b, "nstd_frmt_cd", codebook.EventFormats, c.NstdFrmtCd)
	b = w.infoCode(b, "prcng_excptn_cd", codebook.PricingExceptions, c.PrcngExcptnCd)
	b = w.infoCode(b, "ctstrphc_cvrg_cd", codebook.Catastrophic, c.CtstrphcCvrgCd)
	b = w.infoCode(b, "rx_orgn_cd", codebook.Prescriptions, c.RxOrgnCd)
	b = w.infoCode(b, "brnd_gnrc_cd", codebook.BrandOrGeneric, c.BrndGnrcCd)
	b = w.infoCode(b, "phrmcy_srvc_type_cd", codebook.Pharmacies, c.PhrmcySrvcTypeCd)
	b = w.infoCode(b, "ptnt_rsdnc_cd", codebook.Residences, c.PtntRsdncCd)
	b = w.infoCode(b, "submsn_clr_cd", codebook.Submissions, c.SubmsnClrCd)
	b = append(fhirjson.CloseWith(b, ']'), `,"insurance":{"coverage":{"extension":[`...)
	b = fhir.IdentifierExtension(b, "plan_cntrct_rec_id", c.PlanCntrctRecID)
	b = fhir.IdentifierExtension(b, "plan_pbp_rec_num", c.PlanPbpRecNum)
	b = append(fhirjson.CloseWith(b, ']'), `,"reference":"Coverage/part-d-`...)
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	b = append(b, `"}},`...)
	b = w.drugItem(b, c)
	b = w.metaMember(b, &c.Claim)
	if known {
		b = pharmacy(append(b, `"organization":{`...))
	}
	b = w.patientMember(b, &c.Claim)
	if c.PdDt != 0 {
		b = append(b, `"payment":{"date":`...)
		b = append(fhirjson.AppendDate(b, c.PdDt), `},`...)
	}
	b = w.statusMembers(b, &c.Claim)
	return w.typeMember(b, &c.Claim, "", "", "")
}

func (w *Writer) drugItem(b []byte, c *records.PartDEvent) []byte {
	b = append(b, `"item":[{"adjudication":[`...)
	if c.DrugCvrgStusCd == "C" {
		b = adjudication(b, "cvrd_d_plan_pd_amt", c.CvrdDPlanPdAmt)
	} else {
		b = adjudication(b, "ncvrd_plan_pd_amt", c.NcvrdPlanPdAmt)
	}
	b = adjudication(b, "gdc_blw_oopt_amt", c.GdcBlwOoptAmt)
	b = adjudication(b, "gdc_abv_oopt_amt", c.GdcAbvOoptAmt)
	b = adjudication(b, "ptnt_pay_amt", c.PtntPayAmt)
	b = adjudication(b, "othr_troop_amt", c.OthrTroopAmt)
	b = adjudication(b, "lics_amt", c.LicsAmt)
	b = adjudication(b, "plro_amt", c.PlroAmt)
	b = adjudication(b, "tot_rx_cst_amt", c.TotRxCstAmt)
	b = adjudication(b, "rptd_gap_dscnt_num", c.RptdGapDscntNum)
	b = append(fhirjson.CloseWith(b, ']'), ',')
	b = linkMember(b, "careTeamLinkId", len(w.team)+1)
	if compound := fhir.CompoundCoding(c.CmpndCd); compound != "" {
		b = append(b, `"detail":[{"type":{"coding":[`...)
		b = append(append(b, compound...), `]}}],`...)
	}
	b = append(b, `"quantity":{"extension":[`...)
	b = fhir.QuantityExtension(b, "fill_num", column.Units(int64(c.FillNum)))
	b = fhir.QuantityExtension(b, "days_suply_num", column.Units(int64(c.DaysSuplyNum)))
	b = append(fhirjson.CloseWith(b, ']'), `,"value":`...)
	b = c.QtyDspnsdNum.AppendJSON(b)
	b = append(b, `},"sequence":1,"service":{"coding":[`...)
	b = fhir.DrugCoding(b, c.ProdSrvcID)
	b = append(b, `]},"servicedDate":`...)
	b = fhirjson.AppendDate(b, c.SrvcDt)
	return append(b, `}],`...)
}
