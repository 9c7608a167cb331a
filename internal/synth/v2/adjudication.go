package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
)

var (
	drugCostTotal           = adjudication{category: fhir.DrugCost}
	otherTotal              = adjudication{category: fhir.OtherStatus}
	submittedTotal          = adjudication{fhir.Submitted, "clm_tot_chrg_amt"}
	priorPayerTotal         = adjudication{fhir.PriorPayer, "clm_tot_chrg_amt"}
	rateAmount              = adjudication{fhir.Submitted, "rev_cntr_rate_amt"}
	totalChargeAmount       = adjudication{fhir.Submitted, "rev_cntr_tot_chrg_amt"}
	nonCoveredAmount        = adjudication{fhir.Noncovered, "rev_cntr_ncvrd_chrg_amt"}
	bloodDeductibleAmount   = adjudication{fhir.Deductible, "rev_cntr_blood_ddctbl_amt"}
	cashDeductibleAmount    = adjudication{fhir.Deductible, "rev_cntr_cash_ddctbl_amt"}
	wageCoinsuranceAmount   = adjudication{fhir.Coinsurance, "rev_cntr_coinsrnc_wge_adjstd_c"}
	reducedCoinsurance      = adjudication{fhir.Coinsurance, "rev_cntr_rdcd_coinsrnc_amt"}
	firstPayerAmount        = adjudication{fhir.PriorPayer, "rev_cntr_1st_msp_pd_amt"}
	secondPayerAmount       = adjudication{fhir.PriorPayer, "rev_cntr_2nd_msp_pd_amt"}
	providerPaymentAmount   = adjudication{fhir.ToProvider, "rev_cntr_prvdr_pmt_amt"}
	patientPaymentAmount    = adjudication{fhir.ToPatient, "rev_cntr_bene_pmt_amt"}
	responsibilityAmount    = adjudication{fhir.ByPatient, "rev_cntr_ptnt_rspnsblty_pmt"}
	paymentAmount           = adjudication{fhir.Submitted, "rev_cntr_pmt_amt_amt"}
	lineToPatientAmount     = adjudication{fhir.ToPatient, "line_bene_pmt_amt"}
	lineToProviderAmount    = adjudication{fhir.ToProvider, "line_prvdr_pmt_amt"}
	lineDeductibleAmount    = adjudication{fhir.Deductible, "line_bene_ptb_ddctbl_amt"}
	linePriorPayerAmount    = adjudication{fhir.PriorPayer, "line_bene_prmry_pyr_pd_amt"}
	lineCoinsuranceAmount   = adjudication{fhir.Coinsurance, "line_coinsrnc_amt"}
	lineSubmittedAmount     = adjudication{fhir.Submitted, "line_sbmtd_chrg_amt"}
	lineAllowedAmount       = adjudication{fhir.Eligible, "line_alowd_chrg_amt"}
	linePrimaryAmount       = adjudication{fhir.Eligible, "line_prmry_alowd_chrg_amt"}
	linePurchaseAmount      = adjudication{fhir.Submitted, "line_dme_prchs_price_amt"}
	linePurchaseAsPayment   = adjudication{fhir.ToProvider, "line_bene_pmt_amt"}
	linePayment             = adjudication{fhir.Benefit, "line_nch_pmt_amt"}
	planPaidAmount          = adjudication{fhir.Benefit, "cvrd_d_plan_pd_amt"}
	planPaidNonCovered      = adjudication{fhir.Noncovered, "cvrd_d_plan_pd_amt"}
	belowThresholdAmount    = adjudication{fhir.Coinsurance, "gdc_blw_oopt_amt"}
	aboveThresholdAmount    = adjudication{fhir.Coinsurance, "gdc_abv_oopt_amt"}
	patientPayAmount        = adjudication{fhir.ByPatient, "ptnt_pay_amt"}
	otherOutOfPocketAmount  = adjudication{fhir.PriorPayer, "othr_troop_amt"}
	subsidyAmount           = adjudication{fhir.Discount, "lics_amt"}
	liabilityReducingAmount = adjudication{fhir.PriorPayer, "plro_amt"}
	totalDrugCostAmount     = adjudication{fhir.DrugCost, "tot_rx_cst_amt"}
	gapDiscountAmount       = adjudication{fhir.Discount, "rptd_gap_dscnt_num"}
)

// An adjudication has a category, which is a Coding, and a variable, if any. Totals
// have the same form.
type adjudication struct{ category, variable string }

// adjudicationAmount begins an adjudication or total: its amount and category.
func adjudicationAmount(b []byte, a column.Amount, kind adjudication) []byte {
	b = append(b, `{"amount":`+fhir.MoneyStart...)
	b = a.AppendJSON(b)
	b = append(b, fhir.AdjudicationStart+`{"coding":[`...)
	b = append(b, kind.category...)
	if kind.variable != "" {
		b = fhir.VariableCoding(append(b, ','), "adjudication", kind.variable)
	}
	return append(b, `]}`...)
}

// appendAdjudication writes an adjudication or total, with a comma after it.
func appendAdjudication(b []byte, a column.Amount, kind adjudication) []byte {
	return append(adjudicationAmount(b, a, kind), `},`...)
}
