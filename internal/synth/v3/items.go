package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// items writes the lines of a claim.
func (w *Writer) items(b []byte, c *idr.Claim) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.lineAmounts(b, c, l)
		b = append(fhirjson.CloseWith(b, ']'), ',')
		if w.lines[i].team > 0 {
			b = fhir.SequenceMember(b, "careTeamSequence", w.lines[i].team)
		}
		b = w.detail(b, c, l)
		if l.DgnsRow > 0 {
			b = fhir.SequenceMember(b, "diagnosisSequence", w.diagnosisNumber(c, l.DgnsRow))
		}
		if c.Type == life.Carrier || c.Type == life.DME {
			b = w.lineExtensions(b, c, l)
		}
		b = w.informationSequence(b, i)
		if idr.HasValue(l.PosCd) {
			b = append(b, `"locationCodeableConcept":{"coding":[`...)
			b = appendCode(b, cmsPlaces, w.twoDigits(l.PosCd))
			b = append(b, `]},`...)
		}
		b = w.modifiers(b, l)
		b = w.product(b, c, l)
		switch {
		case c.RepeatsDrug() && l.ClmLineSrvcUnit == column.NoQuantity:
			b = append(b, `"quantity":{"value":0.0},`...) // the server's value, not the record's
		case c.RepeatsDrug():
			b = append(b, `"quantity":{"unit":"UN","value":1},`...) // of services, not of the drug
		case c.Type != life.PartD || !c.Drug.Compound:
			b = append(b, `"quantity":{"value":`...)
			b = l.ClmLineSrvcUnit.AppendJSON(b)
			b = append(b, `},`...)
		}
		b = w.revenueMember(b, l)
		b = append(b, `"sequence":`...)
		b = fhirjson.AppendInt(b, l.ClmLineNum)
		b = append(b, ',')
		b = w.serviced(b, l)
		b = append(fhirjson.CloseObject(b), ',')
	}
	return fhirjson.CloseArray(b, start, open)
}

// twoDigits returns a code of a professional claim as the server of the date sends
// it.
func (w *Writer) twoDigits(code string) string {
	if w.Dialect.Unpadded && len(code) == 2 && code[0] == '0' {
		return code[1:]
	}
	return code
}

// serviced writes the dates of a line: a period if there is a last day, else one day.
func (w *Writer) serviced(b []byte, l *idr.Line) []byte {
	from := l.ClmLineFromDt
	if from == 0 {
		from = l.ClmLineRevCtrDt
	}
	switch {
	case l.ClmLineThruDt != 0:
		b = append(b, `"servicedPeriod":`...)
		b = fhir.Period(b, from, l.ClmLineThruDt)
		return append(b, ',')
	case from != 0:
		b = append(b, `"servicedDate":`...)
		b = fhirjson.AppendDate(b, from)
		return append(b, ',')
	}
	return b
}

func (w *Writer) informationSequence(b []byte, line int) []byte {
	list := w.lines[line].info
	if len(list) == 0 {
		return b
	}
	b = append(b, `"informationSequence":[`...)
	for _, n := range list {
		b = append(fhirjson.AppendInt(b, n), ',')
	}
	return append(fhirjson.CloseWith(b, ']'), ',')
}

func (w *Writer) lineAmounts(b []byte, c *idr.Claim, l *idr.Line) []byte {
	if c.Type == life.PartD {
		b = money(b, linePaidAmount, l.ClmLineCvrdPd)
		b = money(b, lineByPatientAmount, l.ClmLineBenePmt)
		return money(b, drugTotalAmount, c.Drug.TotRxCst)
	}
	b = money(b, lineAllowedAmount, l.ClmLineAlowdChrg)
	b = money(b, lineSubmittedAmount, l.ClmLineSbmtChrg)
	b = money(b, lineToProviderAmount, l.ClmLinePrvdrPmt)
	b = money(b, lineByPatientAmount, l.ClmLineBenePmt)
	b = money(b, lineToPatientAmount, 0)
	b = money(b, linePaidAmount, l.ClmLineCvrdPd)
	b = money(b, lineNonCoveredAmount, l.ClmLineNcvrd)
	b = money(b, lineDeductibleAmount, l.ClmLineDdctbl)
	if l.AnsiGrpCd == "" {
		return b
	}
	b = append(b, adjustmentReason...)
	group, reason := "ANSI-GRP-CD", "ANSI-RSN-CD"
	if c.LastUpdated.Millis%2 == 0 { // the names of older servers
		group, reason = "ANSI-GRP-CODE", "ANSI-RSN-CODE"
	}
	b = append(appendCode(b, "https://x12.org/codes/claim-adjustment-group-codes", l.AnsiGrpCd), ',')
	b = append(appendCode(b, group, l.AnsiGrpCd), ',')
	b = append(appendCode(b, "https://x12.org/codes/claim-adjustment-reason-codes", l.AnsiRsnCd), ',')
	b = append(appendCode(b, reason, l.AnsiRsnCd), ',')
	return append(fhirjson.CloseWith(b, ']'), `}},`...)
}

// detail writes the drug of a line.
func (w *Writer) detail(b []byte, c *idr.Claim, l *idr.Line) []byte {
	quantity := l.ClmLineNdcQty
	if c.Type == life.PartD {
		if !c.Drug.Compound && !c.RepeatsDrug() {
			return b
		}
		quantity = l.ClmLineSrvcUnit
	}
	if l.ClmLineNdcCd == "" && c.Type != life.PartD {
		return b
	}
	b = append(b, `"detail":[{`...)
	if l.ClmLineNdcCd != "" {
		b = append(b, `"productOrService":{"coding":[`...)
		b = appendCode(b, fhir.NDCSystem, l.ClmLineNdcCd)
		b = append(b, `]},`...)
	}
	if quantity != column.NoQuantity {
		b = append(b, `"quantity":{"unit":"UN","value":`...)
		b = append(quantity.AppendJSON(b), `},`...)
	}
	return append(b, `"sequence":1}],`...)
}

func (w *Writer) lineExtensions(b []byte, c *idr.Claim, l *idr.Line) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	if c.System == idr.FinalSystem {
		b = codeExtension(b, "CLM-PRVDR-TYPE-CD", l.PrvdrTypeCd)
		b = codeExtension(b, "CLM-PRVDR-SPCLTY-CD", w.twoDigits(l.PrvdrSpclty))
		b = codeExtension(b, "CLM-PRCSG-IND-CD", l.PrcsgIndCd)
	}
	if !column.Blank(l.TaxNum) {
		b = append(append(b, `{"url":"`+repositoryProfiles+`CLM-PRVDR-TAX-NUM","valueIdentifier":{`...), taxNumber...)
		b = fhirjson.AppendPlain(b, l.TaxNum)
		b = append(b, `}},`...)
	}
	b = codeExtension(b, "CLM-FED-TYPE-SRVC-CD", l.FedTypeSrvcCd)
	b = codeExtension(b, "CLM-PRMRY-PYR-CD", l.PrmryPyrCd)
	if c.Type == life.Carrier {
		b = codeExtension(b, "CLM-LINE-CARR-HPSA-SCRCTY-CD", l.CarrHpsaCd)
	}
	return fhirjson.CloseArray(b, start, open)
}

// modifiers writes the modifiers as one concept, without empty ones.
func (w *Writer) modifiers(b []byte, l *idr.Line) []byte {
	start := len(b)
	b = append(b, `"modifier":[{"coding":[`...)
	open := len(b)
	for _, code := range l.HcpcsMdfrCd {
		if idr.HasValue(code) {
			b = append(appendCode(b, procedureSystem(code), code), ',')
		}
	}
	if len(b) == open {
		return b[:start]
	}
	return append(fhirjson.CloseWith(b, ']'), `}],`...)
}

// procedureSystem returns the code system of a procedure code: CPT if it begins with
// a digit, else HCPCS.
func procedureSystem(code string) string {
	if code[0] >= '0' && code[0] <= '9' {
		return cpt
	}
	return cmsHCPCS
}

const compoundLiteral = `{"code":"compound","display":"compound","system":"` + fhir.CARIN + `C4BBCompoundLiteral"}`

func (w *Writer) product(b []byte, c *idr.Claim, l *idr.Line) []byte {
	switch {
	case c.Type == life.PartD && c.Drug.Compound:
		b = append(b, `"productOrService":{"coding":[`...)
		b = append(b, compoundLiteral...)
		return append(b, `]},`...)
	case c.Type == life.PartD && l.ClmLineNdcCd != "":
		b = append(b, `"productOrService":{"coding":[`...)
		b = appendCode(b, fhir.NDCSystem, l.ClmLineNdcCd)
		return append(b, `]},`...)
	case !idr.HasValue(l.ClmLineHcpcsCd) && l.ClmRevApcHippsCd == "":
		b = append(b, `"productOrService":`...)
		return append(b, fhir.NoProduct...)
	}
	b = append(b, `"productOrService":{"coding":[`...)
	if idr.HasValue(l.ClmLineHcpcsCd) {
		b = append(appendCode(b, procedureSystem(l.ClmLineHcpcsCd), l.ClmLineHcpcsCd), ',')
	}
	if l.ClmRevApcHippsCd != "" {
		b = append(appendCode(b, cmsHIPPS, l.ClmRevApcHippsCd), ',')
	}
	return append(fhirjson.CloseWith(b, ']'), `},`...)
}

func (w *Writer) revenueMember(b []byte, l *idr.Line) []byte {
	if l.ClmLineRevCtrCd == "" {
		return b
	}
	b = append(b, `"revenue":{"coding":[`...)
	b = append(appendCode(b, "CLM-REV-CNTR-CD", l.ClmLineRevCtrCd), ',')
	b = append(appendCode(b, fhir.RevenueCodes, l.ClmLineRevCtrCd), ',')
	if idr.HasValue(l.ClmDdctblCoinsrnc) {
		b = append(appendCode(b, "CLM-DDCTBL-COINSRNC-CD", l.ClmDdctblCoinsrnc), ',')
	}
	return append(fhirjson.CloseWith(b, ']'), `},`...)
}
