package schema

// Prior authorizations are ExplanationOfBenefit resources of v3 whose use is
// preauthorization: what was asked of Medicare before a service, and how it was
// decided. They are no claims, and nothing was paid for them.

var noPrior = absent("only v3 has prior authorizations")

// inPrior is a row of the table, which has cells in v3 alone.
func inPrior(label string, typ Type, v3 Cell) row {
	return row{label: label, typ: typ, v1: noPrior, v2: noPrior, v3: v3}
}

// priorExtension is a value in an extension of an item.
func priorExtension(name, member string) string {
	return `item.extension[url=idx:` + name + `].` + member
}

func priorDate(name string) Cell { return at(priorExtension(name, "valueDate")) }

var priorAuthorizations = &Table{
	Name:  "prior_authorizations",
	Title: "Prior authorizations",
	Description: "One row for each item of a prior authorization of v3, or one for a prior authorization without items: " +
		"what was asked for, and how it was decided. They are no claims.",
	Grain:      PerItem,
	Claims:     []ClaimType{PriorAuthorization},
	Key:        []string{"UTN", "LINE_NUM"},
	Side:       true,
	AtLeastOne: true,
	Fields: fields([]row{
		inPrior("UTN", text(50), at(`identifier[system=ids:Unique-Tracking-Number].value`)),
		inPrior("LINE_NUM", integer(10), at(`item.sequence`)),
		inPrior("BENE_MBI_ID", text(11), v2MBI),
		inPrior("PATIENT_ID", text(64), patientID),
		inPrior("RESOURCE_ID", text(64), at(`id`)),
		inPrior("STATUS", text(16), at(`status`)),
		inPrior("OUTCOME", text(10), at(`outcome`)),
		inPrior("PA_TYPE_CD", text(1), at(`type.coding[system=idr:CLM-TYPE].code`)),
		inPrior("PA_ICN_DCN", text(40), at(`identifier[system=ids:PA-ICN-DCN].value`)),
		inPrior("UTN_BGN_DT", date, at(`preAuthRefPeriod.start`)),
		inPrior("UTN_END_DT", date, at(`preAuthRefPeriod.end`)),
		inPrior("PRVDR_NPI_NUM", text(10), v3OrgNPI),
		inPrior("PRVDR_OSCAR_NUM", text(20), v3CCN),
		inPrior("PRVDR_NAME", text(100), at(v3Billing+`.name`)),
		inPrior("RFRG_PRVDR_NPI_NUM", text(10), v3Member("referring")),
		inPrior("RNDRG_PRVDR_NPI_NUM", text(10), v3Member("rendering")),
		inPrior("ATNDG_PRVDR_NPI_NUM", text(10), v3Member("attending")),
		inPrior("OPRTG_PRVDR_NPI_NUM", text(10), v3Member("operating")),
		inPrior("CLM_CNTRCTR_NUM", text(5), v3Info("CLM_CNTRCTR_NUM")),
		inPrior("BILL_TYPE_CD", text(4), at(`supportingInfo.code.coding[system=nubc:TypeOfBill].code`)),
		inPrior("HCPCS_CD", text(5), at(`item.productOrService.coding.code`)),
		inPrior("HCPCS_1_MDFR_CD", text(2), at(`item.modifier.coding.code#1`)),
		inPrior("HCPCS_2_MDFR_CD", text(2), at(`item.modifier.coding.code#2`)),
		inPrior("POS_CD", text(2), at(`item.locationCodeableConcept.coding.code`)),
		inPrior("REV_CTR_CD", text(4), at(`item.revenue.coding.code`)),
		inPrior("PA_DECISION_CD", text(1), at(priorExtension("PA-DECISION", "valueCoding.code"))),
		inPrior("PA_DECISION_DT", date, priorDate("PA-DECISION-DT")),
		inPrior("PA_DECISION_EXP_DT", date, priorDate("PA-DECISION-EXP-DT")),
		inPrior("PA_SUBMITTED_DT", date, priorDate("PA-REQ-SUB-DT")),
		inPrior("PA_RECEIVED_DT", date, priorDate("PA-REQ-REC-DT")),
		inPrior("PA_ADDED_DT", date, priorDate("PA-DT-ADDED")),
		inPrior("PA_UPDATED_DT", date, priorDate("PA-DT-UPDATED")),
		inPrior("SRVC_CNT", integer(10), at(priorExtension("SERVICE-CNTS", "valueUnsignedInt"))),
		inPrior("SRVC_STATE_CD", text(2), at(priorExtension("SVC-RENDER-ST", "valueCoding.code"))),
		inPrior("MR_CNT", integer(10), at(priorExtension("MR-COUNT-IND", "valueUnsignedInt"))),
		inPrior("MR_CNT_BGN_DT", date, priorDate("MR-COUNT-ST-DT")),
		inPrior("MR_CNT_END_DT", date, priorDate("MR-COUNT-END-DT")),
		inPrior("RRB_EXCL_IND", text(1), derived(priorExtension("RRB-EXCL-IND", "valueBoolean")+` > yes`, "Y for true")),
		inPrior("CREATED_DT", date, at(`created`)),
		inPrior("LAST_UPDATED", text(40), at(`meta.lastUpdated`)),
		inPrior("SOURCE_FILE", text(255), derived(`id > source-file`, "the input that the resource was read from")),
		inPrior("SOURCE_LINE", integer(12), derived(`id > source-line`, "the line of that input")),
	}),
}
