package schema

import (
	"fmt"
	"strings"
)

// Prefixes of URLs in partially adjudicated claims, by the system that
// processes them: FISS for institutions, MCS for professionals.
const (
	fiss = "https://bluebutton.cms.gov/resources/variables/fiss/"
	mcs  = "https://bluebutton.cms.gov/resources/variables/mcs/"
)

// Paths.
const (
	diagnosisCode   = `diagnosis.diagnosisCodeableConcept.coding.code`
	diagnosisSystem = `diagnosis.diagnosisCodeableConcept.coding.system`

	v1Performing = `careTeam[sequence~item.careTeamLinkId & role.coding.code=primary]`
	v2Performing = `careTeam[sequence~item.careTeamSequence & role.coding.code=performing]`
	v3Billing    = `contained[id~provider.reference]`

	partialHCPCS = `item.productOrService.coding[system=https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets,bb:hcpcs_cd,bbc:hcpcs].code`
)

// Rules.
const (
	addressRule          = "of the current address, home first; all lines are from the same address"
	ccwDiagnosisRule     = "by diagnosis type; the server lists each code once, under its first type"
	claimTypeRule        = "by the server's own list, else by the claim type code, else pharmacy claims by HL7's list"
	enrolledRule         = "Parts A and B by the buy-in code of the month, C and D by a contract of five characters; in v3 by the period"
	fipsStateRule        = "the FIPS code of the state; the server sends the SSA code (22 is Massachusetts) or the letters"
	firstDiagnosisRule   = "0 for ICD-10, 9 for ICD-9, by the code system of the claim's first diagnosis"
	hospiceRule          = "from the beneficiary's hospice claim with the latest start of care"
	icdIndicatorRule     = "0 for an ICD-10 code system, 9 for ICD-9, U for any other"
	icdRule              = "without the dot"
	latestMonthRule      = "the last month with a value in the newest reference year"
	listedRule           = "the claim's diagnoses in order, without 9999999, which is not an ICD code"
	nameRule             = "of the current name, official before usual; all parts are from the same name"
	partialDiagnosisRule = "by diagnosis type; an admitting diagnosis that is not in the claim's list has no row: it comes after the list, without a present-on-admission indicator"
	qualifierRule        = "by the type of the identifier: NPI 01, UPIN 06, NCPDP 07, state license 08, tax number 11"
	sharedRule           = "lines with the same provider share a care team entry; its code is used if it has only one"
	twoDigitsRule        = "two digits; servers before May 2026 sent a number"
	uspsStateRule        = "the letters of the state; the server sends the SSA code (22 is Massachusetts)"
	v3DiagnosisRule      = "by diagnosis type; the list repeats the principal diagnosis of an institutional claim"
	zipRule              = "of the current address: five digits, and the other four if the server sends nine"
)

// Cells of several fields.
var (
	noHICN  = absent("BCDA sends no HICN; CMS has left the field blank since 2020")
	noDemo  = absent("this API version has no demonstrations or benefit enhancements")
	notInV3 = absent("the Integrated Data Repository's export does not carry it")

	// Providers of a claim.
	v1CCN       = at(`provider.identifier[system=bb:prvdr_num].value`)
	v2CCN       = at(`contained[id=provider-org].identifier[type.coding.code=PRN].value`)
	v3CCN       = at(v3Billing + `.identifier[system=http://terminology.hl7.org/NamingSystem/CCN].value`)
	partialCCN  = at(`contained[resourceType=Organization].identifier[system=` + fiss + `meda-prov-6].value`)
	v1OrgNPI    = at(`organization.identifier[system=sid:us-npi].value | facility.identifier[system=sid:us-npi].value`)
	v2OrgNPI    = at(`contained[id=provider-org].identifier[system=sid:us-npi].value`)
	v3OrgNPI    = at(v3Billing + `.identifier[system=sid:us-npi].value`)
	partialNPI  = at(`contained[resourceType=Organization].identifier[system=sid:us-npi].value`)
	v1Operating = at(`careTeam[role.coding.code=assist].provider.identifier[system=sid:us-npi].value`)
	v2Operating = at(`careTeam[role.coding.code=operating].provider.identifier[type.coding.code=npi].value`)
	v3Operating = at(`careTeam[role.coding.code=operating].provider.identifier.value`)
	v1Attending = derived(`careTeam[role.coding.code=primary].provider.identifier[system=sid:us-npi].value`, "the first provider with the role primary; later ones are of lines")
	v2Attending = at(`careTeam[role.coding.code=attending].provider.identifier[type.coding.code=npi].value`)
	v3Attending = at(`careTeam[role.coding.code=attending].provider.identifier.value`)
	v1Other     = at(`careTeam[role.coding.code=other].provider.identifier[system=sid:us-npi].value`)
	v2Other     = at(`careTeam[role.coding.code=otheroperating].provider.identifier[type.coding.code=npi].value`)
	v3Other     = at(`careTeam[role.coding.code=otheroperating].provider.identifier.value | careTeam[role.coding.code=supervisor].provider.identifier.value`)
	v1Referring = at(`contained.requester.agent.identifier[system=sid:us-npi].value`)
	v2Referring = at(`referral.identifier[type.coding.code=npi].value`)
	v3Referring = at(`careTeam[role.coding.code=referring].provider.identifier.value`)

	// Of a line.
	v1LineNPI = at(v1Performing + `.provider.identifier[system=sid:us-npi].value`)
	v2LineNPI = at(v2Performing + `.provider.identifier[type.coding.code=npi].value`)
	v3LineNPI = derived(`careTeam[sequence~item.careTeamSequence & role.coding.code=rendering].provider.identifier.value`+
		` | careTeam[sequence~item.sequence & role.coding.code=rendering].provider.identifier.value`+
		` | careTeam[role.coding.code=rendering].provider.identifier.value > only`, "the rendering provider that the line links to, else the one with the line's number, else the claim's only one")
	ccwLinePayer = at(`item.extension[url=bb:line_bene_prmry_pyr_cd].valueCoding.code`)

	// Others. Older servers of v2 send the type of admission in the variable's own system.
	v2AdmissionType = at(`supportingInfo.code.coding[system=nubc:PriorityTypeOfAdmitOrVisit,bb:clm_ip_admsn_type_cd].code`)
	partialID       = at(`identifier[system=` + fiss + `dcn,` + mcs + `icn].value`)
	ccwCurrentMBI   = derived(`Patient.identifier.value > current-mbi`, "the us-mbi identifier that is marked current, or the only one")
	v3CurrentMBI    = derived(`Patient.identifier.value > current-mbi`, "the us-mbi identifier whose period has no end, else the only one, else the one whose period starts last")
)

// either is the value of the first cell, or else of the second.
func either(a, b Cell) Cell { return at(a.Expr + ` | ` + b.Expr) }

// extensionCode is a code in an extension of a claim of v1 or v2.
func extensionCode(variable string) Cell {
	return at(`extension[url=bb:` + variable + `].valueCoding.code`)
}

// extensionAmount is an amount in an extension of a claim of v1 or v2.
func extensionAmount(variable string) Cell {
	return at(`extension[url=bb:` + variable + `].valueMoney.value`)
}

// lineAdjudication is an amount of a line of v1 or v2.
func lineAdjudication(variable string) Cell {
	return at(`item.adjudication[category.coding.code=bb:` + variable + `].amount.value`)
}

// ccwModifier is the nth HCPCS modifier of a line of v1 or v2. The list also
// has units of measure of drugs, under another system.
func ccwModifier(nth string) Cell {
	return at(`item.modifier.coding[system=bbc:hcpcs].code#` + nth)
}

// listedDiagnosis is the nth diagnosis of a professional claim.
func listedDiagnosis(nth string) Cell {
	return derived(diagnosisCode+`#`+nth+` > listed`, listedRule)
}

// latestMonth finds the value of the last month that has one, in extensions of
// a Coverage of v1 or v2 that are numbered by month.
func latestMonth(variable string) string {
	months := make([]string, 12)
	for i := range months {
		months[i] = fmt.Sprintf(`Coverage.extension[url=bb:%s%02d].valueCoding.code`, variable, 12-i)
	}
	return strings.Join(months, ` | `)
}

// monthly finds the value of a month in the same extensions.
func monthly(variable string) string {
	return `extension[url=bb:` + variable + MonthMark + `].valueCoding.code`
}

// v1Info is a code in a claim's information.
func v1Info(variable string) Cell {
	return at(`information[category.coding.code=bb:` + variable + `].code.coding.code`)
}

// v2Info is a code in a claim's supporting information.
func v2Info(variable string) Cell {
	return at(`supportingInfo.code.coding[system=bb:` + variable + `].code`)
}

// v2Balance is an amount in a claim's benefit balance.
func v2Balance(variable string) Cell {
	return at(`benefitBalance.financial[type.coding.code=bb:` + variable + `].usedMoney.value`)
}

// v3Info is a code in a claim's supporting information: the one in a code
// system of the repository, or else the only one.
func v3Info(category string) Cell {
	info := `supportingInfo[category.coding.code=` + category + `].code.coding`
	return at(info + `[system^=https://bluebutton.cms.gov/fhir/].code | ` + info + `.code`)
}

// v3TwoDigits is v3Info with two digits.
func v3TwoDigits(category string) Cell {
	expr := strings.ReplaceAll(v3Info(category).Expr, `.code | `, `.code > pad2 | `) + ` > pad2`
	return derived(expr, twoDigitsRule)
}

// v3ClaimInfo is the nth value of a category in a claim's supporting
// information. Some servers send a code, some text.
func v3ClaimInfo(category, nth string) Cell {
	return codeOrText(`supportingInfo[category.coding.code=`+category+`]`, nth)
}

// v3LineInfo is v3ClaimInfo in the supporting information that a line refers to.
func v3LineInfo(category, nth string) Cell {
	return codeOrText(`supportingInfo[sequence~item.informationSequence & category.coding.code=`+category+`]`, nth)
}

func codeOrText(info, nth string) Cell {
	return at(info + `.code.coding.code` + nth + ` | ` + info + `.valueString` + nth)
}

// v3Member is the NPI of a member of the care team.
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

func v3LineExtension(name string) Cell {
	return at(`item.extension[url=idx:` + name + `].valueCoding.code`)
}

func v3Modifier(nth string) Cell { return at(`item.modifier.coding.code#` + nth) }

// partialModifier is the HCPCS modifier in the nth place of a line. The list
// leaves out blank places, but the version of each coding is its place.
func partialModifier(nth string) Cell {
	return at(`item.modifier.coding[version=` + nth + `].code`)
}

// partialListed is the nth diagnosis of a professional claim.
func partialListed(nth string) Cell {
	return derived(diagnosisCode+`#`+nth+` > listed`, icdRule)
}

// priorExtension is a value in an extension of an item of a prior authorization.
func priorExtension(name, member string) string {
	return `item.extension[url=idx:` + name + `].` + member
}

func priorDate(name string) Cell { return at(priorExtension(name, "valueDate")) }
