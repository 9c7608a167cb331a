package schema

import "strconv"

// ClaimTypeExpr finds the claim type of an ExplanationOfBenefit by its name in
// the servers' own list, ClaimTypeNumberExpr by the code of Medicare's claim
// systems, and ClaimTypeKindExpr by the list of HL7, which tells pharmacy
// claims only. The first that is understood counts. Servers of v3 before July 21, 2026 send no name, and other
// copies of v1 and v2 claims lack it too.
const (
	ClaimTypeExpr       = `type.coding[system=bbc:eob-type,idr:EOB-TYPE].code`
	ClaimTypeNumberExpr = `type.coding[system=bb:nch_clm_type_cd,idr:CLM-TYPE-CD].code`
	ClaimTypeKindExpr   = `type.coding[system=http://hl7.org/fhir/ex-claimtype,tho:ex-claimtype,tho:claim-type].code`
)

const claimTypeRule = "by the server's own list, else by the claim type code, else a pharmacy claim"

// ParseClaimTypeNumber reads a code of NCH_CLM_TYPE_CD or CLM_TYPE_CD, with or
// without leading zeros. Codes of four digits are those of claims in process:
// a thousand from one system or two from another, and the type of bill.
func ParseClaimTypeNumber(code []byte) ClaimType {
	n, err := strconv.ParseUint(string(code), 10, 16)
	switch {
	case err != nil:
		return UnknownClaim
	case n < 100:
		return adjudicatedClaimType(n)
	case 1000 <= n && n < 3000:
		return billClaimType(n % 1000)
	}
	return UnknownClaim
}

// ParseClaimTypeKind reads a code of HL7's list of claim types, of which only
// pharmacy is a claim type of its own here.
func ParseClaimTypeKind(code []byte) ClaimType {
	if string(code) == "pharmacy" {
		return PartD
	}
	return UnknownClaim
}

func adjudicatedClaimType(n uint64) ClaimType {
	switch n {
	case 1, 2, 3, 4:
		return PartD
	case 10:
		return HHA
	case 20, 30:
		return SNF
	case 40:
		return Outpatient
	case 50:
		return Hospice
	case 60, 61, 62, 63, 64:
		return Inpatient
	case 71, 72:
		return Carrier
	case 81, 82:
		return DME
	}
	return UnknownClaim
}

// billClaimType follows the server's map, and by their type of bill takes 19
// and 29 for outpatient claims, which that map lacks.
func billClaimType(bill uint64) ClaimType {
	switch bill {
	case 11, 41, 69:
		return Inpatient
	case 18, 21:
		return SNF
	case 32, 33, 39, 42, 66, 92:
		return HHA
	case 81, 82, 91, 98, 900:
		return Hospice
	case 700:
		return Carrier
	case 800:
		return DME
	case 0, 12, 13, 14, 19, 22, 23, 28, 29, 34, 43, 49, 65, 71, 72, 73, 74, 75, 76, 77, 78, 79,
		83, 84, 85, 86, 87, 88, 89, 93, 94, 95, 96, 97, 99:
		return Outpatient
	}
	return UnknownClaim
}
