package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

const (
	coverageMeta = `,"profile":["` + fhir.CARINProfiles + `C4BB-Coverage"]},"payor":[{"identifier":{"value":"Centers for Medicare and Medicaid Services"}}],`
	coverageSelf = `"relationship":{"coding":[{"code":"self","display":"Self","system":"` + fhir.Terminology + `subscriber-relationship"}]},"resourceType":"Coverage","status":`
	coverageType = `,"type":{"coding":[{"code":"SUBSIDIZ","system":"` + fhir.Terminology + `v3-ActCode"}]}}`
	groupClass   = `"class":[{"type":{"coding":[{"code":"group","display":"Group","system":"` + fhir.Terminology + `coverage-class"}]},"value":"Medicare"},{"type":{"coding":[{"code":"plan","display":"Plan","system":"` + fhir.Terminology + `coverage-class"}]},"value":"Part `
)

// Coverage writes the Coverage of a beneficiary for a part of Medicare.
func (w *Writer) Coverage(b []byte, p *records.Beneficiary, part byte) []byte {
	b = append(b, `{"beneficiary":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(p.BeneID))
	b = append(b, `"},`...)
	b = append(b, groupClass...)
	b = append(b, part-'a'+'A')
	b = append(b, `"}],`...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	status := `"active"`
	var from, thru column.Date
	switch part {
	case 'a':
		from, thru = p.PtaCvrgStrtDt, p.PtaCvrgEndDt
		if p.BenePtaTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = fhir.CodeExtension(b, codebook.MedicareStatus, p.BeneMdcrStatusCd)
		b = fhir.CodeExtension(b, codebook.Entitlements, p.BeneEntlmtRsnOrig)
		b = fhir.CodeExtension(b, codebook.CurrentReasons, p.BeneEntlmtRsnCurr)
		b = fhir.CodeExtension(b, codebook.RenalDisease, p.BeneEsrdInd)
		b = fhir.CodeExtension(b, codebook.PartAEnds, p.BenePtaTrmntnCd)
		b = fhir.DualStatusExtensions(b, p)
		b = fhir.Months(b, codebook.BuyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'b':
		from, thru = p.PtbCvrgStrtDt, p.PtbCvrgEndDt
		if p.BenePtbTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = fhir.CodeExtension(b, codebook.MedicareStatus, p.BeneMdcrStatusCd)
		b = fhir.CodeExtension(b, codebook.PartBEnds, p.BenePtbTrmntnCd)
		b = fhir.DualStatusExtensions(b, p)
		b = fhir.Months(b, codebook.BuyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'c':
		b = fhir.Months(b, codebook.PlanContracts, &p.PtcCntrctID)
		b = fhir.Months(b, codebook.PlanPackages, &p.PtcPbpID)
		b = fhir.Months(b, codebook.PlanTypes, &p.PtcPlanTypeCd)
		b = fhir.Months(b, codebook.HealthPlanMonths, &p.HmoInd)
		b = fhir.DualStatusExtensions(b, p)
	case 'd':
		from, thru = p.PtdCvrgStrtDt, p.PtdCvrgEndDt
		b = fhir.CodeExtension(b, codebook.MedicareStatus, p.BeneMdcrStatusCd)
		b = fhir.Months(b, codebook.DrugContracts, &p.PtdCntrctID)
		b = w.datedContracts(b, p)
		b = fhir.Months(b, codebook.DrugPackages, &p.PtdPbpID)
		b = fhir.Months(b, codebook.DrugSegments, &p.PtdSgmtID)
		b = fhir.Months(b, codebook.CostSharingMonths, &p.CstShrGrp)
		b = fhir.Months(b, codebook.RetireeMonths, &p.RdsInd)
		b = fhir.DualStatusExtensions(b, p)
	}
	b = fhirjson.CloseArray(b, start, open)
	b = append(b, `"id":"part-`...)
	b = append(b, part, '-')
	b = fhirjson.AppendInt(b, int(p.BeneID))
	b = append(b, `","meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.LastUpdated)
	b = append(b, coverageMeta...)
	if from != 0 || thru != 0 {
		b = append(b, `"period":`...)
		b = fhir.Period(b, from, thru)
		b = append(b, ',')
	}
	b = append(b, coverageSelf...)
	b = append(b, status...)
	b = append(b, `,"subscriberId":`...)
	b = fhirjson.AppendPlain(b, p.MbiNum)
	return append(b, coverageType...)
}

// datedContracts repeats the contracts under URLs that contain the year and month.
func (w *Writer) datedContracts(b []byte, p *records.Beneficiary) []byte {
	if p.RfrncYr == 0 {
		return b
	}
	for i, contract := range p.PtdCntrctID {
		if contract == "" {
			contract = "0"
		}
		b = append(b, `{"url":"`+fhir.Variables...)
		b = append(append(b, codebook.DrugContracts.Variable...), codebook.MonthNumbers[i]...)
		b = append(b, '/')
		b = fhirjson.AppendInt(b, p.RfrncYr)
		b = append(b, '-')
		b = fhirjson.AppendInt(b, i+1)
		b = append(b, `","valueCoding":`...)
		b = fhir.NumberedCoding(b, codebook.DrugContracts, codebook.MonthNumbers[i], contract)
		b = append(b, `},`...)
	}
	return b
}
