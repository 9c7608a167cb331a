package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

func (w *Writer) infoSequence(b []byte) []byte {
	w.infos++
	b = append(b, `,"sequence":`...)
	return fhirjson.AppendInt(b, w.infos)
}

// infoCode writes an entry with a code, unless the column is empty.
func (w *Writer) infoCode(b []byte, kind category, set *codebook.Set, code string) []byte {
	if code == "" {
		return b
	}
	b = categoryMember(b, kind)
	b = append(b, `,"code":{"coding":[`...)
	b = fhir.SetCoding(b, set, code)
	b = append(b, `]}`...)
	return append(w.infoSequence(b), `},`...)
}

func (w *Writer) infoDate(b []byte, kind category, d column.Date) []byte {
	if d == 0 {
		return b
	}
	b = categoryMember(b, kind)
	b = w.infoSequence(b)
	b = append(b, `,"timingDate":`...)
	b = fhirjson.AppendDate(b, d)
	return append(b, `},`...)
}

func (w *Writer) infoPeriod(b []byte, kind category, from, thru column.Date) []byte {
	if from == 0 && thru == 0 {
		return b
	}
	b = categoryMember(b, kind)
	b = w.infoSequence(b)
	b = append(b, `,"timingPeriod":`...)
	b = fhir.Period(b, from, thru)
	return append(b, `},`...)
}

func (w *Writer) infoCount(b []byte, kind category, n int) []byte {
	b = categoryMember(b, kind)
	b = w.infoSequence(b)
	b = append(b, `,"valueQuantity":{"value":`...)
	b = fhirjson.AppendInt(b, n)
	return append(b, `}},`...)
}

var (
	receivedInfo        = category{code: "clmrecvddate", display: "Claim Received Date", variable: "nch_wkly_proc_dt"}
	admissionInfo       = category{code: "admissionperiod", display: "Admission Period"}
	admitTypeInfo       = category{code: "admtype", display: "Information", variable: "clm_ip_admsn_type_cd"}
	typeOfBillInfo      = category{code: "typeofbill", display: "Type of Bill"}
	dischargeInfo       = category{code: "discharge-status", display: "Discharge Status"}
	compoundInfo        = category{code: "compoundcode", display: "Compound Code"}
	refillInfo          = category{code: "refillnum", display: "Refill Number"}
	supplyInfo          = category{code: "dayssupply", display: "Days Supply"}
	originInfo          = category{code: "rxorigincode", display: "Rx Origin Code"}
	brandInfo           = category{code: "brandgenericindicator", display: "Brand Generic Indicator"}
	payerInfo           = category{variable: "nch_prmry_pyr_cd"}
	patientStatusInfo   = category{variable: "nch_ptnt_stus_ind_cd"}
	admissionSourceInfo = category{variable: "clm_src_ip_admsn_cd"}
	nonCoveredStayInfo  = category{variable: "nch_vrfd_ncvrd_stay_from_dt"}
	exhaustedInfo       = category{variable: "nch_bene_mdcr_bnfts_exhtd_dt_i"}
	qualifiedStayInfo   = category{variable: "nch_qlfyd_stay_from_dt"}
	drgInfo             = category{variable: "clm_drg_cd"}
	bloodInfo           = category{variable: "nch_blood_pnts_frnshd_qty"}
	managedCareInfo     = category{variable: "clm_mco_pd_sw"}
	paymentSystemInfo   = category{variable: "clm_pps_ind_cd"}
	lupaInfo            = category{variable: "clm_hha_lupa_ind_cd"}
	referralInfo        = category{variable: "clm_hha_rfrl_cd"}
	visitsInfo          = category{variable: "clm_hha_tot_visit_cnt"}
	hemoglobinInfo      = category{variable: "line_hct_hgb_rslt_num"}
	coverageInfo        = category{variable: "drug_cvrg_stus_cd"}
	dispenseAsInfo      = category{variable: "daw_prod_slctn_cd"}
	partialFillInfo     = category{variable: "dspnsng_stus_cd"}
	eventChangeInfo     = category{variable: "adjstmt_dltn_cd"}
	formatInfo          = category{variable: "nstd_frmt_cd"}
	pricingInfo         = category{variable: "prcng_excptn_cd"}
	catastrophicInfo    = category{variable: "ctstrphc_cvrg_cd"}
	residenceInfo       = category{variable: "ptnt_rsdnc_cd"}
	submissionInfo      = category{variable: "submsn_clr_cd"}
)

// A category of supporting information has a CARIN code or the general one, and a
// variable, if any.
type category struct{ code, display, variable string }

// categoryMember begins an entry of supporting information with its category.
func categoryMember(b []byte, c category) []byte {
	b = append(b, `{"category":{"coding":[`...)
	if c.code == "" {
		b = append(b, fhir.InfoCategory...)
	} else {
		b = fhir.Coding(b, fhir.CARIN+"C4BBSupportingInfoType", c.code, c.display)
	}
	if c.variable != "" {
		b = fhir.VariableCoding(append(b, ','), "information", c.variable)
	}
	return append(b, `]}`...)
}
