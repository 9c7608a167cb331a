package bcda

import "github.com/cclf-tools/cclf/schema"

// Paths that the converter reads from every resource of a type, whichever
// tables are made.
const (
	// Of a diagnosis: its code, the code's system, and the URL of the
	// present-on-admission extension, which ends in the number of the
	// diagnosis in the claim.
	DiagnosisCode         = `diagnosisCodeableConcept.coding.code`
	DiagnosisSystem       = `diagnosisCodeableConcept.coding.system`
	PresentOnAdmissionURL = `extension.url`
	// Of an identifier of a Patient.
	IdentifierValue = `value`
	IdentifierStart = `period.start`
	IdentifierEnd   = `period.end`
	// ReferenceYearExpr finds the year of a Coverage's monthly values.
	ReferenceYearExpr = `extension[url=bb:rfrnc_yr].valueDate`
	// SystemTypeExpr finds the claims system from which v3 has a claim.
	SystemTypeExpr = `meta.tag[system=idr:System-Type].code`
	// FinalActionExpr finds whether a resource of v3 is its claim's final action.
	FinalActionExpr = `meta.tag[system=idr:Final-Action].code`
	// ControlNumberExpr finds the control number of a claim of v3. Its prior version
	// is named by control number too: by PriorClaimExpr and PriorClaimIdentifierExpr
	// with a relationship, and by RelatedClaimExpr and RelatedClaimIdentifierExpr
	// with or without one.
	ControlNumberExpr          = `identifier[system=ids:CLM-CNTL-NUM].value`
	RelationshipExpr           = `related.relationship.coding.code`
	PriorClaimExpr             = `related[relationship.coding.code=prior].reference[system=ids:CLM-CNTL-NUM].value`
	PriorClaimIdentifierExpr   = `related[relationship.coding.code=prior].reference.identifier[system=ids:CLM-CNTL-NUM].value`
	RelatedClaimExpr           = `related.reference[system=ids:CLM-CNTL-NUM].value`
	RelatedClaimIdentifierExpr = `related.reference.identifier[system=ids:CLM-CNTL-NUM].value`
	// ReplacedByExpr finds the Patient of v3 into which a Patient was merged.
	ReplacedByExpr = `link[type=replaced-by].other.reference`
)

// SharedSystem is the system type of claims that are partially adjudicated.
const SharedSystem = "SharedSystem"

// UsePriorAuthorization is the use of an ExplanationOfBenefit of v3 that is a
// prior authorization.
const UsePriorAuthorization = "preauthorization"

// ClaimMBIExpr finds the beneficiary's MBIs in the extensions that AB2D adds to
// an ExplanationOfBenefit. The currency is "current" or "historic".
func ClaimMBIExpr(currency string) string {
	return `extension[url=http://hl7.org/fhir/StructureDefinition/elementdefinition-identifier` +
		` & valueIdentifier.system=sid:us-mbi & valueIdentifier.extension.valueCoding.code=` + currency + `].valueIdentifier.value`
}

// CoveragePartExpr finds the part of Medicare of a Coverage.
func CoveragePartExpr(api schema.API) string {
	if api == schema.V1 {
		return `grouping.subPlan`
	}
	return `class[type.coding.code=plan].value`
}

// PatientExpr finds the beneficiary of a resource of a type.
func PatientExpr(resource string) string {
	switch resource {
	case coverage:
		return `beneficiary.reference`
	case patient:
		return `id`
	}
	return `patient.reference`
}
