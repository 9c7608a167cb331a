package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

const NoDiagnosisConcept = `{"coding":[{"code":"` + codebook.NoDiagnosis + `","system":"` + SID + `icd-10"}]}`

// Procedure writes an element of procedure, with a comma after it.
func Procedure(b []byte, number int, done column.Date, v *codebook.ICD, code string, systems []string) []byte {
	b = append(b, '{')
	if done != 0 {
		b = append(b, `"date":"`...)
		b = done.Append(b)
		if !done.IsPartial() {
			b = append(b, `T00:00:00+00:00`...)
		}
		b = append(b, `",`...)
	}
	b = append(b, `"procedureCodeableConcept":`...)
	b = Concept(b, code, v.Title(code), systems...)
	b = append(b, `,"sequence":`...)
	return append(fhirjson.AppendInt(b, number), `},`...)
}
