package v1

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

// diagnosisConcept writes the concept of a diagnosis, which has one coding in v1.
func diagnosisConcept(b []byte, version, code string) []byte {
	if code == codebook.NoDiagnosis {
		return append(b, fhir.NoDiagnosisConcept...)
	}
	v := codebook.ICDOf(version)
	return fhir.Concept(b, code, v.Title(code), icdSystem(v))
}

func icdSystem(v *codebook.ICD) string {
	if v == codebook.ICD10 {
		return fhir.SID + "icd-10"
	}
	return fhir.SID + "icd-9-cm"
}

// diagnosisMember writes the diagnoses after the DRG, which takes the first number.
func (w *Writer) diagnosisMember(b []byte, drg string) []byte {
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	n := 0
	if !column.Blank(drg) {
		n++
		b = append(b, `{"packageCode":{"coding":[`...)
		b = fhir.SetCoding(b, codebook.DRGCodes, drg)
		b = append(b, `]},"sequence":1},`...)
	}
	for i := range w.diagnoses {
		d := &w.diagnoses[i]
		n++
		b = append(b, `{"diagnosisCodeableConcept":`...)
		b = diagnosisConcept(b, d.VrsnCd, d.Cd)
		b = append(b, ',')
		if d.POAColumn != "" {
			b = append(b, `"extension":[`...)
			b = fhir.VariableExtension(b, d.POAColumn, d.POAInd)
			b = append(b, `],`...)
		}
		b = append(b, `"sequence":`...)
		b = fhirjson.AppendInt(b, n)
		b = append(b, ',')
		if d.Labels[0] != "" {
			b = append(b, `"type":[`...)
			for _, label := range d.Labels {
				if label != "" {
					b = append(fhir.Concept(b, label, "", fhir.BlueButton+"diagnosis-type"), ',')
				}
			}
			b = append(fhirjson.CloseWith(b, ']'), ',')
		}
		b = append(fhirjson.CloseObject(b), ',')
	}
	return fhirjson.CloseArray(b, start, open)
}
