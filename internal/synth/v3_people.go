package synth

var (
	v3PatientMeta = `,"profile":["` + carinDef + "C4BB-Patient" + carin22 + `","` + usCore + "us-core-patient" + usCore7 + `"]},"name":[`
	v3MemberType  = `"system":"` + mbiSystem + `","type":` + concept(coding(identifierTyp, "MB", "")) + `,"value":`
	v3RaceSystem  = "urn:oid:2.16.840.1.113883.6.238"
	v3Races       = map[string]string{
		"0": v3RaceExtension("us-core-race", terminology+"v3-NullFlavor", "UNK", "Unknown"),
		"1": v3RaceExtension("us-core-race", v3RaceSystem, "2106-3", "White"),
		"2": v3RaceExtension("us-core-race", v3RaceSystem, "2054-5", "Black or African American"),
		"3": v3RaceExtension("us-core-race", v3RaceSystem, "2131-1", "Other Race"),
		"4": v3RaceExtension("us-core-race", v3RaceSystem, "2028-9", "Asian"),
		"5": v3RaceExtension("us-core-ethnicity", v3RaceSystem, "2135-2", "Hispanic or Latino"),
		"6": v3RaceExtension("us-core-race", v3RaceSystem, "1002-5", "American Indian or Alaska Native"),
	}
)

func v3RaceExtension(name, system, code, text string) string {
	return `{"extension":[{"url":"ombCategory","valueCoding":` + coding(system, code, text) +
		`},{"url":"text","valueString":"` + text + `"}],"url":"` + usCore + name + `"},`
}

// patient writes the Patient of a beneficiary. The identifiers are told by
// their periods alone.
func (w *v3) patient(b []byte, p *idrPerson) []byte {
	b = append(b, `{"address":[`...)
	b = p.others(b, true, p.addressElements)
	b = append(b, '{')
	if p.city {
		b = member(b, "city", p.CityName)
		start := len(b)
		b = append(b, `"line":[`...)
		open := len(b)
		for _, line := range p.DrvdLineAdr {
			if line != "" {
				b = append(appendString(b, line), ',')
			}
		}
		b = closeArray(b, start, open)
	}
	b = periodMember(b, p.begun, 0)
	b = member(b, "postalCode", p.BeneZipCd)
	b = member(b, "state", p.StateCode)
	b = append(closeObject(b), ',')
	b = p.others(b, false, p.addressElements)
	b = append(closeWith(b, ']'), `,"birthDate":`...)
	b = appendDate(b, p.BeneBirthDt)
	b = append(b, ',')
	if p.DeathDt != 0 {
		b = append(b, `"deceasedDateTime":"`...)
		b = p.DeathDt.append(b)
		b = append(b, `T00:00:00+00:00",`...)
	}
	b = append(b, `"extension":[`...)
	gender := "unknown"
	switch p.BeneSexIdentCd {
	case "1":
		gender = "male"
		b = append(b, `{"url":"`+usCore+`us-core-sex","valueCode":"248153007"},`...)
	case "2":
		gender = "female"
		b = append(b, `{"url":"`+usCore+`us-core-sex","valueCode":"248152002"},`...)
	}
	b = append(b, v3Races[p.BeneRaceCd]...)
	b = append(closeWith(b, ']'), `,"gender":"`...)
	b = append(b, gender...)
	b = append(b, `","id":`...)
	b = appendID(b, p.BeneID)
	b = append(b, `,"identifier":[`...)
	for i := range p.mbis {
		id := &p.mbis[i]
		b = append(b, `{"period":`...)
		b = appendPeriod(b, id.BeneMbiEfctvDt, id.BeneMbiObslDt)
		b = append(b, ',')
		b = append(b, v3MemberType...)
		b = appendPlain(b, id.BeneMbiID)
		b = append(b, `},`...)
	}
	b = append(closeWith(b, ']'), ',')
	if p.mergedID != 0 {
		b = append(b, `"link":[{"other":{"reference":"Patient/`...)
		b = appendInt(b, int(p.mergedID))
		b = append(b, `"},"type":"replaces"}],`...)
	}
	b = append(b, `"meta":{"lastUpdated":`...)
	b = appendInstant(b, p.LastUpdated)
	b = append(b, v3PatientMeta...)
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
	b = append(closeObject(b), ',')
	b = p.others(b, false, p.nameElements)
	return append(closeWith(b, ']'), `,"resourceType":"Patient"}`...)
}

// merged writes what is left of a Patient that was merged into another.
func (w *v3) merged(b []byte, p *idrPerson) []byte {
	b = append(b, `{"id":`...)
	b = appendID(b, p.mergedID)
	b = append(b, `,"link":[{"other":{"reference":"Patient/`...)
	b = appendInt(b, int(p.BeneID))
	b = append(b, `"},"type":"replaced-by"}],"meta":{"lastUpdated":`...)
	b = appendInstant(b, p.LastUpdated)
	return append(b, `},"resourceType":"Patient"}`...)
}

// A v3Plan is a kind of Coverage.
type v3Plan struct{ id, class, kind string }

var (
	v3Plans = [...]v3Plan{
		{"part-A-", "Part A", coding("https://nahdo.org/sopt", "1", "MEDICARE")},
		{"part-B-", "Part B", coding("https://nahdo.org/sopt", "121", "MEDICARE FFS")},
		{"part-C-", "Part C", coding("https://nahdo.org/sopt", "11", "MEDICARE MANAGED CARE (Includes Medicare Advantage Plans)")},
		{"part-D-", "Part D", coding("https://nahdo.org/sopt", "122", "Medicare Drug Benefit")},
		{"part-DUAL-", "Dual Medicare/Medicaid", coding("https://nahdo.org/sopt", "14", "Dual Eligibility Medicare/Medicaid Organization")},
	}
	v3CoverageMeta = `,"profile":["` + carinDef + "C4BB-Coverage" + carin22 + `","` + usCore + "us-core-coverage" + usCore7 +
		`"]},"payor":[{"reference":"#cms-org"}],`
	v3CoverageSelf = `"relationship":` + concept(coding(terminology+"subscriber-relationship", "self", "self")) + `,"resourceType":"Coverage","status":"`
	v3PlanClass    = `"class":[{"type":` + concept(coding(terminology+"coverage-class", "plan", "")) + `,"value":"`
	v3CMS          = `"contained":[{"active":true,"id":"cms-org","meta":{"profile":["` + carinDef + "C4BB-Organization" + carin22 + `"]},"name":` +
		quoted("Centers for Medicare & Medicaid Services") + `,"resourceType":"Organization"}],`
)

// coverage writes the Coverage of a beneficiary under the n-th plan. Of a part
// without a valid row there is little but the id.
func (w *v3) coverage(b []byte, p *idrPerson, n int) []byte {
	plan := &v3Plans[n]
	b = append(b, `{"beneficiary":{"reference":"Patient/`...)
	b = appendInt(b, int(p.BeneID))
	b = append(append(b, `"},`...), v3PlanClass...)
	b = append(b, plan.class...)
	b = append(append(b, `"}],`...), v3CMS...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	var from, thru date
	switch n {
	case 0, 1:
		part := &p.partA
		if n == 1 {
			part = &p.partB
		}
		from, thru = part.begin, part.end
		b = v3Extension(b, "BENE-MDCR-STUS-CD", part.BeneMdcrStusCd)
		b = v3Extension(b, "BENE-BUYIN-CD", part.BeneBuyinCd)
		b = v3Extension(b, "BENE-MDCR-ENTLMT-RSN-CD", part.BeneMdcrEntlmtRsnCd)
	case 2, 3:
		from = p.PtdCvrgStrtDt
		if contract := p.contract[n-2]; contract != "" {
			b = append(b, `{"url":"`+repositoryDef+`BENE-CNTRCT-NUM","valueString":"`...)
			b = append(b, contract...)
			b = append(b, `"},`...)
		}
	case 4:
		from, thru = p.dual.begin, p.dual.end
		b = v3Extension(b, "BENE-DUAL-STUS-CD", p.dual.BeneDualStusCd)
		b = append(b, `{"url":"`+repositoryDef+`BENE-DUAL-TYPE-CD","valueCoding":{"code":"P","system":"`+repository+`BENE-DUAL-TYPE-CD"}},`...)
	}
	b = closeArray(b, start, open)
	b = append(b, `"id":"`...)
	b = append(b, plan.id...)
	b = appendInt(b, int(p.BeneID))
	b = append(b, `","identifier":[{`...)
	b = append(b, v3MemberType...)
	b = appendPlain(b, p.MbiNum)
	b = append(b, `}],"meta":{"lastUpdated":`...)
	b = appendInstant(b, p.coverageUpdate(n))
	b = append(b, v3CoverageMeta...)
	if from != 0 {
		b = append(b, `"period":`...)
		b = appendPeriod(b, from, thru)
		b = append(b, ',')
	}
	b = append(b, v3CoverageSelf...)
	if n == 4 && thru != 0 {
		b = append(b, `cancelled"`...)
	} else {
		b = append(b, `active"`...)
	}
	b = append(b, `,"subscriberId":`...)
	b = appendPlain(b, p.MbiNum)
	b = append(b, `,"type":{"coding":[`...)
	b = append(b, plan.kind...)
	return append(b, `]}}`...)
}

// coverages is how many Coverages a beneficiary has.
func (w *v3) coverages(p *idrPerson) int {
	if p.dual.BeneDualStusCd != "" {
		return len(v3Plans)
	}
	return len(v3Plans) - 1
}

// coverageUpdate is when the n-th Coverage was updated.
func (p *idrPerson) coverageUpdate(n int) instant {
	updated := p.LastUpdated
	updated.millis += p.updates[n]
	if updated.millis > p.AsOf.at(10*3_600_000).millis {
		updated = p.LastUpdated
	}
	return updated
}
