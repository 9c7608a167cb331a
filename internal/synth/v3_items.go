package synth

// items writes the lines of a claim.
func (w *v3) items(b []byte, c *idrClaim) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.lineAmounts(b, c, l)
		b = append(closeWith(b, ']'), ',')
		if w.lines[i].team > 0 {
			b = sequenceMember(b, "careTeamSequence", w.lines[i].team)
		}
		b = w.detail(b, c, l)
		if l.dgnsRow > 0 {
			b = sequenceMember(b, "diagnosisSequence", w.diagnosisNumber(c, l.dgnsRow))
		}
		if c.kind == carrier || c.kind == dme {
			b = w.lineExtensions(b, c, l)
		}
		b = w.informationSequence(b, i)
		if present(l.PosCd) {
			b = append(b, `"locationCodeableConcept":{"coding":[`...)
			b = appendCode(b, cmsPlaces, w.twoDigits(l.PosCd))
			b = append(b, `]},`...)
		}
		b = w.modifiers(b, l)
		b = w.product(b, c, l)
		switch {
		case w.drugTwice(c) && l.ClmLineSrvcUnit == noQuantity:
			b = append(b, `"quantity":{"value":0.0},`...) // the server's, not the record's
		case w.drugTwice(c):
			b = append(b, `"quantity":{"unit":"UN","value":1},`...) // of services, not of the drug
		case c.kind != partD || !c.drug.compound:
			b = append(b, `"quantity":{"value":`...)
			b = l.ClmLineSrvcUnit.appendJSON(b)
			b = append(b, `},`...)
		}
		b = w.revenueMember(b, l)
		b = append(b, `"sequence":`...)
		b = appendInt(b, l.ClmLineNum)
		b = append(b, ',')
		b = w.serviced(b, l)
		b = append(closeObject(b), ',')
	}
	return closeArray(b, start, open)
}

// twoDigits is a code of a professional claim as the server sends it.
func (w *v3) twoDigits(code string) string {
	if w.dialect.unpadded && len(code) == 2 && code[0] == '0' {
		return code[1:]
	}
	return code
}

// serviced writes the dates of a line: a period if there is a last day, or
// else one day.
func (w *v3) serviced(b []byte, l *idrLine) []byte {
	from := l.ClmLineFromDt
	if from == 0 {
		from = l.ClmLineRevCtrDt
	}
	switch {
	case l.ClmLineThruDt != 0:
		b = append(b, `"servicedPeriod":`...)
		b = appendPeriod(b, from, l.ClmLineThruDt)
		return append(b, ',')
	case from != 0:
		b = append(b, `"servicedDate":`...)
		b = appendDate(b, from)
		return append(b, ',')
	}
	return b
}

func (w *v3) informationSequence(b []byte, line int) []byte {
	list := w.lines[line].info
	if len(list) == 0 {
		return b
	}
	b = append(b, `"informationSequence":[`...)
	for _, n := range list {
		b = append(appendInt(b, n), ',')
	}
	return append(closeWith(b, ']'), ',')
}

func (w *v3) lineAmounts(b []byte, c *idrClaim, l *idrLine) []byte {
	if c.kind == partD {
		b = v3Money(b, v3LinePaid, l.ClmLineCvrdPd)
		b = v3Money(b, v3LineByPatient, l.ClmLineBenePmt)
		return v3Money(b, v3DrugTotal, c.drug.TotRxCst)
	}
	b = v3Money(b, v3LineAllowed, l.ClmLineAlowdChrg)
	b = v3Money(b, v3LineSubmitted, l.ClmLineSbmtChrg)
	b = v3Money(b, v3LineToProvider, l.ClmLinePrvdrPmt)
	b = v3Money(b, v3LineByPatient, l.ClmLineBenePmt)
	b = v3Money(b, v3LineToPatient, 0)
	b = v3Money(b, v3LinePaid, l.ClmLineCvrdPd)
	b = v3Money(b, v3LineNonCovered, l.ClmLineNcvrd)
	b = v3Money(b, v3LineDeductible, l.ClmLineDdctbl)
	if l.AnsiGrpCd == "" {
		return b
	}
	b = append(b, v3Adjustment...)
	group, reason := "ANSI-GRP-CD", "ANSI-RSN-CD"
	if c.LastUpdated.millis%2 == 0 { // as older servers call them
		group, reason = "ANSI-GRP-CODE", "ANSI-RSN-CODE"
	}
	b = append(appendCode(b, "https://x12.org/codes/claim-adjustment-group-codes", l.AnsiGrpCd), ',')
	b = append(appendCode(b, group, l.AnsiGrpCd), ',')
	b = append(appendCode(b, "https://x12.org/codes/claim-adjustment-reason-codes", l.AnsiRsnCd), ',')
	b = append(appendCode(b, reason, l.AnsiRsnCd), ',')
	return append(closeWith(b, ']'), `}},`...)
}

// drugTwice says that the server is one that writes the drug of every event,
// not only of a compound, to a detail of the line too.
func (w *v3) drugTwice(c *idrClaim) bool {
	return c.kind == partD && w.shape == serverShape && c.ClmFinlActnInd != "" && c.Lines[0].ClmLineNdcCd != ""
}

// detail writes the drug of a line.
func (w *v3) detail(b []byte, c *idrClaim, l *idrLine) []byte {
	quantity := l.ClmLineNdcQty
	if c.kind == partD {
		if !c.drug.compound && !w.drugTwice(c) {
			return b
		}
		quantity = l.ClmLineSrvcUnit
	}
	if l.ClmLineNdcCd == "" && c.kind != partD {
		return b
	}
	b = append(b, `"detail":[{`...)
	if l.ClmLineNdcCd != "" {
		b = append(b, `"productOrService":{"coding":[`...)
		b = appendCode(b, ndcSystem, l.ClmLineNdcCd)
		b = append(b, `]},`...)
	}
	if quantity != noQuantity {
		b = append(b, `"quantity":{"unit":"UN","value":`...)
		b = append(quantity.appendJSON(b), `},`...)
	}
	return append(b, `"sequence":1}],`...)
}

func (w *v3) lineExtensions(b []byte, c *idrClaim, l *idrLine) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	if c.system == finalSystem {
		b = v3Extension(b, "CLM-PRVDR-TYPE-CD", l.PrvdrTypeCd)
		b = v3Extension(b, "CLM-PRVDR-SPCLTY-CD", w.twoDigits(l.PrvdrSpclty))
		b = v3Extension(b, "CLM-PRCSG-IND-CD", l.PrcsgIndCd)
	}
	if !blank(l.TaxNum) {
		b = append(append(b, `{"url":"`+repositoryDef+`CLM-PRVDR-TAX-NUM","valueIdentifier":{`...), v3TaxNumber...)
		b = appendPlain(b, l.TaxNum)
		b = append(b, `}},`...)
	}
	b = v3Extension(b, "CLM-FED-TYPE-SRVC-CD", l.FedTypeSrvcCd)
	b = v3Extension(b, "CLM-PRMRY-PYR-CD", l.PrmryPyrCd)
	if c.kind == carrier {
		b = v3Extension(b, "CLM-LINE-CARR-HPSA-SCRCTY-CD", l.CarrHpsaCd)
	}
	return closeArray(b, start, open)
}

// modifiers writes the modifiers as one concept. Empty ones leave no gap.
func (w *v3) modifiers(b []byte, l *idrLine) []byte {
	start := len(b)
	b = append(b, `"modifier":[{"coding":[`...)
	open := len(b)
	for _, code := range l.HcpcsMdfrCd {
		if present(code) {
			b = append(appendCode(b, procedureSystem(code), code), ',')
		}
	}
	if len(b) == open {
		return b[:start]
	}
	return append(closeWith(b, ']'), `}],`...)
}

// procedureSystem is that of the American Medical Association when the code
// begins with a digit.
func procedureSystem(code string) string {
	if code[0] >= '0' && code[0] <= '9' {
		return cpt
	}
	return cmsHCPCS
}

var v3Compound = coding(carin+"C4BBCompoundLiteral", "compound", "compound")

func (w *v3) product(b []byte, c *idrClaim, l *idrLine) []byte {
	switch {
	case c.kind == partD && c.drug.compound:
		b = append(b, `"productOrService":{"coding":[`...)
		b = append(b, v3Compound...)
		return append(b, `]},`...)
	case c.kind == partD && l.ClmLineNdcCd != "":
		b = append(b, `"productOrService":{"coding":[`...)
		b = appendCode(b, ndcSystem, l.ClmLineNdcCd)
		return append(b, `]},`...)
	case !present(l.ClmLineHcpcsCd) && l.ClmRevApcHippsCd == "":
		b = append(b, `"productOrService":`...)
		return append(b, noProduct...)
	}
	b = append(b, `"productOrService":{"coding":[`...)
	if present(l.ClmLineHcpcsCd) {
		b = append(appendCode(b, procedureSystem(l.ClmLineHcpcsCd), l.ClmLineHcpcsCd), ',')
	}
	if l.ClmRevApcHippsCd != "" {
		b = append(appendCode(b, cmsHIPPS, l.ClmRevApcHippsCd), ',')
	}
	return append(closeWith(b, ']'), `},`...)
}

func (w *v3) revenueMember(b []byte, l *idrLine) []byte {
	if l.ClmLineRevCtrCd == "" {
		return b
	}
	b = append(b, `"revenue":{"coding":[`...)
	b = append(appendCode(b, "CLM-REV-CNTR-CD", l.ClmLineRevCtrCd), ',')
	b = append(appendCode(b, revenueNUBC, l.ClmLineRevCtrCd), ',')
	if present(l.ClmDdctblCoinsrnc) {
		b = append(appendCode(b, "CLM-DDCTBL-COINSRNC-CD", l.ClmDdctblCoinsrnc), ',')
	}
	return append(closeWith(b, ']'), `},`...)
}
