// Package v3 writes the resources of API v3.
package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/server"
)

// A Writer writes the resources of API v3 as its server makes them from the records
// of the IDR. CMS publishes maps beside the server that give claims a slightly
// different shape; the claims of some beneficiaries have that shape.
type Writer struct {
	Dialect server.Dialect
	shape   int // of the claim being written
	infos   int // number of supportingInfo entries so far
	info    []byte
	lines   []links
	members []member
}

// Shapes of claims.
const (
	serverShape = iota
	mapShape
	shapes
)

// links are the supportingInfo entries of a line and the care team entry of its
// provider.
type links struct {
	info []int
	team int
}

// A member is an entry of the care team.
type member struct {
	sequence int
	role     records.Role
	npi      string
	special  string // CLM_RNDRG_FED_PRVDR_SPCLTY_CD
}

// A kind is what the claims of a type have in common.
type kind struct {
	part      string
	profile   string
	shared    string // shared system that processes claims of the type
	eobType   string
	claimType string
	subType   string
}

var kinds = [life.ClaimTypes]kind{
	life.Inpatient:  {"Part A", "Inpatient-Institutional", "FISS", "INPATIENT", "institutional", "inpatient"},
	life.SNF:        {"Part A", "Inpatient-Institutional", "FISS", "SNF", "institutional", "inpatient"},
	life.Outpatient: {"Part A", "Outpatient-Institutional", "FISS", "OUTPATIENT", "institutional", "outpatient"},
	life.HHA:        {"Part A", "Outpatient-Institutional", "FISS", "HHA", "institutional", "outpatient"},
	life.Hospice:    {"Part A", "Inpatient-Institutional", "FISS", "HOSPICE", "institutional", "inpatient"},
	life.Carrier:    {"Part A", "Professional-NonClinician", "MCS", "CARRIER", "professional", ""},
	life.DME:        {"Part A", "Professional-NonClinician", "VMS", "DME", "professional", ""},
	life.PartD:      {"Part D", "Pharmacy", "DDPS", "PDE", "pharmacy", ""},
}
