// Package bcda knows what BCDA's servers send besides the cells of the
// crosswalk: how to tell the API version and the type of a claim, the roles of
// diagnoses and identifiers, the codes of states, and the extensions and code
// systems that each server is known to use.
package bcda

// The FHIR resource types that BCDA exports.
const (
	eob      = "ExplanationOfBenefit"
	patient  = "Patient"
	coverage = "Coverage"
	claim    = "Claim"
	response = "ClaimResponse"
)
