// Package v2 writes the resources of API v2.
package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/server"
)

// A Writer writes the resources of API v2 (FHIR R4, CARIN profiles) as its server
// makes them from the records of the CCW.
type Writer struct {
	team      records.CareTeam
	diagnoses records.DiagnosisList
	lines     []records.Links
	infos     int // number of supportingInfo entries so far

	dialect server.Dialect
	created column.Instant
}

func New(d server.Dialect, created column.Instant) *Writer {
	return &Writer{dialect: d, created: created}
}

// A kind is what the claims of a type have in common.
type kind struct {
	id       string // prefix of the resource id
	coverage string // part of Medicare, prefix of the Coverage id
	profile  string
	eobType  string
	types    string // the coding after that of the claim type
	subType  [2]string
}

const (
	institutionalType = `{"code":"institutional","display":"Institutional","system":"` + fhir.Terminology + `claim-type"}`
	professionalType  = `{"code":"professional","display":"Professional","system":"` + fhir.Terminology + `claim-type"}`
	pharmacyType      = `{"code":"pharmacy","display":"Pharmacy","system":"` + fhir.Terminology + `claim-type"}`

	inpatientProfile    = "Inpatient-Institutional"
	nonClinicianProfile = "Professional-NonClinician"
)

// Subtypes of institutional claims, as code and text.
var (
	inpatientSubType  = [2]string{"inpatient", "Inpatient"}
	outpatientSubType = [2]string{"outpatient", "Outpatient"}
)

var kinds = [life.ClaimTypes]kind{
	life.Inpatient:  {"inpatient", "part-a", inpatientProfile, "INPATIENT", institutionalType, inpatientSubType},
	life.SNF:        {"snf", "part-a", inpatientProfile, "SNF", institutionalType, inpatientSubType},
	life.Outpatient: {"outpatient", "part-b", "Outpatient-Institutional", "OUTPATIENT", institutionalType, outpatientSubType},
	life.HHA:        {"hha", "part-b", nonClinicianProfile, "HHA", professionalType, inpatientSubType},
	life.Hospice:    {"hospice", "part-a", inpatientProfile, "HOSPICE", institutionalType, inpatientSubType},
	life.Carrier:    {"carrier", "part-b", nonClinicianProfile, "CARRIER", professionalType, [2]string{}},
	life.DME:        {"dme", "part-a", inpatientProfile, "DME", institutionalType, [2]string{}},
	life.PartD:      {"pde", "part-d", "Pharmacy", "PDE", pharmacyType, [2]string{}},
}

// uniqueID is the type of claim identifiers.
const uniqueID = `"type":{"coding":[{"code":"uc","display":"Unique Claim ID","system":"` + fhir.CARIN + `C4BBIdentifierType"}]},"value":`
