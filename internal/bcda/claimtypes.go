package bcda

import (
	"strconv"

	"github.com/cclf-tools/cclf/schema"
)

// Expressions for the claim type of an ExplanationOfBenefit: by name in the
// servers' own list, by the code of Medicare's claims systems, and by the list
// of HL7, which distinguishes pharmacy claims only. The first that is
// understood counts. Servers of v3 before July 21, 2026 send no name, and some
// copies of v1 and v2 claims have none.
const (
	ClaimTypeExpr       = `type.coding[system=bbc:eob-type,idr:EOB-TYPE].code`
	ClaimTypeNumberExpr = `type.coding[system=bb:nch_clm_type_cd,idr:CLM-TYPE-CD].code`
	ClaimTypeKindExpr   = `type.coding[system=http://hl7.org/fhir/ex-claimtype,tho:ex-claimtype,tho:claim-type].code`
)

// ParseClaimType reads a name of the servers' own list.
func ParseClaimType(code []byte) schema.ClaimType {
	for c := schema.Inpatient; c <= schema.PartD; c++ {
		if string(code) == c.String() {
			return c
		}
	}
	return schema.UnknownClaim
}

// ParseClaimTypeNumber reads a code of NCH_CLM_TYPE_CD or CLM_TYPE_CD, with or
// without leading zeros. A code of four digits is of a claim in process: 1 or 2
// for the system, then the type of bill.
func ParseClaimTypeNumber(code []byte) schema.ClaimType {
	n, err := strconv.ParseUint(string(code), 10, 16)
	switch {
	case err != nil:
		return schema.UnknownClaim
	case n < 100:
		return adjudicatedClaimType(n)
	case 1000 <= n && n < 3000:
		return billClaimType(n % 1000)
	}
	return schema.UnknownClaim
}

// ParseClaimTypeKind reads a code of HL7's list of claim types. Only pharmacy
// identifies a claim type of Medicare.
func ParseClaimTypeKind(code []byte) schema.ClaimType {
	if string(code) == "pharmacy" {
		return schema.PartD
	}
	return schema.UnknownClaim
}

func adjudicatedClaimType(n uint64) schema.ClaimType {
	switch n {
	case 1, 2, 3, 4:
		return schema.PartD
	case 10:
		return schema.HHA
	case 20, 30:
		return schema.SNF
	case 40:
		return schema.Outpatient
	case 50:
		return schema.Hospice
	case 60, 61, 62, 63, 64:
		return schema.Inpatient
	case 71, 72:
		return schema.Carrier
	case 81, 82:
		return schema.DME
	}
	return schema.UnknownClaim
}

// billClaimType follows the server's map. It adds 19 and 29, which the map
// lacks and which are outpatient by their type of bill.
func billClaimType(bill uint64) schema.ClaimType {
	switch bill {
	case 11, 41, 69:
		return schema.Inpatient
	case 18, 21:
		return schema.SNF
	case 32, 33, 39, 42, 66, 92:
		return schema.HHA
	case 81, 82, 91, 98, 900:
		return schema.Hospice
	case 700:
		return schema.Carrier
	case 800:
		return schema.DME
	case 0, 12, 13, 14, 19, 22, 23, 28, 29, 34, 43, 49, 65, 71, 72, 73, 74, 75, 76, 77, 78, 79,
		83, 84, 85, 86, 87, 88, 89, 93, 94, 95, 96, 97, 99:
		return schema.Outpatient
	}
	return schema.UnknownClaim
}

// Prefixes of URLs in partially adjudicated claims of v2, by the system that
// processes them: FISS for institutions, MCS for professionals.
const (
	fiss = "https://bluebutton.cms.gov/resources/variables/fiss/"
	mcs  = "https://bluebutton.cms.gov/resources/variables/mcs/"
)

// ClaimSystemExpr finds the system of a Claim or ClaimResponse: the URL of its
// control number.
const ClaimSystemExpr = `identifier[system=` + fiss + `dcn,` + mcs + `icn].system`

// ParseClaimSystem names the system of a URL that ClaimSystemExpr finds, FISS
// or MCS, and the claim type into whose tables its claims go.
func ParseClaimSystem(url []byte) (string, schema.ClaimType) {
	switch string(url) {
	case fiss + "dcn":
		return "FISS", schema.Inpatient
	case mcs + "icn":
		return "MCS", schema.Carrier
	}
	return "", schema.UnknownClaim
}
