package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Runs of members of all claims.

func (w *Writer) idMembers(b []byte, c *records.Claim) []byte {
	b = append(b, `"id":"`...)
	b = append(b, kinds[c.Type].id...)
	b = append(b, '-')
	b = fhirjson.AppendInt(b, int(c.ClmID))
	b = append(b, `","identifier":[{"system":"`+fhir.Variables...)
	if c.Type == life.PartD {
		b = append(b, `pde_id",`...)
	} else {
		b = append(b, `clm_id",`...)
	}
	b = append(b, uniqueID...)
	b = fhirjson.AppendID(b, c.ClmID)
	b = append(b, `},{"system":"`+fhir.Identifiers+`claim-group",`...)
	b = append(b, uniqueID...)
	b = fhirjson.AppendID(b, c.ClmGrpID)
	return append(b, `}`...)
}

func (w *Writer) insuranceMembers(b []byte, c *records.Claim) []byte {
	b = append(b, `"insurance":[{"coverage":{"reference":"Coverage/`...)
	b = append(b, kinds[c.Type].coverage...)
	b = append(b, '-')
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"},"focal":true}],"insurer":{"identifier":{"value":"CMS"}},`...)
}

func (w *Writer) metaMembers(b []byte, c *records.Claim) []byte {
	b = append(b, `"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, c.LastUpdated)
	b = append(b, `,"profile":["`+fhir.CARINProfiles+"C4BB-ExplanationOfBenefit-"...)
	b = append(b, kinds[c.Type].profile...)
	b = append(b, `"]},"outcome":"complete",`...)
	b = append(b, `"patient":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"},`...)
}

func (w *Writer) statusMembers(b []byte, c *records.Claim) []byte {
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"`...)
	b = append(b, c.Status()...)
	b = append(b, `",`...)
	subType := &kinds[c.Type].subType
	if subType[0] == "" {
		return b
	}
	b = append(b, `"subType":{"coding":[`...)
	b = fhir.Coding(b, fhir.CARIN+"C4BBInstitutionalClaimSubType", subType[0], "")
	b = append(append(b, `],"text":"`...), subType[1]...)
	return append(b, `"},`...)
}

// typeMembers writes the type and ends the resource.
func (w *Writer) typeMembers(b []byte, c *records.Claim, nchClmTypeCd string) []byte {
	b = append(b, `"type":{"coding":[`...)
	if nchClmTypeCd != "" {
		b = fhir.SetCoding(b, codebook.ClaimTypeCodes, nchClmTypeCd)
		b = append(b, ',')
	}
	if !c.NoEOBType {
		b = append(fhir.Coding(b, fhir.BlueButton+"eob-type", kinds[c.Type].eobType, ""), ',')
	}
	b = append(b, kinds[c.Type].types...)
	if w.dialect.NoUse {
		return append(b, `]}}`...)
	}
	return append(b, `]},"use":"claim"}`...)
}

func (w *Writer) createdMember(b []byte) []byte {
	b = append(b, `"created":`...)
	b = fhirjson.AppendInstant(b, w.created)
	return append(b, ',')
}

// product writes a procedure code and the drug.
func product(b []byte, hcpcs, ndc string) []byte {
	if hcpcs == "" && ndc == "" {
		return b
	}
	b = append(b, `"productOrService":{`...)
	if hcpcs != "" {
		b = append(b, `"coding":[`...)
		b = fhir.Coding(b, fhir.HCPCSSystem, hcpcs, "")
		b = append(b, `],`...)
	}
	if ndc != "" {
		b = append(b, `"extension":[{"url":"`+fhir.NDCSystem+`","valueCoding":`...)
		b = fhir.DrugCoding(b, ndc)
		b = append(b, `}],`...)
	}
	return append(fhirjson.CloseObject(b), ',')
}
