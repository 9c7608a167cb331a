package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
)

const (
	patientMeta = `,"profile":["` + fhir.CARINProfiles + "C4BB-Patient" + carin22 + `","` + fhir.USCore + "us-core-patient" + usCore7 + `"]},"name":[`
	memberType  = `"system":"` + fhir.MBISystem + `","type":{"coding":[{"code":"MB","system":"` + identifierTyp + `"}]},"value":`
)

// raceOf writes the extension of a race. The server sends Hispanic as an ethnicity.
func raceOf(b []byte, code string) []byte {
	const system = "urn:oid:2.16.840.1.113883.6.238"
	switch code {
	case "0":
		return raceExtension(b, "us-core-race", fhir.Terminology+"v3-NullFlavor", "UNK", "Unknown")
	case "1":
		return raceExtension(b, "us-core-race", system, "2106-3", "White")
	case "2":
		return raceExtension(b, "us-core-race", system, "2054-5", "Black or African American")
	case "3":
		return raceExtension(b, "us-core-race", system, "2131-1", "Other Race")
	case "4":
		return raceExtension(b, "us-core-race", system, "2028-9", "Asian")
	case "5":
		return raceExtension(b, "us-core-ethnicity", system, "2135-2", "Hispanic or Latino")
	case "6":
		return raceExtension(b, "us-core-race", system, "1002-5", "American Indian or Alaska Native")
	}
	return b
}

func raceExtension(b []byte, name, system, code, text string) []byte {
	b = append(b, `{"extension":[{"url":"ombCategory","valueCoding":`...)
	b = fhir.Coding(b, system, code, text)
	b = append(b, `},{"url":"text","valueString":"`...)
	b = append(b, text...)
	b = append(b, `"}],"url":"`+fhir.USCore...)
	return append(append(b, name...), `"},`...)
}

// Patient writes the Patient of a beneficiary. Only their periods show which
// identifier is current.
func (w *Writer) Patient(b []byte, p *idr.Beneficiary) []byte {
	b = append(b, `{"address":[`...)
	b = append(fhir.AddressElements(b, p.Beneficiary, p.HasAddressLines), `,"birthDate":`...)
	b = fhirjson.AppendDate(b, p.BeneBirthDt)
	b = append(b, ',')
	if p.DeathDt != 0 {
		b = append(b, `"deceasedDateTime":"`...)
		b = p.DeathDt.Append(b)
		b = append(b, `T00:00:00+00:00",`...)
	}
	b = append(b, `"extension":[`...)
	b = fhir.SexExtension(b, p.BeneSexIdentCd)
	b = raceOf(b, p.BeneRaceCd)
	b = append(fhirjson.CloseWith(b, ']'), `,"gender":"`...)
	b = append(b, fhir.Gender(p.BeneSexIdentCd)...)
	b = append(b, `","id":`...)
	b = fhirjson.AppendID(b, p.BeneID)
	b = append(b, `,"identifier":[`...)
	for i := range p.MBIs {
		id := &p.MBIs[i]
		b = append(b, `{"period":`...)
		b = fhir.Period(b, id.BeneMbiEfctvDt, id.BeneMbiObslDt)
		b = append(b, ',')
		b = append(b, memberType...)
		b = fhirjson.AppendPlain(b, id.BeneMbiID)
		b = append(b, `},`...)
	}
	b = append(fhirjson.CloseWith(b, ']'), ',')
	if p.MergedID != 0 {
		b = append(b, `"link":[{"other":{"reference":"Patient/`...)
		b = fhirjson.AppendInt(b, int(p.MergedID))
		b = append(b, `"},"type":"replaces"}],`...)
	}
	b = append(b, `"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.LastUpdated)
	b = append(b, patientMeta...)
	return append(fhir.NameElements(b, p.Beneficiary, ""), `,"resourceType":"Patient"}`...)
}

// Merged writes what remains of a Patient that was merged into another.
func (w *Writer) Merged(b []byte, p *idr.Beneficiary) []byte {
	b = append(b, `{"id":`...)
	b = fhirjson.AppendID(b, p.MergedID)
	b = append(b, `,"link":[{"other":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(p.BeneID))
	b = append(b, `"},"type":"replaced-by"}],"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.LastUpdated)
	return append(b, `},"resourceType":"Patient"}`...)
}
