package schema

// Prior authorizations are ExplanationOfBenefit resources of v3 whose use is
// preauthorization: what was asked of Medicare before a service, and how it was
// decided. They are not claims, and nothing was paid for them.

func priorAuthorizations() *Table {
	return &Table{
		Name:  "prior_authorizations",
		Title: "Prior authorizations",
		Description: "One row for each item of a prior authorization of v3, or one for a prior authorization without items: " +
			"what was asked for, and how it was decided. They are no claims.",
		Grain:       PerItem,
		Claims:      []ClaimType{PriorAuthorization},
		Key:         []string{"UTN", "LINE_NUM"},
		KeyHasNulls: true,
		Side:        true,
		AtLeastOne:  true,
		Fields: priorFields([]row{
			{label: "UTN", typ: text(50), about: "Unique tracking number (UTN) of the prior authorization",
				v3: at(`identifier[system=ids:Unique-Tracking-Number].value`)},
			{label: "LINE_NUM", typ: integer(10), about: "Number of the item",
				v3: at(`item.sequence`)},
			mbi(),
			patientID(),
			resourceID(),
			status(),
			outcome(),
			{label: "PA_TYPE_CD", typ: text(1), about: "B Part B, D equipment, I inpatient, O outpatient, H home health, C hospice",
				v3: at(`type.coding[system=idr:CLM-TYPE].code`)},
			{label: "PA_ICN_DCN", typ: text(40), about: "Internal or document control number, of Part B",
				v3: at(`identifier[system=ids:PA-ICN-DCN].value`)},
			{label: "UTN_BGN_DT", typ: date, about: "First day on which the tracking number is valid",
				v3: at(`preAuthRefPeriod.start`)},
			{label: "UTN_END_DT", typ: date, about: "Last day on which the tracking number is valid",
				v3: at(`preAuthRefPeriod.end`)},
			{label: "PRVDR_NPI_NUM", typ: text(10), about: "NPI of the facility or supplier",
				v3: v3OrgNPI},
			providerCCN().but(row{typ: text(20)}),
			{label: "PRVDR_NAME", typ: text(100), about: "Name of the facility or supplier",
				v3: at(v3Billing + `.name`)},
			{label: "RFRG_PRVDR_NPI_NUM", typ: text(10), about: "NPI of the ordering or referring provider",
				v3: v3Member("referring")},
			renderingNPI().but(row{v3: v3Member("rendering")}),
			attendingNPI(),
			operatingNPI(),
			contractor(),
			{label: "BILL_TYPE_CD", typ: text(4), about: "Type of bill; X for the frequency",
				v3: at(`supportingInfo.code.coding[system=nubc:TypeOfBill].code`)},
			{label: "HCPCS_CD", typ: text(5), about: "HCPCS, CPT or HIPPS code that was asked for",
				v3: at(`item.productOrService.coding.code`)},
			modifier1(),
			modifier2(),
			{label: "POS_CD", typ: text(2), about: "Place of service",
				v3: at(`item.locationCodeableConcept.coding.code`)},
			{label: "REV_CTR_CD", typ: text(4), about: "Revenue center code",
				v3: at(`item.revenue.coding.code`)},
			{label: "PA_DECISION_CD", typ: text(1), about: "A affirmed, N non-affirmed, P pending",
				v3: at(priorExtension("PA-DECISION", "valueCoding.code"))},
			{label: "PA_DECISION_DT", typ: date, about: "Date of the decision",
				v3: priorDate("PA-DECISION-DT")},
			{label: "PA_DECISION_EXP_DT", typ: date, about: "Date on which the decision expires",
				v3: priorDate("PA-DECISION-EXP-DT")},
			{label: "PA_SUBMITTED_DT", typ: date, about: "Date on which the request was submitted",
				v3: priorDate("PA-REQ-SUB-DT")},
			{label: "PA_RECEIVED_DT", typ: date, about: "Date on which the request was received",
				v3: priorDate("PA-REQ-REC-DT")},
			{label: "PA_ADDED_DT", typ: date, about: "Date on which the item was added",
				v3: priorDate("PA-DT-ADDED")},
			{label: "PA_UPDATED_DT", typ: date, about: "Date on which the item was updated",
				v3: priorDate("PA-DT-UPDATED")},
			{label: "SRVC_CNT", typ: integer(10), about: "Number of services",
				v3: at(priorExtension("SERVICE-CNTS", "valueUnsignedInt"))},
			{label: "SRVC_STATE_CD", typ: text(2), about: "State in which the service is rendered, two letters",
				v3: at(priorExtension("SVC-RENDER-ST", "valueCoding.code"))},
			{label: "MR_CNT", typ: integer(10), about: "Count of the medical review",
				v3: at(priorExtension("MR-COUNT-IND", "valueUnsignedInt"))},
			{label: "MR_CNT_BGN_DT", typ: date, about: "First day of that count",
				v3: priorDate("MR-COUNT-ST-DT")},
			{label: "MR_CNT_END_DT", typ: date, about: "Last day of that count",
				v3: priorDate("MR-COUNT-END-DT")},
			{label: "RRB_EXCL_IND", typ: text(1), about: "Y if excluded since the Railroad Board is in charge",
				v3: derived(priorExtension("RRB-EXCL-IND", "valueBoolean")+` > yes`, "Y for true")},
			{label: "CREATED_DT", typ: date, about: "Newest update of an item, as the server gives it",
				v3: at(`created`)},
			lastUpdated(),
			sourceFile(),
			sourceLine(),
		}),
	}
}

// priorFields makes the fields of a table that only v3 has.
func priorFields(rows []row) []Field {
	list := fields(nil, rows)
	other := absent("only v3 has prior authorizations")
	for i := range list {
		list[i].Cells[V1], list[i].Cells[V2] = other, other
	}
	return list
}
