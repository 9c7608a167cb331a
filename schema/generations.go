package schema

import "strings"

// Cells of v1 and v3 that many tables share. Those of v2 stand in part_a.go.
var (
	v1CCN       = at(`provider.identifier[system=bb:prvdr_num].value`)
	v1OrgNPI    = at(`organization.identifier[system=sid:us-npi].value | facility.identifier[system=sid:us-npi].value`)
	v1Operating = at(`careTeam[role.coding.code=assist].provider.identifier[system=sid:us-npi].value`)
	v1Attending = derived(`careTeam[role.coding.code=primary].provider.identifier[system=sid:us-npi].value`,
		"the first provider with the role primary; those behind it are of lines")
	v1Other     = at(`careTeam[role.coding.code=other].provider.identifier[system=sid:us-npi].value`)
	v1Processed = at(`information[category.coding.code=bb:nch_wkly_proc_dt].timingDate`)
	v1HCPCS     = at(`item.service.coding[system=bbc:hcpcs].code`)
	v1Referring = at(`contained.requester.agent.identifier[system=sid:us-npi].value`)
	v1LineNPI   = at(v1Performing + `.provider.identifier[system=sid:us-npi].value`)
	v1LineCode  = at(`item.adjudication[category.coding.code=bb:line_prcsg_ind_cd].reason.coding.code`)

	v3ClaimID   = at(`identifier[type.coding.code=uc].value`)
	v3CCN       = at(v3Billing + `.identifier[system=http://terminology.hl7.org/NamingSystem/CCN].value`)
	v3OrgNPI    = at(v3Billing + `.identifier[system=sid:us-npi].value`)
	v3Operating = v3Member("operating")
	v3Attending = v3Member("attending")
	v3Other     = at(`careTeam[role.coding.code=otheroperating].provider.identifier.value | careTeam[role.coding.code=supervisor].provider.identifier.value`)
	v3Referring = v3Member("referring")
	v3ClaimType = at(`type.coding[system=idr:CLM-TYPE-CD].code`)
	v3Effective = at(`created`)
	v3LoadDate  = at(`supportingInfo[category.coding.code=CLM_IDR_LD_DT].timingDate`)
	v3Adjust    = v3Info("CLM_ADJSTMT_TYPE_CD")
	v3Control   = at(`identifier[system=ids:CLM-CNTL-NUM].value`)
	v3Original  = at(`related.reference[system=ids:CLM-CNTL-NUM].value | related.reference.identifier[system=ids:CLM-CNTL-NUM].value`)
	v3LineFrom  = at(`item.servicedPeriod.start | item.servicedDate`)
	v3LineThru  = at(`item.servicedPeriod.end`)
	v3HCPCS     = at(`item.productOrService.coding[system=http://www.ama-assn.org/go/cpt,https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets].code`)
	v3LinePaid  = v3LineAmount("CLM_LINE_CVRD_PD_AMT")
	v3Allowed   = v3LineAmount("CLM_LINE_ALOWD_CHRG_AMT")
	v3Place     = derived(`item.locationCodeableConcept.coding[system=https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set].code > pad2`, twoDigitsRule)
	v3LineNPI   = derived(
		`careTeam[sequence~item.careTeamSequence & role.coding.code=rendering].provider.identifier.value`+
			` | careTeam[sequence~item.sequence & role.coding.code=rendering].provider.identifier.value`+
			` | careTeam[role.coding.code=rendering].provider.identifier.value > only`,
		"the rendering provider that the line links to, or that bears the line's number, or that is the claim's only one")
	v3Rendering = `supportingInfo[sequence~item.informationSequence & category.coding.code=RNDRG_PRVDR_FIPS_ST_CD]`

	notInV3 = absent("the Integrated Data Repository's export does not carry it")
)

const (
	v1Performing = `careTeam[sequence~item.careTeamLinkId & role.coding.code=primary]`
	v3Billing    = `contained[id~provider.reference]`
)

// v1Info is a code among a claim's information.
func v1Info(variable string) Cell {
	return at(`information[category.coding.code=bb:` + variable + `].code.coding.code`)
}

// v1Amount is an amount of the claim.
func v1Amount(variable string) Cell {
	return at(`extension[url=bb:` + variable + `].valueMoney.value`)
}

func v1LineAmount(variable string) Cell {
	return at(`item.adjudication[category.coding.code=bb:` + variable + `].amount.value`)
}

// v3Info is a code among a claim's supporting information: that of the
// repository's own code system, or else the only one.
func v3Info(category string) Cell {
	info := `supportingInfo[category.coding.code=` + category + `].code.coding`
	return at(info + `[system^=https://bluebutton.cms.gov/fhir/].code | ` + info + `.code`)
}

// v3TwoDigits is a code of two digits among a claim's supporting information.
func v3TwoDigits(category string) Cell {
	expr := strings.ReplaceAll(v3Info(category).Expr, `.code | `, `.code > pad2 | `) + ` > pad2`
	return derived(expr, twoDigitsRule)
}

// v3Enhanced is the nth value among a claim's supporting information of a
// category of models and demonstrations. Some servers send it as text.
func v3Enhanced(category, nth string) Cell {
	return codeOrText(`supportingInfo[category.coding.code=`+category+`]`, nth)
}

// v3LineInfo is v3Enhanced among the supporting information that a line refers to.
func v3LineInfo(category, nth string) Cell {
	return codeOrText(`supportingInfo[sequence~item.informationSequence & category.coding.code=`+category+`]`, nth)
}

func codeOrText(info, nth string) Cell {
	return at(info + `.code.coding.code` + nth + ` | ` + info + `.valueString` + nth)
}

func v3Member(role string) Cell {
	return at(`careTeam[role.coding.code=` + role + `].provider.identifier.value`)
}

func v3Amount(code string) Cell {
	return at(`adjudication[category.coding.code=` + code + `].amount.value`)
}

func v3Total(code string) Cell {
	return at(`total[category.coding.code=` + code + `].amount.value`)
}

func v3LineAmount(code string) Cell {
	return at(`item.adjudication[category.coding.code=` + code + `].amount.value`)
}

// twoDigitsRule is about codes of professional claims.
const twoDigitsRule = "two digits; servers before May 2026 sent a number"

func v3LineExtension(name string) Cell {
	return at(`item.extension[url=idx:` + name + `].valueCoding.code`)
}

func v3Modifier(nth string) Cell { return at(`item.modifier.coding.code#` + nth) }
