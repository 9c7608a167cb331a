package schema

// Paths and rules of the codes that need more than a path.
const (
	v2Diagnosis       = `diagnosis.` + DiagnosisCode
	v2DiagnosisSystem = `diagnosis.` + DiagnosisSystem

	v2DiagnosisRule = "by the diagnosis types; the server lists a code once, under the first type it has"
	carrierListRule = "the claim's list, in its order; 9999999, which is no ICD code, is left out"

	partialDiagnosisRule = "by the diagnosis types; the admitting diagnosis is no row when the claim's list has it not: it then stands behind the list, without a mark of presence on admission"

	v3DiagnosisRule = "by the diagnosis types; the principal diagnosis of an institutional claim stands in the list once more"

	fipsStateRule = "the FIPS code of the state, which the server sends by its SSA code (22 is Massachusetts) or by its letters"
	uspsStateRule = "the letters of the state, which the server sends by its SSA code (22 is Massachusetts)"

	icdRule            = "without the dot"
	icdIndicatorRule   = "0 for an ICD-10 code system, 9 for ICD-9, U for neither"
	firstDiagnosisRule = "0 for ICD-10, 9 for ICD-9, by the code system of the claim's first diagnosis"
	qualifierRule      = "by the type of the identifier: NPI 01, UPIN 06, NCPDP 07, state licence 08, tax number 11"
	sharedRule         = "lines with one provider share a care team entry; a code is theirs when the entry has no other"
)

// A Role names elements of an array that meet conditions, for the rules that
// look at more than one element.
type Role struct {
	Resource string
	Array    string
	Name     RoleName
	Where    string // conditions, as in ParseExpr
}

// A RoleName is what an element is to the rules.
type RoleName uint8

// The roles that elements have.
const (
	RolePrincipal RoleName = iota // a diagnosis
	RoleAdmitting
	RoleSecondary
	RoleExternal
	RoleExternalFirst
	RoleReason
	RoleMarked  // a diagnosis that says whether it was present on admission
	RoleMBI     // an identifier
	RoleCurrent // the MBI in use
	RoleNames   // how many there are
)

// Roles of a generation. The converter's derived cells go by these names.
func Roles(api API) []Role { return roles[api] }

var roles = [apis][]Role{
	V1: {
		{eob, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{eob, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{eob, "diagnosis", RoleExternal, "type.coding.code=external,external-first"},
		{eob, "diagnosis", RoleExternalFirst, "type.coding.code=external-first"},
		{eob, "diagnosis", RoleReason, "type.coding.code=reason-for-visit"},
		{patient, "identifier", RoleMBI, "system=sid:us-mbi"},
		{patient, "identifier", RoleCurrent, "extension.valueCoding.code=current"},
	},
	V3: {
		{eob, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{eob, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{eob, "diagnosis", RoleExternal, "type.coding.code=externalcauseofinjury"},
		{eob, "diagnosis", RoleReason, "type.coding.code=patientreasonforvisit"},
		{patient, "identifier", RoleMBI, "system=sid:us-mbi"},
	},
	V2: {
		{eob, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{eob, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{eob, "diagnosis", RoleSecondary, "type.coding.code=secondary"},
		{eob, "diagnosis", RoleExternal, "type.coding.code=externalcauseofinjury"},
		{eob, "diagnosis", RoleReason, "type.coding.code=patientreasonforvisit"},
		{patient, "identifier", RoleMBI, "system=sid:us-mbi"},
		{patient, "identifier", RoleCurrent, "type.coding.extension.valueCoding.code=current"},
		{claim, "diagnosis", RolePrincipal, "type.coding.code=principal"},
		{claim, "diagnosis", RoleAdmitting, "type.coding.code=admitting"},
		{claim, "diagnosis", RoleMarked, "onAdmission.coding.system=" + fiss + "diag-poa-ind"},
	},
}

// The FHIR resource types that BCDA exports.
const (
	eob      = "ExplanationOfBenefit"
	patient  = "Patient"
	coverage = "Coverage"
	claim    = "Claim"
	response = "ClaimResponse"
)

// What the converter asks of every resource, whatever the tables want.
const (
	// Within a diagnosis: its code, the code's system, and the URL of the
	// present-on-admission extension, which ends in the number that the
	// diagnosis has in the claim.
	DiagnosisCode         = `diagnosisCodeableConcept.coding.code`
	DiagnosisSystem       = `diagnosisCodeableConcept.coding.system`
	PresentOnAdmissionURL = `extension.url`
	// Within an identifier of a Patient: its value and period.
	IdentifierValue = `value`
	IdentifierStart = `period.start`
	IdentifierEnd   = `period.end`
	// ReferenceYearExpr finds the year that monthly values of a Coverage are of.
	ReferenceYearExpr = `extension[url=bb:rfrnc_yr].valueDate`
	// SystemTypeExpr finds the claims system that an EOB of v3 came from.
	SystemTypeExpr = `meta.tag[system=idr:System-Type].code`
)

// ClaimMBIExpr finds the MBIs of the beneficiary in the extensions that AB2D
// adds to an ExplanationOfBenefit: those that are marked current, or historic.
func ClaimMBIExpr(currency string) string {
	return `extension[url=http://hl7.org/fhir/StructureDefinition/elementdefinition-identifier` +
		` & valueIdentifier.system=sid:us-mbi & valueIdentifier.extension.valueCoding.code=` + currency + `].valueIdentifier.value`
}

// FinalActionExpr finds whether an EOB of v3 is the final action of its claim.
const FinalActionExpr = `meta.tag[system=idr:Final-Action].code`

// ReplacedByExpr finds the Patient of v3 that took the place of one that was
// merged into it.
const ReplacedByExpr = `link[type=replaced-by].other.reference`

// SharedSystem is the system type of claims that are not yet fully adjudicated.
const SharedSystem = "SharedSystem"

// CoveragePartExpr finds which part of Medicare a Coverage is about.
func CoveragePartExpr(api API) string {
	if api == V1 {
		return `grouping.subPlan`
	}
	return `class[type.coding.code=plan].value`
}

// PatientExpr finds the beneficiary that a resource is about.
func PatientExpr(resource string) string {
	switch resource {
	case coverage:
		return `beneficiary.reference`
	case patient:
		return `id`
	}
	return `patient.reference`
}

// ParseConds parses the conditions of a Role.
func ParseConds(s string) ([]Cond, error) {
	path, err := parsePath("x[" + s + "]")
	if err != nil {
		return nil, err
	}
	return path[0].Conds, nil
}
