package crosswalk

// The FHIR codes for the status of a claim or Coverage, with FHIR's spelling.
const (
	StatusActive         = "active"
	StatusCancelled      = "cancelled"
	StatusDraft          = "draft"
	StatusEnteredInError = "entered-in-error"
)

// notFinalAction is the tag of claims of v3 that are not final actions.
const notFinalAction = "NotFinalAction"
