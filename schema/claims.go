package schema

// claims has a row for each claim resource, also for those that are not final
// action and so have no rows in other tables.
func claims() *Table {
	return &Table{
		Name:        "claims",
		Title:       "Claims and their versions",
		Description: "One row for each claim resource, final action or not: where it came from, and how its versions are related.",
		Grain:       PerClaim,
		Claims:      anyClaim,
		Key:         []string{"RESOURCE_ID"},
		KeyHasNulls: true,
		Side:        true,
		Fields: fields(anyClaim, []row{
			claimID().but(row{typ: digits(20)}),
			mbi(),
			patientID(),
			resourceID(),
			{label: "API", typ: text(2), about: "BCDA API version that sent the claim: v1, v2 or v3",
				v1:      derived(`'v1'`, "the API version of the resource"),
				v2:      derived(`'v2'`, "the API version of the resource"),
				v3:      derived(`'v3'`, "the API version of the resource"),
				partial: derived(`'v2'`, "only v2 has these resources")},
			{label: "CLAIM_TYPE", typ: text(10), about: "Claim type in words: INPATIENT, OUTPATIENT, SNF, HHA, HOSPICE, CARRIER, DME, PDE",
				all:     derived(`type.coding[system=bbc:eob-type,idr:EOB-TYPE].code > claim-type`, claimTypeRule),
				partial: derived(`identifier.value > claim-system`, "the system that the claim came from: FISS or MCS")},
			claimTypeCode().but(row{typ: digits(4),
				v3: derived(`type.coding[system=idr:CLM-TYPE-CD].code > pad2`, "two digits; the server sends a number")}),
			status(),
			{label: "FINAL_ACTION", typ: text(1), about: "Y for a final-action claim, N for one that a later version replaced",
				ccw:     derived(`status > not-active | 'Y'`, "Y if the status is active, N for cancelled, entered-in-error and draft"),
				v3:      derived(`status > not-active | meta.tag[system=idr:Final-Action].code > final-action | 'Y'`, "N if the status is not active, the resource is tagged NotFinalAction, or another claim supersedes it"),
				partial: derived(`'N'`, "the claim is not fully adjudicated")},
			adjustmentType(),
			controlNumber().but(row{
				ccw: at(`extension[url=bb:fi_doc_clm_cntl_num,bb:carr_clm_cntl_num].valueIdentifier.value`)}),
			originalControlNumber(),
			{label: "CLAIM_GROUP", typ: text(20), about: "Number that all versions of a claim share",
				ccw: at(`identifier[system=bbi:claim-group].value`),
				v3:  absent("the repository's claims have no group number; versions share their control number")},
			lastUpdated(),
			{label: "SYSTEM_TYPE", typ: text(24), about: "Claims system that the resource came from",
				ccw:     absent("all claims come from the Chronic Conditions Warehouse"),
				v3:      at(`meta.tag[system=idr:System-Type].code`),
				partial: derived(`'SharedSystem'`, "v3's name for the systems that process claims")},
			sourceFile(),
			sourceLine(),
		}),
	}
}
