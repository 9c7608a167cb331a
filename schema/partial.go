package schema

// Partially adjudicated claims of v2 are pairs of Claim and ClaimResponse
// resources, which carry less than an ExplanationOfBenefit. v3 sends them as
// ExplanationOfBenefit resources, like the others.

// responses has the processing status of partially adjudicated claims of v2.
// CUR_CLM_UNIQ_ID, the control number, pairs a response with its claim.
func responses() *Table {
	return &Table{
		Name:        "responses",
		Title:       "Responses to partially adjudicated claims",
		Description: "One row for each ClaimResponse of v2: how far the processing of a partially adjudicated claim is.",
		Grain:       PerClaim,
		Claims:      []ClaimType{Inpatient, Carrier},
		Key:         []string{"RESOURCE_ID"},
		KeyHasNulls: true,
		Side:        true,
		Partial:     true,
		Fields: responseFields([]row{
			claimID().but(row{typ: text(40)}),
			mbi(),
			resourceID(),
			{label: "CLAIM_ID", typ: text(64), about: "Reference to the Claim resource",
				partial: at(`request.reference`)},
			{label: "SYSTEM", typ: text(4), about: "System that processes the claim: FISS or MCS",
				partial: derived(`identifier.value > claim-system`, "the system that the claim came from: FISS or MCS")},
			{label: "STATUS_CD", typ: text(1), about: "How far the processing is, in the codes of the system",
				partial: at(`extension[url=` + fiss + `curr-status,` + mcs + `status-code].valueCoding.code`)},
			{label: "STATUS_DT", typ: date, about: "Date of that status",
				partial: at(`extension[url=` + fiss + `curr-tran-dt-cymd,` + mcs + `status-date].valueDate`)},
			{label: "RECEIVED_DT", typ: date, about: "Date on which the claim was received",
				partial: at(`extension[url=` + fiss + `recd-dt-cymd,` + mcs + `claim-receipt-date].valueDate`)},
			{label: "GROUP_CD", typ: text(2), about: "Group of the adjustment",
				partial: at(`extension[url=` + fiss + `group-code].valueCoding.code`)},
			{label: "ACO_RED_RARC", typ: text(5), about: "Remark code of a reduction for the ACO",
				partial: at(`item.adjudication.reason.coding[system=` + fiss + `aco-red-rarc].code`)},
			{label: "ACO_RED_CARC", typ: text(3), about: "Adjustment reason code of a reduction for the ACO",
				partial: at(`item.adjudication.reason.coding[system=` + fiss + `aco-red-carc].code`)},
			{label: "ACO_RED_CAGC", typ: text(2), about: "Adjustment group code of a reduction for the ACO",
				partial: at(`item.adjudication.reason.coding[system=` + fiss + `aco-red-cagc].code`)},
			outcome(),
		}),
	}
}

// responseFields makes the fields of a table that only partially adjudicated
// claims have.
func responseFields(rows []row) []Field {
	list := fields(institutional, rows)
	other := absent("only v2 has ClaimResponse resources")
	for i := range list {
		list[i].Cells = [apis]Cell{V1: other, V2: absent("the ClaimResponse has it, not the ExplanationOfBenefit"), V3: other}
	}
	return list
}
