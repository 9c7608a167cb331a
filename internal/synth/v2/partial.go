package v2

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// v2 sends partially adjudicated claims as pairs of a Claim and a ClaimResponse, from
// FISS for institutions and from MCS for professionals. They are in files of their
// own and identify the beneficiary by MBI.

const (
	fissVariables = fhir.Variables + "fiss/"
	mcsVariables  = fhir.Variables + "mcs/"
)

const (
	partialInstitutional = `"type":{"coding":[{"code":"institutional","display":"Institutional","system":"` + fhir.Terminology + `claim-type"}]},"use":"claim"}`
	partialProfessional  = `"type":{"coding":[{"code":"professional","display":"Professional","system":"` + fhir.Terminology + `claim-type"}]},"use":"claim"}`
	partialPriority      = `"priority":{"coding":[{"code":"normal","display":"Normal","system":"` + fhir.Terminology + `processpriority"}]},`
	partialMBI           = `"identifier":[{"system":"` + fhir.MBISystem + `","type":{"coding":[{"code":"MC","display":"Patient's Medicare Number","system":"` + fhir.Terminology + `v2-0203"}]},"value":`
	partialAdmitting     = `{"coding":[{"code":"admitting","display":"Admitting Diagnosis","system":"` + fhir.Terminology + `ex-diagnosistype"}]},`
	partialPrincipal     = `{"coding":[{"code":"principal","display":"Principal Diagnosis","system":"` + fhir.Terminology + `ex-diagnosistype"}]},`
	partialDenial        = `{"coding":[{"code":"denialreason","display":"Denial Reason","system":"` + fhir.CARIN + `C4BBAdjudicationDiscriminator"}]}`
	partialBill          = `{"coding":[{"code":"typeofbill","display":"Type of Bill","system":"` + fhir.CARIN + `C4BBSupportingInfoType"}]}`
	partialNumber        = `"type":{"coding":[{"code":"PRN","display":"Provider number","system":"` + fhir.Terminology + `v2-0203"}]},"value":`
	partialNPI           = `"system":"` + fhir.NPISystem + `","type":{"coding":[{"code":"npi","display":"National Provider Identifier","system":"` + fhir.CARIN + `C4BBIdentifierType"}]},"value":`
)

// partialExtension writes an extension with a code.
func (w *Writer) partialExtension(b []byte, system, name, code string) []byte {
	b = append(b, `{"url":"`...)
	b = append(append(b, system...), name...)
	b = append(b, `","valueCoding":`...)
	b = fhir.Coding(b, system+name, code, "")
	return append(b, `},`...)
}

func (w *Writer) partialDateExtension(b []byte, url string, d column.Date) []byte {
	b = append(b, `{"url":"`...)
	b = append(b, url...)
	b = append(b, `","valueDate":`...)
	return append(fhirjson.AppendDate(b, d), `},`...)
}

// partialPatient writes the contained Patient.
func (w *Writer) partialPatient(b []byte, p *records.PartialClaim) []byte {
	b = append(b, `{"birthDate":`...)
	b = fhirjson.AppendDate(b, p.Beneficiary.BeneBirthDt)
	b = append(append(b, `,"id":"patient",`...), partialMBI...)
	b = fhirjson.AppendPlain(b, p.Beneficiary.MbiNum)
	b = append(b, `}],"name":[{"family":`...)
	b = fhirjson.AppendString(b, p.Beneficiary.BeneSrnmName)
	return append(b, `}],"resourceType":"Patient"},`...)
}

func (w *Writer) partialIdentifiers(b []byte, p *records.PartialClaim) []byte {
	b = append(b, `"identifier":[{"system":"`...)
	if p.Institutional {
		b = append(b, fissVariables+"dcn"...)
	} else {
		b = append(b, mcsVariables+"icn"...)
	}
	b = append(append(b, `",`...), uniqueID...)
	return append(fhirjson.AppendPlain(b, p.Number), `}],`...)
}

// PartialClaim writes the Claim.
func (w *Writer) PartialClaim(b []byte, p *records.PartialClaim) []byte {
	b = append(b, `{"billablePeriod":`...)
	b = fhir.Period(b, p.From, p.Thru)
	b = append(b, `,"contained":[`...)
	b = w.partialPatient(b, p)
	b = append(b, `{"id":"provider-org","identifier":[`...)
	if p.Institutional {
		b = append(append(b, `{"system":"`+fissVariables+`meda-prov-6",`...), partialNumber...)
		b = append(fhirjson.AppendPlain(b, p.Provider.CCN), `},`...)
	}
	b = append(append(b, '{'), partialNPI...)
	b = append(fhirjson.AppendPlain(b, p.Provider.NPI), `}],"resourceType":"Organization"}],"created":`...)
	b = fhirjson.AppendInstant(b, p.Created)
	b = append(b, `,"diagnosis":[`...)
	for i := range p.Diagnoses {
		b = w.partialDiagnosis(b, &p.Diagnoses[i], i+1)
	}
	b = append(fhirjson.CloseWith(b, ']'), `,"extension":[`...)
	if p.Institutional {
		b = w.partialExtension(b, fissVariables, "serv-typ-cd", records.PartialService)
		b = append(fhirjson.CloseWith(b, ']'), `,"facility":{"extension":[`...)
		b = w.partialExtension(b, fissVariables, "lob-cd", records.PartialFacility)
		b = append(fhirjson.CloseWith(b, ']'), `},`...)
	} else {
		b = w.partialExtension(b, mcsVariables, "claim-type", "3")
		b = append(fhirjson.CloseWith(b, ']'), ',')
	}
	b = append(b, `"id":`...)
	b = append(fhirjson.AppendPlain(b, p.ID()), ',')
	b = w.partialIdentifiers(b, p)
	b = append(b, `"insurance":[{"coverage":{"identifier":{"system":"`+fissVariables+`payers-name","value":"MEDICARE"}},"focal":true,"sequence":1}],`...)
	b = w.partialItems(b, p)
	b = append(b, `"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.Updated)
	b = append(append(b, `},"patient":{"reference":"#patient"},`...), partialPriority...)
	b = w.partialProcedureMember(b, p)
	b = append(b, `"provider":{"reference":"#provider-org"},"resourceType":"Claim","status":"active",`...)
	if p.Institutional {
		b = w.partialSupportingInfo(b, p)
	}
	b = append(b, `"total":`+fhir.MoneyStart...)
	b = append(p.Charges().AppendJSON(b), `},`...)
	if p.Institutional {
		return append(b, partialInstitutional...)
	}
	return append(b, partialProfessional...)
}

// partialDiagnosis writes a diagnosis. The server writes the indicator in lower case.
func (w *Writer) partialDiagnosis(b []byte, d *records.PartialDiagnosis, number int) []byte {
	b = fhir.Coding(append(b, `{"diagnosisCodeableConcept":{"coding":[`...), fhir.SID+"icd-10-cm", d.Code, "")
	b = append(b, `]},`...)
	if d.POA != "" {
		b = append(b, `"onAdmission":{"coding":[`...)
		b = append(fhir.Coding(b, fissVariables+"diag-poa-ind", strings.ToLower(d.POA), ""), `]},`...)
	}
	b = append(b, `"sequence":`...)
	b = append(fhirjson.AppendInt(b, number), `,"type":[`...)
	start := len(b)
	if d.Admitting {
		b = append(b, partialAdmitting...)
	}
	if d.Principal {
		b = append(b, partialPrincipal...)
	}
	if len(b) == start {
		return append(b[:start-len(`,"type":[`)], `},`...)
	}
	return append(fhirjson.CloseWith(b, ']'), `},`...)
}

// partialSupportingInfo writes the third digit of the type of bill, the DRG and the
// type of admission.
func (w *Writer) partialSupportingInfo(b []byte, p *records.PartialClaim) []byte {
	b = append(append(b, `"supportingInfo":[{"category":`...), partialBill...)
	b = append(b, `,"code":{"coding":[`...)
	b = fhir.Coding(b, fissVariables+"freq-cd", records.PartialFrequency, "")
	b = append(b, `]},"sequence":1},`...)
	number := 1
	for _, info := range [][2]string{
		{fhir.Variables + "clm_drg_cd", p.DRG},
		{"https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit", p.Admission},
	} {
		if column.Blank(info[1]) {
			continue
		}
		number++
		b = append(b, `{"code":{"coding":[`...)
		b = append(fhir.Coding(b, info[0], info[1], ""), `]},"sequence":`...)
		b = append(fhirjson.AppendInt(b, number), `},`...)
	}
	return append(fhirjson.CloseWith(b, ']'), ',')
}

func (w *Writer) partialProcedureMember(b []byte, p *records.PartialClaim) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i, done := range p.Procedures {
		b = fhir.Procedure(b, i+1, done.Date, codebook.ICD10, done.Code, procedureSystems(codebook.ICD10))
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) partialItems(b []byte, p *records.PartialClaim) []byte {
	b = append(b, `"item":[`...)
	for i := range p.Lines {
		l := &p.Lines[i]
		b = append(b, '{')
		if p.Institutional {
			b = append(b, `"extension":[{"url":"`+fissVariables+`rev-serv-unit-cnt","valueQuantity":{"value":`...)
			b = append(fhirjson.AppendInt(b, l.Units), `}}],`...)
		} else if l.Diagnosis != 0 {
			b = append(b, `"diagnosisSequence":[`...)
			b = append(fhirjson.AppendInt(b, l.Diagnosis), `],`...)
		}
		b = w.partialModifiers(b, p, l)
		b = append(b, `"productOrService":{"coding":[`...)
		b = fhir.Coding(b, hcpcsReleases, l.HCPCS, "")
		b = append(b, `]},"quantity":{"value":1},`...)
		if p.Institutional {
			b = w.partialRevenue(b, l)
		}
		b = append(b, `"sequence":`...)
		b = fhirjson.AppendInt(b, i+1)
		if p.Institutional {
			b = append(b, `,"servicedDate":`...)
			b = fhirjson.AppendDate(b, l.From)
		} else {
			b = append(b, `,"servicedPeriod":`...)
			b = fhir.Period(b, l.From, l.Thru)
		}
		b = append(b, `},`...)
	}
	return append(fhirjson.CloseWith(b, ']'), ',')
}

const hcpcsReleases = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

// partialModifiers writes the modifiers that are not blank, each with its place as
// version.
func (w *Writer) partialModifiers(b []byte, p *records.PartialClaim, l *records.PartialLine) []byte {
	system := hcpcsReleases
	if p.Institutional {
		system = fhir.BlueButton + "hcpcs"
	}
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	for i, code := range l.Modifiers {
		if column.Blank(code) {
			continue
		}
		b = append(b, `{"coding":[`...)
		b = fhir.Coding(b, system, code, "")
		b = append(b[:len(b)-1], `,"version":"`...)
		b = append(fhirjson.AppendInt(b, i+1), `"}]},`...)
	}
	return fhirjson.CloseArray(b, start, open)
}

// partialRevenue writes the two codes of a revenue line, swapped as the server does.
func (w *Writer) partialRevenue(b []byte, l *records.PartialLine) []byte {
	b = append(b, `"revenue":{`...)
	if !column.Blank(l.Unbilled) {
		b = append(b, `"coding":[`...)
		b = append(fhir.Coding(b, fissVariables+"rev-cd", l.Unbilled, ""), `],`...)
	}
	b = append(b, `"extension":[{"url":"`+fissVariables+`non-bill-rev-code","valueCodeableConcept":{"coding":[`...)
	return append(fhir.Coding(b, fissVariables+"non-bill-rev-code", l.Revenue, ""), `]}}]},`...)
}

// PartialResponse writes the ClaimResponse: the state of the claim.
func (w *Writer) PartialResponse(b []byte, p *records.PartialClaim) []byte {
	b = append(b, `{"contained":[`...)
	b = w.partialPatient(b, p)
	b = append(fhirjson.CloseWith(b, ']'), `,"created":`...)
	b = fhirjson.AppendInstant(b, p.Created)
	b = append(b, `,"extension":[`...)
	if p.Institutional {
		b = w.partialExtension(b, fissVariables, "curr-status", p.StatusCode)
		b = w.partialDateExtension(b, fissVariables+"recd-dt-cymd", p.ReceivedDt)
		b = w.partialDateExtension(b, fissVariables+"curr-tran-dt-cymd", p.StatusDt)
		if !column.Blank(p.Group) {
			b = w.partialExtension(b, fissVariables, "group-code", p.Group)
		}
	} else {
		b = w.partialExtension(b, mcsVariables, "status-code", p.StatusCode)
		b = w.partialDateExtension(b, mcsVariables+"claim-receipt-date", p.ReceivedDt)
		b = w.partialDateExtension(b, mcsVariables+"status-date", p.StatusDt)
	}
	b = append(fhirjson.CloseWith(b, ']'), `,"id":`...)
	b = append(fhirjson.AppendPlain(b, p.ID()), ',')
	b = w.partialIdentifiers(b, p)
	b = append(b, `"insurer":{"identifier":{"value":"CMS"}},`...)
	b = w.partialAnswers(b, p)
	b = append(b, `"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, p.Updated)
	b = append(b, `},"outcome":"`+records.PartialOutcome+`","patient":{"reference":"#patient"},"request":{"reference":"Claim/`...)
	b = append(append(b, p.ID()...), `"},"resourceType":"ClaimResponse","status":"active",`...)
	if p.Institutional {
		return append(b, partialInstitutional...)
	}
	return append(b, partialProfessional...)
}

// partialAnswers writes the denial reasons of lines.
func (w *Writer) partialAnswers(b []byte, p *records.PartialClaim) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range p.Lines {
		l := &p.Lines[i]
		element := len(b)
		b = append(b, `{"adjudication":[`...)
		first := len(b)
		for _, reason := range [][2]string{{"aco-red-rarc", l.Remark}, {"aco-red-carc", l.AdjustmentReason}, {"aco-red-cagc", l.AdjustmentGroup}} {
			if column.Blank(reason[1]) {
				continue
			}
			b = append(append(b, `{"category":`...), partialDenial...)
			b = append(b, `,"reason":{"coding":[`...)
			b = append(fhir.Coding(b, fissVariables+reason[0], reason[1], ""), `]}},`...)
		}
		if len(b) == first {
			b = b[:element]
			continue
		}
		b = append(fhirjson.CloseWith(b, ']'), `,"itemSequence":`...)
		b = append(fhirjson.AppendInt(b, i+1), `},`...)
	}
	return fhirjson.CloseArray(b, start, open)
}
