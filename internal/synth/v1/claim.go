package v1

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Members of all claims.

func (w *Writer) idMembers(b []byte, c *records.Claim) []byte {
	b = append(b, `"id":"`...)
	b = append(b, kinds[c.Type].id...)
	b = append(b, '-')
	b = fhirjson.AppendInt(b, int(c.ClmID))
	b = append(b, `","identifier":[{"system":"`+fhir.Variables...)
	if c.Type == life.PartD {
		b = append(b, `pde_id","value":`...)
	} else {
		b = append(b, `clm_id","value":`...)
	}
	b = fhirjson.AppendID(b, c.ClmID)
	b = append(b, `},{"system":"`+fhir.Identifiers+`claim-group","value":`...)
	b = fhirjson.AppendID(b, c.ClmGrpID)
	return append(b, '}')
}

func (w *Writer) insuranceMember(b []byte, c *records.Claim) []byte {
	b = append(b, `"insurance":{"coverage":{"reference":"Coverage/`...)
	b = append(b, kinds[c.Type].coverage...)
	b = append(b, '-')
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"}},`...)
}

func (w *Writer) metaMember(b []byte, c *records.Claim) []byte {
	b = append(b, `"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, c.LastUpdated)
	return append(b, `},`...)
}

func (w *Writer) patientMember(b []byte, c *records.Claim) []byte {
	b = append(b, `"patient":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"},`...)
}

func (w *Writer) statusMembers(b []byte, c *records.Claim) []byte {
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"`...)
	b = append(b, c.Status()...)
	return append(b, `",`...)
}

// typeMember writes the type and ends the resource.
func (w *Writer) typeMember(b []byte, c *records.Claim, nchClmTypeCd, nearLine, classification string) []byte {
	b = append(b, `"type":{"coding":[`...)
	if nchClmTypeCd != "" {
		b = append(fhir.SetCoding(b, codebook.ClaimTypeCodes, nchClmTypeCd), ',')
	}
	if !c.NoEOBType {
		b = append(fhir.Coding(b, fhir.BlueButton+"eob-type", kinds[c.Type].eobType, ""), ',')
	}
	if t := &kinds[c.Type].types; t[0] != "" {
		b = append(fhir.Coding(b, "http://hl7.org/fhir/ex-claimtype", t[0], t[1]), ',')
	}
	if nearLine != "" {
		b = append(fhir.SetCoding(b, codebook.NearLineRecords, nearLine), ',')
	}
	if !column.Blank(classification) {
		b = append(fhir.SetCoding(b, codebook.ServiceClassifications, classification), ',')
	}
	return append(fhirjson.CloseWith(b, ']'), `}}`...)
}

func (w *Writer) service(b []byte, hcpcs, version string) []byte {
	if column.Blank(hcpcs) {
		return b
	}
	b = append(b, `"service":{"coding":[{"code":`...)
	b = fhirjson.AppendString(b, hcpcs)
	b = append(b, `,"system":"`+fhir.HCPCSSystem+`"`...)
	if !column.Blank(version) {
		b = fhirjson.AppendString(append(b, `,"version":`...), version)
	}
	return append(b, `}]},`...)
}

// modifiers writes one element per modifier and skips empty ones.
func (w *Writer) modifiers(b []byte, list []string, version string) []byte {
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	for _, code := range list {
		b = fhir.Modifier(b, strings.TrimSpace(code), version)
	}
	return fhirjson.CloseArray(b, start, open)
}
