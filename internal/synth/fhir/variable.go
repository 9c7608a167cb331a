package fhir

import (
	"sync"

	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

// variableNames returns the names that the codebook gives the variables, in our
// words.
var variableNames = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"bene_lrd_used_cnt":               "Lifetime Reserve Days (LRD) of Medicare Used by the Beneficiary",
		"bene_tot_coinsrnc_days_cnt":      "Total Coinsurance Days of the Beneficiary",
		"carr_clm_cash_ddctbl_apld_amt":   "Cash Deductible Applied to the Carrier Claim (the sum of the deductibles of the lines)",
		"clm_drg_cd":                      "Diagnosis Related Group Code of the Claim (or MS-DRG Code)",
		"clm_hha_lupa_ind_cd":             "Low Utilization Payment Adjustment (LUPA) Indicator of the HHA Claim",
		"clm_hha_rfrl_cd":                 "Referral Code of the HHA Claim",
		"clm_hha_tot_visit_cnt":           "Total Visits of the HHA Claim",
		"clm_ip_admsn_type_cd":            "Type of Inpatient Admission of the Claim",
		"clm_mco_pd_sw":                   "Claim Paid by a Managed Care Organization (MCO)",
		"clm_non_utlztn_days_cnt":         "Days of the Claim that Medicare Did Not Count",
		"clm_op_bene_pmt_amt":             "Payment of the Outpatient Claim to the Beneficiary",
		"clm_op_prvdr_pmt_amt":            "Payment of the Outpatient Claim to the Provider",
		"clm_pass_thru_per_diem_amt":      "Pass Thru Per Diem Amount of the Claim",
		"clm_pps_cptl_drg_wt_num":         "Capital DRG Weight of the Claim under PPS",
		"clm_pps_cptl_dsprprtnt_shr_amt":  "Capital Disproportionate Share Amount of the Claim under PPS",
		"clm_pps_cptl_excptn_amt":         "Capital Exception Amount of the Claim under PPS",
		"clm_pps_cptl_fsp_amt":            "Capital Federal Specific Portion (FSP) Amount of the Claim under PPS",
		"clm_pps_cptl_ime_amt":            "Capital Indirect Medical Education (IME) Amount of the Claim under PPS",
		"clm_pps_cptl_outlier_amt":        "Capital Outlier Amount of the Claim under PPS",
		"clm_pps_ind_cd":                  "PPS Indicator Code of the Claim",
		"clm_pps_old_cptl_hld_hrmls_amt":  "Old Capital Hold Harmless Amount of the Claim under PPS",
		"clm_src_ip_admsn_cd":             "Source of the Inpatient Admission of the Claim",
		"clm_tot_chrg_amt":                "Total Charge of the Claim",
		"clm_tot_pps_cptl_amt":            "Total Capital Amount of the Claim under PPS",
		"clm_utlztn_day_cnt":              "Days of Medicare Utilization of the Claim",
		"line_hct_hgb_rslt_num":           "Result of the Hematocrit or Hemoglobin Test",
		"nch_bene_blood_ddctbl_lblty_am":  "Blood Deductible Liability of the Beneficiary (NCH)",
		"nch_bene_ip_ddctbl_amt":          "Inpatient (or Other Part A) Deductible of the Beneficiary (NCH)",
		"nch_bene_mdcr_bnfts_exhtd_dt_i":  "Date When the Medicare Benefits of the Beneficiary Were Exhausted (NCH)",
		"nch_bene_pta_coinsrnc_lblty_amt": "Part A Coinsurance Liability of the Beneficiary (NCH)",
		"nch_bene_ptb_coinsrnc_amt":       "Part B Coinsurance of the Beneficiary (NCH)",
		"nch_bene_ptb_ddctbl_amt":         "Part B Deductible of the Beneficiary (NCH)",
		"nch_blood_pnts_frnshd_qty":       "Pints of Blood Furnished (NCH)",
		"nch_carr_clm_alowd_amt":          "Allowed Charge of the Carrier Claim (NCH; the sum of the allowed charges of the lines)",
		"nch_carr_clm_sbmtd_chrg_amt":     "Submitted Charge of the Carrier Claim (NCH; the sum of the submitted charges of the lines)",
		"nch_clm_bene_pmt_amt":            "Payment of the Claim to the Beneficiary (NCH)",
		"nch_clm_prvdr_pmt_amt":           "Payment of the Claim to the Provider (NCH)",
		"nch_drg_outlier_aprvd_pmt_amt":   "Approved DRG Outlier Payment (NCH)",
		"nch_ip_ncvrd_chrg_amt":           "Inpatient (or Other Part A) Non-Covered Charge (NCH)",
		"nch_ip_tot_ddctn_amt":            "Inpatient (or Other Part A) Total of Deductible and Coinsurance (NCH)",
		"nch_prmry_pyr_cd":                "Primary Payer Code, if Not Medicare (NCH)",
		"nch_profnl_cmpnt_chrg_amt":       "Charge of the Professional Component",
		"nch_ptnt_stus_ind_cd":            "Patient Status Indicator Code (NCH)",
		"nch_qlfyd_stay_from_dt":          "First Day of the Qualified Stay (NCH)",
		"nch_vrfd_ncvrd_stay_from_dt":     "First Day of the Verified Non-Covered Stay (NCH)",
		"nch_wkly_proc_dt":                "Weekly Processing Date of the Claim (NCH)",
		"prpayamt":                        "Paid by the Primary Payer of the Claim, if Not Medicare (NCH)",

		"rev_cntr_rate_amt":              "Rate of the Revenue Center",
		"rev_cntr_tot_chrg_amt":          "Total Charge of the Revenue Center",
		"rev_cntr_ncvrd_chrg_amt":        "Non-Covered Charge of the Revenue Center",
		"rev_cntr_pmt_amt_amt":           "Payment of the Revenue Center (by Medicare)",
		"rev_cntr_prvdr_pmt_amt":         "Payment of the Revenue Center to the Provider (by Medicare)",
		"rev_cntr_bene_pmt_amt":          "Payment of the Revenue Center to the Beneficiary",
		"rev_cntr_blood_ddctbl_amt":      "Blood Deductible of the Revenue Center",
		"rev_cntr_cash_ddctbl_amt":       "Cash Deductible of the Revenue Center",
		"rev_cntr_coinsrnc_wge_adjstd_c": "Coinsurance of the Revenue Center, Adjusted for Wages",
		"rev_cntr_rdcd_coinsrnc_amt":     "Reduced Coinsurance of the Revenue Center",
		"rev_cntr_1st_msp_pd_amt":        "Paid by the First Payer before Medicare (MSP) for the Revenue Center",
		"rev_cntr_2nd_msp_pd_amt":        "Paid by the Second Payer before Medicare (MSP) for the Revenue Center",
		"rev_cntr_ptnt_rspnsblty_pmt":    "Payment of the Revenue Center that the Patient is Responsible for",

		"line_nch_pmt_amt":           "Medicare Payment of the Line (NCH)",
		"line_bene_pmt_amt":          "Payment of the Line to the Beneficiary",
		"line_prvdr_pmt_amt":         "Payment of the Line to the Provider",
		"line_bene_ptb_ddctbl_amt":   "Part B Deductible of the Beneficiary for the Line",
		"line_bene_prmry_pyr_pd_amt": "Paid by the Primary Payer for the Line, if Not Medicare",
		"line_coinsrnc_amt":          "Coinsurance of the Beneficiary for the Line",
		"line_sbmtd_chrg_amt":        "Submitted Charge of the Line",
		"line_alowd_chrg_amt":        "Allowed Charge of the Line",
		"line_prmry_alowd_chrg_amt":  "Charge of the Line that the Primary Payer Allowed",
		"line_dme_prchs_price_amt":   "Purchase Price of the Equipment of the Line",

		"cvrd_d_plan_pd_amt": "Paid by the Part D plan for the event (the drug is covered by Part D)",
		"gdc_blw_oopt_amt":   "Gross Drug Cost Below the Out-of-Pocket Threshold of Part D (GDCB)",
		"gdc_abv_oopt_amt":   "Gross Drug Cost Above the Out-of-Pocket Threshold of Part D (GDCA)",
		"ptnt_pay_amt":       "Paid by the Patient",
		"othr_troop_amt":     "Other True Out-of-Pocket (TrOOP) Amount",
		"lics_amt":           "Paid for the event by the low income subsidy of Part D",
		"plro_amt":           "Reduction of the patient's liability by payments of other payers (PLRO)",
		"tot_rx_cst_amt":     "Total drug cost (Part D)",
		"rptd_gap_dscnt_num": "Gap Discount Amount",

		"drug_cvrg_stus_cd": "Drug Coverage Status Code",
		"daw_prod_slctn_cd": "Dispense as Written (DAW) Product Selection Code",
		"dspnsng_stus_cd":   "Dispensing Status Code",
		"adjstmt_dltn_cd":   "Adjustment or Deletion Code",
		"nstd_frmt_cd":      "Non-Standard Format Code",
		"prcng_excptn_cd":   "Pricing Exception Code",
		"ctstrphc_cvrg_cd":  "Catastrophic Coverage Code",
		"ptnt_rsdnc_cd":     "Patient Residence Code",
		"submsn_clr_cd":     "Submission Clarification Code",
	}
})

// VariableCoding writes the Coding of a variable, in the code system named system.
func VariableCoding(b []byte, system, variable string) []byte {
	name, ok := variableNames()[variable]
	if !ok {
		panic("synth: internal error: no name for the variable " + variable)
	}
	b = append(b, `{"code":"`+Variables...)
	b = append(append(b, variable...), `","display":`...)
	b = fhirjson.AppendString(b, name)
	b = append(b, `,"system":"`+BlueButton...)
	return append(append(b, system...), `"}`...)
}

const InfoCategory = `{"code":"info","display":"Information","system":"` + Terminology + `claiminformationcategory"}`
