package synth

// The parts that v2 resources are made of. Most of what a resource holds is
// the same in all of them, and is put together once, here.

// variableNames are what the codebook calls the variables, in our words.
var variableNames = map[string]string{
	"bene_lrd_used_cnt":              "Lifetime Reserve Days (LRD) of Medicare Used by the Beneficiary",
	"bene_tot_coinsrnc_days_cnt":     "Total Coinsurance Days of the Beneficiary",
	"carr_clm_cash_ddctbl_apld_amt":  "Cash Deductible Applied to the Carrier Claim (the sum of the deductibles of the lines)",
	"clm_drg_cd":                     "Diagnosis Related Group Code of the Claim (or MS-DRG Code)",
	"clm_hha_lupa_ind_cd":            "Low Utilization Payment Adjustment (LUPA) Indicator of the HHA Claim",
	"clm_hha_rfrl_cd":                "Referral Code of the HHA Claim",
	"clm_hha_tot_visit_cnt":          "Total Visits of the HHA Claim",
	"clm_ip_admsn_type_cd":           "Type of Inpatient Admission of the Claim",
	"clm_mco_pd_sw":                  "Claim Paid by a Managed Care Organization (MCO)",
	"clm_non_utlztn_days_cnt":        "Days of the Claim that Medicare Did Not Count",
	"clm_op_bene_pmt_amt":            "Payment of the Outpatient Claim to the Beneficiary",
	"clm_op_prvdr_pmt_amt":           "Payment of the Outpatient Claim to the Provider",
	"clm_pass_thru_per_diem_amt":     "Pass Thru Per Diem Amount of the Claim",
	"clm_pps_cptl_drg_wt_num":        "Capital DRG Weight of the Claim under PPS",
	"clm_pps_cptl_dsprprtnt_shr_amt": "Capital Disproportionate Share Amount of the Claim under PPS",
	"clm_pps_cptl_excptn_amt":        "Capital Exception Amount of the Claim under PPS",
	"clm_pps_cptl_fsp_amt":           "Capital Federal Specific Portion (FSP) Amount of the Claim under PPS",
	"clm_pps_cptl_ime_amt":           "Capital Indirect Medical Education (IME) Amount of the Claim under PPS",
	"clm_pps_cptl_outlier_amt":       "Capital Outlier Amount of the Claim under PPS",
	"clm_pps_ind_cd":                 "PPS Indicator Code of the Claim",
	"clm_pps_old_cptl_hld_hrmls_amt": "Old Capital Hold Harmless Amount of the Claim under PPS",
	"clm_src_ip_admsn_cd":            "Source of the Inpatient Admission of the Claim",
	"clm_tot_chrg_amt":               "Total Charge of the Claim",
	"clm_tot_pps_cptl_amt":           "Total Capital Amount of the Claim under PPS",
	"clm_utlztn_day_cnt":             "Days of Medicare Utilization of the Claim",
	"line_hct_hgb_rslt_num":          "Result of the Hematocrit or Hemoglobin Test",
	"nch_bene_blood_ddctbl_lblty_am": "Blood Deductible Liability of the Beneficiary (NCH)",
	"nch_bene_ip_ddctbl_amt":         "Inpatient (or Other Part A) Deductible of the Beneficiary (NCH)",
	"nch_bene_mdcr_bnfts_exhtd_dt_i": "Date When the Medicare Benefits of the Beneficiary Were Exhausted (NCH)",
	"nch_bene_pta_coinsrnc_lblty_am": "Part A Coinsurance Liability of the Beneficiary (NCH)",
	"nch_bene_ptb_coinsrnc_amt":      "Part B Coinsurance of the Beneficiary (NCH)",
	"nch_bene_ptb_ddctbl_amt":        "Part B Deductible of the Beneficiary (NCH)",
	"nch_blood_pnts_frnshd_qty":      "Pints of Blood Furnished (NCH)",
	"nch_carr_clm_alowd_amt":         "Allowed Charge of the Carrier Claim (NCH; the sum of the allowed charges of the lines)",
	"nch_carr_clm_sbmtd_chrg_amt":    "Submitted Charge of the Carrier Claim (NCH; the sum of the submitted charges of the lines)",
	"nch_clm_bene_pmt_amt":           "Payment of the Claim to the Beneficiary (NCH)",
	"nch_clm_prvdr_pmt_amt":          "Payment of the Claim to the Provider (NCH)",
	"nch_drg_outlier_aprvd_pmt_amt":  "Approved DRG Outlier Payment (NCH)",
	"nch_ip_ncvrd_chrg_amt":          "Inpatient (or Other Part A) Non-Covered Charge (NCH)",
	"nch_ip_tot_ddctn_amt":           "Inpatient (or Other Part A) Total of Deductible and Coinsurance (NCH)",
	"nch_prmry_pyr_cd":               "Primary Payer Code, if Not Medicare (NCH)",
	"nch_profnl_cmpnt_chrg_amt":      "Charge of the Professional Component",
	"nch_ptnt_stus_ind_cd":           "Patient Status Indicator Code (NCH)",
	"nch_qlfyd_stay_from_dt":         "First Day of the Qualified Stay (NCH)",
	"nch_vrfd_ncvrd_stay_from_dt":    "First Day of the Verified Non-Covered Stay (NCH)",
	"nch_wkly_proc_dt":               "Weekly Processing Date of the Claim (NCH)",
	"prpayamt":                       "Paid by the Primary Payer of the Claim, if Not Medicare (NCH)",

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

// nameOf is the Coding of a variable in a code system of variables.
func nameOf(system, variable string) string {
	name, ok := variableNames[variable]
	if !ok {
		panic("synth: no name for the variable " + variable)
	}
	return coding(blueButton+system, variables+variable, name)
}

// Supporting information, by the category that it has.
var (
	infoCategory = coding(terminology+"claiminformationcategory", "info", "Information")

	carinInfo = func(code, display string) string { return coding(carin+"C4BBSupportingInfoType", code, display) }

	receivedInfo   = concept(carinInfo("clmrecvddate", "Claim Received Date"), nameOf("information", "nch_wkly_proc_dt"))
	admissionInfo  = concept(carinInfo("admissionperiod", "Admission Period"))
	admitTypeInfo  = concept(carinInfo("admtype", "Information"), nameOf("information", "clm_ip_admsn_type_cd"))
	typeOfBillInfo = concept(carinInfo("typeofbill", "Type of Bill"))
	dischargeInfo  = concept(carinInfo("discharge-status", "Discharge Status"))
	compoundInfo   = concept(carinInfo("compoundcode", "Compound Code"))
	refillInfo     = concept(carinInfo("refillnum", "Refill Number"))
	supplyInfo     = concept(carinInfo("dayssupply", "Days Supply"))
	originInfo     = concept(carinInfo("rxorigincode", "Rx Origin Code"))
	brandInfo      = concept(carinInfo("brandgenericindicator", "Brand Generic Indicator"))

	payerInfo           = info("nch_prmry_pyr_cd")
	patientStatusInfo   = info("nch_ptnt_stus_ind_cd")
	admissionSourceInfo = info("clm_src_ip_admsn_cd")
	nonCoveredStayInfo  = info("nch_vrfd_ncvrd_stay_from_dt")
	exhaustedInfo       = info("nch_bene_mdcr_bnfts_exhtd_dt_i")
	qualifiedStayInfo   = info("nch_qlfyd_stay_from_dt")
	drgInfo             = info("clm_drg_cd")
	bloodInfo           = info("nch_blood_pnts_frnshd_qty")
	managedCareInfo     = info("clm_mco_pd_sw")
	paymentSystemInfo   = info("clm_pps_ind_cd")
	lupaInfo            = info("clm_hha_lupa_ind_cd")
	referralInfo        = info("clm_hha_rfrl_cd")
	visitsInfo          = info("clm_hha_tot_visit_cnt")
	hemoglobinInfo      = info("line_hct_hgb_rslt_num")
	coverageInfo        = info("drug_cvrg_stus_cd")
	dispenseAsInfo      = info("daw_prod_slctn_cd")
	partialFillInfo     = info("dspnsng_stus_cd")
	eventChangeInfo     = info("adjstmt_dltn_cd")
	formatInfo          = info("nstd_frmt_cd")
	pricingInfo         = info("prcng_excptn_cd")
	catastrophicInfo    = info("ctstrphc_cvrg_cd")
	residenceInfo       = info("ptnt_rsdnc_cd")
	submissionInfo      = info("submsn_clr_cd")
)

func info(variable string) string { return concept(infoCategory, nameOf("information", variable)) }

// An adjudication or total: what follows the amount in it.
var (
	thoAdjudication   = terminology + "adjudication"
	carinAdjudication = carin + "C4BBAdjudication"

	submitted     = coding(thoAdjudication, "submitted", "Submitted Amount")
	eligible      = coding(thoAdjudication, "eligible", "Eligible Amount")
	benefit       = coding(thoAdjudication, "benefit", "Benefit Amount")
	deductible    = coding(thoAdjudication, "deductible", "Deductible")
	coinsurance   = coding(carinAdjudication, "coinsurance", "Co-insurance")
	noncovered    = coding(carinAdjudication, "noncovered", "Noncovered")
	toProvider    = coding(carinAdjudication, "paidtoprovider", "Paid to provider")
	toPatient     = coding(carinAdjudication, "paidtopatient", "Paid to patient")
	byPatient     = coding(carinAdjudication, "paidbypatient", "Paid by patient")
	priorPayer    = coding(carinAdjudication, "priorpayerpaid", "Prior payer paid")
	discount      = coding(carinAdjudication, "discount", "Discount")
	drugCost      = coding(carinAdjudication, "drugcost", "Drug Cost")
	otherStatus   = coding(carin+"C4BBPayerAdjudicationStatus", "other", "Other")
	denialReasons = concept(coding(carin+"C4BBAdjudicationDiscriminator", "denialreason", "Denial Reason"))

	submittedTotal  = adjudication(submitted, "clm_tot_chrg_amt")
	priorPayerTotal = adjudication(priorPayer, "clm_tot_chrg_amt")
	drugCostTotal   = adjudicationStart + concept(drugCost) + "},"
	otherTotal      = adjudicationStart + concept(otherStatus) + "},"

	rateAmount              = adjudication(submitted, "rev_cntr_rate_amt")
	totalChargeAmount       = adjudication(submitted, "rev_cntr_tot_chrg_amt")
	nonCoveredAmount        = adjudication(noncovered, "rev_cntr_ncvrd_chrg_amt")
	bloodDeductibleAmount   = adjudication(deductible, "rev_cntr_blood_ddctbl_amt")
	cashDeductibleAmount    = adjudication(deductible, "rev_cntr_cash_ddctbl_amt")
	wageCoinsuranceAmount   = adjudication(coinsurance, "rev_cntr_coinsrnc_wge_adjstd_c")
	reducedCoinsurance      = adjudication(coinsurance, "rev_cntr_rdcd_coinsrnc_amt")
	firstPayerAmount        = adjudication(priorPayer, "rev_cntr_1st_msp_pd_amt")
	secondPayerAmount       = adjudication(priorPayer, "rev_cntr_2nd_msp_pd_amt")
	providerPaymentAmount   = adjudication(toProvider, "rev_cntr_prvdr_pmt_amt")
	patientPaymentAmount    = adjudication(toPatient, "rev_cntr_bene_pmt_amt")
	responsibilityAmount    = adjudication(byPatient, "rev_cntr_ptnt_rspnsblty_pmt")
	paymentAmount           = adjudication(submitted, "rev_cntr_pmt_amt_amt")
	lineToPatientAmount     = adjudication(toPatient, "line_bene_pmt_amt")
	lineToProviderAmount    = adjudication(toProvider, "line_prvdr_pmt_amt")
	lineDeductibleAmount    = adjudication(deductible, "line_bene_ptb_ddctbl_amt")
	linePriorPayerAmount    = adjudication(priorPayer, "line_bene_prmry_pyr_pd_amt")
	lineCoinsuranceAmount   = adjudication(coinsurance, "line_coinsrnc_amt")
	lineSubmittedAmount     = adjudication(submitted, "line_sbmtd_chrg_amt")
	lineAllowedAmount       = adjudication(eligible, "line_alowd_chrg_amt")
	linePrimaryAmount       = adjudication(eligible, "line_prmry_alowd_chrg_amt")
	linePurchaseAmount      = adjudication(submitted, "line_dme_prchs_price_amt")
	linePurchaseAsPayment   = adjudication(toProvider, "line_bene_pmt_amt")
	linePaymentCategory     = adjudicationStart + concept(benefit, nameOf("adjudication", "line_nch_pmt_amt"))
	planPaidAmount          = adjudication(benefit, "cvrd_d_plan_pd_amt")
	planPaidNonCovered      = adjudication(noncovered, "cvrd_d_plan_pd_amt")
	belowThresholdAmount    = adjudication(coinsurance, "gdc_blw_oopt_amt")
	aboveThresholdAmount    = adjudication(coinsurance, "gdc_abv_oopt_amt")
	patientPayAmount        = adjudication(byPatient, "ptnt_pay_amt")
	otherOutOfPocketAmount  = adjudication(priorPayer, "othr_troop_amt")
	subsidyAmount           = adjudication(discount, "lics_amt")
	liabilityReducingAmount = adjudication(priorPayer, "plro_amt")
	totalDrugCostAmount     = adjudication(drugCost, "tot_rx_cst_amt")
	gapDiscountAmount       = adjudication(discount, "rptd_gap_dscnt_num")
)

const (
	moneyStart        = `{"currency":"USD","value":`
	adjudicationStart = `},"category":`
)

func adjudication(category, variable string) string {
	return adjudicationStart + concept(category, nameOf("adjudication", variable)) + "},"
}

// appendAdjudication writes an adjudication, or total, with a comma behind.
func appendAdjudication(b []byte, a amount, rest string) []byte {
	b = append(b, `{"amount":`+moneyStart...)
	b = a.appendJSON(b)
	return append(b, rest...)
}

// A balance is an amount or count of benefitBalance: what stands before it.
var (
	passThruBalance           = balance("clm_pass_thru_per_diem_amt")
	professionalBalance       = balance("nch_profnl_cmpnt_chrg_amt")
	totalCapitalBalance       = balance("clm_tot_pps_cptl_amt")
	deductibleBalance         = balance("nch_bene_ip_ddctbl_amt")
	coinsuranceBalance        = renamedBalance("nch_bene_pta_coinsrnc_lblty_am", "nch_bene_pta_coinsrnc_lblty_amt")
	nonCoveredBalance         = balance("nch_ip_ncvrd_chrg_amt")
	totalDeductionBalance     = balance("nch_ip_tot_ddctn_amt")
	capitalShareBalance       = balance("clm_pps_cptl_dsprprtnt_shr_amt")
	capitalExceptionBalance   = balance("clm_pps_cptl_excptn_amt")
	capitalFSPBalance         = balance("clm_pps_cptl_fsp_amt")
	capitalIMEBalance         = balance("clm_pps_cptl_ime_amt")
	capitalOutlierBalance     = balance("clm_pps_cptl_outlier_amt")
	holdHarmlessBalance       = balance("clm_pps_old_cptl_hld_hrmls_amt")
	outlierBalance            = balance("nch_drg_outlier_aprvd_pmt_amt")
	bloodBalance              = balance("nch_bene_blood_ddctbl_lblty_am")
	priorPayerBalance         = balance("prpayamt")
	partBDeductibleBalance    = balance("nch_bene_ptb_ddctbl_amt")
	partBCoinsuranceBalance   = balance("nch_bene_ptb_coinsrnc_amt")
	outpatientProviderBalance = balance("clm_op_prvdr_pmt_amt")
	outpatientPatientBalance  = balance("clm_op_bene_pmt_amt")
	cashDeductibleBalance     = balance("carr_clm_cash_ddctbl_apld_amt")
	providerBalance           = balance("nch_clm_prvdr_pmt_amt")
	patientBalance            = balance("nch_clm_bene_pmt_amt")
	submittedBalance          = balance("nch_carr_clm_sbmtd_chrg_amt")
	allowedBalance            = balance("nch_carr_clm_alowd_amt")
	coinsuranceDaysBalance    = balance("bene_tot_coinsrnc_days_cnt")
	nonUtilizationDaysBalance = balance("clm_non_utlztn_days_cnt")
	utilizationDaysBalance    = balance("clm_utlztn_day_cnt")
	drgWeightBalance          = balance("clm_pps_cptl_drg_wt_num")
	reserveDaysBalance        = balance("bene_lrd_used_cnt")

	medicalBalances = `"benefitBalance":[{"category":` + concept(coding(terminology+"ex-benefitcategory", "1", "Medical Care")) + `,"financial":[`
)

func balance(variable string) string {
	return `{"type":` + concept(nameOf("benefit-balance", variable)) + `,"used`
}

// renamedBalance is for a variable whose column has another name.
func renamedBalance(column, variable string) string {
	return `{"type":` + concept(coding(blueButton+"benefit-balance", variables+variable, variableNames[column])) + `,"used`
}

func appendBalance(b []byte, what string, a amount) []byte {
	if a == noAmount {
		return b
	}
	b = append(b, what...)
	b = append(b, `Money":`+moneyStart...)
	b = a.appendJSON(b)
	return append(b, `}},`...)
}

func appendDays(b []byte, what string, n int) []byte {
	b = append(b, what...)
	b = append(b, `UnsignedInt":`...)
	b = appendInt(b, n)
	return append(b, `},`...)
}
