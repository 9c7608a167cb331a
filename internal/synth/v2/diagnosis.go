package v2

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// diagnosisType returns the type of a diagnosis by its label and the claim type.
func diagnosisType(l records.DiagnosisLabel, kind life.ClaimType) string {
	const (
		ex    = `","system":"` + fhir.Terminology + `ex-diagnosistype"}]}]},`
		c4bb  = `","system":"` + fhir.CARIN + `C4BBClaimDiagnosisType"}]}]},`
		start = `"type":[{"coding":[{"code":"`

		principal      = start + `principal","display":"Principal Diagnosis` + ex
		plainPrincipal = start + `principal","display":"principal` + ex
		admitting      = start + `admitting","display":"Admitting Diagnosis` + ex
		other          = start + `other","display":"Other` + c4bb
		secondary      = start + `secondary","display":"Secondary` + c4bb
		external       = start + `externalcauseofinjury","display":"External Cause of Injury` + c4bb
		reason         = start + `patientreasonforvisit","display":"Patient Reason for Visit` + c4bb
	)
	plain := kind == life.Carrier || kind == life.HHA
	switch {
	case l == records.AdmittingLabel && kind == life.Inpatient:
		return admitting
	case l == records.PrincipalLabel && plain:
		return plainPrincipal
	case l == records.PrincipalLabel:
		return principal
	case l == records.ReasonLabel:
		return reason
	case l == records.LineLabel, plain && (l == records.OtherLabel || l == records.ExternalLabel):
		return secondary
	case l == records.ExternalLabel:
		return external
	}
	return other
}

func (w *Writer) diagnosisMember(b []byte, kind life.ClaimType) []byte {
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	for i := range w.diagnoses {
		d := &w.diagnoses[i]
		b = append(b, `{"diagnosisCodeableConcept":`...)
		b = appendDiagnosis(b, &d.Diagnosis)
		b = append(b, ',')
		if kind == life.Inpatient && d.Column > 0 && d.PoaInd != "" {
			set := codebook.PresentCodes
			if d.Label == records.ExternalLabel {
				set = codebook.PresentECodes
			}
			b = append(b, `"extension":[`...)
			b = fhir.NumberedExtension(b, set, strconv.Itoa(d.Column), d.PoaInd)
			b = append(b, `],`...)
		}
		b = append(b, `"sequence":`...)
		b = fhirjson.AppendInt(b, i+1)
		b = append(b, ',')
		b = append(b, diagnosisType(d.Label, kind)...)
	}
	return fhirjson.CloseArray(b, start, open)
}

// appendDiagnosis writes the concept of a diagnosis. For an unknown ICD version the
// server makes up the name of a system.
func appendDiagnosis(b []byte, d *records.Diagnosis) []byte {
	if d.VrsnCd == " " {
		return append(b, `{"coding":[{"system":"`+fhir.SID+`unknown-icd-version/ "}]}`...)
	}
	if d.Cd == codebook.NoDiagnosis {
		return append(b, fhir.NoDiagnosisConcept...)
	}
	v := codebook.ICDOf(d.VrsnCd)
	return fhir.Concept(b, d.Cd, v.Title(d.Cd), diagnosisSystems(v)...)
}

// diagnosisSystems and procedureSystems return the systems of the codings that v2
// sends.
func diagnosisSystems(v *codebook.ICD) []string {
	if v == codebook.ICD10 {
		return []string{fhir.SID + "icd-10-cm", fhir.SID + "icd-10"}
	}
	return []string{fhir.SID + "icd-9-cm"}
}

func procedureSystems(v *codebook.ICD) []string {
	if v == codebook.ICD10 {
		return []string{"http://www.cms.gov/Medicare/Coding/ICD10", fhir.SID + "icd-10"}
	}
	return []string{fhir.SID + "icd-9-cm"}
}

func (w *Writer) procedureMember(b []byte, c *records.Institutional) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i := range c.IcdPrcdr {
		p := &c.IcdPrcdr[i]
		v := codebook.ICDOf(p.VrsnCd)
		b = fhir.Procedure(b, i+1, p.Dt, v, p.Cd, procedureSystems(v))
	}
	return fhirjson.CloseArray(b, start, open)
}
