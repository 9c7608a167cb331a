package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
)

// A plan is a kind of Coverage.
type plan struct{ id, class, code, display string }

const (
	coverageMeta = `,"profile":["` + fhir.CARINProfiles + "C4BB-Coverage" + carin22 + `","` + fhir.USCore + "us-core-coverage" + usCore7 + `"]},"payor":[{"reference":"#cms-org"}],`
	coverageSelf = `"relationship":{"coding":[{"code":"self","display":"self","system":"` + fhir.Terminology + `subscriber-relationship"}]},"resourceType":"Coverage","status":"`
	planClass    = `"class":[{"type":{"coding":[{"code":"plan","system":"` + fhir.Terminology + `coverage-class"}]},"value":"`
	containedCMS = `"contained":[{"active":true,"id":"cms-org","meta":{"profile":["` + fhir.CARINProfiles + "C4BB-Organization" + carin22 + `"]},"name":"Centers for Medicare \u0026 Medicaid Services","resourceType":"Organization"}],`
)

var plans = [...]plan{
	{"part-A-", "Part A", "1", "MEDICARE"},
	{"part-B-", "Part B", "121", "MEDICARE FFS"},
	{"part-C-", "Part C", "11", "MEDICARE MANAGED CARE (Includes Medicare Advantage Plans)"},
	{"part-D-", "Part D", "122", "Medicare Drug Benefit"},
	{"part-DUAL-", "Dual Medicare/Medicaid", "14", "Dual Eligibility Medicare/Medicaid Organization"},
}

// Coverage writes the Coverage of a beneficiary for the nth plan. For a part without
// a valid row it has little but the id.
func (w *Writer) Coverage(b []byte, p *idr.Beneficiary, n int) []byte {
	plan := &plans[n]
	b = append(b, `{"beneficiary":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(p.BeneID))
	b = append(append(b, `"},`...), planClass...)
	b = append(b, plan.class...)
	b = append(append(b, `"}],`...), containedCMS...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	var from, thru column.Date
	switch n {
	case 0, 1:
		part := &p.PartA
		if n == 1 {
			part = &p.PartB
		}
		from, thru = part.Begin, part.End
		b = codeExtension(b, "BENE-MDCR-STUS-CD", part.BeneMdcrStusCd)
		b = codeExtension(b, "BENE-BUYIN-CD", part.BeneBuyinCd)
		b = codeExtension(b, "BENE-MDCR-ENTLMT-RSN-CD", part.BeneMdcrEntlmtRsnCd)
	case 2, 3:
		if contract := p.Contract[n-2]; contract != "" {
			from = p.PlanBegin[n-2]
			b = append(b, `{"url":"`+repositoryProfiles+`BENE-CNTRCT-NUM","valueString":"`...)
			b = append(b, contract...)
			b = append(b, `"},`...)
		}
	case 4:
		from, thru = p.Dual.Begin, p.Dual.End
		b = codeExtension(b, "BENE-DUAL-STUS-CD", p.Dual.BeneDualStusCd)
		b = append(b, `{"url":"`+repositoryProfiles+`BENE-DUAL-TYPE-CD","valueCoding":{"code":"P","system":"`+repositoryCodes+`BENE-DUAL-TYPE-CD"}},`...)
	}
	b = fhirjson.CloseArray(b, start, open)
	b = append(b, `"id":"`...)
	b = append(b, plan.id...)
	b = fhirjson.AppendInt(b, int(p.BeneID))
	b = append(b, `","identifier":[{`...)
	b = append(b, memberType...)
	b = fhirjson.AppendPlain(b, p.MbiNum)
	b = append(b, `}],"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.CoverageUpdate(n))
	b = append(b, coverageMeta...)
	if from != 0 {
		b = append(b, `"period":`...)
		b = fhir.Period(b, from, thru)
		b = append(b, ',')
	}
	b = append(b, coverageSelf...)
	if n == 4 && thru != 0 {
		b = append(b, `cancelled"`...)
	} else {
		b = append(b, `active"`...)
	}
	b = append(b, `,"subscriberId":`...)
	b = fhirjson.AppendPlain(b, p.MbiNum)
	b = append(b, `,"type":{"coding":[`...)
	b = fhir.Coding(b, "https://nahdo.org/sopt", plan.code, plan.display)
	return append(b, `]}}`...)
}
