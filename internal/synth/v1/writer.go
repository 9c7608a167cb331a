package v1

import (
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Writer writes the resources of API v1, the way its server does from the records
// of the Chronic Conditions Warehouse: FHIR STU3. Where a column is blank, the
// element is left out.
type Writer struct {
	team      []member
	lines     []links
	diagnoses records.V1DiagnosisList
	places    []int // of the lines in the list of diagnoses
	infos     int
}

// A member is an entry of the care team. Its number is its place in the team plus 2.
type member struct {
	role, system, value string
	responsible         bool
	line                *records.ProfessionalLine // the last line that shares it
}

// links are what a line refers to: its provider and the tax number of that.
type links struct{ team, tax int }

// A kind is what the claims of a type have in common in v1.
type kind struct {
	id, coverage string
	eobType      string
	types        [2]string // code and display after it, if any
}

var kinds = [records.ClaimTypes]kind{
	records.Inpatient:  {"inpatient", "part-a", "INPATIENT", [2]string{"institutional", "Institutional"}},
	records.SNF:        {"snf", "part-a", "SNF", [2]string{"institutional", "Institutional"}},
	records.Outpatient: {"outpatient", "part-b", "OUTPATIENT", [2]string{"professional", "Professional"}},
	records.HHA:        {"hha", "part-b", "HHA", [2]string{}},
	records.Hospice:    {"hospice", "part-a", "HOSPICE", [2]string{"institutional", "Institutional"}},
	records.Carrier:    {"carrier", "part-b", "CARRIER", [2]string{"professional", "Professional"}},
	records.DME:        {"dme", "part-b", "DME", [2]string{}},
	records.PartD:      {"pde", "part-d", "PDE", [2]string{"pharmacy", "Pharmacy"}},
}

func (w *Writer) startLines(n int) {
	w.team, w.infos = w.team[:0], 0
	if cap(w.lines) < n {
		w.lines = make([]links, 2*n)
	}
	w.lines = w.lines[:n]
	clear(w.lines)
}
