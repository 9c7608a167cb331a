package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

const (
	unknownRace = `{"extension":[{"url":"ombCategory","valueCoding":{"code":"UNK","display":"Unknown","system":"` + fhir.Terminology + `v3-NullFlavor"}},{"url":"text","valueString":"Unknown"}],"url":"` + fhir.USCore + `us-core-race"},`
	memberType  = `"type":{"coding":[{"code":"MB","display":"Member Number","system":"` + fhir.Terminology + `v2-0203"}]}`
	patientMeta = `,"profile":["` + fhir.CARINProfiles + `C4BB-Patient"]},"name":[`
)

// mbiType writes the type of an MBI, current or historic, and begins its value
// member. The currency is an extension of the Coding.
func mbiType(b []byte, code, display string) []byte {
	const currency = fhir.BlueButton + "identifier-currency"
	b = append(b, `"system":"`+fhir.MBISystem+`","type":{"coding":[{"code":"MC","display":"Patient's Medicare number","extension":[{"url":"`+currency+
		`","valueCoding":`...)
	b = fhir.Coding(b, currency, code, display)
	return append(b, `}],"system":"`+fhir.Terminology+`v2-0203"}]},"value":`...)
}

// Patient writes the Patient of a beneficiary.
func (w *Writer) Patient(b []byte, p *records.Beneficiary) []byte {
	b = append(b, `{"address":[`...)
	b = append(fhir.AddressElements(b, p, true), `,"birthDate":`...)
	b = fhirjson.AppendDate(b, p.BeneBirthDt)
	if p.DeathDt != 0 {
		b = append(b, `,"deceasedDateTime":`...)
		b = fhirjson.AppendDate(b, p.DeathDt)
	} else {
		b = append(b, `,"deceasedBoolean":false`...)
	}
	b = append(b, `,"extension":[`...)
	b = fhir.SexExtension(b, p.BeneSexIdentCd)
	b = fhir.CodeExtension(b, codebook.Races, p.BeneRaceCd)
	b = append(b, unknownRace...)
	b = fhir.DualStatusExtensions(b, p)
	b = append(fhirjson.CloseWith(b, ']'), `,"gender":"`...)
	b = append(b, fhir.Gender(p.BeneSexIdentCd)...)
	b = append(b, `","id":`...)
	b = fhirjson.AppendID(b, p.BeneID)
	b = append(b, `,"identifier":[`...)
	b = w.identifiers(b, p)
	b = append(fhirjson.CloseWith(b, ']'), `,"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.LastUpdated)
	b = append(b, patientMeta...)
	return append(fhir.NameElements(b, p, "usual"), `,"resourceType":"Patient"}`...)
}

// identifiers writes the identifiers. The current MBI is not always the first.
func (w *Writer) identifiers(b []byte, p *records.Beneficiary) []byte {
	place := int(p.BeneBirthDt) % (len(p.MbiHistory) + 1)
	if place < 0 {
		place = 0
	}
	for i := range len(p.MbiHistory) + 1 {
		b = append(b, '{')
		if i != place {
			n := i
			if i > place {
				n--
			}
			b = mbiType(b, "historic", "Historic")
			b = fhirjson.AppendPlain(b, p.MbiHistory[n])
		} else {
			if p.EfctvBgnDt != 0 || p.EfctvEndDt != 0 {
				b = append(b, `"period":`...)
				b = fhir.Period(b, p.EfctvBgnDt, p.EfctvEndDt)
				b = append(b, ',')
			}
			b = mbiType(b, "current", "Current")
			b = fhirjson.AppendPlain(b, p.MbiNum)
		}
		b = append(b, `},`...)
	}
	b = append(b, `{"system":"`+fhir.Variables+`bene_id",`...)
	b = append(b, memberType...)
	b = append(b, `,"value":`...)
	b = fhirjson.AppendID(b, p.BeneID)
	return append(b, `},`...)
}
