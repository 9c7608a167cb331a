package synth

// professional writes a claim of a physician or of a supplier of equipment.
func (w *v2) professional(b []byte, c *Professional) []byte {
	w.diagnoses.professional(c)
	w.lines = w.team.professional(c, w.lines)
	w.infos = 0
	w.linkLines(c)

	b = append(b, '{')
	b = append(b, medicalBalances...)
	b = appendBalance(b, cashDeductibleBalance, c.CarrClmCashDdctblApldAmt)
	b = appendBalance(b, providerBalance, c.NchClmPrvdrPmtAmt)
	b = appendBalance(b, patientBalance, c.NchClmBenePmtAmt)
	b = appendBalance(b, submittedBalance, c.NchCarrClmSbmtdChrgAmt)
	b = appendBalance(b, allowedBalance, c.NchCarrClmAlowdAmt)
	b = append(closeWith(b, ']'), `}],"billablePeriod":`...)
	b = appendPeriod(b, c.ClmFromDt, c.ClmThruDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = w.observations(b, c)
	b = w.createdMember(b)
	b = w.diagnosisMember(b, c.Type)
	b = append(b, `"disposition":`...)
	b = appendPlain(b, c.ClmDispCd)
	b = append(b, ',')
	b = w.professionalExtensions(b, c)
	b = w.idMembers(b, &c.claim)
	b = append(b, `],`...)
	b = w.insuranceMembers(b, &c.claim)
	b = w.serviceItems(b, c)
	b = w.metaMembers(b, &c.claim)
	b = append(b, `"payment":{"amount":`+moneyStart...)
	b = c.ClmPmtAmt.appendJSON(b)
	b = append(b, `}},`...)
	b = w.professionalProvider(b, c)
	b = w.referral(b, c)
	b = w.statusMembers(b, &c.claim)
	b = append(b, `"supportingInfo":[`...)
	b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
	b = w.observationInfo(b, c)
	b = closeWith(b, ']')
	b = append(b, `,"total":[`...)
	b = appendAdjudication(b, c.CarrClmPrmryPyrPdAmt, priorPayerTotal)
	b = append(closeWith(b, ']'), ',')
	return w.typeMembers(b, &c.claim, c.NchClmTypeCd)
}

// linkLines links the lines to their diagnoses and test results.
func (w *v2) linkLines(c *Professional) {
	infos := 1 // the date when the claim was received
	for i := range c.Lines {
		l := &c.Lines[i]
		w.lines[i].diagnosis = w.diagnoses.add(l.diagnosis(), 0, lineLabel)
		if l.LineHctHgbTypeCd != "" {
			infos++
			w.lines[i].info = infos
		}
	}
}

// observations are the test results of the lines, as resources within the
// claim.
func (w *v2) observations(b []byte, c *Professional) []byte {
	start := len(b)
	b = append(b, `"contained":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.LineHctHgbTypeCd == "" {
			continue
		}
		b = append(b, `{"code":{"coding":[`...)
		b = hemoglobin.append(b, l.LineHctHgbTypeCd)
		b = append(b, `]},"id":"line-observation-`...)
		b = appendInt(b, l.LineNum)
		b = append(b, `","resourceType":"Observation","status":"unknown","valueQuantity":{"value":`...)
		b = l.LineHctHgbRsltNum.appendJSON(b)
		b = append(b, `}},`...)
	}
	return closeArray(b, start, open)
}

func (w *v2) observationInfo(b []byte, c *Professional) []byte {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.LineHctHgbTypeCd == "" {
			continue
		}
		b = append(b, `{"category":`...)
		b = append(b, hemoglobinInfo...)
		b = w.infoSequence(b)
		b = append(b, `,"valueReference":{"reference":"#line-observation-`...)
		b = appendInt(b, l.LineNum)
		b = append(b, `"}},`...)
	}
	return b
}

func (w *v2) professionalExtensions(b []byte, c *Professional) []byte {
	b = append(b, `"extension":[`...)
	b = codeExtension(b, nearLineRecords, c.NchNearLineRecIdentCd)
	b = identifierExtension(b, "carr_num", c.CarrNum)
	b = identifierExtension(b, "carr_clm_cntl_num", c.CarrClmCntlNum)
	b = codeExtension(b, paymentDenials, c.CarrClmPmtDnlCd)
	b = codeExtension(b, assignments, c.CarrClmPrvdrAsgnmtIndSw)
	b = identifierExtension(b, "clm_clncl_tril_num", c.ClmClnclTrilNum)
	b = codeExtension(b, entryCodes, c.CarrClmEntryCd)
	return append(closeWith(b, ']'), ',')
}

// professionalProvider is required in FHIR, so that there is always a value.
func (w *v2) professionalProvider(b []byte, c *Professional) []byte {
	if c.Type == carrier {
		b = append(b, `"provider":{"identifier":{"system":"`+variables+`carr_clm_blg_npi_num"`...)
		b = knownOr(b, c.CarrClmBlgNpiNum)
		return append(b, `}},`...)
	}
	npi := ""
	if len(c.Lines) > 0 {
		npi = c.Lines[0].PrfPhysnNpi
	}
	b = append(b, `"provider":{`...)
	if p := registry().byNPI[npi]; p != nil {
		b = append(b, p.display...)
	}
	b = append(b, `"identifier":{"system":"`+npiSystem+`"`...)
	b = knownOr(b, npi)
	return append(b, `},"type":"Practitioner"},`...)
}

func knownOr(b []byte, value string) []byte {
	switch {
	case value == "":
		value = "UNKNOWN"
	case blank(value):
		return b
	}
	b = append(b, `,"value":`...)
	return appendPlain(b, value)
}

func (w *v2) referral(b []byte, c *Professional) []byte {
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

func (w *v2) serviceItems(b []byte, c *Professional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.lineAdjudications(b, c.Type, l)
		b = append(closeWith(b, ']'), ',')
		b = w.teamSequence(b, &w.lines[i])
		b = append(b, `"category":{"coding":[`...)
		if c.Type == dme {
			b = equipmentServices.append(b, l.LineCmsTypeSrvcCd)
		} else {
			b = servicesBilled.append(b, l.LineCmsTypeSrvcCd)
		}
		b = append(b, `]},`...)
		b = sequenceMember(b, "diagnosisSequence", w.lines[i].diagnosis)
		b = w.lineExtensions(b, c.Type, l)
		b = sequenceMember(b, "informationSequence", w.lines[i].info)
		b = w.lineLocation(b, c.Type, l)
		b = w.lineModifiers(b, c, l)
		b = product(b, l.HcpcsCd, l.LineNdcCd)
		b = append(b, `"quantity":{"value":`...)
		b = l.LineSrvcCnt.appendJSON(b)
		b = append(b, `},"sequence":`...)
		b = appendInt(b, l.LineNum)
		switch {
		case l.Line1stExpnsDt != 0 && l.LineLastExpnsDt != 0:
			b = append(b, `,"servicedPeriod":`...)
			b = appendPeriod(b, l.Line1stExpnsDt, l.LineLastExpnsDt)
		case l.Line1stExpnsDt != 0:
			b = append(b, `,"servicedDate":`...)
			b = appendDate(b, l.Line1stExpnsDt)
		}
		b = append(b, `},`...)
	}
	return closeArray(b, start, open)
}

// sequenceMember links a line to one entry of a list, if it has one there.
func sequenceMember(b []byte, key string, n int) []byte {
	if n == 0 {
		return b
	}
	b = append(b, '"')
	b = append(b, key...)
	b = append(b, `":[`...)
	b = appendInt(b, n)
	return append(b, `],`...)
}

func (w *v2) lineAdjudications(b []byte, kind claimType, l *ProfessionalLine) []byte {
	if kind == carrier {
		b = append(b, `{"category":`...)
		b = append(b, denialReasons...)
		b = append(b, `,"reason":{"coding":[`...)
		b = reducedPayments.append(b, l.CarrLineRdcdPmtPhys)
		b = append(b, `]}},`...)
	} else {
		b = appendAdjudication(b, l.LinePrvdrPmtAmt, providerPaymentAmount)
		b = appendAdjudication(b, l.LinePrmryAlowdChrgAmt, linePrimaryAmount)
		b = appendAdjudication(b, l.LineDmePrchsPriceAmt, linePurchaseAmount)
	}
	b = append(b, `{"amount":`+moneyStart...)
	b = l.LineNchPmtAmt.appendJSON(b)
	b = append(b, linePaymentCategory...)
	if l.LinePmt80100Cd != "" {
		b = append(b, `,"extension":[`...)
		b = paymentPercents.appendExtension(b, l.LinePmt80100Cd)
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
	if kind == dme {
		b = appendAdjudication(b, l.LineDmePrchsPriceAmt, linePurchaseAsPayment)
		b = appendAdjudication(b, l.LineDmePrchsPriceAmt, linePurchaseAmount)
	}
	return b
}

func (w *v2) lineExtensions(b []byte, kind claimType, l *ProfessionalLine) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	betosCodes := betos
	if kind == dme {
		betosCodes = equipmentBetos
		b = identifierExtension(b, "suplrnum", l.PrvdrNum)
		b = plainExtension(b, "tax_num", l.TaxNum)
		if l.DmercLineScrnSvgsAmt != noAmount {
			b = quantityExtension(b, "dmerc_line_scrn_svgs_amt", quantity(l.DmercLineScrnSvgsAmt*100))
		}
		b = w.equipmentUnits(b, l)
		b = plainExtension(b, "dmerc_line_prcng_state_cd", l.DmercLinePrcngStateCd)
		b = codeExtension(b, supplierTypes, l.DmercLineSupplrTypeCd)
	} else {
		b = plainExtension(b, "tax_num", l.TaxNum)
		if l.CarrLineAnsthsaUnit > 0 {
			b = quantityExtension(b, "carr_line_ansthsa_unit_cnt", l.CarrLineAnsthsaUnit)
		}
		if l.LineMtusCnt != 0 {
			b = quantityExtension(b, "carr_line_mtus_cnt", l.LineMtusCnt)
		}
		b = plainExtension(b, "carr_line_mtus_cnt", l.LineMtusCd) // the server puts the code under both names
		b = codeExtension(b, mtusCodes, l.LineMtusCd)
	}
	b = codeExtension(b, betosCodes, l.BetosCd)
	b = codeExtension(b, linePrimary, l.LineBenePrmryPyrCd)
	b = codeExtension(b, processing, l.LinePrcsgIndCd)
	b = codeExtension(b, lineDeductible, l.LineServiceDeductible)
	return closeArray(b, start, open)
}

// equipmentUnits writes the count of the units, and in it their code.
func (w *v2) equipmentUnits(b []byte, l *ProfessionalLine) []byte {
	b = append(b, `{"url":"`+variables+`dmerc_line_mtus_cnt","valueQuantity":{`...)
	if !blank(l.LineMtusCd) {
		b = append(b, `"code":`...)
		b = appendPlain(b, l.LineMtusCd)
		b = append(b, `,"system":"`+variables+`dmerc_line_mtus_cd","unit":"Number of services",`...)
	}
	b = append(b, `"value":`...)
	b = l.LineMtusCnt.appendJSON(b)
	return append(b, `}},`...)
}

func (w *v2) lineLocation(b []byte, kind claimType, l *ProfessionalLine) []byte {
	b = append(b, `"locationCodeableConcept":{"coding":[`...)
	b = places.append(b, l.LinePlaceOfSrvcCd)
	b = append(b, `],`...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	b = plainExtension(b, "prvdr_state_cd", l.PrvdrStateCd)
	if kind == carrier {
		b = plainExtension(b, "prvdr_zip", l.PrvdrZip)
		b = codeExtension(b, localities, l.CarrLinePrcngLcltyCd)
		b = identifierExtension(b, "carr_line_clia_lab_num", l.CarrLineCliaLabNum)
	}
	b = closeArray(b, start, open)
	return append(closeObject(b), ',')
}

func (w *v2) lineModifiers(b []byte, c *Professional, l *ProfessionalLine) []byte {
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	for _, code := range l.HcpcsMdfrCd {
		b = modifier(b, code, c.CarrClmHcpcsYrCd)
	}
	return closeArray(b, start, open)
}
