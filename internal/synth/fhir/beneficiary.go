package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// OtherNames writes the names before the present one, or those after it.
func OtherNames(buf []byte, b *records.Beneficiary, before bool) []byte {
	if b.PresentLast != before {
		return buf
	}
	for i := range b.Names {
		n := &b.Names[i]
		buf = append(buf, '{')
		buf = fhirjson.Member(buf, "family", n.Family)
		buf = append(buf, `"given":[`...)
		for _, given := range n.Given {
			buf = append(fhirjson.AppendString(buf, given), ',')
		}
		buf = append(fhirjson.CloseWith(buf, ']'), ',')
		buf = PeriodMember(buf, n.From, n.Thru)
		buf = fhirjson.Member(buf, "use", n.Use)
		buf = append(fhirjson.CloseObject(buf), ',')
	}
	return buf
}

// OtherAddresses writes the addresses before the present one, or those after it.
func OtherAddresses(buf []byte, b *records.Beneficiary, before bool) []byte {
	if b.PresentLast != before {
		return buf
	}
	for i := range b.Addresses {
		a := &b.Addresses[i]
		buf = append(buf, '{')
		buf = fhirjson.Member(buf, "city", a.City)
		buf = append(buf, `"line":[`...)
		for _, line := range a.Lines {
			buf = append(fhirjson.AppendString(buf, line), ',')
		}
		buf = append(fhirjson.CloseWith(buf, ']'), ',')
		buf = PeriodMember(buf, a.From, a.Thru)
		buf = fhirjson.Member(buf, "postalCode", a.ZIP)
		buf = fhirjson.Member(buf, "state", a.State)
		buf = fhirjson.Member(buf, "use", a.Use)
		buf = append(fhirjson.CloseObject(buf), ',')
	}
	return buf
}

// AddressMember writes the addresses of a beneficiary, as v1 and v2 have them.
func AddressMember(b []byte, p *records.Beneficiary) []byte {
	b = append(b, `"address":[`...)
	b = OtherAddresses(b, p, true)
	b = append(b, '{')
	b = fhirjson.Member(b, "city", p.CityName)
	start := len(b)
	b = append(b, `"line":[`...)
	open := len(b)
	for _, line := range p.DrvdLineAdr {
		if line != "" {
			b = fhirjson.AppendString(b, line)
			b = append(b, ',')
		}
	}
	b = fhirjson.CloseArray(b, start, open)
	b = PeriodMember(b, p.Begun, 0)
	b = fhirjson.Member(b, "postalCode", p.BeneZipCd)
	b = fhirjson.Member(b, "state", p.StateCode)
	b = append(fhirjson.CloseObject(b), ',')
	b = OtherAddresses(b, p, false)
	return append(fhirjson.CloseWith(b, ']'), ',')
}

// DualStatusExtensions writes the reference year and the statuses of its months.
func DualStatusExtensions(b []byte, p *records.Beneficiary) []byte {
	if p.RfrncYr == 0 {
		return b
	}
	b = append(b, `{"url":"`+Variables+`rfrnc_yr","valueDate":"`...)
	b = fhirjson.AppendInt(b, p.RfrncYr)
	b = append(b, `"},`...)
	return Months(b, codebook.DualMonths, &p.MetaDualElgblStus)
}

// Months writes the extensions of a column by month.
func Months(b []byte, set *codebook.Numbered, values *[12]string) []byte {
	for i, value := range values {
		if value != "" {
			b = append(NumberedExtension(b, set, codebook.MonthNumbers[i], value), ',')
		}
	}
	return b
}
