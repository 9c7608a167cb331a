package v3

import (
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

const (
	priorProfile = `,"profile":["http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/pdex-priorauthorization"],"source":"CWF","tag":[{"code":"SharedSystem","display":"Shared System","system":"` + repositoryCodes + `System-Type"}]},"outcome":"complete","patient":{"reference":"Patient/`
	priorBill    = `{"category":{"coding":[` + fhir.InfoCategory + `]},"code":{"coding":[`
)

// priorType writes the types of a prior authorization for Part A or B.
func priorType(b []byte, part string) []byte {
	claimType, display := "institutional", "Part A"
	if part == "B" {
		claimType, display = "professional", "Part B"
	}
	b = append(fhir.Coding(b, fhir.Terminology+"claim-type", claimType, ""), ',')
	return fhir.Coding(b, repositoryCodes+"CLM-TYPE", part, display)
}

// PriorAuthorization writes a prior authorization, which is an ExplanationOfBenefit
// too.
func (w *Writer) PriorAuthorization(b []byte, a *idr.Authorization) []byte {
	c := &idr.Claim{Type: life.Outpatient, Beneficiary: a.Beneficiary, Billing: a.Provider}
	w.shape, w.infos, w.members = serverShape, 0, w.members[:0]
	if a.Beneficiary.MapShape {
		w.shape = mapShape
	}
	w.addMember(records.Referring, a.Rfrg)
	w.addMember(records.Attending, a.Atndg)
	w.addMember(records.Operating, a.Oprtg)
	w.addMember(records.Performing, a.Rndrg)

	b = append(b, '{')
	b = w.careTeamMember(b)
	b = w.contained(b, c)
	b = append(b, `"created":`...)
	b = append(fhirjson.AppendDate(b, a.DtAdded), ',')
	if w.shape == serverShape {
		b = append(b, `"id":`...)
		b = append(fhirjson.AppendPlain(b, a.UniqueTrackingNum), ',')
	}
	b = append(b, `"identifier":[{"system":"https://bluebutton.cms.gov/identifiers/Unique-Tracking-Number","value":`...)
	b = fhirjson.AppendPlain(b, a.UniqueTrackingNum)
	b = append(b, `},{"system":"https://bluebutton.cms.gov/identifiers/PA-ICN-DCN","value":`...)
	b = fhirjson.AppendPlain(b, a.IcnDcn)
	b = append(b, `}],"insurance":[{"coverage":{"display":"Part `...)
	b = append(b, a.ClmType...)
	b = append(b, `"},"focal":true}],"insurer":{"reference":"#insurer-org"},"item":[`...)
	for i := range a.Items {
		b = w.authorizedItem(b, a, i)
	}
	b = append(fhirjson.CloseWith(b, ']'), `,"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, a.LastUpdated)
	b = append(b, priorProfile...)
	b = fhirjson.AppendInt(b, int(a.Beneficiary.BeneID))
	b = append(b, `"},"preAuthRefPeriod":[`...)
	b = fhir.Period(b, a.EfctvDt, a.ExprtnDt)
	b = append(b, `],`...)
	b = w.providerMember(b, c)
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"active","supportingInfo":[`...)
	b = w.infoCode(b, &contractorInfo, a.CntrctrNum, "CLM-CNTRCTR-NUM")
	if a.BillType != "" {
		b = append(b, priorBill...)
		b = append(appendCode(b, "https://www.nubc.org/CodeSystem/TypeOfBill", a.BillType), `]}`...)
		b = append(w.infoEnd(b), `},`...)
	}
	b = append(fhirjson.CloseWith(b, ']'), `,"type":{"coding":[`...)
	b = priorType(b, a.ClmType)
	return append(b, `]},"use":"preauthorization"}`...)
}

func (w *Writer) authorizedItem(b []byte, a *idr.Authorization, n int) []byte {
	item := &a.Items[n]
	day := func(b []byte, name string, d column.Date) []byte {
		if d == 0 {
			return b
		}
		b = append(append(b, `{"url":"`+repositoryProfiles...), name...)
		return append(fhirjson.AppendDate(append(b, `","valueDate":`...), d), `},`...)
	}
	count := func(b []byte, name string, n int) []byte {
		b = append(append(b, `{"url":"`+repositoryProfiles...), name...)
		return append(strconv.AppendInt(append(b, `","valueUnsignedInt":`...), int64(n), 10), `},`...)
	}
	b = append(b, `{"extension":[`...)
	b = day(b, "PA-DT-ADDED", a.DtAdded)
	b = day(b, "PA-DT-UPDATED", item.DtUpdated)
	if item.Decision != "" {
		b = append(b, `{"url":"`+repositoryProfiles+`PA-DECISION","valueCoding":`...)
		b = append(fhir.Coding(b, repositoryCodes+"PA-DECISION", item.Decision, ""), `},`...)
	}
	b = day(b, "PA-REQ-SUB-DT", item.ReqSubDt)
	b = day(b, "PA-REQ-REC-DT", item.ReqRecDt)
	b = day(b, "PA-DECISION-DT", item.DecisionDt)
	b = day(b, "PA-DECISION-EXP-DT", item.DecisionExpDt)
	b = count(b, "SERVICE-CNTS", item.ServiceCnts)
	if item.SvcRenderSt != "" {
		b = append(b, `{"url":"`+repositoryProfiles+`SVC-RENDER-ST","valueCoding":`...)
		b = append(appendCode(b, "https://www.usps.com", item.SvcRenderSt), `},`...)
	}
	if item.MrCountInd > 0 {
		b = count(b, "MR-COUNT-IND", item.MrCountInd)
		b = day(b, "MR-COUNT-ST-DT", item.MrCountStDt)
		b = day(b, "MR-COUNT-END-DT", item.MrCountEndDt)
	}
	if item.RrbExclInd {
		b = append(b, `{"url":"`+repositoryProfiles+`RRB-EXCL-IND","valueBoolean":true},`...)
	}
	b = append(fhirjson.CloseWith(b, ']'), ',')
	if !column.Blank(item.PosCd) {
		b = append(b, `"locationCodeableConcept":{"coding":[`...)
		b = append(appendCode(b, cmsPlaces, item.PosCd), `]},`...)
	}
	start := len(b)
	b = append(b, `"modifier":[{"coding":[`...)
	open := len(b)
	for _, code := range item.MdfrCd {
		if code != "" {
			b = append(appendCode(b, procedureSystem(code), code), ',')
		}
	}
	if len(b) == open {
		b = b[:start]
	} else {
		b = append(fhirjson.CloseWith(b, ']'), `}],`...)
	}
	b = append(b, `"productOrService":{"coding":[`...)
	b = appendCode(b, procedureSystem(item.HcpcsCd), item.HcpcsCd)
	b = append(b, `]},`...)
	if !column.Blank(item.RevCtrCd) {
		b = append(b, `"revenue":{"coding":[`...)
		b = append(appendCode(b, fhir.RevenueCodes, item.RevCtrCd), `]},`...)
	}
	b = append(b, `"sequence":`...)
	return append(fhirjson.AppendInt(b, n+1), `},`...)
}
