package schema

// Fields of several tables, each declared once. They are functions so that
// nothing is computed before the tables are.

func claimID() row {
	return row{label: "CUR_CLM_UNIQ_ID", typ: digits(13), about: "Identifier of the claim, the key between the tables",
		ccw:     at(`identifier[system=bb:clm_id,bb:pde_id].value`),
		v3:      at(`identifier[type.coding.code=uc].value`),
		partial: partialID,
	}
}

func providerCCN() row {
	return row{label: "PRVDR_OSCAR_NUM", typ: text(6), about: "CMS certification number (CCN) of the provider",
		v1:      v1CCN,
		v2:      v2CCN,
		v3:      v3CCN,
		partial: partialCCN,
	}
}

func mbi() row {
	return row{label: "BENE_MBI_ID", typ: text(11), about: "Medicare Beneficiary Identifier, the current one",
		all:     derived(`patient.reference > mbi`, "the current MBI of the Patient that the claim refers to"),
		partial: derived(`contained[resourceType=Patient].identifier[system=sid:us-mbi].value > trim`, "without white space around it"),
	}
}

func hicn() row {
	return row{label: "BENE_HIC_NUM", typ: text(11), about: "Health insurance claim number; blank since 2020",
		all: noHICN,
	}
}

func claimTypeCode() row {
	return row{label: "CLM_TYPE_CD", typ: digits(2), about: "Claim type: 10 HHA, 20 and 30 SNF, 40 outpatient, 50 hospice, 60 and 61 inpatient, 71 and 72 carrier, 81 and 82 DME, 01 to 04 Part D",
		ccw: at(`type.coding[system=bb:nch_clm_type_cd].code`),
		v3:  at(`type.coding[system=idr:CLM-TYPE-CD].code`),
	}
}

func claimFrom() row {
	return row{label: "CLM_FROM_DT", typ: date, about: "First day that the claim covers",
		all:     at(`billablePeriod.start`),
		partial: at(`billablePeriod.start`),
	}
}

func claimThru() row {
	return row{label: "CLM_THRU_DT", typ: date, about: "Last day that the claim covers",
		all:     at(`billablePeriod.end`),
		partial: at(`billablePeriod.end`),
	}
}

func operatingNPI() row {
	return row{label: "OPRTG_PRVDR_NPI_NUM", typ: text(10), about: "NPI of the operating physician",
		v1: v1Operating,
		v2: v2Operating,
		v3: v3Operating,
	}
}

func attendingNPI() row {
	return row{label: "ATNDG_PRVDR_NPI_NUM", typ: text(10), about: "NPI of the attending physician",
		v1: v1Attending,
		v2: v2Attending,
		v3: v3Attending,
	}
}

func adjustmentType() row {
	return row{label: "CLM_ADJSMT_TYPE_CD", typ: text(2), about: "0 original, 1 cancellation, 2 adjustment",
		ccw: absent("BCDA sends whole versions of a claim, not debits and credits; see the claim's status"),
		v3:  v3Info("CLM_ADJSTMT_TYPE_CD"),
	}
}

func effectiveDate() row {
	return row{label: "CLM_EFCTV_DT", typ: date, about: "Date on which the claim took effect: its weekly processing date",
		v1: at(`information[category.coding.code=bb:nch_wkly_proc_dt].timingDate`),
		v2: at(`supportingInfo[category.coding.code=bb:nch_wkly_proc_dt].timingDate`),
		v3: at(`created`),
	}
}

func loadDate() row {
	return row{label: "CLM_IDR_LD_DT", typ: date, about: "Date on which the claim was loaded into the Integrated Data Repository",
		ccw: absent("the load date of the Integrated Data Repository; this API version comes from the Chronic Conditions Warehouse"),
		v3:  at(`supportingInfo[category.coding.code=CLM_IDR_LD_DT].timingDate`),
	}
}

func equatedHICN() row {
	return row{label: "BENE_EQTBL_BIC_HICN_NUM", typ: text(11), about: "Health insurance claim number with its equated identity code; blank since 2020",
		all: noHICN,
	}
}

func icdVersion() row {
	return row{label: "DGNS_PRCDR_ICD_IND", typ: text(1), about: "Version of the ICD codes: 0 ICD-10, 9 ICD-9",
		all:     derived(diagnosisSystem+` > first-icd-indicator`, firstDiagnosisRule),
		partial: derived(diagnosisSystem+` > first-icd-indicator`, firstDiagnosisRule),
	}
}

func billingCCN() row {
	return row{label: "CLM_BLG_PRVDR_OSCAR_NUM", typ: text(20), about: "CMS certification number (CCN) of the billing provider, from the claims system",
		v1:      v1CCN,
		v2:      v2CCN,
		v3:      v3CCN,
		partial: partialCCN,
	}
}

func billingNPI() row {
	return row{label: "CLM_BLG_PRVDR_NPI_NUM", typ: text(10), about: "NPI of the billing provider, from the claims system",
		v1:      v1OrgNPI,
		v2:      v2OrgNPI,
		v3:      v3OrgNPI,
		partial: partialNPI,
	}
}

func controlNumber() row {
	return row{label: "CLM_CNTL_NUM", typ: text(40), about: "Control number that the claims contractor gave the claim",
		ccw:     at(`extension[url=bb:carr_clm_cntl_num].valueIdentifier.value`),
		v3:      at(`identifier[system=ids:CLM-CNTL-NUM].value`),
		partial: partialID,
	}
}

func originalControlNumber() row {
	return row{label: "CLM_ORG_CNTL_NUM", typ: text(40), about: "Control number of the claim that this one adjusts",
		v1: at(`extension[url=bb:fi_orig_clm_cntl_num].valueIdentifier.value`),
		v2: absent("the server does not send the control number of an earlier version"),
		v3: at(`related.reference[system=ids:CLM-CNTL-NUM].value | related.reference.identifier[system=ids:CLM-CNTL-NUM].value`),
	}
}

func contractor() row {
	return row{label: "CLM_CNTRCTR_NUM", typ: text(5), about: "Number of the claims contractor",
		v1: at(`extension[url=bb:fi_num].valueIdentifier.value`),
		v2: extensionCode("fi_num"),
		v3: v3Info("CLM_CNTRCTR_NUM"),
	}
}

func lineNumber() row {
	return row{label: "CLM_LINE_NUM", typ: integer(10), about: "Number of the line in its claim",
		all:     at(`item.sequence`),
		partial: at(`item.sequence`),
	}
}

func lineFrom() row {
	return row{label: "CLM_LINE_FROM_DT", typ: date, about: "First day of service of the line",
		ccw:     at(`item.servicedPeriod.start | item.servicedDate | billablePeriod.start`),
		v3:      at(`item.servicedPeriod.start | item.servicedDate`),
		partial: at(`item.servicedPeriod.start | item.servicedDate`),
	}
}

func lineThru() row {
	return row{label: "CLM_LINE_THRU_DT", typ: date, about: "Last day of service of the line",
		ccw:     at(`item.servicedPeriod.end | item.servicedDate | billablePeriod.end`),
		v3:      at(`item.servicedPeriod.end`),
		partial: at(`item.servicedDate`),
	}
}

func lineHCPCS() row {
	return row{label: "CLM_LINE_HCPCS_CD", typ: text(5), about: "HCPCS or CPT code of the line",
		v1:      at(`item.service.coding[system=bbc:hcpcs].code`),
		v2:      at(`item.productOrService.coding[system=bbc:hcpcs].code | item.productOrService.coding[system=bb:hcpcs_cd].code`),
		v3:      at(`item.productOrService.coding[system=http://www.ama-assn.org/go/cpt,https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets].code`),
		partial: at(partialHCPCS),
	}
}

func lineUnits() row {
	return row{label: "CLM_LINE_SRVC_UNIT_QTY", typ: quantity, about: "Units of service, or quantity dispensed",
		v1: at(`item.quantity.value`),
		v2: derived(`item.extension[url=bb:rev_cntr_unit_cnt].valueQuantity.value | item.extension[url=bb:rev_cntr_unit_cnt].valueQuantity.value > omitted-zero`, "zero if left out, because the server omits zeros; null if the server may predate May 23, 2022, when it sent no counts: "+
			"the claim has no count, and nothing in the run was updated since"),
		v3:      at(`item.quantity.value`),
		partial: at(`item.extension[url=` + fiss + `rev-serv-unit-cnt].valueQuantity.value`),
	}
}

func linePaid() row {
	return row{label: "CLM_LINE_CVRD_PD_AMT", typ: amount(11), about: "What Medicare paid for the line, US dollars",
		ccw: lineAdjudication("line_nch_pmt_amt"),
		v3:  v3LineAmount("CLM_LINE_CVRD_PD_AMT"),
	}
}

func modifier1() row {
	return row{label: "HCPCS_1_MDFR_CD", typ: text(2), about: "First HCPCS modifier",
		ccw:     ccwModifier("1"),
		v3:      v3Modifier("1"),
		partial: partialModifier("1"),
	}
}

func modifier2() row {
	return row{label: "HCPCS_2_MDFR_CD", typ: text(2), about: "Second HCPCS modifier",
		ccw:     ccwModifier("2"),
		v3:      v3Modifier("2"),
		partial: partialModifier("2"),
	}
}

func modifier3() row {
	return row{label: "HCPCS_3_MDFR_CD", typ: text(2), about: "Third HCPCS modifier",
		ccw:     ccwModifier("3"),
		v3:      v3Modifier("3"),
		partial: partialModifier("3"),
	}
}

func modifier4() row {
	return row{label: "HCPCS_4_MDFR_CD", typ: text(2), about: "Fourth HCPCS modifier",
		ccw:     ccwModifier("4"),
		v3:      v3Modifier("4"),
		partial: partialModifier("4"),
	}
}

func modifier5() row {
	return row{label: "HCPCS_5_MDFR_CD", typ: text(2), about: "Fifth HCPCS modifier",
		ccw: ccwModifier("5"),
		v3:  v3Modifier("5"),
	}
}

func sequenceNumber() row {
	return row{label: "CLM_VAL_SQNC_NUM", typ: integer(2), about: "Number of the code among those of the claim",
		all:     at(`procedure.sequence`),
		partial: at(`procedure.sequence`),
	}
}

func typeOfService() row {
	return row{label: "CLM_FED_TYPE_SRVC_CD", typ: text(1), about: "Type of service",
		ccw: at(`item.category.coding[system=bb:line_cms_type_srvc_cd].code`),
		v3:  v3LineExtension("CLM-FED-TYPE-SRVC-CD"),
	}
}

func placeOfService() row {
	return row{label: "CLM_POS_CD", typ: text(2), about: "Place of service",
		ccw: at(`item.locationCodeableConcept.coding[system=bb:line_place_of_srvc_cd].code`),
		v3:  derived(`item.locationCodeableConcept.coding[system=https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set].code > pad2`, twoDigitsRule),
	}
}

func renderingNPI() row {
	return row{label: "RNDRG_PRVDR_NPI_NUM", typ: text(10), about: "NPI of the rendering provider",
		v1: v1LineNPI,
		v2: v2LineNPI,
		v3: v3LineNPI,
	}
}

func carrierDenial() row {
	return row{label: "CLM_CARR_PMT_DNL_CD", typ: text(2), about: "Whether and whom the carrier paid, or why it did not",
		ccw: extensionCode("carr_clm_pmt_dnl_cd"),
		v3:  v3Info("CLM_CARR_PMT_DNL_CD"),
	}
}

func processingIndicator() row {
	return row{label: "CLM_PRCSG_IND_CD", typ: text(2), about: "Whether the line was allowed, or why it was denied",
		v1: at(`item.adjudication[category.coding.code=bb:line_prcsg_ind_cd].reason.coding.code`),
		v2: at(`item.extension[url=bb:line_prcsg_ind_cd].valueCoding.code`),
		v3: v3LineExtension("CLM-PRCSG-IND-CD"),
	}
}

func lineAllowed() row {
	return row{label: "CLM_LINE_ALOWD_CHRG_AMT", typ: amount(13), about: "Charge that Medicare allows for the line, US dollars",
		ccw: lineAdjudication("line_alowd_chrg_amt"),
		v3:  v3LineAmount("CLM_LINE_ALOWD_CHRG_AMT"),
	}
}

func disposition() row {
	return row{label: "CLM_DISP_CD", typ: text(2), about: "Disposition: 01 debit accepted, 02 debit accepted automatically, 03 cancel accepted",
		ccw: at(`disposition`),
		v3:  v3TwoDigits("CLM_DISP_CD"),
	}
}

func referringNPI() row {
	return row{label: "CLM_RFRG_PRVDR_NPI_NUM", typ: text(10), about: "NPI of the referring or ordering provider, from the claims system",
		v1: v1Referring,
		v2: v2Referring,
		v3: v3Referring,
	}
}

func dualStatus() row {
	return row{label: "BENE_DUAL_STUS_CD", typ: text(2), about: "Kind of dual eligibility for Medicare and Medicaid",
		ccw: derived(latestMonth("dual_"), latestMonthRule),
		v3:  at(`Coverage.extension[url=idx:BENE-DUAL-STUS-CD].valueCoding.code`),
	}
}

func buyIn() row {
	return row{label: "BENE_ENTLMT_BUYIN_IND", typ: text(1), about: "Entitlement to Part A and B and who buys in for it",
		ccw: derived(latestMonth("buyin"), latestMonthRule),
		v3:  derived(`Coverage.extension[url=idx:BENE-BUYIN-CD].valueCoding.code > part-a-or-b`, "from the Part A coverage, else from Part B"),
	}
}

func demo1() row {
	return row{label: "CLM_DEMO_1ST_NUM", typ: text(2), about: "First demonstration number",
		ccw: noDemo,
		v3:  v3ClaimInfo("CLM_BNFT_ENHNCMT_CD", "#1"),
	}
}

func demo2() row {
	return row{label: "CLM_DEMO_2ND_NUM", typ: text(2), about: "Second demonstration number",
		ccw: noDemo,
		v3:  v3ClaimInfo("CLM_BNFT_ENHNCMT_CD", "#2"),
	}
}

func demo3() row {
	return row{label: "CLM_DEMO_3RD_NUM", typ: text(2), about: "Third demonstration number",
		ccw: noDemo,
		v3:  v3ClaimInfo("CLM_BNFT_ENHNCMT_CD", "#3"),
	}
}

func demo4() row {
	return row{label: "CLM_DEMO_4TH_NUM", typ: text(2), about: "Fourth demonstration number",
		ccw: noDemo,
		v3:  v3ClaimInfo("CLM_BNFT_ENHNCMT_CD", "#4"),
	}
}

func demo5() row {
	return row{label: "CLM_DEMO_5TH_NUM", typ: text(2), about: "Fifth demonstration number",
		ccw: noDemo,
		v3:  v3ClaimInfo("CLM_BNFT_ENHNCMT_CD", "#5"),
	}
}

func pbpInclusion() row {
	return row{label: "CLM_PBP_INCLSN_AMT", typ: amount(15), about: "Amount before the reduction for population-based payment, US dollars",
		ccw: noDemo,
		v3:  notInV3,
	}
}

func pbpReduction() row {
	return row{label: "CLM_PBP_RDCTN_AMT", typ: amount(15), about: "Reduction for population-based payment, US dollars",
		ccw: noDemo,
		v3:  notInV3,
	}
}

func careManagement() row {
	return row{label: "CLM_NGACO_CMG_WVR_SW", typ: text(1), about: "Care management home visit benefit applies",
		ccw: noDemo,
		v3:  v3ClaimInfo("CLM_ACO_CARE_MGMT_HCBS_SW", ""),
	}
}

func deductible() row {
	return row{label: "CLM_MDCR_DDCTBL_AMT", typ: amount(15), about: "Deductible that the beneficiary owes, US dollars",
		v1: either(extensionAmount("nch_ip_tot_ddctn_amt"), extensionAmount("nch_bene_ptb_ddctbl_amt")),
		v2: either(v2Balance("nch_ip_tot_ddctn_amt"), v2Balance("nch_bene_ptb_ddctbl_amt")),
		v3: v3Total("CLM_MDCR_DDCTBL_AMT"),
	}
}

func sequestration() row {
	return row{label: "CLM_SQSTRTN_RDCTN_AMT", typ: amount(15), about: "Reduction by sequestration, US dollars",
		ccw: absent("the server sends no sequestration amount"),
		v3:  notInV3,
	}
}

func patientID() row {
	return row{label: "PATIENT_ID", typ: text(64), about: "Id of the Patient resource, also where the export has no such Patient",
		all: derived(`patient.reference > reference-id`, "the id in the reference, without Patient/"),
	}
}

func resourceID() row {
	return row{label: "RESOURCE_ID", typ: text(64), about: "Id of the FHIR resource",
		all:     at(`id`),
		partial: at(`id`),
	}
}

func status() row {
	return row{label: "STATUS", typ: text(16), about: "Status of the resource",
		all:     at(`status`),
		partial: at(`status`),
	}
}

func lastUpdated() row {
	return row{label: "LAST_UPDATED", typ: text(40), about: "Last update of the resource, as the server gives it",
		all:     at(`meta.lastUpdated`),
		partial: at(`meta.lastUpdated`),
	}
}

func sourceFile() row {
	return row{label: "SOURCE_FILE", typ: text(255), about: "Input that the resource was read from",
		all:     derived(`id > source-file`, "the input that the resource was read from"),
		partial: derived(`id > source-file`, "the input that the resource was read from"),
	}
}

func sourceLine() row {
	return row{label: "SOURCE_LINE", typ: integer(12), about: "Line of that input, from 1",
		all:     derived(`id > source-line`, "the line of that input"),
		partial: derived(`id > source-line`, "the line of that input"),
	}
}

func outcome() row {
	return row{label: "OUTCOME", typ: text(10), about: "Outcome: queued, partial, complete",
		v3:      at(`outcome`),
		partial: at(`outcome`),
	}
}
