// Package v1 writes the resources of API v1.
package v1

import (
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// A Writer writes the resources of API v1 (FHIR STU3) as its server makes them from
// the records of the CCW. It leaves out the elements of blank columns.
type Writer struct {
	team      []member
	lines     []links
	diagnoses records.V1DiagnosisList
	places    []int // of the lines' diagnoses in the list
	infos     int
}

// A member is an entry of the care team. Its number is its place in the team plus 2.
type member struct {
	role, system, value string
	responsible         bool
	line                *records.ProfessionalLine // the last line that shares it
}

// links are the care team numbers of a line's provider and of its tax number.
type links struct{ team, tax int }

// A kind is what the claims of a type have in common.
type kind struct {
	id, coverage string
	eobType      string
	types        [2]string // code and display of the other coding, if any
}

var kinds = [life.ClaimTypes]kind{
	life.Inpatient:  {"inpatient", "part-a", "INPATIENT", [2]string{"institutional", "Institutional"}},
	life.SNF:        {"snf", "part-a", "SNF", [2]string{"institutional", "Institutional"}},
	life.Outpatient: {"outpatient", "part-b", "OUTPATIENT", [2]string{"professional", "Professional"}},
	life.HHA:        {"hha", "part-b", "HHA", [2]string{}},
	life.Hospice:    {"hospice", "part-a", "HOSPICE", [2]string{"institutional", "Institutional"}},
	life.Carrier:    {"carrier", "part-b", "CARRIER", [2]string{"professional", "Professional"}},
	life.DME:        {"dme", "part-b", "DME", [2]string{}},
	life.PartD:      {"pde", "part-d", "PDE", [2]string{"pharmacy", "Pharmacy"}},
}

func (w *Writer) startLines(n int) {
	w.team, w.infos = w.team[:0], 0
	if cap(w.lines) < n {
		w.lines = make([]links, 2*n)
	}
	w.lines = w.lines[:n]
	clear(w.lines)
}
