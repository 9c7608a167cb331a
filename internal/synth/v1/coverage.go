package v1

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Coverage writes the Coverage of a beneficiary for a part of Medicare. The server
// has one start date for Parts A and B.
func (w *Writer) Coverage(b []byte, p *records.Beneficiary, part byte) []byte {
	b = append(b, `{"beneficiary":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(p.BeneID))
	b = append(b, `"},`...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	status := `"active"`
	switch part {
	case 'a':
		if p.BenePtaTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = fhir.CodeExtension(b, codebook.MedicareStatus, strings.TrimSpace(p.BeneMdcrStatusCd))
		b = fhir.CodeExtension(b, codebook.Entitlements, strings.TrimSpace(p.BeneEntlmtRsnOrig))
		b = fhir.CodeExtension(b, codebook.CurrentReasons, strings.TrimSpace(p.BeneEntlmtRsnCurr))
		b = fhir.CodeExtension(b, codebook.RenalDisease, strings.TrimSpace(p.BeneEsrdInd))
		b = fhir.CodeExtension(b, codebook.PartAEnds, p.BenePtaTrmntnCd)
		b = fhir.DualStatusExtensions(b, p)
		b = fhir.Months(b, codebook.BuyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'b':
		if p.BenePtbTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = fhir.CodeExtension(b, codebook.MedicareStatus, strings.TrimSpace(p.BeneMdcrStatusCd))
		b = fhir.CodeExtension(b, codebook.PartBEnds, p.BenePtbTrmntnCd)
		b = fhir.DualStatusExtensions(b, p)
		b = fhir.Months(b, codebook.BuyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'c':
		b = fhir.Months(b, codebook.PlanContracts, &p.PtcCntrctID)
		b = fhir.Months(b, codebook.HealthPlanMonths, &p.HmoInd)
		b = fhir.DualStatusExtensions(b, p)
	case 'd':
		b = fhir.CodeExtension(b, codebook.MedicareStatus, strings.TrimSpace(p.BeneMdcrStatusCd))
		b = fhir.Months(b, codebook.DrugContracts, &p.PtdCntrctID)
		b = fhir.DualStatusExtensions(b, p)
	}
	b = fhirjson.CloseArray(b, start, open)
	b = append(b, `"grouping":{"subGroup":"Medicare","subPlan":"Part `...)
	b = append(b, part-'a'+'A')
	b = append(b, `"},"id":"part-`...)
	b = append(b, part, '-')
	b = fhirjson.AppendInt(b, int(p.BeneID))
	b = append(b, `","meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.LastUpdated)
	b = append(b, `},`...)
	if d := p.CoverageStart(); d != 0 && (part == 'a' || part == 'b') {
		b = append(b, `"period":`...)
		b = append(fhir.Period(b, d, 0), ',')
	}
	b = append(b, `"resourceType":"Coverage","status":`...)
	b = append(b, status...)
	b = append(b, `,"type":{"coding":[{"code":"Part `...)
	b = append(b, part-'a'+'A')
	return append(b, `","system":"Medicare"}]}}`...)
}
