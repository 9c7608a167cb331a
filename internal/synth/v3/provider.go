package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// billingID returns the id of the contained billing provider.
func billingID(c *idr.Claim) string {
	if c.Type == life.PartD && c.Drug.PrvdrSrvcIDQlfyrCd != "01" {
		return "BILLING-ID"
	}
	return c.Billing.NPI
}

func (w *Writer) providerMember(b []byte, c *idr.Claim) []byte {
	if c.Billing == nil {
		return append(b, noProvider...)
	}
	b = append(b, `"provider":{"reference":"#`...)
	b = append(b, billingID(c)...)
	return append(b, `"},`...)
}

// contained writes the contained resources. A billing provider that is a person has
// no certification number.
func (w *Writer) contained(b []byte, c *idr.Claim) []byte {
	b = append(b, `"contained":[`...)
	if c.Billing != nil {
		b = append(b, '{')
		if !c.BilledByPerson {
			b = append(b, `"active":true,`...)
		}
		b = append(b, `"id":"`...)
		b = append(b, billingID(c)...)
		b = append(b, `","identifier":[`...)
		if c.Type == life.PartD {
			b = w.pharmacy(b, c)
		} else {
			b = append(append(b, '{'), npiIdentifier...)
			b = fhirjson.AppendPlain(b, c.Billing.NPI)
			b = append(b, `},`...)
		}
		if c.Type < life.Carrier && !c.BilledByPerson {
			b = append(b, `{"system":"`+ccnSystem+`","value":`...)
			b = fhirjson.AppendPlain(b, c.Billing.CCN)
			b = append(append(b, `},{`...), taxNumber...)
			b = fhirjson.AppendPlain(b, c.Billing.TaxNumber)
			b = append(b, `},`...)
		}
		b = append(fhirjson.CloseWith(b, ']'), ',')
		if c.BilledByPerson {
			b = append(b, personMeta...)
			b = append(b, `"name":[{"family":`...)
			b = fhirjson.AppendString(b, codebook.Surnames[int(c.Billing.NPI[9]-'0')])
			b = append(b, `}],"resourceType":"Practitioner"},`...)
		} else {
			b = append(b, organizationMeta...)
			b = fhirjson.Member(b, "name", c.Billing.Name)
			b = append(b, `"resourceType":"Organization"},`...)
		}
	}
	b = append(b, containedInsurer...)
	return append(b, `],`...)
}

// pharmacy writes the identifiers of a pharmacy: its own with the qualifier, and the
// same value again as an NPI.
func (w *Writer) pharmacy(b []byte, c *idr.Claim) []byte {
	d := &c.Drug
	if d.PrvdrSrvcIDQlfyrCd == "01" {
		b = append(append(b, '{'), npiIdentifier...)
		b = fhirjson.AppendPlain(b, d.ClmSrvcPrvdrGnrcID)
		b = append(b, `},`...)
		return b
	}
	if w.shape == serverShape {
		b = append(append(b, '{'), npiIdentifier...)
		b = fhirjson.AppendPlain(b, d.ClmSrvcPrvdrGnrcID)
		b = append(b, `},`...)
	}
	b = append(b, `{"system":"`+genericNumber+`","type":{"coding":[`...)
	b = appendCode(b, qualifiers, d.PrvdrSrvcIDQlfyrCd)
	b = append(b, `]},"value":`...)
	b = fhirjson.AppendPlain(b, d.ClmSrvcPrvdrGnrcID)
	return append(b, `},`...)
}
