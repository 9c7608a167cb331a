package v1

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// currencyMark begins an identifier with its currency, current or historic.
func currencyMark(b []byte, code, display string) []byte {
	const currency = fhir.BlueButton + "identifier-currency"
	b = append(b, `{"extension":[{"url":"`+currency+`","valueCoding":`...)
	b = fhir.Coding(b, currency, code, display)
	return append(b, `}],"system":"`...)
}

// Patient writes the Patient of a beneficiary. The older number (HICN) is marked as
// current too.
func (w *Writer) Patient(b []byte, p *records.Beneficiary) []byte {
	b = append(b, `{"address":[`...)
	b = append(fhir.AddressElements(b, p, true), `,"birthDate":`...)
	b = fhirjson.AppendDate(b, p.BeneBirthDt)
	if p.DeathDt != 0 {
		b = append(b, `,"deceasedDateTime":`...)
		b = fhirjson.AppendDate(b, p.DeathDt)
	}
	b = append(b, `,"extension":[`...)
	b = fhir.CodeExtension(b, codebook.Races, strings.TrimSpace(p.BeneRaceCd))
	b = fhir.DualStatusExtensions(b, p)
	if b[len(b)-1] == '[' {
		b = b[:len(b)-len(`,"extension":[`)]
	} else {
		b = fhirjson.CloseWith(b, ']')
	}
	b = append(b, `,"gender":"`...)
	b = append(b, fhir.Gender(p.BeneSexIdentCd)...)
	b = append(b, `","id":`...)
	b = fhirjson.AppendID(b, p.BeneID)
	b = append(b, `,"identifier":[{"system":"`+fhir.Variables+`bene_id","value":`...)
	b = fhirjson.AppendID(b, p.BeneID)
	b = append(b, `},`...)
	b = append(currencyMark(b, "current", "Current"), `http://hl7.org/fhir/sid/us-medicare","value":"`...)
	b = fhirjson.AppendInt(b, int(max(p.BeneID, -p.BeneID))%1_000_000_000)
	b = append(b, `A"},`...)
	for _, former := range p.MbiHistory {
		b = append(currencyMark(b, "historic", "Historic"), fhir.MBISystem+`","value":`...)
		b = append(fhirjson.AppendPlain(b, former), `},`...)
	}
	b = append(currencyMark(b, "current", "Current"), fhir.MBISystem+`","value":`...)
	b = fhirjson.AppendPlain(b, p.MbiNum)
	b = append(b, `}],"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.LastUpdated)
	b = append(b, `},"name":[`...)
	return append(fhir.NameElements(b, p, "usual"), `,"resourceType":"Patient"}`...)
}
