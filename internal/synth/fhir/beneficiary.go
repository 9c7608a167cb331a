package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// NameElements writes the names of a beneficiary and closes the array. use is that of
// the current name, empty if it is not sent.
func NameElements(b []byte, p *records.Beneficiary, use string) []byte {
	given := [2]string{p.BeneGvnName, p.BeneMdlName}
	present := records.Name{Use: use, Family: p.BeneSrnmName, Given: given[:], From: p.Begun}
	return elements(b, p.Names, &present, p.PresentLast, nameElement)
}

func nameElement(b []byte, n *records.Name) []byte {
	b = fhirjson.Member(b, "family", n.Family)
	b = fhirjson.Strings(b, "given", n.Given)
	b = PeriodMember(b, n.From, n.Thru)
	return fhirjson.Member(b, "use", n.Use)
}

// AddressElements writes the addresses of a beneficiary and closes the array. Without
// lines, the current address has only a state and postal code.
func AddressElements(b []byte, p *records.Beneficiary, lines bool) []byte {
	present := records.Address{State: p.StateCode, ZIP: p.BeneZipCd, From: p.Begun}
	if lines {
		present.City, present.Lines = p.CityName, p.DrvdLineAdr[:]
	}
	return elements(b, p.Addresses, &present, p.PresentLast, addressElement)
}

func addressElement(b []byte, a *records.Address) []byte {
	b = fhirjson.Member(b, "city", a.City)
	b = fhirjson.Strings(b, "line", a.Lines)
	b = PeriodMember(b, a.From, a.Thru)
	b = fhirjson.Member(b, "postalCode", a.ZIP)
	b = fhirjson.Member(b, "state", a.State)
	return fhirjson.Member(b, "use", a.Use)
}

// elements writes the elements of an array and closes it. The current one comes last
// or first.
func elements[T any](b []byte, others []T, present *T, presentLast bool, members func([]byte, *T) []byte) []byte {
	add := func(v *T) { b = append(fhirjson.CloseObject(members(append(b, '{'), v)), ',') }
	if !presentLast {
		add(present)
	}
	for i := range others {
		add(&others[i])
	}
	if presentLast {
		add(present)
	}
	return fhirjson.CloseWith(b, ']')
}

// Gender returns the FHIR code of BENE_SEX_IDENT_CD.
func Gender(sex string) string {
	switch sex {
	case "1":
		return "male"
	case "2":
		return "female"
	}
	return "unknown"
}

// SexExtension writes the US Core extension of BENE_SEX_IDENT_CD, if the sex is
// known.
func SexExtension(b []byte, sex string) []byte {
	var code string
	switch sex {
	case "1":
		code = "248153007"
	case "2":
		code = "248152002"
	default:
		return b
	}
	b = append(b, `{"url":"`+USCore+`us-core-sex","valueCode":"`...)
	return append(append(b, code...), `"},`...)
}

// DualStatusExtensions writes the reference year and the dual status of each of its
// months.
func DualStatusExtensions(b []byte, p *records.Beneficiary) []byte {
	if p.RfrncYr == 0 {
		return b
	}
	b = append(b, `{"url":"`+Variables+`rfrnc_yr","valueDate":"`...)
	b = fhirjson.AppendInt(b, p.RfrncYr)
	b = append(b, `"},`...)
	return Months(b, codebook.DualMonths, &p.MetaDualElgblStus)
}

// Months writes the extensions of a column that exists for each month.
func Months(b []byte, set *codebook.Numbered, values *[12]string) []byte {
	for i, value := range values {
		if value != "" {
			b = append(NumberedExtension(b, set, codebook.MonthNumbers[i], value), ',')
		}
	}
	return b
}
