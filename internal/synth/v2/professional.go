package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Professional writes a claim of a physician or supplier.
func (w *Writer) Professional(b []byte, c *records.Professional) []byte {
	w.diagnoses.Professional(c)
	w.lines = w.team.Professional(c, w.lines)
	w.infos = 0
	w.linkLines(c)

	b = append(b, '{')
	b = append(b, medicalBalances...)
	b = fhir.BalanceEntry(b, cashDeductibleBalance, c.CarrClmCashDdctblApldAmt)
	b = fhir.BalanceEntry(b, providerBalance, c.NchClmPrvdrPmtAmt)
	b = fhir.BalanceEntry(b, patientBalance, c.NchClmBenePmtAmt)
	b = fhir.BalanceEntry(b, submittedBalance, c.NchCarrClmSbmtdChrgAmt)
	b = fhir.BalanceEntry(b, allowedBalance, c.NchCarrClmAlowdAmt)
	b = append(fhirjson.CloseWith(b, ']'), `}],"billablePeriod":`...)
	b = fhir.Period(b, c.ClmFromDt, c.ClmThruDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = w.observations(b, c)
	b = w.createdMember(b)
	b = w.diagnosisMember(b, c.Type)
	b = append(b, `"disposition":`...)
	b = fhirjson.AppendPlain(b, c.ClmDispCd)
	b = append(b, ',')
	b = w.professionalExtensions(b, c)
	b = w.idMembers(b, &c.Claim)
	b = append(b, `],`...)
	b = w.insuranceMembers(b, &c.Claim)
	b = w.serviceItems(b, c)
	b = w.metaMembers(b, &c.Claim)
	b = append(b, `"payment":{"amount":`+fhir.MoneyStart...)
	b = c.ClmPmtAmt.AppendJSON(b)
	b = append(b, `}},`...)
	b = w.professionalProvider(b, c)
	b = w.referral(b, c)
	b = w.statusMembers(b, &c.Claim)
	b = append(b, `"supportingInfo":[`...)
	b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
	b = w.observationInfo(b, c)
	b = fhirjson.CloseWith(b, ']')
	b = append(b, `,"total":[`...)
	b = appendAdjudication(b, c.CarrClmPrmryPyrPdAmt, priorPayerTotal)
	b = append(fhirjson.CloseWith(b, ']'), ',')
	return w.typeMembers(b, &c.Claim, c.NchClmTypeCd)
}

// linkLines links the lines to their diagnoses and test results.
func (w *Writer) linkLines(c *records.Professional) {
	infos := 1 // the received date
	for i := range c.Lines {
		l := &c.Lines[i]
		w.lines[i].Diagnosis = w.diagnoses.Add(l.Diagnosis(), 0, records.LineLabel)
		if l.LineHctHgbTypeCd != "" {
			infos++
			w.lines[i].Info = infos
		}
	}
}

// observations writes the test results of the lines as contained resources.
func (w *Writer) observations(b []byte, c *records.Professional) []byte {
	start := len(b)
	b = append(b, `"contained":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.LineHctHgbTypeCd == "" {
			continue
		}
		b = append(b, `{"code":{"coding":[`...)
		b = fhir.SetCoding(b, codebook.Hemoglobin, l.LineHctHgbTypeCd)
		b = append(b, `]},"id":"line-observation-`...)
		b = fhirjson.AppendInt(b, l.LineNum)
		b = append(b, `","resourceType":"Observation","status":"unknown","valueQuantity":{"value":`...)
		b = l.LineHctHgbRsltNum.AppendJSON(b)
		b = append(b, `}},`...)
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) observationInfo(b []byte, c *records.Professional) []byte {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.LineHctHgbTypeCd == "" {
			continue
		}
		b = categoryMember(b, hemoglobinInfo)
		b = w.infoSequence(b)
		b = append(b, `,"valueReference":{"reference":"#line-observation-`...)
		b = fhirjson.AppendInt(b, l.LineNum)
		b = append(b, `"}},`...)
	}
	return b
}

func (w *Writer) professionalExtensions(b []byte, c *records.Professional) []byte {
	b = append(b, `"extension":[`...)
	b = fhir.CodeExtension(b, codebook.NearLineRecords, c.NchNearLineRecIdentCd)
	b = fhir.IdentifierExtension(b, "carr_num", c.CarrNum)
	b = fhir.IdentifierExtension(b, "carr_clm_cntl_num", c.CarrClmCntlNum)
	b = fhir.CodeExtension(b, codebook.PaymentDenials, c.CarrClmPmtDnlCd)
	b = fhir.CodeExtension(b, codebook.Assignments, c.CarrClmPrvdrAsgnmtIndSw)
	b = fhir.IdentifierExtension(b, "clm_clncl_tril_num", c.ClmClnclTrilNum)
	b = fhir.CodeExtension(b, codebook.EntryCodes, c.CarrClmEntryCd)
	return append(fhirjson.CloseWith(b, ']'), ',')
}

// professionalProvider writes provider. FHIR requires it, so there is always a value.
func (w *Writer) professionalProvider(b []byte, c *records.Professional) []byte {
	if c.Type == life.Carrier {
		b = append(b, `"provider":{"identifier":{"system":"`+fhir.Variables+`carr_clm_blg_npi_num"`...)
		b = knownOr(b, c.CarrClmBlgNpiNum)
		return append(b, `}},`...)
	}
	npi := ""
	if len(c.Lines) > 0 {
		npi = c.Lines[0].PrfPhysnNpi
	}
	b = append(b, `"provider":{`...)
	if p := life.Registry().ByNPI[npi]; p != nil {
		b = fhir.DisplayMember(b, p)
	}
	b = append(b, `"identifier":{"system":"`+fhir.NPISystem+`"`...)
	b = knownOr(b, npi)
	return append(b, `},"type":"Practitioner"},`...)
}

func knownOr(b []byte, value string) []byte {
	switch {
	case value == "":
		value = "UNKNOWN"
	case column.Blank(value):
		return b
	}
	b = append(b, `,"value":`...)
	return fhirjson.AppendPlain(b, value)
}

func (w *Writer) referral(b []byte, c *records.Professional) []byte {
	value, upin := c.RfrPhysnNpi, false
	if value == "" {
		value, upin = c.RfrPhysnUpin, true
	}
	if value == "" {
		return b
	}
	b = append(b, `"referral":{`...)
	b = w.practitioner(b, upin, value)
	return append(b, `},`...)
}

func (w *Writer) serviceItems(b []byte, c *records.Professional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.lineAdjudications(b, c.Type, l)
		b = append(fhirjson.CloseWith(b, ']'), ',')
		b = w.teamSequence(b, &w.lines[i])
		b = append(b, `"category":{"coding":[`...)
		if c.Type == life.DME {
			b = fhir.SetCoding(b, codebook.EquipmentServices, l.LineCmsTypeSrvcCd)
		} else {
			b = fhir.SetCoding(b, codebook.ServicesBilled, l.LineCmsTypeSrvcCd)
		}
		b = append(b, `]},`...)
		b = fhir.SequenceMember(b, "diagnosisSequence", w.lines[i].Diagnosis)
		b = w.lineExtensions(b, c.Type, l)
		b = fhir.SequenceMember(b, "informationSequence", w.lines[i].Info)
		b = w.lineLocation(b, c.Type, l)
		b = w.lineModifiers(b, c, l)
		b = product(b, l.HcpcsCd, l.LineNdcCd)
		b = append(b, `"quantity":{"value":`...)
		b = l.LineSrvcCnt.AppendJSON(b)
		b = append(b, `},"sequence":`...)
		b = fhirjson.AppendInt(b, l.LineNum)
		switch {
		case l.Line1stExpnsDt != 0 && l.LineLastExpnsDt != 0:
			b = append(b, `,"servicedPeriod":`...)
			b = fhir.Period(b, l.Line1stExpnsDt, l.LineLastExpnsDt)
		case l.Line1stExpnsDt != 0:
			b = append(b, `,"servicedDate":`...)
			b = fhirjson.AppendDate(b, l.Line1stExpnsDt)
		}
		b = append(b, `},`...)
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) lineAdjudications(b []byte, kind life.ClaimType, l *records.ProfessionalLine) []byte {
	if kind == life.Carrier {
		b = append(b, `{"category":`...)
		b = append(b, fhir.DenialReasons...)
		b = append(b, `,"reason":{"coding":[`...)
		b = fhir.SetCoding(b, codebook.ReducedPayments, l.CarrLineRdcdPmtPhys)
		b = append(b, `]}},`...)
	} else {
		b = appendAdjudication(b, l.LinePrvdrPmtAmt, providerPaymentAmount)
		b = appendAdjudication(b, l.LinePrmryAlowdChrgAmt, linePrimaryAmount)
		b = appendAdjudication(b, l.LineDmePrchsPriceAmt, linePurchaseAmount)
	}
	b = adjudicationAmount(b, l.LineNchPmtAmt, linePayment)
	if l.LinePmt80100Cd != "" {
		b = append(b, `,"extension":[`...)
		b = fhir.SetExtension(b, codebook.PaymentPercents, l.LinePmt80100Cd)
		b = append(b, ']')
	}
	b = append(b, `},`...)
	b = appendAdjudication(b, l.LineBenePmtAmt, lineToPatientAmount)
	b = appendAdjudication(b, l.LinePrvdrPmtAmt, lineToProviderAmount)
	b = appendAdjudication(b, l.LineBenePtbDdctblAmt, lineDeductibleAmount)
	b = appendAdjudication(b, l.LineBenePrmryPyrPdAmt, linePriorPayerAmount)
	b = appendAdjudication(b, l.LineCoinsrncAmt, lineCoinsuranceAmount)
	b = appendAdjudication(b, l.LineSbmtdChrgAmt, lineSubmittedAmount)
	b = appendAdjudication(b, l.LineAlowdChrgAmt, lineAllowedAmount)
	if kind == life.DME {
		b = appendAdjudication(b, l.LineDmePrchsPriceAmt, linePurchaseAsPayment)
		b = appendAdjudication(b, l.LineDmePrchsPriceAmt, linePurchaseAmount)
	}
	return b
}

func (w *Writer) lineExtensions(b []byte, kind life.ClaimType, l *records.ProfessionalLine) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	betosCodes := codebook.Betos
	if kind == life.DME {
		betosCodes = codebook.EquipmentBetos
		b = fhir.IdentifierExtension(b, "suplrnum", l.PrvdrNum)
		b = fhir.PlainExtension(b, "tax_num", l.TaxNum)
		if l.DmercLineScrnSvgsAmt != column.NoAmount {
			b = fhir.QuantityExtension(b, "dmerc_line_scrn_svgs_amt", column.Quantity(l.DmercLineScrnSvgsAmt*100))
		}
		b = w.equipmentUnits(b, l)
		b = fhir.PlainExtension(b, "dmerc_line_prcng_state_cd", l.DmercLinePrcngStateCd)
		b = fhir.CodeExtension(b, codebook.SupplierTypes, l.DmercLineSupplrTypeCd)
	} else {
		b = fhir.PlainExtension(b, "tax_num", l.TaxNum)
		if l.CarrLineAnsthsaUnit > 0 {
			b = fhir.QuantityExtension(b, "carr_line_ansthsa_unit_cnt", l.CarrLineAnsthsaUnit)
		}
		if l.LineMtusCnt != 0 {
			b = fhir.QuantityExtension(b, "carr_line_mtus_cnt", l.LineMtusCnt)
		}
		b = fhir.PlainExtension(b, "carr_line_mtus_cnt", l.LineMtusCd) // the server sends the code under both names
		b = fhir.CodeExtension(b, codebook.MTUSCodes, l.LineMtusCd)
	}
	b = fhir.CodeExtension(b, betosCodes, l.BetosCd)
	b = fhir.CodeExtension(b, codebook.LinePrimary, l.LineBenePrmryPyrCd)
	b = fhir.CodeExtension(b, codebook.ProcessingIndicators, l.LinePrcsgIndCd)
	b = fhir.CodeExtension(b, codebook.LineDeductible, l.LineServiceDeductible)
	return fhirjson.CloseArray(b, start, open)
}

// equipmentUnits writes the count of units with their code.
func (w *Writer) equipmentUnits(b []byte, l *records.ProfessionalLine) []byte {
	b = append(b, `{"url":"`+fhir.Variables+`dmerc_line_mtus_cnt","valueQuantity":{`...)
	if !column.Blank(l.LineMtusCd) {
		b = append(b, `"code":`...)
		b = fhirjson.AppendPlain(b, l.LineMtusCd)
		b = append(b, `,"system":"`+fhir.Variables+`dmerc_line_mtus_cd","unit":"Number of services",`...)
	}
	b = append(b, `"value":`...)
	b = l.LineMtusCnt.AppendJSON(b)
	return append(b, `}},`...)
}

func (w *Writer) lineLocation(b []byte, kind life.ClaimType, l *records.ProfessionalLine) []byte {
	b = append(b, `"locationCodeableConcept":{"coding":[`...)
	b = fhir.SetCoding(b, codebook.PlacesOfService, l.LinePlaceOfSrvcCd)
	b = append(b, `],`...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	b = fhir.PlainExtension(b, "prvdr_state_cd", l.PrvdrStateCd)
	if kind == life.Carrier {
		b = fhir.PlainExtension(b, "prvdr_zip", l.PrvdrZip)
		b = fhir.CodeExtension(b, codebook.Localities, l.CarrLinePrcngLcltyCd)
		b = fhir.IdentifierExtension(b, "carr_line_clia_lab_num", l.CarrLineCliaLabNum)
	}
	b = fhirjson.CloseArray(b, start, open)
	return append(fhirjson.CloseObject(b), ',')
}

func (w *Writer) lineModifiers(b []byte, c *records.Professional, l *records.ProfessionalLine) []byte {
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	for _, code := range l.HcpcsMdfrCd {
		b = fhir.Modifier(b, code, c.CarrClmHcpcsYrCd)
	}
	return fhirjson.CloseArray(b, start, open)
}
