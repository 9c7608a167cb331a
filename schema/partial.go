package schema

// Partially adjudicated claims of v2 are not ExplanationOfBenefit resources
// but pairs of Claim and ClaimResponse, from the systems that process claims:
// FISS for institutions, MCS for professionals. They bear less than a final
// claim. Their cells stand here by table and label; what is not here they do
// not carry.
//
// (v3 sends them as ExplanationOfBenefit resources, like the others.)

const (
	fiss = "https://bluebutton.cms.gov/resources/variables/fiss/"
	mcs  = "https://bluebutton.cms.gov/resources/variables/mcs/"

	partialHCPCS = `item.productOrService.coding[system=https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets,bb:hcpcs_cd,bbc:hcpcs].code`
)

var (
	partialID   = at(`identifier[system=` + fiss + `dcn,` + mcs + `icn].value`)
	partialMBI  = at(`contained[resourceType=Patient].identifier[system=sid:us-mbi].value`)
	partialNPI  = at(`contained[resourceType=Organization].identifier[system=sid:us-npi].value`)
	partialCCN  = at(`contained[resourceType=Organization].identifier[system=` + fiss + `meda-prov-6].value`)
	partialFrom = at(`billablePeriod.start`)
	partialThru = at(`billablePeriod.end`)
)

// partialModifier is the modifier in the n-th place of a line. Places that are
// blank are left out of the list, but each modifier bears its place as the
// version of its coding.
func partialModifier(place string) Cell {
	return at(`item.modifier.coding[version=` + place + `].code`)
}

// fissRevenueCode is the revenue code of a line. The server puts it where the
// non-billable code belongs, and the other way round; the two differ in length.
var fissRevenueCode = derived(`item.revenue.extension[url=`+fiss+`non-bill-rev-code].valueCodeableConcept.coding.code > revenue-code`+
	` | item.revenue.coding[system=`+fiss+`rev-cd].code > revenue-code`,
	"the server has changed it about with the non-billable code, which is a single character")

func partialListed(nth string) Cell {
	return derived(v2Diagnosis+`#`+nth+` > listed`, icdRule)
}

var partialCells = map[string]map[string]Cell{
	"cclf1": {
		"CUR_CLM_UNIQ_ID":              partialID,
		"PRVDR_OSCAR_NUM":              partialCCN,
		"BENE_MBI_ID":                  partialMBI,
		"CLM_FROM_DT":                  partialFrom,
		"CLM_THRU_DT":                  partialThru,
		"CLM_BILL_FAC_TYPE_CD":         at(`facility.extension[url=` + fiss + `lob-cd].valueCoding.code`),
		"CLM_BILL_CLSFCTN_CD":          at(`extension[url=` + fiss + `serv-typ-cd].valueCoding.code`),
		"CLM_BILL_FREQ_CD":             at(`supportingInfo.code.coding[system=` + fiss + `freq-cd].code`),
		"PRNCPL_DGNS_CD":               derived(v2Diagnosis+` > principal`, icdRule),
		"ADMTG_DGNS_CD":                derived(v2Diagnosis+` > admitting`, icdRule),
		"DGNS_DRG_CD":                  at(`supportingInfo.code.coding[system=bb:clm_drg_cd].code`),
		"FAC_PRVDR_NPI_NUM":            partialNPI,
		"CLM_BLG_PRVDR_NPI_NUM":        partialNPI,
		"CLM_BLG_PRVDR_OSCAR_NUM":      partialCCN,
		"CLM_ADMSN_TYPE_CD":            v2AdmissionType,
		"DGNS_PRCDR_ICD_IND":           derived(v2DiagnosisSystem+` > first-icd-indicator`, firstDiagnosisRule),
		"CLM_MDCR_INSTNL_TOT_CHRG_AMT": at(`total.value`),
		"CLM_CNTL_NUM":                 partialID,
	},
	"cclf2": {
		"CUR_CLM_UNIQ_ID":          partialID,
		"CLM_LINE_NUM":             at(`item.sequence`),
		"BENE_MBI_ID":              partialMBI,
		"CLM_LINE_FROM_DT":         at(`item.servicedDate`),
		"CLM_LINE_THRU_DT":         at(`item.servicedDate`),
		"CLM_LINE_PROD_REV_CTR_CD": fissRevenueCode,
		"CLM_LINE_HCPCS_CD":        at(partialHCPCS),
		"PRVDR_OSCAR_NUM":          partialCCN,
		"CLM_FROM_DT":              partialFrom,
		"CLM_THRU_DT":              partialThru,
		"CLM_LINE_SRVC_UNIT_QTY":   at(`item.extension[url=` + fiss + `rev-serv-unit-cnt].valueQuantity.value`),
		"HCPCS_1_MDFR_CD":          partialModifier("1"),
		"HCPCS_2_MDFR_CD":          partialModifier("2"),
		"HCPCS_3_MDFR_CD":          partialModifier("3"),
		"HCPCS_4_MDFR_CD":          partialModifier("4"),
		"CLM_FAC_PRVDR_OSCAR_NUM":  partialCCN,
	},
	"cclf3": {
		"CUR_CLM_UNIQ_ID":         partialID,
		"BENE_MBI_ID":             partialMBI,
		"CLM_VAL_SQNC_NUM":        at(`procedure.sequence`),
		"CLM_PRCDR_CD":            derived(`procedure.procedureCodeableConcept.coding.code > icd`, icdRule),
		"CLM_PRCDR_PRFRM_DT":      at(`procedure.date`),
		"PRVDR_OSCAR_NUM":         partialCCN,
		"CLM_FROM_DT":             partialFrom,
		"CLM_THRU_DT":             partialThru,
		"DGNS_PRCDR_ICD_IND":      derived(`procedure.procedureCodeableConcept.coding.system > icd-indicator`, icdIndicatorRule),
		"CLM_BLG_PRVDR_OSCAR_NUM": partialCCN,
	},
	"cclf4": {
		"CUR_CLM_UNIQ_ID":         partialID,
		"BENE_MBI_ID":             partialMBI,
		"CLM_PROD_TYPE_CD":        derived(`diagnosis.sequence > product-type`, partialDiagnosisRule),
		"CLM_VAL_SQNC_NUM":        at(`diagnosis.sequence`),
		"CLM_DGNS_CD":             derived(v2Diagnosis+` > icd`, icdRule),
		"PRVDR_OSCAR_NUM":         partialCCN,
		"CLM_FROM_DT":             partialFrom,
		"CLM_THRU_DT":             partialThru,
		"CLM_POA_IND":             derived(`diagnosis.onAdmission.coding.code > upper`, "in capitals, which the server makes small"),
		"DGNS_PRCDR_ICD_IND":      derived(v2DiagnosisSystem+` > icd-indicator`, icdIndicatorRule),
		"CLM_BLG_PRVDR_OSCAR_NUM": partialCCN,
	},
	"cclf5": {
		"CUR_CLM_UNIQ_ID":    partialID,
		"CLM_LINE_NUM":       at(`item.sequence`),
		"BENE_MBI_ID":        partialMBI,
		"CLM_FROM_DT":        partialFrom,
		"CLM_THRU_DT":        partialThru,
		"CLM_LINE_FROM_DT":   at(`item.servicedPeriod.start | item.servicedDate`),
		"CLM_LINE_THRU_DT":   at(`item.servicedPeriod.end | item.servicedDate`),
		"CLM_LINE_HCPCS_CD":  at(partialHCPCS),
		"CLM_LINE_DGNS_CD":   derived(`diagnosis[sequence~item.diagnosisSequence].diagnosisCodeableConcept.coding.code > icd`, icdRule),
		"CLM_CNTL_NUM":       partialID,
		"HCPCS_1_MDFR_CD":    partialModifier("1"),
		"HCPCS_2_MDFR_CD":    partialModifier("2"),
		"HCPCS_3_MDFR_CD":    partialModifier("3"),
		"HCPCS_4_MDFR_CD":    partialModifier("4"),
		"CLM_DGNS_1_CD":      partialListed("1"),
		"CLM_DGNS_2_CD":      partialListed("2"),
		"CLM_DGNS_3_CD":      partialListed("3"),
		"CLM_DGNS_4_CD":      partialListed("4"),
		"CLM_DGNS_5_CD":      partialListed("5"),
		"CLM_DGNS_6_CD":      partialListed("6"),
		"CLM_DGNS_7_CD":      partialListed("7"),
		"CLM_DGNS_8_CD":      partialListed("8"),
		"DGNS_PRCDR_ICD_IND": derived(v2DiagnosisSystem+` > first-icd-indicator`, firstDiagnosisRule),
		"CLM_DGNS_9_CD":      partialListed("9"),
		"CLM_DGNS_10_CD":     partialListed("10"),
		"CLM_DGNS_11_CD":     partialListed("11"),
		"CLM_DGNS_12_CD":     partialListed("12"),
	},
	"cclfa": {"CUR_CLM_UNIQ_ID": partialID, "BENE_MBI_ID": partialMBI},
	"cclfb": {"CUR_CLM_UNIQ_ID": partialID, "CLM_LINE_NUM": at(`item.sequence`), "BENE_MBI_ID": partialMBI},
	"claims": {
		"CUR_CLM_UNIQ_ID": partialID,
		"BENE_MBI_ID":     partialMBI,
		"RESOURCE_ID":     at(`id`),
		"API":             derived(`'v2'`, "only v2 has these resources"),
		"CLAIM_TYPE":      derived(`identifier.value > claim-system`, "the system that the claim came from: FISS or MCS"),
		"STATUS":          at(`status`),
		"FINAL_ACTION":    derived(`'N'`, "the claim is not fully adjudicated"),
		"CLM_CNTL_NUM":    partialID,
		"LAST_UPDATED":    at(`meta.lastUpdated`),
		"SYSTEM_TYPE":     derived(`'SharedSystem'`, "as v3 calls the systems that process claims"),
		"SOURCE_FILE":     derived(`id > source-file`, "the input that the resource was read from"),
		"SOURCE_LINE":     derived(`id > source-line`, "the line of that input"),
	},
	"responses": {
		"CUR_CLM_UNIQ_ID": partialID,
		"BENE_MBI_ID":     partialMBI,
		"RESOURCE_ID":     at(`id`),
		"CLAIM_ID":        at(`request.reference`),
		"SYSTEM":          derived(`identifier.value > claim-system`, "the system that the claim came from: FISS or MCS"),
		"STATUS_CD":       at(`extension[url=` + fiss + `curr-status,` + mcs + `status-code].valueCoding.code`),
		"RECEIVED_DT":     at(`extension[url=` + fiss + `recd-dt-cymd,` + mcs + `claim-receipt-date].valueDate`),
		"STATUS_DT":       at(`extension[url=` + fiss + `curr-tran-dt-cymd,` + mcs + `status-date].valueDate`),
		"GROUP_CD":        at(`extension[url=` + fiss + `group-code].valueCoding.code`),
		"ACO_RED_RARC":    at(`item.adjudication.reason.coding[system=` + fiss + `aco-red-rarc].code`),
		"ACO_RED_CARC":    at(`item.adjudication.reason.coding[system=` + fiss + `aco-red-carc].code`),
		"ACO_RED_CAGC":    at(`item.adjudication.reason.coding[system=` + fiss + `aco-red-cagc].code`),
		"OUTCOME":         at(`outcome`),
	},
}

// responses is how far the systems are with a partially adjudicated claim of
// v2. CUR_CLM_UNIQ_ID, the control number, pairs it with its claim.
var responses = &Table{
	Name:        "responses",
	Title:       "Responses to partially adjudicated claims",
	Description: "One row for each ClaimResponse of v2: how far the processing of a partially adjudicated claim is.",
	Grain:       PerClaim,
	Claims:      []ClaimType{Inpatient, Carrier},
	Key:         []string{"RESOURCE_ID"},
	Side:        true,
	Partial:     true,
	Fields: fields([]row{
		{label: "CUR_CLM_UNIQ_ID", typ: text(40), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "BENE_MBI_ID", typ: text(11), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "RESOURCE_ID", typ: text(64), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "CLAIM_ID", typ: text(64), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "SYSTEM", typ: text(4), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "STATUS_CD", typ: text(1), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "STATUS_DT", typ: date, v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "RECEIVED_DT", typ: date, v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "GROUP_CD", typ: text(2), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "ACO_RED_RARC", typ: text(5), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "ACO_RED_CARC", typ: text(3), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "ACO_RED_CAGC", typ: text(2), v1: onlyV2, v2: inPartial, v3: onlyV2},
		{label: "OUTCOME", typ: text(10), v1: onlyV2, v2: inPartial, v3: onlyV2},
	}),
}

var (
	onlyV2    = absent("only v2 has ClaimResponse resources")
	inPartial = absent("a ClaimResponse has it, an ExplanationOfBenefit does not")
)
