package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/server"
)

// Writer writes the resources of API v2, the way the server does from the same
// records: FHIR R4 of the CARIN profiles, keys in alphabetical order.
type Writer struct {
	team      records.CareTeam
	diagnoses records.DiagnosisList
	lines     []records.Links
	infos     int // entries of supportingInfo so far

	dialect server.Dialect
	created column.Instant
}

func New(d server.Dialect, created column.Instant) *Writer {
	return &Writer{dialect: d, created: created}
}

// A kind is what the claims of a type have in common in v2.
type kind struct {
	id       string // in the id of the resource
	coverage string // part of Medicare
	profile  string
	eobType  string
	types    string // the Coding after that of the claim type
	subType  [2]string
}

const (
	institutionalType = `{"code":"institutional","display":"Institutional","system":"` + fhir.Terminology + `claim-type"}`
	professionalType  = `{"code":"professional","display":"Professional","system":"` + fhir.Terminology + `claim-type"}`
	pharmacyType      = `{"code":"pharmacy","display":"Pharmacy","system":"` + fhir.Terminology + `claim-type"}`

	inpatientProfile    = "Inpatient-Institutional"
	nonClinicianProfile = "Professional-NonClinician"
)

// The subtypes of institutional claims, as code and text.
var (
	inpatientSubType  = [2]string{"inpatient", "Inpatient"}
	outpatientSubType = [2]string{"outpatient", "Outpatient"}
)

var kinds = [records.ClaimTypes]kind{
	records.Inpatient:  {"inpatient", "part-a", inpatientProfile, "INPATIENT", institutionalType, inpatientSubType},
	records.SNF:        {"snf", "part-a", inpatientProfile, "SNF", institutionalType, inpatientSubType},
	records.Outpatient: {"outpatient", "part-b", "Outpatient-Institutional", "OUTPATIENT", institutionalType, outpatientSubType},
	records.HHA:        {"hha", "part-b", nonClinicianProfile, "HHA", professionalType, inpatientSubType},
	records.Hospice:    {"hospice", "part-a", inpatientProfile, "HOSPICE", institutionalType, inpatientSubType},
	records.Carrier:    {"carrier", "part-b", nonClinicianProfile, "CARRIER", professionalType, [2]string{}},
	records.DME:        {"dme", "part-a", inpatientProfile, "DME", institutionalType, [2]string{}},
	records.PartD:      {"pde", "part-d", "Pharmacy", "PDE", pharmacyType, [2]string{}},
}

// uniqueID is the type of the identifiers of claims.
const uniqueID = `"type":{"coding":[{"code":"uc","display":"Unique Claim ID","system":"` + fhir.CARIN + `C4BBIdentifierType"}]},"value":`
