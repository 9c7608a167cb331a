package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
)

// A category of supporting information is of CARIN or of the server's own code
// system.
type category struct {
	code, display string
	carin         bool
}

// categoryMember begins an entry of supporting information with its category. The
// published maps put the general category first, and omit it beside one of CARIN.
func (w *Writer) categoryMember(b []byte, c *category) []byte {
	b = append(b, `{"category":{"coding":[`...)
	if w.shape == mapShape && !c.carin {
		b = append(b, fhir.InfoCategory+`,`...)
	}
	system := repositoryCodes + "Supporting-Information"
	if c.carin {
		system = fhir.CARIN + "C4BBSupportingInfoType"
	}
	b = fhir.Coding(b, system, c.code, c.display)
	if w.shape == serverShape {
		b = append(b, `,`+fhir.InfoCategory...)
	}
	return append(b, `]}`...)
}

var (
	adjustmentTypeInfo = category{code: "CLM_ADJSTMT_TYPE_CD", display: "Claim Adjustment Type Code"}
	loadDateInfo       = category{code: "CLM_IDR_LD_DT", display: "Claim IDR Load Date"}
	enhancementInfo    = category{code: "CLM_BNFT_ENHNCMT_CD", display: "Claim Benefit Enhancement Code"}
	renderingStateInfo = category{code: "RNDRG_PRVDR_FIPS_ST_CD", display: "State of the Rendering Provider (FIPS)"}
	facilityStateInfo  = category{code: "PRVDR_FAC_FIPS_ST_CD", display: "State of the Facility (FIPS)"}
	queryInfo          = category{code: "CLM_QUERY_CD", display: "Claim Query Code"}
	contractorInfo     = category{code: "CLM_CNTRCTR_NUM", display: "Claim Contractor Number"}
	primaryPayerInfo   = category{code: "CLM_NCH_PRMRY_PYR_CD", display: "Primary Payer Code (NCH)"}
	dispositionInfo    = category{code: "CLM_DISP_CD", display: "Claim Disposition Code"}
	weeklyInfo         = category{code: "CLM_NCH_WKLY_PROC_DT", display: "Weekly Processing Date"}
	processedInfo      = category{code: "CLM_CMS_PROC_DT", display: "Processing Date"}
	nearLineInfo       = category{code: "CLM_NRLN_RIC_CD", display: "Near Line Record Identification Code"}
	nonPaymentInfo     = category{code: "CLM_MDCR_NPMT_RSN_CD", display: "Non-Payment Reason Code"}
	outpatientTypeInfo = category{code: "CLM_OP_SRVC_TYPE_CD", display: "Outpatient Service Type Code"}
	conditionInfo      = category{code: "CLM_RLT_COND_CD", display: "Related Condition Code"}
	careThruInfo       = category{code: "CLM_ACTV_CARE_THRU_DT", display: "Covered Care Through Date"}
	denialInfo         = category{code: "CLM_CARR_PMT_DNL_CD", display: "Payment Denial Code"}
	auditInfo          = category{code: "CLM_PD_STUS_CD", display: "Paid Status Code"}
	trackingInfo       = category{code: "CLM_LINE_PMD_UNIQ_TRKNG_NUM", display: "Prior Authorization Tracking Number"}
	dispensingInfo     = category{code: "CLM_DSPNSNG_STUS_CD", display: "Dispensing Status Code"}
	prescriptionInfo   = category{code: "CLM_LINE_RX_NUM", display: "Prescription Service Reference Number"}
	pharmacyInfo       = category{code: "CLM_PHRMCY_SRVC_TYPE_CD", display: "Pharmacy Service Type Code"}
	contractInfo       = category{code: "CLM_SBMTR_CNTRCT_NUM", display: "Submitter Contract Number"}
	switchInfos        = [6]category{
		idr.PBPMTSwitch:         {code: "CLM_NGACO_PBPMT_SW", display: "Population Based Payments"},
		idr.PostDischargeSwitch: {code: "CLM_NGACO_PDSCHRG_HCBS_SW", display: "Visits at Home after Discharge"},
		idr.SNFSwitch:           {code: "CLM_NGACO_SNF_WVR_SW", display: "Waiver of Three Days before SNF"},
		idr.TelehealthSwitch:    {code: "CLM_NGACO_TLHLTH_SW", display: "Telehealth"},
		idr.CapitationSwitch:    {code: "CLM_NGACO_CPTATN_SW", display: "Capitation"},
		idr.CMGSwitch:           {code: "CLM_ACO_CARE_MGMT_HCBS_SW", display: "Care Management at Home"},
	}

	typeOfBillInfo = category{code: "typeofbill", carin: true}
	dischargeInfo  = category{code: "discharge-status", carin: true}
	drgInfo        = category{code: "drg", carin: true}
	admitTypeInfo  = category{code: "admtype", carin: true}
	originInfo     = category{code: "pointoforigin", carin: true}
	admissionInfo  = category{code: "admissionperiod", carin: true}
	receivedInfo   = category{code: "clmrecvddate", carin: true}
	supplyInfo     = category{code: "dayssupply", carin: true}
	refillInfo     = category{code: "refillnum", carin: true}
	refillsInfo    = category{code: "refillsauthorized", carin: true}
	dispenseAsInfo = category{code: "dawcode", carin: true}
	brandInfo      = category{code: "brandgenericindicator", carin: true}
)

func (w *Writer) infoEnd(b []byte) []byte {
	w.infos++
	b = append(b, `,"sequence":`...)
	return fhirjson.AppendInt(b, w.infos)
}

// infoCodes writes an entry with a code of several systems.
func (w *Writer) infoCodes(b []byte, category *category, code string, systems ...string) []byte {
	if !idr.HasValue(code) {
		return b
	}
	b = w.categoryMember(b, category)
	b = append(b, `,"code":{"coding":[`...)
	for _, system := range systems {
		b = appendCode(b, system, code)
		b = append(b, ',')
	}
	b = append(fhirjson.CloseWith(b, ']'), '}')
	b = w.infoEnd(b)
	return append(b, `},`...)
}

// infoCode writes an entry with a code of the server's own system.
func (w *Writer) infoCode(b []byte, category *category, code, name string) []byte {
	return w.infoCodes(b, category, code, name)
}

func (w *Writer) infoDate(b []byte, category *category, d column.Date) []byte {
	if d == 0 {
		return b
	}
	b = w.categoryMember(b, category)
	b = w.infoEnd(b)
	b = append(b, `,"timingDate":`...)
	b = fhirjson.AppendDate(b, d)
	return append(b, `},`...)
}

func (w *Writer) infoCount(b []byte, category *category, n int, unit string) []byte {
	b = w.categoryMember(b, category)
	b = w.infoEnd(b)
	b = append(b, `,"valueQuantity":{"unit":"`...)
	b = append(b, unit...)
	b = append(b, `","value":`...)
	b = fhirjson.AppendInt(b, n)
	return append(b, `}},`...)
}

func (w *Writer) infoString(b []byte, category *category, value string) []byte {
	if !idr.HasValue(value) {
		return b
	}
	b = w.categoryMember(b, category)
	b = w.infoEnd(b)
	b = append(b, `,"valueString":`...)
	b = fhirjson.AppendPlain(b, value)
	return append(b, `},`...)
}
