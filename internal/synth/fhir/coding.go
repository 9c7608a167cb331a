// Package fhir writes the fragments of FHIR resources that several API versions share:
// codings, extensions, periods, names and addresses, adjudications.
package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

// The code systems and identifier systems of the servers.
const (
	Variables     = "https://bluebutton.cms.gov/resources/variables/"
	BlueButton    = "https://bluebutton.cms.gov/resources/codesystem/"
	Identifiers   = "https://bluebutton.cms.gov/resources/identifier/"
	Terminology   = "http://terminology.hl7.org/CodeSystem/"
	CARIN         = "http://hl7.org/fhir/us/carin-bb/CodeSystem/"
	CARINProfiles = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/"
	SID           = "http://hl7.org/fhir/sid/"
	NPISystem     = "http://hl7.org/fhir/sid/us-npi"
	MBISystem     = "http://hl7.org/fhir/sid/us-mbi"
	NDCSystem     = "http://hl7.org/fhir/sid/ndc"
	HCPCSSystem   = BlueButton + "hcpcs"
	taxonomy      = "http://nucc.org/provider-taxonomy"
	RevenueCodes  = "https://www.nubc.org/CodeSystem/RevenueCodes"
)

// Coding writes a Coding, without its code if that is blank and without its display
// if that is empty.
func Coding(b []byte, system, code, display string) []byte {
	b = codeMembers(append(b, '{'), code, display)
	b = append(b, `"system":"`...)
	b = append(b, system...)
	return append(b, `"}`...)
}

func VariableCode(b []byte, variable, code string) []byte {
	b = codeMembers(append(b, '{'), code, "")
	b = append(b, `"system":"`+Variables...)
	b = append(b, variable...)
	return append(b, `"}`...)
}

// codeMembers writes the code and display of a Coding.
func codeMembers(b []byte, code, display string) []byte {
	if !column.Blank(code) {
		b = fhirjson.Member(b, "code", code)
	}
	return fhirjson.Member(b, "display", display)
}

// Concept writes the CodeableConcept of a code that several systems define.
func Concept(b []byte, code, display string, systems ...string) []byte {
	b = append(b, `{"coding":[`...)
	for _, system := range systems {
		b = append(Coding(b, system, code, display), ',')
	}
	return append(fhirjson.CloseWith(b, ']'), '}')
}

const USCore = "http://hl7.org/fhir/us/core/StructureDefinition/"
