package schema

// Cells that many tables share.
var (
	v2ClaimID   = at(`identifier[system=bb:clm_id,bb:pde_id].value`)
	v2MBI       = derived(`patient.reference > mbi`, "the current MBI of the Patient that the claim refers to")
	v2ClaimType = at(`type.coding[system=bb:nch_clm_type_cd].code`)
	v2From      = at(`billablePeriod.start`)
	v2Thru      = at(`billablePeriod.end`)
	v2CCN       = at(`contained[id=provider-org].identifier[type.coding.code=PRN].value`)
	v2OrgNPI    = at(`contained[id=provider-org].identifier[system=sid:us-npi].value`)
	v2Operating = at(`careTeam[role.coding.code=operating].provider.identifier[type.coding.code=npi].value`)
	v2Attending = at(`careTeam[role.coding.code=attending].provider.identifier[type.coding.code=npi].value`)
	v2Other     = at(`careTeam[role.coding.code=otheroperating].provider.identifier[type.coding.code=npi].value`)
	v2Processed = at(`supportingInfo[category.coding.code=bb:nch_wkly_proc_dt].timingDate`)
	v2LineFrom  = at(`item.servicedPeriod.start | item.servicedDate | billablePeriod.start`)
	v2LineThru  = at(`item.servicedPeriod.end | item.servicedDate | billablePeriod.end`)
	v2HCPCS     = at(`item.productOrService.coding[system=bbc:hcpcs].code | item.productOrService.coding[system=bb:hcpcs_cd].code`)

	noHICN       = absent("BCDA sends no HICN; CMS leaves the field blank since 2020")
	noAdjustment = absent("BCDA sends whole versions of a claim, not debits and credits; see the claim's status")
	noLoadDate   = absent("the date is of the Integrated Data Repository, which this generation is not made from")
	noDemo       = absent("this generation carries no demonstration or benefit enhancement facts")
)

// v2Modifier is the n-th HCPCS modifier of a line. The list also holds units
// of measure of drugs, under another system.
func v2Modifier(nth string) Cell {
	return at(`item.modifier.coding[system=bbc:hcpcs].code#` + nth)
}

func v2Extension(variable string) Cell {
	return at(`extension[url=bb:` + variable + `].valueCoding.code`)
}

func v2Amount(variable string) string {
	return `benefitBalance.financial[type.coding.code=bb:` + variable + `].usedMoney.value`
}

var cclf1 = &Table{
	Name:        "cclf1",
	File:        "CCLF1",
	Title:       "Part A Claims Header File",
	Description: "One row for each institutional claim: inpatient, outpatient, skilled nursing, home health and hospice.",
	Grain:       PerClaim,
	Claims:      institutional,
	Key:         []string{"CUR_CLM_UNIQ_ID"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "PRVDR_OSCAR_NUM", typ: text(6), v2: v2CCN},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_FROM_DT", typ: date, v2: v2From},
		{label: "CLM_THRU_DT", typ: date, v2: v2Thru},
		{label: "CLM_BILL_FAC_TYPE_CD", typ: text(1), v2: at(`facility.extension[url=bb:clm_fac_type_cd].valueCoding.code`)},
		{label: "CLM_BILL_CLSFCTN_CD", typ: text(1), v2: v2Extension("clm_srvc_clsfctn_type_cd")},
		{label: "PRNCPL_DGNS_CD", typ: text(7), v2: derived(v2Diagnosis+` > principal`, v2DiagnosisRule)},
		{label: "ADMTG_DGNS_CD", typ: text(7), v2: derived(v2Diagnosis+` > admitting`, v2DiagnosisRule)},
		{label: "CLM_MDCR_NPMT_RSN_CD", typ: text(2), v2: v2Extension("clm_mdcr_non_pmt_rsn_cd")},
		{label: "CLM_PMT_AMT", typ: amount(13), v2: at(`payment.amount.value`)},
		{label: "CLM_NCH_PRMRY_PYR_CD", typ: text(1), v2: at(`supportingInfo.code.coding[system=bb:nch_prmry_pyr_cd].code`)},
		{label: "PRVDR_FAC_FIPS_ST_CD", typ: text(2), v2: at(`item.locationAddress.state`)},
		{label: "BENE_PTNT_STUS_CD", typ: text(2), v2: at(`supportingInfo.code.coding[system=bb:ptnt_dschrg_stus_cd].code`)},
		{label: "DGNS_DRG_CD", typ: text(4), v2: at(`supportingInfo.code.coding[system=bb:clm_drg_cd].code`)},
		{label: "CLM_OP_SRVC_TYPE_CD", typ: text(1), v2: absent("the server sends the NCH claim type, which is another code list and stands in CLM_TYPE_CD")},
		{label: "FAC_PRVDR_NPI_NUM", typ: text(10), v2: v2OrgNPI},
		{label: "OPRTG_PRVDR_NPI_NUM", typ: text(10), v2: v2Operating},
		{label: "ATNDG_PRVDR_NPI_NUM", typ: text(10), v2: v2Attending},
		{label: "OTHR_PRVDR_NPI_NUM", typ: text(10), v2: v2Other},
		{label: "CLM_ADJSMT_TYPE_CD", typ: text(2), v2: noAdjustment},
		{label: "CLM_EFCTV_DT", typ: date, v2: v2Processed},
		{label: "CLM_IDR_LD_DT", typ: date, v2: noLoadDate},
		{label: "BENE_EQTBL_BIC_HICN_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_ADMSN_TYPE_CD", typ: text(2), v2: at(`supportingInfo.code.coding[system=nubc:PriorityTypeOfAdmitOrVisit].code`)},
		{label: "CLM_ADMSN_SRC_CD", typ: text(2), v2: at(`supportingInfo.code.coding[system=bb:clm_src_ip_admsn_cd].code`)},
		{label: "CLM_BILL_FREQ_CD", typ: text(1), v2: at(`supportingInfo.code.coding[system=bb:clm_freq_cd].code`)},
		{label: "CLM_QUERY_CD", typ: text(1), v2: at(`billablePeriod.extension[url=bb:claim_query_cd].valueCoding.code`)},
		{label: "DGNS_PRCDR_ICD_IND", typ: text(1), v2: derived(v2DiagnosisSystem+` > first-icd-indicator`, firstDiagnosisRule)},
		{label: "CLM_MDCR_INSTNL_TOT_CHRG_AMT", typ: amount(11), v2: at(`total[category.coding.code=bb:clm_tot_chrg_amt].amount.value`)},
		{label: "CLM_MDCR_IP_PPS_CPTL_IME_AMT", typ: amount(11), v2: at(v2Amount("clm_pps_cptl_ime_amt"))},
		{label: "CLM_OPRTNL_IME_AMT", typ: amount(18), v2: at(`extension[url=bb:ime_op_clm_val_amt].valueMoney.value`)},
		{label: "CLM_MDCR_IP_PPS_DSPRPRTNT_AMT", typ: amount(11), v2: at(v2Amount("clm_pps_cptl_dsprprtnt_shr_amt"))},
		{label: "CLM_HIPPS_UNCOMPD_CARE_AMT", typ: amount(11), v2: at(`extension[url=bb:clm_uncompd_care_pmt_amt].valueMoney.value`)},
		{label: "CLM_OPRTNL_DSPRPRTNT_AMT", typ: amount(18), v2: at(`extension[url=bb:dsh_op_clm_val_amt].valueMoney.value`)},
		{label: "CLM_BLG_PRVDR_OSCAR_NUM", typ: text(20), v2: v2CCN},
		{label: "CLM_BLG_PRVDR_NPI_NUM", typ: text(10), v2: v2OrgNPI},
		{label: "CLM_OPRTG_PRVDR_NPI_NUM", typ: text(10), v2: v2Operating},
		{label: "CLM_ATNDG_PRVDR_NPI_NUM", typ: text(10), v2: v2Attending},
		{label: "CLM_OTHR_PRVDR_NPI_NUM", typ: text(10), v2: v2Other},
		{label: "CLM_CNTL_NUM", typ: text(40), v2: at(`extension[url=bb:fi_doc_clm_cntl_num].valueIdentifier.value`)},
		{label: "CLM_ORG_CNTL_NUM", typ: text(40), v2: absent("the server does not send the control number of an earlier version")},
		{label: "CLM_CNTRCTR_NUM", typ: text(5), v2: v2Extension("fi_num")},
	}),
}

var cclf2 = &Table{
	Name:        "cclf2",
	File:        "CCLF2",
	Title:       "Part A Claims Revenue Center Detail File",
	Description: "One row for each revenue centre line of an institutional claim.",
	Grain:       PerItem,
	Claims:      institutional,
	Key:         []string{"CUR_CLM_UNIQ_ID", "CLM_LINE_NUM"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "CLM_LINE_NUM", typ: integer(10), v2: at(`item.sequence`)},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_LINE_FROM_DT", typ: date, v2: v2LineFrom},
		{label: "CLM_LINE_THRU_DT", typ: date, v2: v2LineThru},
		{label: "CLM_LINE_PROD_REV_CTR_CD", typ: text(4), v2: at(`item.revenue.coding[system=bb:rev_cntr].code`)},
		{label: "CLM_LINE_INSTNL_REV_CTR_DT", typ: date, v2: at(`item.servicedPeriod.start | item.servicedDate`)},
		{label: "CLM_LINE_HCPCS_CD", typ: text(5), v2: v2HCPCS},
		{label: "BENE_EQTBL_BIC_HICN_NUM", typ: text(11), v2: noHICN},
		{label: "PRVDR_OSCAR_NUM", typ: text(6), v2: v2CCN},
		{label: "CLM_FROM_DT", typ: date, v2: v2From},
		{label: "CLM_THRU_DT", typ: date, v2: v2Thru},
		{label: "CLM_LINE_SRVC_UNIT_QTY", typ: quantity(18), v2: derived(
			`item.extension[url=bb:rev_cntr_unit_cnt].valueQuantity.value | '0'`, "the server leaves out a count of zero")},
		{label: "CLM_LINE_CVRD_PD_AMT", typ: amount(13), v2: at(`item.adjudication[category.coding.code=bb:rev_cntr_prvdr_pmt_amt].amount.value`)},
		{label: "HCPCS_1_MDFR_CD", typ: text(2), v2: v2Modifier("1")},
		{label: "HCPCS_2_MDFR_CD", typ: text(2), v2: v2Modifier("2")},
		{label: "HCPCS_3_MDFR_CD", typ: text(2), v2: v2Modifier("3")},
		{label: "HCPCS_4_MDFR_CD", typ: text(2), v2: v2Modifier("4")},
		{label: "HCPCS_5_MDFR_CD", typ: text(2), v2: v2Modifier("5")},
		{label: "CLM_REV_APC_HIPPS_CD", typ: text(5), v2: absent("the server sends no APC or HIPPS code; CMS's crosswalk names the revenue code here")},
		{label: "CLM_FAC_PRVDR_OSCAR_NUM", typ: text(20), v2: v2CCN},
	}),
}

var cclf3 = &Table{
	Name:        "cclf3",
	File:        "CCLF3",
	Title:       "Part A Procedure Code File",
	Description: "One row for each ICD procedure of an institutional claim.",
	Grain:       PerProcedure,
	Claims:      institutional,
	Key:         []string{"CUR_CLM_UNIQ_ID", "CLM_VAL_SQNC_NUM"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_VAL_SQNC_NUM", typ: integer(2), v2: at(`procedure.sequence`)},
		{label: "CLM_PRCDR_CD", typ: text(7), v2: derived(`procedure.procedureCodeableConcept.coding.code > icd`, icdRule)},
		{label: "CLM_PRCDR_PRFRM_DT", typ: date, v2: at(`procedure.date`)},
		{label: "BENE_EQTBL_BIC_HICN_NUM", typ: text(11), v2: noHICN},
		{label: "PRVDR_OSCAR_NUM", typ: text(6), v2: v2CCN},
		{label: "CLM_FROM_DT", typ: date, v2: v2From},
		{label: "CLM_THRU_DT", typ: date, v2: v2Thru},
		{label: "DGNS_PRCDR_ICD_IND", typ: text(1), v2: derived(`procedure.procedureCodeableConcept.coding.system > icd-indicator`, icdIndicatorRule)},
		{label: "CLM_BLG_PRVDR_OSCAR_NUM", typ: text(20), v2: v2CCN},
	}),
}

var cclf4 = &Table{
	Name:        "cclf4",
	File:        "CCLF4",
	Title:       "Part A Diagnosis Code File",
	Description: "One row for each diagnosis of an institutional claim: the principal and secondary ones, and external causes.",
	Grain:       PerDiagnosis,
	Claims:      institutional,
	Key:         []string{"CUR_CLM_UNIQ_ID", "CLM_PROD_TYPE_CD", "CLM_VAL_SQNC_NUM"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_PROD_TYPE_CD", typ: text(1), v2: derived(`diagnosis.sequence > product-type`, v2DiagnosisRule)},
		{label: "CLM_VAL_SQNC_NUM", typ: integer(2), v2: at(`diagnosis.sequence`)},
		{label: "CLM_DGNS_CD", typ: text(7), v2: derived(v2Diagnosis+` > icd`, icdRule)},
		{label: "BENE_EQTBL_BIC_HICN_NUM", typ: text(11), v2: noHICN},
		{label: "PRVDR_OSCAR_NUM", typ: text(6), v2: v2CCN},
		{label: "CLM_FROM_DT", typ: date, v2: v2From},
		{label: "CLM_THRU_DT", typ: date, v2: v2Thru},
		{label: "CLM_POA_IND", typ: text(7), v2: at(`diagnosis.extension[url^=bb:clm_poa_ind_sw,bb:clm_e_poa_ind_sw].valueCoding.code`)},
		{label: "DGNS_PRCDR_ICD_IND", typ: text(1), v2: derived(v2DiagnosisSystem+` > icd-indicator`, icdIndicatorRule)},
		{label: "CLM_BLG_PRVDR_OSCAR_NUM", typ: text(20), v2: v2CCN},
	}),
}

var cclfa = &Table{
	Name:        "cclfa",
	File:        "CCLFA",
	Title:       "Part A BE and Demo Codes File",
	Description: "One row for each institutional claim: benefit enhancements, demonstrations and further amounts.",
	Grain:       PerClaim,
	Claims:      institutional,
	Key:         []string{"CUR_CLM_UNIQ_ID"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_ACTV_CARE_FROM_DT", typ: date, v2: at(`supportingInfo[category.coding.code=admissionperiod].timingPeriod.start`)},
		{label: "CLM_NGACO_PBPMT_SW", typ: text(1), v2: noDemo},
		{label: "CLM_NGACO_PDSCHRG_HCBS_SW", typ: text(1), v2: noDemo},
		{label: "CLM_NGACO_SNF_WVR_SW", typ: text(1), v2: noDemo},
		{label: "CLM_NGACO_TLHLTH_SW", typ: text(1), v2: noDemo},
		{label: "CLM_NGACO_CPTATN_SW", typ: text(1), v2: noDemo},
		{label: "CLM_DEMO_1ST_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_2ND_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_3RD_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_4TH_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_5TH_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_PBP_INCLSN_AMT", typ: amount(15), v2: noDemo},
		{label: "CLM_PBP_RDCTN_AMT", typ: amount(15), v2: noDemo},
		{label: "CLM_NGACO_CMG_WVR_SW", typ: text(1), v2: noDemo},
		{label: "CLM_INSTNL_PER_DIEM_AMT", typ: amount(15), v2: at(v2Amount("clm_pass_thru_per_diem_amt"))},
		{label: "CLM_MDCR_IP_BENE_DDCTBL_AMT", typ: amount(11), v2: at(v2Amount("nch_bene_ip_ddctbl_amt"))},
		{label: "CLM_MDCR_COINSRNC_AMT", typ: amount(15), v2: at(v2Amount("nch_bene_pta_coinsrnc_lblty_amt") + ` | ` + v2Amount("nch_bene_ptb_coinsrnc_amt"))},
		{label: "CLM_BLOOD_LBLTY_AMT", typ: amount(11), v2: at(v2Amount("nch_bene_blood_ddctbl_lblty_am"))},
		{label: "CLM_INSTNL_PRFNL_AMT", typ: amount(11), v2: at(v2Amount("nch_profnl_cmpnt_chrg_amt"))},
		{label: "CLM_NCVRD_CHRG_AMT", typ: amount(15), v2: at(v2Amount("nch_ip_ncvrd_chrg_amt"))},
		{label: "CLM_MDCR_DDCTBL_AMT", typ: amount(15), v2: at(v2Amount("nch_ip_tot_ddctn_amt") + ` | ` + v2Amount("nch_bene_ptb_ddctbl_amt"))},
		{label: "CLM_RLT_COND_CD", typ: text(2), v2: absent("the server sends no condition codes")},
		{label: "CLM_OPRTNL_OUTLR_AMT", typ: amount(15), v2: at(v2Amount("nch_drg_outlier_aprvd_pmt_amt"))},
		{label: "CLM_MDCR_NEW_TECH_AMT", typ: amount(15), v2: absent("the server sends no new technology amount")},
		{label: "CLM_ISLET_ISOLN_AMT", typ: amount(15), v2: absent("the server sends no islet isolation amount")},
		{label: "CLM_SQSTRTN_RDCTN_AMT", typ: amount(15), v2: absent("the server sends no sequestration amount")},
		{label: "CLM_1_REV_CNTR_ANSI_RSN_CD", typ: text(3), v2: derived(
			`item.adjudication.reason.coding[system=bb:rev_cntr_1st_ansi_cd].code > ansi-reason`, "what follows the two letters of the first line's adjustment code")},
		{label: "CLM_1_REV_CNTR_ANSI_GRP_CD", typ: text(2), v2: derived(
			`item.adjudication.reason.coding[system=bb:rev_cntr_1st_ansi_cd].code > ansi-group`, "the first two letters of the first line's adjustment code")},
		{label: "CLM_MIPS_PMT_AMT", typ: amount(15), v2: absent("the server sends no MIPS amount")},
	}),
}
