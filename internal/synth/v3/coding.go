package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
)

const (
	repositoryCodes    = "https://bluebutton.cms.gov/fhir/CodeSystem/"
	repositoryProfiles = "https://bluebutton.cms.gov/fhir/StructureDefinition/"
	controlNumber      = "https://bluebutton.cms.gov/identifiers/CLM-CNTL-NUM"
	genericNumber      = "http://bluebutton.cms.gov/fhir/identifiers/GenericIdNum"
	qualifiers         = "http://bluebutton.cms.gov/fhir/CodeSystem/PRVDR-ID-QLFYR-CD"
	cmsHCPCS           = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
	cpt                = "http://www.ama-assn.org/go/cpt"
	cmsHIPPS           = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/ProspMedicareFeeSvcPmtGen/HIPPSCodes"
	cmsDRG             = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software"
	cmsPlaces          = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
	cmsPresent         = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/HospitalAcqCond/Coding"
	ccnSystem          = "http://terminology.hl7.org/NamingSystem/CCN"
	taxSystem          = "urn:oid:2.16.840.1.113883.4.4"
	absentReason       = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
	identifierTyp      = fhir.Terminology + "v2-0203"
	usCore7            = "|7.0.0"
	carin22            = "|2.2.0"
)

const (
	uniqueID         = `"type":{"coding":[{"code":"uc","display":"Unique Claim ID","system":"` + fhir.CARIN + `C4BBIdentifierType"}]},"value":`
	npiCoding        = `{"code":"NPI","display":"National provider identifier","system":"` + identifierTyp + `"}`
	npiIdentifier    = `"system":"` + fhir.NPISystem + `","type":{"coding":[` + npiCoding + `]},"value":`
	taxNumber        = `"system":"` + taxSystem + `","type":{"coding":[{"code":"TAX","display":"Tax ID number","system":"` + identifierTyp + `"}]},"value":`
	containedInsurer = `{"active":true,"id":"insurer-org","meta":{"profile":["` + fhir.CARINProfiles + "C4BB-Organization" + carin22 + `","` + fhir.USCore + "us-core-organization" + usCore7 + `"]},"name":"Centers for Medicare \u0026 Medicaid Services","resourceType":"Organization"}`
	organizationMeta = `"meta":{"profile":["` + fhir.CARINProfiles + "C4BB-Organization" + carin22 + `","` + fhir.USCore + "us-core-organization" + usCore7 + `"]},`
	personMeta       = `"meta":{"profile":["` + fhir.CARINProfiles + "C4BB-Practitioner" + carin22 + `","` + fhir.USCore + "us-core-practitioner" + usCore7 + `"]},`
	noProvider       = `"provider":{"extension":[{"url":"` + absentReason + `","valueCode":"unknown"}]},`
	priorClaim       = `"relationship":{"coding":[{"code":"prior","display":"Prior Claim","system":"` + fhir.Terminology + `ex-relatedclaimrelationship"}]}}],`
)

// appendCode writes a Coding. system is a URL, or the name of a code system of the
// server.
func appendCode(b []byte, system, code string) []byte {
	b = append(b, `{"code":`...)
	b = fhirjson.AppendString(b, code)
	b = append(b, `,"system":"`...)
	if system[:4] != "http" {
		b = append(b, repositoryCodes...)
	}
	b = append(b, system...)
	return append(b, `"}`...)
}

// codeExtension writes an extension of a line with a code.
func codeExtension(b []byte, name, code string) []byte {
	if !idr.HasValue(code) {
		return b
	}
	b = append(b, `{"url":"`+repositoryProfiles...)
	b = append(b, name...)
	b = append(b, `","valueCoding":`...)
	b = appendCode(b, name, code)
	return append(b, `},`...)
}
