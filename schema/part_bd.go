package schema

const (
	v2Performing = `careTeam[sequence~item.careTeamSequence & role.coding.code=performing]`
	v2LineNPI    = v2Performing + `.provider.identifier[type.coding.code=npi].value`
)

var (
	v2ReferringNPI = at(`referral.identifier[type.coding.code=npi].value`)
	v2LinePaid     = at(`item.adjudication[category.coding.code=bb:line_nch_pmt_amt].amount.value`)
	v2LineAllowed  = at(`item.adjudication[category.coding.code=bb:line_alowd_chrg_amt].amount.value`)
	v2PlaceOfSrvc  = at(`item.locationCodeableConcept.coding[system=bb:line_place_of_srvc_cd].code`)
	v2FedService   = at(`item.category.coding[system=bb:line_cms_type_srvc_cd].code`)
	v2LinePayer    = at(`item.extension[url=bb:line_bene_prmry_pyr_cd].valueCoding.code`)
	v2LineStatus   = at(`item.extension[url=bb:line_prcsg_ind_cd].valueCoding.code`)
	v2CarrierCntl  = at(`extension[url=bb:carr_clm_cntl_num].valueIdentifier.value`)
	v2Disposition  = at(`disposition`)
)

// v2Listed is the n-th diagnosis of a professional claim's own list.
func v2Listed(nth string) Cell {
	return derived(v2Diagnosis+`#`+nth+` > listed`, v2DiagnosisRule)
}

var cclf5 = &Table{
	Name:        "cclf5",
	File:        "CCLF5",
	Title:       "Part B Physicians File",
	Description: "One row for each line of a carrier claim: physicians, other practitioners, laboratories, ambulances.",
	Grain:       PerItem,
	Claims:      carrier,
	Key:         []string{"CUR_CLM_UNIQ_ID", "CLM_LINE_NUM"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "CLM_LINE_NUM", typ: integer(10), v2: at(`item.sequence`)},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_FROM_DT", typ: date, v2: v2From},
		{label: "CLM_THRU_DT", typ: date, v2: v2Thru},
		{label: "RNDRG_PRVDR_TYPE_CD", typ: text(3), v2: derived(
			v2Performing+`.extension[url=bb:carr_line_prvdr_type_cd].valueCoding.code > only`, sharedRule)},
		{label: "RNDRG_PRVDR_FIPS_ST_CD", typ: text(2), v2: at(`item.locationCodeableConcept.extension[url=bb:prvdr_state_cd].valueCoding.code`)},
		{label: "CLM_PRVDR_SPCLTY_CD", typ: text(2), v2: derived(
			v2Performing+`.qualification.coding[system=bb:prvdr_spclty].code > only`, sharedRule)},
		{label: "CLM_FED_TYPE_SRVC_CD", typ: text(1), v2: v2FedService},
		{label: "CLM_POS_CD", typ: text(2), v2: v2PlaceOfSrvc},
		{label: "CLM_LINE_FROM_DT", typ: date, v2: v2LineFrom},
		{label: "CLM_LINE_THRU_DT", typ: date, v2: v2LineThru},
		{label: "CLM_LINE_HCPCS_CD", typ: text(5), v2: v2HCPCS},
		{label: "CLM_LINE_CVRD_PD_AMT", typ: amount(11), v2: v2LinePaid},
		{label: "CLM_LINE_PRMRY_PYR_CD", typ: text(1), v2: v2LinePayer},
		{label: "CLM_LINE_DGNS_CD", typ: text(7), v2: derived(
			`diagnosis[sequence~item.diagnosisSequence].diagnosisCodeableConcept.coding.code > icd`, icdRule)},
		{label: "CLM_RNDRG_PRVDR_TAX_NUM", typ: text(10), v2: at(`item.extension[url=bb:tax_num].valueCoding.code`)},
		{label: "RNDRG_PRVDR_NPI_NUM", typ: text(10), v2: at(v2LineNPI)},
		{label: "CLM_CARR_PMT_DNL_CD", typ: text(2), v2: v2Extension("carr_clm_pmt_dnl_cd")},
		{label: "CLM_PRCSG_IND_CD", typ: text(2), v2: v2LineStatus},
		{label: "CLM_ADJSMT_TYPE_CD", typ: text(2), v2: noAdjustment},
		{label: "CLM_EFCTV_DT", typ: date, v2: v2Processed},
		{label: "CLM_IDR_LD_DT", typ: date, v2: noLoadDate},
		{label: "CLM_CNTL_NUM", typ: text(40), v2: v2CarrierCntl},
		{label: "BENE_EQTBL_BIC_HICN_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_LINE_ALOWD_CHRG_AMT", typ: amount(13), v2: v2LineAllowed},
		{label: "CLM_LINE_SRVC_UNIT_QTY", typ: quantity(18), v2: at(`item.quantity.value`)},
		{label: "HCPCS_1_MDFR_CD", typ: text(2), v2: v2Modifier("1")},
		{label: "HCPCS_2_MDFR_CD", typ: text(2), v2: v2Modifier("2")},
		{label: "HCPCS_3_MDFR_CD", typ: text(2), v2: v2Modifier("3")},
		{label: "HCPCS_4_MDFR_CD", typ: text(2), v2: v2Modifier("4")},
		{label: "HCPCS_5_MDFR_CD", typ: text(2), v2: v2Modifier("5")},
		{label: "CLM_DISP_CD", typ: text(2), v2: v2Disposition},
		{label: "CLM_DGNS_1_CD", typ: text(7), v2: v2Listed("1")},
		{label: "CLM_DGNS_2_CD", typ: text(7), v2: v2Listed("2")},
		{label: "CLM_DGNS_3_CD", typ: text(7), v2: v2Listed("3")},
		{label: "CLM_DGNS_4_CD", typ: text(7), v2: v2Listed("4")},
		{label: "CLM_DGNS_5_CD", typ: text(7), v2: v2Listed("5")},
		{label: "CLM_DGNS_6_CD", typ: text(7), v2: v2Listed("6")},
		{label: "CLM_DGNS_7_CD", typ: text(7), v2: v2Listed("7")},
		{label: "CLM_DGNS_8_CD", typ: text(7), v2: v2Listed("8")},
		{label: "DGNS_PRCDR_ICD_IND", typ: text(1), v2: derived(v2DiagnosisSystem+` > first-icd-indicator`, firstDiagnosisRule)},
		{label: "CLM_DGNS_9_CD", typ: text(7), v2: v2Listed("9")},
		{label: "CLM_DGNS_10_CD", typ: text(7), v2: v2Listed("10")},
		{label: "CLM_DGNS_11_CD", typ: text(7), v2: v2Listed("11")},
		{label: "CLM_DGNS_12_CD", typ: text(7), v2: v2Listed("12")},
		{label: "HCPCS_BETOS_CD", typ: text(3), v2: at(`item.extension[url=bb:betos_cd].valueCoding.code`)},
		{label: "CLM_RNDRG_PRVDR_NPI_NUM", typ: text(10), v2: at(v2LineNPI)},
		{label: "CLM_RFRG_PRVDR_NPI_NUM", typ: text(10), v2: v2ReferringNPI},
		{label: "CLM_CNTRCTR_NUM", typ: text(5), v2: at(`extension[url=bb:carr_num].valueIdentifier.value`)},
	}),
}

var cclf6 = &Table{
	Name:        "cclf6",
	File:        "CCLF6",
	Title:       "Part B DME File",
	Description: "One row for each line of a durable medical equipment claim.",
	Grain:       PerItem,
	Claims:      dme,
	Key:         []string{"CUR_CLM_UNIQ_ID", "CLM_LINE_NUM"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "CLM_LINE_NUM", typ: integer(10), v2: at(`item.sequence`)},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_FROM_DT", typ: date, v2: v2From},
		{label: "CLM_THRU_DT", typ: date, v2: v2Thru},
		{label: "CLM_FED_TYPE_SRVC_CD", typ: text(1), v2: v2FedService},
		{label: "CLM_POS_CD", typ: text(2), v2: v2PlaceOfSrvc},
		{label: "CLM_LINE_FROM_DT", typ: date, v2: v2LineFrom},
		{label: "CLM_LINE_THRU_DT", typ: date, v2: v2LineThru},
		{label: "CLM_LINE_HCPCS_CD", typ: text(5), v2: v2HCPCS},
		{label: "CLM_LINE_CVRD_PD_AMT", typ: amount(11), v2: v2LinePaid},
		{label: "CLM_PRMRY_PYR_CD", typ: text(1), v2: v2LinePayer},
		{label: "PAYTO_PRVDR_NPI_NUM", typ: text(10), v2: at(v2LineNPI)},
		{label: "ORDRG_PRVDR_NPI_NUM", typ: text(10), v2: v2ReferringNPI},
		{label: "CLM_CARR_PMT_DNL_CD", typ: text(2), v2: v2Extension("carr_clm_pmt_dnl_cd")},
		{label: "CLM_PRCSG_IND_CD", typ: text(2), v2: v2LineStatus},
		{label: "CLM_ADJSMT_TYPE_CD", typ: text(2), v2: noAdjustment},
		{label: "CLM_EFCTV_DT", typ: date, v2: v2Processed},
		{label: "CLM_IDR_LD_DT", typ: date, v2: noLoadDate},
		{label: "CLM_CNTL_NUM", typ: text(40), v2: v2CarrierCntl},
		{label: "BENE_EQTBL_BIC_HICN_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_LINE_ALOWD_CHRG_AMT", typ: Type{Kind: Decimal, Width: 17, Precision: 16, Scale: 2}, v2: v2LineAllowed},
		{label: "CLM_DISP_CD", typ: text(2), v2: v2Disposition},
		{label: "CLM_BLG_PRVDR_NPI_NUM", typ: text(10), v2: at(v2LineNPI)},
		{label: "CLM_RFRG_PRVDR_NPI_NUM", typ: text(10), v2: v2ReferringNPI},
	}),
}

var cclf7 = &Table{
	Name:        "cclf7",
	File:        "CCLF7",
	Title:       "Part D File",
	Description: "One row for each prescription drug event.",
	Grain:       PerClaim,
	Claims:      partD,
	Key:         []string{"CUR_CLM_UNIQ_ID"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_LINE_NDC_CD", typ: text(11), v2: at(`item.productOrService.coding[system=sid:ndc].code`)},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: absent("the server sends no claim type of Part D events, only its own PDE mark")},
		{label: "CLM_LINE_FROM_DT", typ: date, v2: at(`item.servicedDate`)},
		{label: "PRVDR_SRVC_ID_QLFYR_CD", typ: text(2), v2: derived(`facility.identifier.type.coding.code > id-qualifier`, qualifierRule)},
		{label: "CLM_SRVC_PRVDR_GNRC_ID_NUM", typ: text(20), v2: at(`facility.identifier.value | provider.identifier.value`)},
		{label: "CLM_DSPNSNG_STUS_CD", typ: text(1), v2: at(`supportingInfo.code.coding[system=bb:dspnsng_stus_cd].code`)},
		{label: "CLM_DAW_PROD_SLCTN_CD", typ: text(1), v2: at(`supportingInfo.code.coding[system=bb:daw_prod_slctn_cd].code`)},
		{label: "CLM_LINE_SRVC_UNIT_QTY", typ: quantity(18), v2: at(`item.quantity.value`)},
		{label: "CLM_LINE_DAYS_SUPLY_QTY", typ: integer(9), v2: at(`supportingInfo[category.coding.code=dayssupply].valueQuantity.value`)},
		{label: "PRVDR_PRSBNG_ID_QLFYR_CD", typ: text(2), v2: derived(
			`careTeam[role.coding.code=prescribing].provider.identifier.type.coding.code > id-qualifier`, qualifierRule)},
		{label: "CLM_PRSBNG_PRVDR_GNRC_ID_NUM", typ: text(20), v2: at(`careTeam[role.coding.code=prescribing].provider.identifier.value`)},
		{label: "CLM_LINE_BENE_PMT_AMT", typ: amount(9), v2: at(`item.adjudication[category.coding.code=bb:ptnt_pay_amt].amount.value`)},
		{label: "CLM_ADJSMT_TYPE_CD", typ: text(2), v2: noAdjustment},
		{label: "CLM_EFCTV_DT", typ: date, v2: absent("the server sends no processing date of Part D events")},
		{label: "CLM_IDR_LD_DT", typ: date, v2: noLoadDate},
		{label: "CLM_LINE_RX_SRVC_RFRNC_NUM", typ: digits(12), v2: at(`identifier[system=bb:rx_srvc_rfrnc_num].value`)},
		{label: "CLM_LINE_RX_FILL_NUM", typ: text(9), v2: at(`supportingInfo[category.coding.code=refillnum].valueQuantity.value`)},
		{label: "CLM_PHRMCY_SRVC_TYPE_CD", typ: text(2), v2: at(`facility.extension[url=bb:phrmcy_srvc_type_cd].valueCoding.code`)},
	}),
}

var cclfb = &Table{
	Name:        "cclfb",
	File:        "CCLFB",
	Title:       "Part B BE and Demo Codes File",
	Description: "One row for each line of a carrier or equipment claim: benefit enhancements, demonstrations and further amounts.",
	Grain:       PerItem,
	Claims:      partB,
	Key:         []string{"CUR_CLM_UNIQ_ID", "CLM_LINE_NUM"},
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: digits(13), v2: v2ClaimID},
		{label: "CLM_LINE_NUM", typ: integer(10), v2: at(`item.sequence`)},
		{label: "BENE_MBI_ID", typ: text(11), v2: v2MBI},
		{label: "BENE_HIC_NUM", typ: text(11), v2: noHICN},
		{label: "CLM_TYPE_CD", typ: digits(2), v2: v2ClaimType},
		{label: "CLM_LINE_NGACO_PBPMT_SW", typ: text(1), v2: noDemo},
		{label: "CLM_LINE_NGACO_PDSCHRG_HCBS_SW", typ: text(1), v2: noDemo},
		{label: "CLM_LINE_NGACO_SNF_WVR_SW", typ: text(1), v2: noDemo},
		{label: "CLM_LINE_NGACO_TLHLTH_SW", typ: text(1), v2: noDemo},
		{label: "CLM_LINE_NGACO_CPTATN_SW", typ: text(1), v2: noDemo},
		{label: "CLM_DEMO_1ST_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_2ND_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_3RD_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_4TH_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_DEMO_5TH_NUM", typ: text(2), v2: noDemo},
		{label: "CLM_PBP_INCLSN_AMT", typ: amount(11), v2: noDemo},
		{label: "CLM_PBP_RDCTN_AMT", typ: amount(11), v2: noDemo},
		{label: "CLM_NGACO_CMG_WVR_SW", typ: text(1), v2: noDemo},
		{label: "CLM_MDCR_DDCTBL_AMT", typ: amount(15), v2: at(v2Amount("carr_clm_cash_ddctbl_apld_amt"))},
		{label: "CLM_SQSTRTN_RDCTN_AMT", typ: amount(11), v2: absent("the server sends no sequestration amount")},
		{label: "CLM_LINE_CARR_HPSA_SCRCTY_CD", typ: text(1), v2: absent("the server does not send the shortage area code")},
	}),
}
