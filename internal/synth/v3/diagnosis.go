package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
)

// The order of the product types of diagnoses: of today's server, of former ones, and
// of the maps.
var (
	serverSort = [...]string{"P", "E", "A", "R", "D"}
	formerSort = [...]string{"A", "D", "E", "R", "P"}
	mapSort    = [...]string{"P", "A", "E", "D", "R"}
)

// productType returns the type of a diagnosis by its product type.
func productType(kind string) string {
	switch kind {
	case "P":
		return `"type":[{"coding":[{"code":"principal","system":"` + fhir.Terminology + `ex-diagnosistype"}]}]},`
	case "A":
		return `"type":[{"coding":[{"code":"admitting","system":"` + fhir.Terminology + `ex-diagnosistype"}]}]},`
	case "E":
		return `"type":[{"coding":[{"code":"externalcauseofinjury","system":"` + fhir.CARIN + `C4BBClaimDiagnosisType"}]}]},`
	case "R":
		return `"type":[{"coding":[{"code":"patientreasonforvisit","system":"` + fhir.CARIN + `C4BBClaimDiagnosisType"}]}]},`
	}
	return `"type":[{"coding":[{"code":"other","system":"` + fhir.CARIN + `C4BBClaimDiagnosisType"}]}]},`
}

const (
	secondaryType      = `"type":[{"coding":[{"code":"secondary","system":"` + fhir.CARIN + `C4BBClaimDiagnosisType"}]}]},`
	principalProcedure = `"type":[{"coding":[{"code":"principal","system":"` + fhir.CARIN + `C4BBClaimProcedureType"}]}]},`
	otherProcedure     = `"type":[{"coding":[{"code":"other","system":"` + fhir.CARIN + `C4BBClaimProcedureType"}]}]},`
)

func (w *Writer) institutionalDiagnoses(b []byte, c *idr.Claim) []byte {
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	order := &serverSort
	switch {
	case w.Dialect.PrincipalLast:
		order = &formerSort
	case w.shape == mapShape:
		order = &mapSort
	}
	n := 0
	for _, kind := range order {
		for i := range c.Prod {
			if p := &c.Prod[i]; p.ClmProdTypeCd == kind {
				n++
				b = w.diagnosis(b, p, n, productType(kind))
			}
		}
	}
	return fhirjson.CloseArray(b, start, open)
}

// professionalDiagnoses writes the diagnoses, the first one as principal. In the
// shape of the maps, the first one is there twice. Former servers put the principal
// one last.
func (w *Writer) professionalDiagnoses(b []byte, c *idr.Claim) []byte {
	if len(c.Prod) == 0 {
		return b
	}
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	n := 0
	principal := func(b []byte) []byte {
		n++
		return w.diagnosis(b, &c.Prod[0], n, productType("P"))
	}
	if !w.Dialect.PrincipalLast {
		b = principal(b)
	}
	for i := range c.Prod {
		if i == 0 && w.shape != mapShape {
			continue
		}
		n++
		b = w.diagnosis(b, &c.Prod[i], n, secondaryType)
	}
	if w.Dialect.PrincipalLast {
		b = principal(b)
	}
	return fhirjson.CloseArray(b, start, open)
}

// diagnosisNumber returns the sequence of the claim's nth diagnosis.
func (w *Writer) diagnosisNumber(c *idr.Claim, n int) int {
	switch {
	case w.shape == mapShape && w.Dialect.PrincipalLast:
		return n
	case w.shape == mapShape:
		return n + 1 // the first is there twice
	case !w.Dialect.PrincipalLast:
		return n
	case n == 1:
		return len(c.Prod)
	}
	return n - 1
}

func (w *Writer) diagnosis(b []byte, p *idr.Product, n int, kind string) []byte {
	b = append(b, `{"diagnosisCodeableConcept":{"coding":[{"code":"`...)
	b = appendDotted(b, p.ClmDgnsCd, p.Version)
	if p.Version == "0" {
		b = append(b, `","system":"`+fhir.SID+`icd-10-cm"}]},`...)
	} else {
		b = append(b, `","system":"`+fhir.SID+`icd-9-cm"}]},`...)
	}
	if idr.HasValue(p.ClmPoaInd) {
		b = append(b, `"onAdmission":{"coding":[`...)
		for i := range len(p.ClmPoaInd) {
			b = append(appendCode(b, cmsPresent, p.ClmPoaInd[i:i+1]), ',')
		}
		b = append(fhirjson.CloseWith(b, ']'), `},`...)
	}
	b = append(b, `"sequence":`...)
	b = fhirjson.AppendInt(b, n)
	b = append(b, ',')
	return append(b, kind...)
}

// appendDotted appends a diagnosis code with the dot that the server adds.
func appendDotted(b []byte, code, version string) []byte {
	at := 3
	if version != "0" {
		switch first := code[0]; {
		case first == 'E':
			at = 4
		case first != 'V' && (first < '0' || first > '9'):
			at = len(code)
		}
	}
	if len(code) <= at {
		return append(b, code...)
	}
	b = append(b, code[:at]...)
	b = append(b, '.')
	return append(b, code[at:]...)
}

func (w *Writer) procedures(b []byte, c *idr.Claim) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i := range c.Prcdr {
		p := &c.Prcdr[i]
		b = append(b, `{"date":`...)
		b = fhirjson.AppendDate(b, p.ClmPrcdrDt)
		b = append(b, `,"procedureCodeableConcept":{"coding":[{"code":"`...)
		system := `","system":"http://www.cms.gov/Medicare/Coding/ICD10"}]},"sequence":`
		if p.Version == "0" {
			b = append(b, p.ClmPrcdrCd...)
		} else {
			b = append(b, p.ClmPrcdrCd[:2]...)
			b = append(b, '.')
			b = append(b, p.ClmPrcdrCd[2:]...)
			system = `","system":"http://www.cms.gov/Medicare/Coding/ICD9"}]},"sequence":`
		}
		b = append(b, system...)
		b = fhirjson.AppendInt(b, p.ClmValSqncNum)
		b = append(b, ',')
		if p.ClmValSqncNum == 1 {
			b = append(b, principalProcedure...)
		} else {
			b = append(b, otherProcedure...)
		}
	}
	return fhirjson.CloseArray(b, start, open)
}
