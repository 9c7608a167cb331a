package v1

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Institutional writes a claim of an institution.
func (w *Writer) Institutional(b []byte, c *records.Institutional) []byte {
	w.startLines(len(c.Lines))
	w.diagnoses.Institutional(c)
	if c.Type != life.HHA && c.Type != life.Hospice {
		w.addMember(assistRole, fhir.NPISystem, c.OpPhysnNpi)
		w.addMember(otherRole, fhir.NPISystem, c.OtPhysnNpi)
	}
	w.addMember(primaryTeam, fhir.NPISystem, c.AtPhysnNpi)
	for i := range c.Lines {
		w.lines[i].team = w.addMember(primaryTeam, fhir.NPISystem, c.Lines[i].RndrngPhysnNpi)
	}
	b = append(b, `{"benefitBalance":[{"category":`...)
	b = append(b, medicalCategory...)
	b = fhir.DaysEntry(b, fhir.UtilizationDaysBalance, c.ClmUtlztnDayCnt)
	b = append(fhirjson.CloseWith(b, ']'), `}],"billablePeriod":{"end":`...)
	b = fhirjson.AppendDate(b, c.ClmThruDt)
	if c.Type != life.HHA && c.Type != life.Hospice && !column.Blank(c.ClaimQueryCode) {
		b = append(b, `,"extension":[`...)
		b = fhir.SetExtension(b, codebook.QueryCodes, c.ClaimQueryCode)
		b = append(b, ']')
	}
	b = append(b, `,"start":`...)
	b = fhirjson.AppendDate(b, c.ClmFromDt)
	b = append(b, `},`...)
	b = w.careTeamMember(b)
	drg := ""
	if c.Type == life.Inpatient || c.Type == life.SNF {
		drg = c.ClmDrgCd
	}
	b = w.diagnosisMember(b, drg)
	b = w.institutionalExtensions(b, c)
	b = append(b, `"facility":{`...)
	if p := life.Registry().ByNPI[c.OrgNpiNum]; p != nil {
		b = fhir.DisplayMember(b, p)
	}
	b = append(b, `"extension":[`...)
	b = fhir.SetExtension(b, codebook.FacilityTypes, c.ClmFacTypeCd)
	b = append(b, `],`...)
	if !column.Blank(c.OrgNpiNum) {
		b = append(b, `"identifier":{"system":"`+fhir.NPISystem+`","value":`...)
		b = append(fhirjson.AppendPlain(b, c.OrgNpiNum), `},`...)
	}
	b = append(fhirjson.CloseObject(b), ',')
	b = w.hospitalization(b, c)
	b = w.idMembers(b, &c.Claim)
	b = append(b, `],"information":[`...)
	b = w.institutionalInfo(b, c)
	b = append(fhirjson.CloseWith(b, ']'), ',')
	b = w.insuranceMember(b, &c.Claim)
	b = w.revenueItems(b, c)
	b = w.metaMember(b, &c.Claim)
	if !column.Blank(c.OrgNpiNum) {
		b = append(b, `"organization":{`...)
		b = identified(b, fhir.NPISystem, c.OrgNpiNum)
		b = append(b, `},`...)
	}
	b = w.patientMember(b, &c.Claim)
	b = append(b, `"payment":{"amount":`...)
	b = money(b, c.ClmPmtAmt)
	b = append(b, `},`...)
	b = w.procedures(b, c)
	b = append(b, `"provider":{"identifier":{"system":"`+fhir.Variables+`prvdr_num","value":`...)
	b = fhirjson.AppendPlain(b, c.PrvdrNum)
	b = append(b, `}},`...)
	b = w.statusMembers(b, &c.Claim)
	b = append(b, `"totalCost":`...)
	b = money(b, c.ClmTotChrgAmt)
	b = append(b, ',')
	return w.typeMember(b, &c.Claim, c.NchClmTypeCd, c.NchNearLineRecIdentCd, c.ClmSrvcClsfctnTypeCd)
}

const medicalCategory = `{"coding":[{"code":"medical","display":"Medical Health Coverage","system":"http://hl7.org/fhir/benefit-category"}]},"financial":[`

func (w *Writer) hospitalization(b []byte, c *records.Institutional) []byte {
	from, thru := c.ClmAdmsnDt, c.NchBeneDschrgDt
	switch c.Type {
	case life.Outpatient:
		return b
	case life.HHA:
		thru = 0
	case life.Hospice:
		from = c.ClmHospcStartDtID
	}
	if from == 0 && thru == 0 {
		return b
	}
	b = append(b, `"hospitalization":`...)
	return append(fhir.Period(b, from, thru), ',')
}

func (w *Writer) institutionalExtensions(b []byte, c *records.Institutional) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	b = fhir.CodeExtension(b, codebook.NonPaymentReasons, strings.TrimSpace(c.ClmMdcrNonPmtRsnCd))
	b = amountExtension(b, "prpayamt", c.NchPrmryPyrClmPdAmt)
	b = fhir.IdentifierExtension(b, "fi_num", strings.TrimSpace(c.FiNum))
	b = fhir.IdentifierExtension(b, "fi_doc_clm_cntl_num", strings.TrimSpace(c.FiDocClmCntlNum))
	b = fhir.IdentifierExtension(b, "fi_orig_clm_cntl_num", strings.TrimSpace(c.FiOrigClmCntlNum))
	switch c.Type {
	case life.Inpatient:
		b = amountExtension(b, "clm_pass_thru_per_diem_amt", c.ClmPassThruPerDiemAmt)
		b = amountExtension(b, "nch_profnl_cmpnt_chrg_amt", c.NchProfnlCmpntChrgAmt)
		b = amountExtension(b, "ime_op_clm_val_amt", c.ImeOpClmValAmt)
		b = amountExtension(b, "dsh_op_clm_val_amt", c.DshOpClmValAmt)
		b = amountExtension(b, "ime_op_clm_val_amt", c.ImeOpClmValAmt) // the server sends it twice
		b = amountExtension(b, "clm_uncompd_care_pmt_amt", c.ClmUncompdCarePmtAmt)
		b = amountExtension(b, "nch_drg_outlier_aprvd_pmt_amt", c.NchDrgOutlierAprvdPmtAmt)
		b = w.stayAmounts(b, c)
	case life.SNF:
		b = w.stayAmounts(b, c)
	case life.Outpatient:
		b = amountExtension(b, "nch_bene_blood_ddctbl_lblty_am", c.NchBeneBloodDdctblLbltyAm)
		b = amountExtension(b, "nch_profnl_cmpnt_chrg_amt", c.NchProfnlCmpntChrgAmt)
		b = amountExtension(b, "nch_bene_ptb_ddctbl_amt", c.NchBenePtbDdctblAmt)
		b = amountExtension(b, "nch_bene_ptb_coinsrnc_amt", c.NchBenePtbCoinsrncAmt)
	case life.Hospice:
		b = fhir.QuantityExtension(b, "bene_hospc_prd_cnt", column.Units(int64(c.BeneHospcPrdCnt)))
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) stayAmounts(b []byte, c *records.Institutional) []byte {
	b = amountExtension(b, "nch_bene_ip_ddctbl_amt", c.NchBeneIPDdctblAmt)
	b = amountExtension(b, "nch_bene_pta_coinsrnc_lblty_amt", c.NchBenePtaCoinsrncLbltyAm)
	b = amountExtension(b, "nch_bene_blood_ddctbl_lblty_am", c.NchBeneBloodDdctblLbltyAm)
	b = amountExtension(b, "nch_ip_ncvrd_chrg_amt", c.NchIPNcvrdChrgAmt)
	b = amountExtension(b, "nch_ip_tot_ddctn_amt", c.NchIPTotDdctnAmt)
	b = amountExtension(b, "clm_pps_cptl_dsprprtnt_shr_amt", c.ClmPpsCptlDsprprtntShrAmt)
	b = amountExtension(b, "clm_pps_cptl_excptn_amt", c.ClmPpsCptlExcptnAmt)
	b = amountExtension(b, "clm_pps_cptl_fsp_amt", c.ClmPpsCptlFspAmt)
	b = amountExtension(b, "clm_pps_cptl_ime_amt", c.ClmPpsCptlImeAmt)
	b = amountExtension(b, "clm_pps_cptl_outlier_amt", c.ClmPpsCptlOutlierAmt)
	return amountExtension(b, "clm_pps_old_cptl_hld_hrmls_amt", c.ClmPpsOldCptlHldHrmlsAmt)
}

func (w *Writer) institutionalInfo(b []byte, c *records.Institutional) []byte {
	b = w.infoDate(b, "nch_wkly_proc_dt", c.NchWklyProcDt)
	if c.Type == life.Inpatient || c.Type == life.SNF {
		b = w.infoCode(b, "clm_ip_admsn_type_cd", codebook.AdmissionTypes, c.ClmIPAdmsnTypeCd)
		b = w.infoCode(b, "clm_src_ip_admsn_cd", codebook.AdmissionSources, c.ClmSrcIPAdmsnCd)
		b = w.infoPeriod(b, "nch_vrfd_ncvrd_stay_from_dt", c.NchVrfdNcvrdStayFromDt, c.NchVrfdNcvrdStayThruDt)
		b = w.infoPeriod(b, "nch_qlfyd_stay_from_dt", c.NchQlfydStayFromDt, c.NchQlfydStayThruDt)
	}
	if c.Type == life.Inpatient || c.Type == life.SNF || c.Type == life.Hospice {
		b = w.infoCode(b, "nch_ptnt_stus_ind_cd", codebook.PatientStatuses, c.NchPtntStusIndCd)
	}
	b = w.infoCode(b, "clm_mco_pd_sw", codebook.ManagedCare, c.ClmMcoPdSw)
	b = w.infoCode(b, "clm_freq_cd", codebook.BillFrequencies, c.ClmFreqCd)
	b = w.infoCode(b, "ptnt_dschrg_stus_cd", codebook.DischargeStatuses, c.PtntDschrgStusCd)
	b = w.infoCode(b, "nch_prmry_pyr_cd", codebook.PrimaryPayers, c.NchPrmryPyrCd)
	b = w.infoCode(b, "clm_hha_lupa_ind_cd", codebook.LUPAIndicators, c.ClmHhaLupaIndCd)
	return w.infoCode(b, "clm_hha_rfrl_cd", codebook.HHAReferrals, c.ClmHhaRfrlCd)
}

func (w *Writer) procedures(b []byte, c *records.Institutional) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i := range c.IcdPrcdr {
		p := &c.IcdPrcdr[i]
		v := codebook.ICDOf(p.VrsnCd)
		b = fhir.Procedure(b, i+1, p.Dt, v, p.Cd, []string{icdSystem(v)})
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) revenueItems(b []byte, c *records.Institutional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.revenueAdjudications(b, c.Type, l)
		b = append(fhirjson.CloseWith(b, ']'), ',')
		b = linkMember(b, "careTeamLinkId", w.lines[i].team)
		if l.RevCntrNdcQty != column.NoQuantity {
			b = append(b, `"extension":[`...)
			b = fhir.QuantityExtension(b, "rev_cntr_ndc_qty", l.RevCntrNdcQty)
			b = append(fhirjson.CloseWith(b, ']'), ',')
		}
		b = append(b, `"locationAddress":{"state":`...)
		b = fhirjson.AppendPlain(b, c.PrvdrStateCd)
		b = append(b, `},`...)
		b = w.modifiers(b, l.HcpcsMdfrCd[:], "")
		b = append(b, `"quantity":{"value":`...)
		b = l.RevCntrUnitCnt.AppendJSON(b)
		b = append(b, `},"revenue":{"coding":[`...)
		b = fhir.SetCoding(b, codebook.RevenueCodes, l.RevCntr)
		b = append(b, ']')
		at := len(b)
		b = append(b, `,"extension":[`...)
		inner := len(b)
		b = fhir.CodeExtension(b, codebook.CoinsuranceCodes, strings.TrimSpace(l.RevCntrDdctblCoinsrncCd))
		b = fhir.CodeExtension(b, codebook.PaymentMethods, strings.TrimSpace(l.RevCntrStusIndCd))
		if len(b) == inner {
			b = b[:at]
		} else {
			b = fhirjson.CloseWith(b, ']')
		}
		b = append(b, `},"sequence":`...)
		b = fhirjson.AppendInt(b, l.ClmLineNum)
		b = append(b, ',')
		b = w.service(b, l.HcpcsCd, "")
		if l.RevCntrDt != 0 {
			b = append(b, `"servicedDate":`...)
			b = append(fhirjson.AppendDate(b, l.RevCntrDt), ',')
		}
		b = append(fhirjson.CloseObject(b), ',')
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) revenueAdjudications(b []byte, kind life.ClaimType, l *records.RevenueLine) []byte {
	if kind == life.Outpatient || kind == life.HHA {
		for i, code := range l.RevCntrAnsiCd {
			b = reasonAdjudication(b, fhir.ANSIReasons[i], code)
		}
	}
	b = adjudication(b, "rev_cntr_rate_amt", l.RevCntrRateAmt)
	b = adjudication(b, "rev_cntr_tot_chrg_amt", l.RevCntrTotChrgAmt)
	b = adjudication(b, "rev_cntr_ncvrd_chrg_amt", l.RevCntrNcvrdChrgAmt)
	if kind == life.Outpatient {
		b = adjudication(b, "rev_cntr_blood_ddctbl_amt", l.RevCntrBloodDdctblAmt)
		b = adjudication(b, "rev_cntr_cash_ddctbl_amt", l.RevCntrCashDdctblAmt)
		b = adjudication(b, "rev_cntr_coinsrnc_wge_adjstd_c", l.RevCntrCoinsrncWgeAdjst)
		b = adjudication(b, "rev_cntr_rdcd_coinsrnc_amt", l.RevCntrRdcdCoinsrncAmt)
		b = adjudication(b, "rev_cntr_1st_msp_pd_amt", l.RevCntr1stMspPdAmt)
		b = adjudication(b, "rev_cntr_2nd_msp_pd_amt", l.RevCntr2ndMspPdAmt)
	}
	if kind == life.Outpatient || kind == life.Hospice {
		b = adjudication(b, "rev_cntr_prvdr_pmt_amt", l.RevCntrPrvdrPmtAmt)
		b = adjudication(b, "rev_cntr_bene_pmt_amt", l.RevCntrBenePmtAmt)
	}
	if kind == life.Outpatient {
		b = adjudication(b, "rev_cntr_ptnt_rspnsblty_pmt", l.RevCntrPtntRspnsbltyPmt)
	}
	if kind != life.Inpatient && kind != life.SNF {
		b = adjudication(b, "rev_cntr_pmt_amt_amt", l.RevCntrPmtAmtAmt)
	}
	return b
}
