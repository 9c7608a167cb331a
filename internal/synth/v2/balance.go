package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/fhir"
)

const medicalBalances = `"benefitBalance":[{"category":{"coding":[{"code":"1","display":"Medical Care","system":"` + fhir.Terminology + `ex-benefitcategory"}]},"financial":[`

const (
	passThruBalance           fhir.Balance = "clm_pass_thru_per_diem_amt"
	professionalBalance       fhir.Balance = "nch_profnl_cmpnt_chrg_amt"
	totalCapitalBalance       fhir.Balance = "clm_tot_pps_cptl_amt"
	deductibleBalance         fhir.Balance = "nch_bene_ip_ddctbl_amt"
	coinsuranceBalance        fhir.Balance = "nch_bene_pta_coinsrnc_lblty_amt"
	nonCoveredBalance         fhir.Balance = "nch_ip_ncvrd_chrg_amt"
	totalDeductionBalance     fhir.Balance = "nch_ip_tot_ddctn_amt"
	capitalShareBalance       fhir.Balance = "clm_pps_cptl_dsprprtnt_shr_amt"
	capitalExceptionBalance   fhir.Balance = "clm_pps_cptl_excptn_amt"
	capitalFSPBalance         fhir.Balance = "clm_pps_cptl_fsp_amt"
	capitalIMEBalance         fhir.Balance = "clm_pps_cptl_ime_amt"
	capitalOutlierBalance     fhir.Balance = "clm_pps_cptl_outlier_amt"
	holdHarmlessBalance       fhir.Balance = "clm_pps_old_cptl_hld_hrmls_amt"
	outlierBalance            fhir.Balance = "nch_drg_outlier_aprvd_pmt_amt"
	bloodBalance              fhir.Balance = "nch_bene_blood_ddctbl_lblty_am"
	priorPayerBalance         fhir.Balance = "prpayamt"
	partBDeductibleBalance    fhir.Balance = "nch_bene_ptb_ddctbl_amt"
	partBCoinsuranceBalance   fhir.Balance = "nch_bene_ptb_coinsrnc_amt"
	outpatientProviderBalance fhir.Balance = "clm_op_prvdr_pmt_amt"
	outpatientPatientBalance  fhir.Balance = "clm_op_bene_pmt_amt"
	cashDeductibleBalance     fhir.Balance = "carr_clm_cash_ddctbl_apld_amt"
	providerBalance           fhir.Balance = "nch_clm_prvdr_pmt_amt"
	patientBalance            fhir.Balance = "nch_clm_bene_pmt_amt"
	submittedBalance          fhir.Balance = "nch_carr_clm_sbmtd_chrg_amt"
	allowedBalance            fhir.Balance = "nch_carr_clm_alowd_amt"
	coinsuranceDaysBalance    fhir.Balance = "bene_tot_coinsrnc_days_cnt"
	nonUtilizationDaysBalance fhir.Balance = "clm_non_utlztn_days_cnt"
	drgWeightBalance          fhir.Balance = "clm_pps_cptl_drg_wt_num"
	reserveDaysBalance        fhir.Balance = "bene_lrd_used_cnt"
)
