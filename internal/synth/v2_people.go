package synth

const usCore = "http://hl7.org/fhir/us/core/StructureDefinition/"

var (
	unknownRace = `{"extension":[{"url":"ombCategory","valueCoding":` + coding(terminology+"v3-NullFlavor", "UNK", "Unknown") +
		`},{"url":"text","valueString":"Unknown"}],"url":"` + usCore + `us-core-race"},`

	currentMBI  = mbiType("current", "Current")
	historicMBI = mbiType("historic", "Historic")
	memberType  = `"type":` + concept(coding(terminology+"v2-0203", "MB", "Member Number"))

	patientMeta = `,"profile":["` + carinDef + `C4BB-Patient"]},"name":[`
)

// mbiType is the type of a Medicare beneficiary identifier: the mark of its
// currency is an extension of the Coding.
func mbiType(code, display string) string {
	const currency = blueButton + "identifier-currency"
	return `"system":"` + mbiSystem + `","type":{"coding":[{"code":"MC","display":"Patient's Medicare number","extension":[{"url":"` + currency +
		`","valueCoding":` + coding(currency, code, display) + `}],"system":"` + terminology + `v2-0203"}]},"value":`
}

// patient writes the Patient of a beneficiary.
func (w *v2) patient(b []byte, p *Beneficiary) []byte {
	b = append(b, '{')
	b = w.address(b, p)
	b = append(b, `"birthDate":`...)
	b = appendDate(b, p.BeneBirthDt)
	if p.DeathDt != 0 {
		b = append(b, `,"deceasedDateTime":`...)
		b = appendDate(b, p.DeathDt)
	} else {
		b = append(b, `,"deceasedBoolean":false`...)
	}
	b = append(b, `,"extension":[`...)
	gender := "unknown"
	switch p.BeneSexIdentCd {
	case "1":
		gender = "male"
		b = append(b, `{"url":"`+usCore+`us-core-sex","valueCode":"248153007"},`...)
	case "2":
		gender = "female"
		b = append(b, `{"url":"`+usCore+`us-core-sex","valueCode":"248152002"},`...)
	}
	b = codeExtension(b, races, p.BeneRaceCd)
	b = append(b, unknownRace...)
	b = w.dualStatuses(b, p)
	b = append(closeWith(b, ']'), `,"gender":"`...)
	b = append(b, gender...)
	b = append(b, `","id":`...)
	b = appendID(b, p.BeneID)
	b = append(b, `,"identifier":[`...)
	b = w.identifiers(b, p)
	b = append(closeWith(b, ']'), `,"meta":{"lastUpdated":`...)
	b = appendInstant(b, p.LastUpdated)
	b = append(b, patientMeta...)
	b = p.others(b, true, p.nameElements)
	b = append(b, '{')
	b = member(b, "family", p.BeneSrnmName)
	b = append(b, `"given":[`...)
	b = appendString(b, p.BeneGvnName)
	if p.BeneMdlName != "" {
		b = append(b, ',')
		b = appendString(b, p.BeneMdlName)
	}
	b = append(b, `],`...)
	b = periodMember(b, p.begun, 0)
	b = append(b, `"use":"usual"},`...)
	b = p.others(b, false, p.nameElements)
	return append(closeWith(b, ']'), `,"resourceType":"Patient"}`...)
}

func (w *v2) address(b []byte, p *Beneficiary) []byte {
	b = append(b, `"address":[`...)
	b = p.others(b, true, p.addressElements)
	b = append(b, '{')
	b = member(b, "city", p.CityName)
	start := len(b)
	b = append(b, `"line":[`...)
	open := len(b)
	for _, line := range p.DrvdLineAdr {
		if line != "" {
			b = appendString(b, line)
			b = append(b, ',')
		}
	}
	b = closeArray(b, start, open)
	b = periodMember(b, p.begun, 0)
	b = member(b, "postalCode", p.BeneZipCd)
	b = member(b, "state", p.StateCode)
	b = append(closeObject(b), ',')
	b = p.others(b, false, p.addressElements)
	return append(closeWith(b, ']'), ',')
}

// dualStatuses writes the reference year and the statuses of its months.
func (w *v2) dualStatuses(b []byte, p *Beneficiary) []byte {
	if p.RfrncYr == 0 {
		return b
	}
	b = append(b, `{"url":"`+variables+`rfrnc_yr","valueDate":"`...)
	b = appendInt(b, p.RfrncYr)
	b = append(b, `"},`...)
	return months(b, dualMonths, &p.MetaDualElgblStus)
}

func months(b []byte, sets *monthly, values *[12]string) []byte {
	for i, value := range values {
		b = codeExtension(b, sets[i], value)
	}
	return b
}

// identifiers writes the identifiers. The current one is not always the first.
func (w *v2) identifiers(b []byte, p *Beneficiary) []byte {
	place := int(p.BeneBirthDt) % (len(p.MbiHistory) + 1)
	if place < 0 {
		place = 0
	}
	for i := range len(p.MbiHistory) + 1 {
		b = append(b, '{')
		if i != place {
			n := i
			if i > place {
				n--
			}
			b = append(b, historicMBI...)
			b = appendPlain(b, p.MbiHistory[n])
		} else {
			if p.EfctvBgnDt != 0 || p.EfctvEndDt != 0 {
				b = append(b, `"period":`...)
				b = appendPeriod(b, p.EfctvBgnDt, p.EfctvEndDt)
				b = append(b, ',')
			}
			b = append(b, currentMBI...)
			b = appendPlain(b, p.MbiNum)
		}
		b = append(b, `},`...)
	}
	b = append(b, `{"system":"`+variables+`bene_id",`...)
	b = append(b, memberType...)
	b = append(b, `,"value":`...)
	b = appendID(b, p.BeneID)
	return append(b, `},`...)
}

var (
	coverageMeta = `,"profile":["` + carinDef + `C4BB-Coverage"]},"payor":[{"identifier":{"value":"Centers for Medicare and Medicaid Services"}}],`
	coverageSelf = `"relationship":` + concept(coding(terminology+"subscriber-relationship", "self", "Self")) + `,"resourceType":"Coverage","status":`
	coverageType = `,"type":` + concept(coding(terminology+"v3-ActCode", "SUBSIDIZ", "")) + `}`
	groupClass   = `"class":[{"type":` + concept(coding(terminology+"coverage-class", "group", "Group")) +
		`,"value":"Medicare"},{"type":` + concept(coding(terminology+"coverage-class", "plan", "Plan")) + `,"value":"Part `
)

// coverage writes the Coverage of a beneficiary under a part of Medicare.
func (w *v2) coverage(b []byte, p *Beneficiary, part byte) []byte {
	b = append(b, `{"beneficiary":{"reference":"Patient/`...)
	b = appendInt(b, int(p.BeneID))
	b = append(b, `"},`...)
	b = append(b, groupClass...)
	b = append(b, part-'a'+'A')
	b = append(b, `"}],`...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	status := `"active"`
	var from, thru date
	switch part {
	case 'a':
		from, thru = p.PtaCvrgStrtDt, p.PtaCvrgEndDt
		if p.BenePtaTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = codeExtension(b, medicareStatus, p.BeneMdcrStatusCd)
		b = codeExtension(b, entitlements, p.BeneEntlmtRsnOrig)
		b = codeExtension(b, currentReasons, p.BeneEntlmtRsnCurr)
		b = codeExtension(b, renalDisease, p.BeneEsrdInd)
		b = codeExtension(b, partAEnds, p.BenePtaTrmntnCd)
		b = w.dualStatuses(b, p)
		b = months(b, buyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'b':
		from, thru = p.PtbCvrgStrtDt, p.PtbCvrgEndDt
		if p.BenePtbTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = codeExtension(b, medicareStatus, p.BeneMdcrStatusCd)
		b = codeExtension(b, partBEnds, p.BenePtbTrmntnCd)
		b = w.dualStatuses(b, p)
		b = months(b, buyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'c':
		b = months(b, planContracts, &p.PtcCntrctID)
		b = months(b, planPackages, &p.PtcPbpID)
		b = months(b, planTypes, &p.PtcPlanTypeCd)
		b = months(b, healthPlanMonths, &p.HmoInd)
		b = w.dualStatuses(b, p)
	case 'd':
		from, thru = p.PtdCvrgStrtDt, p.PtdCvrgEndDt
		b = codeExtension(b, medicareStatus, p.BeneMdcrStatusCd)
		b = months(b, drugContracts, &p.PtdCntrctID)
		b = w.datedContracts(b, p)
		b = months(b, drugPackages, &p.PtdPbpID)
		b = months(b, drugSegments, &p.PtdSgmtID)
		b = months(b, costSharingMonths, &p.CstShrGrp)
		b = months(b, retireeMonths, &p.RdsInd)
		b = w.dualStatuses(b, p)
	}
	b = closeArray(b, start, open)
	b = append(b, `"id":"part-`...)
	b = append(b, part, '-')
	b = appendInt(b, int(p.BeneID))
	b = append(b, `","meta":{"lastUpdated":`...)
	b = appendInstant(b, p.LastUpdated)
	b = append(b, coverageMeta...)
	if from != 0 || thru != 0 {
		b = append(b, `"period":`...)
		b = appendPeriod(b, from, thru)
		b = append(b, ',')
	}
	b = append(b, coverageSelf...)
	b = append(b, status...)
	b = append(b, `,"subscriberId":`...)
	b = appendPlain(b, p.MbiNum)
	return append(b, coverageType...)
}

// datedContracts repeats the contracts under names that have the year and
// month in them.
func (w *v2) datedContracts(b []byte, p *Beneficiary) []byte {
	if p.RfrncYr == 0 {
		return b
	}
	for i, contract := range p.PtdCntrctID {
		if contract == "" {
			contract = "0"
		}
		b = append(b, `{"url":"`+variables...)
		b = append(b, drugContracts[i].variable...)
		b = append(b, '/')
		b = appendInt(b, p.RfrncYr)
		b = append(b, '-')
		b = appendInt(b, i+1)
		b = append(b, `","valueCoding":`...)
		b = drugContracts[i].append(b, contract)
		b = append(b, `},`...)
	}
	return b
}
