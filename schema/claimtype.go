package schema

// ClaimType is a kind of claim, as BCDA's servers distinguish them.
type ClaimType uint8

// The claim types.
const (
	UnknownClaim ClaimType = iota
	Inpatient
	Outpatient
	SNF
	HHA
	Hospice
	Carrier
	DME
	PartD
	PriorAuthorization // not a claim, but a resource of the same type
)

// String returns the servers' own name of the type, such as INPATIENT or PDE.
func (c ClaimType) String() string {
	return [...]string{
		"unknown", "INPATIENT", "OUTPATIENT", "SNF", "HHA", "HOSPICE", "CARRIER", "DME", "PDE", "PRIOR AUTHORIZATION",
	}[c]
}

// Claim types by the tables that have their rows.
var (
	institutional = []ClaimType{Inpatient, Outpatient, SNF, HHA, Hospice}
	carrier       = []ClaimType{Carrier}
	dme           = []ClaimType{DME}
	partB         = []ClaimType{Carrier, DME}
	partD         = []ClaimType{PartD}
	anyClaim      = []ClaimType{Inpatient, Outpatient, SNF, HHA, Hospice, Carrier, DME, PartD}
)
