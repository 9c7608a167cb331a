package synth

// untyped says that the server does not know the claim type of a code, today's
// neither: of claims of the systems that process claims, outpatient all.
func untyped(code int) bool {
	switch code {
	case 1019, 1029, 2019, 2029:
		return true
	}
	return false
}

// event writes a claim of any type.
func (w *v3) event(b []byte, c *idrClaim) []byte {
	w.shape = serverShape
	if c.person.fml {
		w.shape = mapShape
	}
	w.careTeam(c)
	w.supportingInfo(c)

	b = append(b, `{"adjudication":[`...)
	b = append(b, v3Status...)
	if c.kind < carrier {
		b = w.claimAmounts(b, c)
	}
	b = append(closeWith(b, ']'), `,"billablePeriod":`...)
	b = appendPeriod(b, c.ClmFromDt, c.ClmThruDt)
	b = append(b, ',')
	if c.kind == partD {
		b = w.prescriber(b, c)
	} else {
		b = w.careTeamMember(b)
	}
	b = w.contained(b, c)
	b = append(b, `"created":"`...)
	b = c.ClmEfctvDt.append(b)
	if w.shape == serverShape && !c.ClmEfctvDt.isPartial() {
		b = append(b, `T00:00:00+00:00`...)
	}
	b = append(b, `",`...)
	if c.kind < carrier {
		b = w.institutionalDiagnoses(b, c)
	} else {
		b = w.professionalDiagnoses(b, c)
	}
	if w.shape == serverShape {
		b = append(b, `"id":`...)
		b = appendID(b, c.ClmUniqID)
		b = append(b, ',')
	}
	b = append(b, `"identifier":[{`...)
	b = append(b, v3UniqueID...)
	b = appendID(b, c.ClmUniqID)
	b = append(b, `},{"system":"`+controlNumber+`","value":`...)
	b = appendPlain(b, c.ClmCntlNum)
	b = append(b, `}],"insurance":[{"coverage":{"display":"`...)
	b = append(b, v3Kinds[c.kind].part...)
	b = append(b, `"},"focal":true}],"insurer":{"reference":"#insurer-org"},`...)
	b = w.items(b, c)
	b = w.metaMember(b, c)
	b = append(b, `"outcome":"`...)
	if c.system == sharedSystem {
		b = append(b, `partial",`...)
	} else {
		b = append(b, `complete",`...)
	}
	b = append(b, `"patient":{"reference":"Patient/`...)
	b = appendInt(b, int(c.person.BeneID))
	b = append(b, `"},"payment":{`...)
	if c.kind == partD {
		b = append(b, `"date":`...)
		b = appendDate(b, c.drug.ClmPdDt)
	} else {
		b = append(b, `"amount":`+moneyStart...)
		b = c.ClmPmtAmt.appendJSON(b)
		b = append(b, '}')
	}
	b = append(b, `},`...)
	b = w.procedures(b, c)
	b = w.providerMember(b, c)
	if present(c.ClmOrigCntlNum) && c.ClmOrigCntlNum != c.ClmCntlNum {
		b = append(b, `"related":[{"reference":{"system":"`+controlNumber+`","value":`...)
		b = appendPlain(b, c.ClmOrigCntlNum)
		b = append(b, `},`...)
		b = append(b, v3Prior...)
	}
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"`...)
	b = append(b, c.status()...)
	b = append(b, `",`...)
	b = append(b, v3Kinds[c.kind].subType...)
	b = append(b, `"supportingInfo":[`...)
	b = append(b, w.info...)
	b = append(closeWith(b, ']'), `,"total":[`...)
	b = w.totals(b, c)
	b = append(closeWith(b, ']'), `,"type":{"coding":[`...)
	types := &v3Kinds[c.kind].types[w.shape]
	b = append(b, types[0]...)
	b = append(b, `{"code":`...)
	b = appendID(b, int64(c.ClmTypeCd))
	b = append(b, `,"system":"`+repository+`CLM-TYPE-CD"}`...)
	b = append(b, types[1]...)
	if !w.dialect.noEOBType && !untyped(c.ClmTypeCd) {
		b = append(b, types[2]...)
	}
	return append(b, `]},"use":"claim"}`...)
}

func (w *v3) claimAmounts(b []byte, c *idrClaim) []byte {
	b = v3Money(b, v3PerDiem, nonzero(c.ClmInstnlPerDiem))
	b = v3Money(b, v3IPDeductible, nonzero(c.ClmIPBeneDdctbl))
	b = v3Money(b, v3Blood, nonzero(c.ClmBloodLblty))
	b = v3Money(b, v3Professional, nonzero(c.ClmInstnlPrfnl))
	b = v3Money(b, v3CapitalIME, nonzero(c.ClmPpsCptlIme))
	b = v3Money(b, v3Outlier, nonzero(c.ClmPpsCptlIme))
	b = v3Money(b, v3Share, nonzero(c.ClmPpsDsprprtnt))
	b = v3Money(b, v3Uncompd, nonzero(c.ClmHippsUncompdCare))
	b = v3Money(b, v3DSH, c.ClmOprtnlDsprtnt)
	return v3Money(b, v3IME, c.ClmOprtnlIme)
}

func (w *v3) totals(b []byte, c *idrClaim) []byte {
	if c.kind == partD {
		return v3Money(b, v3DrugTotal, c.drug.TotRxCst)
	}
	b = v3Money(b, v3Submitted, c.ClmSbmtChrgAmt)
	b = v3Money(b, v3Allowed, c.ClmAlowdChrgAmt)
	b = v3Money(b, v3ToProvider, c.ClmPrvdrPmtAmt)
	b = v3Money(b, v3Deductible, c.ClmMdcrDdctbl)
	b = v3Money(b, v3OtherShare, c.ClmAlowdChrgAmt)
	b = v3Money(b, v3Coinsurance, c.ClmMdcrCoinsrnc)
	return v3Money(b, v3NonCovered, c.ClmNcvrdChrgAmt)
}

func (w *v3) metaMember(b []byte, c *idrClaim) []byte {
	kind := &v3Kinds[c.kind]
	b = append(b, `"meta":{"lastUpdated":`...)
	b = appendInstant(b, c.LastUpdated)
	b = append(b, `,"profile":[`...)
	b = append(b, kind.profile...)
	b = append(b, `],"source":"`...)
	b = append(b, kind.source[c.system]...)
	b = append(b, `","tag":[{"code":"`...)
	switch {
	case c.system == sharedSystem:
		b = append(b, "SharedSystem"...)
	case c.kind == partD:
		b = append(b, "DDPS"...)
	default:
		b = append(b, "NationalClaimsHistory"...)
	}
	b = append(b, `","system":"`+repository+`System-Type"},`...)
	switch c.ClmFinlActnInd {
	case "":
	case "Y":
		b = append(b, `{"code":"FinalAction","system":"`+repository+`Final-Action"},`...)
	default:
		b = append(b, `{"code":"NotFinalAction","system":"`+repository+`Final-Action"},`...)
	}
	return append(closeWith(b, ']'), `},`...)
}

// careTeam numbers the providers. The server has one entry for each line, by
// the number of the line; those of the claim follow, and a number is gone even
// when the provider is missing. The maps have each provider once.
func (w *v3) careTeam(c *idrClaim) {
	w.members = w.members[:0]
	if cap(w.lines) < len(c.Lines) {
		w.lines = append(w.lines[:cap(w.lines)], make([]v3Links, len(c.Lines)-cap(w.lines))...)
	}
	w.lines = w.lines[:len(c.Lines)]
	for i := range w.lines {
		w.lines[i].info, w.lines[i].team = w.lines[i].info[:0], 0
	}
	if c.kind == partD {
		return
	}
	if w.shape == mapShape {
		w.addMember(otherOperating, c.othr)
		w.addMember(attending, c.atndg)
		w.addMember(operating, c.oprtg)
		w.renderingOnce(c)
		w.addMember(referring, c.rfrg)
		return
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.rendering != "" {
			w.members = append(w.members, v3Member{l.ClmLineNum, performing, l.rendering, l.FedSpclty})
		}
	}
	next := len(w.members)
	add := func(role role, npi string) {
		next++
		if npi != "" {
			w.members = append(w.members, v3Member{sequence: next, role: role, npi: npi})
		}
	}
	if c.kind < carrier {
		add(attending, c.atndg)
		add(operating, c.oprtg)
		add(otherOperating, c.othr)
		add(performing, c.rndrg)
	}
	add(referring, c.rfrg)
}

func (w *v3) addMember(role role, npi string) {
	if npi != "" {
		w.members = append(w.members, v3Member{sequence: len(w.members) + 1, role: role, npi: npi})
	}
}

func (w *v3) renderingOnce(c *idrClaim) {
	first := len(w.members)
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.rendering == "" {
			continue
		}
		for k := first; k < len(w.members); k++ {
			if w.members[k].npi == l.rendering {
				w.lines[i].team = k + 1
			}
		}
		if w.lines[i].team == 0 {
			w.addMember(performing, l.rendering)
			w.members[len(w.members)-1].special = l.FedSpclty
			w.lines[i].team = len(w.members)
		}
	}
}

func (w *v3) careTeamMember(b []byte) []byte {
	start := len(b)
	b = append(b, `"careTeam":[`...)
	open := len(b)
	for i := range w.members {
		m := &w.members[i]
		b = append(b, `{"provider":{`...)
		p := registry().byNPI[m.npi]
		if p != nil {
			b = append(b, p.display...)
		}
		b = append(b, `"identifier":{`...)
		b = append(b, v3NPI...)
		b = appendPlain(b, m.npi)
		b = append(b, `},"type":"Practitioner"},`...)
		b = w.memberQualification(b, m, p)
		b = append(b, v3Roles[m.role]...)
		b = appendInt(b, m.sequence)
		b = append(b, `},`...)
	}
	return closeArray(b, start, open)
}

// prescriber writes the care team of a drug event.
func (w *v3) prescriber(b []byte, c *idrClaim) []byte {
	d := &c.drug
	if d.PrsbngIDQlfyrCd == "" {
		return b
	}
	b = append(b, `"careTeam":[{"provider":{"identifier":{"system":"`...)
	if d.PrsbngIDQlfyrCd == "01" {
		b = append(b, npiSystem...)
	} else {
		b = append(b, genericNumber...)
	}
	b = append(b, `","type":{"coding":[`...)
	b = append(appendCode(b, qualifiers, d.PrsbngIDQlfyrCd), ',')
	if d.PrsbngIDQlfyrCd == "01" {
		b = append(b, v3NPICoding...)
		b = append(b, ',')
	}
	b = append(closeWith(b, ']'), `},"value":`...)
	b = appendPlain(b, d.ClmPrsbngGnrcID)
	b = append(b, `},"type":"Practitioner"},`...)
	b = append(b, v3Roles[prescribing]...)
	return append(b, `1}],`...)
}

func (w *v3) memberQualification(b []byte, m *v3Member, p *provider) []byte {
	start := len(b)
	b = append(b, `"qualification":{"coding":[`...)
	open := len(b)
	if w.shape == serverShape && m.special != "" {
		b = append(appendCode(b, "CLM-PRVDR-SPCLTY-CD", m.special), ',')
	}
	if p != nil && p.qualification != "" {
		b = append(b, p.qualification...)
		b = append(b, ',')
	}
	if w.shape == mapShape && m.special != "" {
		b = append(appendCode(b, "CLM-PRVDR-SPCLTY-CD", m.special), ',')
	}
	if len(b) == open {
		return b[:start]
	}
	return append(closeWith(b, ']'), `},`...)
}

// billingID is the id of the billing provider within the claim.
func billingID(c *idrClaim) string {
	if c.kind == partD && c.drug.PrvdrSrvcIDQlfyrCd != "01" {
		return "BILLING-ID"
	}
	return c.billing.npi
}

func (w *v3) providerMember(b []byte, c *idrClaim) []byte {
	if c.billing == nil {
		return append(b, v3NoProvider...)
	}
	b = append(b, `"provider":{"reference":"#`...)
	b = append(b, billingID(c)...)
	return append(b, `"},`...)
}

// contained are the resources within the claim. A billing provider that is a
// person has no certification number there.
func (w *v3) contained(b []byte, c *idrClaim) []byte {
	b = append(b, `"contained":[`...)
	if c.billing != nil {
		b = append(b, '{')
		if !c.person2 {
			b = append(b, `"active":true,`...)
		}
		b = append(b, `"id":"`...)
		b = append(b, billingID(c)...)
		b = append(b, `","identifier":[`...)
		if c.kind == partD {
			b = w.pharmacy(b, c)
		} else {
			b = append(append(b, '{'), v3NPI...)
			b = appendPlain(b, c.billing.npi)
			b = append(b, `},`...)
		}
		if c.kind < carrier && !c.person2 {
			b = append(b, `{"system":"`+ccnSystem+`","value":`...)
			b = appendPlain(b, c.billing.oscar)
			b = append(append(b, `},{`...), v3TaxNumber...)
			b = appendPlain(b, c.billing.taxNumber)
			b = append(b, `},`...)
		}
		b = append(closeWith(b, ']'), ',')
		if c.person2 {
			b = append(b, v3PersonMeta...)
			b = append(b, `"name":[{"family":`...)
			b = appendString(b, surnames[int(c.billing.npi[9]-'0')])
			b = append(b, `}],"resourceType":"Practitioner"},`...)
		} else {
			b = append(b, v3OrganizationMeta...)
			if c.billing.name != "" {
				b = append(b, `"name":`...)
				b = append(b, c.billing.name...)
				b = append(b, ',')
			}
			b = append(b, `"resourceType":"Organization"},`...)
		}
	}
	b = append(b, v3Insurer...)
	return append(b, `],`...)
}

// pharmacy writes the identifiers of a pharmacy: its own with the qualifier,
// and the same once more as an NPI, whatever it is.
func (w *v3) pharmacy(b []byte, c *idrClaim) []byte {
	d := &c.drug
	if d.PrvdrSrvcIDQlfyrCd == "01" {
		b = append(append(b, '{'), v3NPI...)
		b = appendPlain(b, d.ClmSrvcPrvdrGnrcID)
		b = append(b, `},`...)
		return b
	}
	if w.shape == serverShape {
		b = append(append(b, '{'), v3NPI...)
		b = appendPlain(b, d.ClmSrvcPrvdrGnrcID)
		b = append(b, `},`...)
	}
	b = append(b, `{"system":"`+genericNumber+`","type":{"coding":[`...)
	b = appendCode(b, qualifiers, d.PrvdrSrvcIDQlfyrCd)
	b = append(b, `]},"value":`...)
	b = appendPlain(b, d.ClmSrvcPrvdrGnrcID)
	return append(b, `},`...)
}

// v3DiagnosisTypes are the types of diagnoses, by the types of products, and
// those of professional claims.
var (
	v3DiagnosisTypes = map[string]string{
		"P": v3Typed(terminology+"ex-diagnosistype", "principal"),
		"A": v3Typed(terminology+"ex-diagnosistype", "admitting"),
		"D": v3Typed(carin+"C4BBClaimDiagnosisType", "other"),
		"E": v3Typed(carin+"C4BBClaimDiagnosisType", "externalcauseofinjury"),
		"R": v3Typed(carin+"C4BBClaimDiagnosisType", "patientreasonforvisit"),
	}
	v3Secondary  = v3Typed(carin+"C4BBClaimDiagnosisType", "secondary")
	v3ServerSort = [...]string{"P", "E", "A", "R", "D"}
	v3FormerSort = [...]string{"A", "D", "E", "R", "P"}
	v3MapSort    = [...]string{"P", "A", "E", "D", "R"}

	v3PrincipalProcedure = v3Typed(carin+"C4BBClaimProcedureType", "principal")
	v3OtherProcedure     = v3Typed(carin+"C4BBClaimProcedureType", "other")
)

func v3Typed(system, code string) string {
	return `"type":[` + concept(coding(system, code, "")) + `]},`
}

func (w *v3) institutionalDiagnoses(b []byte, c *idrClaim) []byte {
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	order := &v3ServerSort
	switch {
	case w.dialect.principalLast:
		order = &v3FormerSort
	case w.shape == mapShape:
		order = &v3MapSort
	}
	n := 0
	for _, kind := range order {
		for i := range c.Prod {
			if p := &c.Prod[i]; p.ClmProdTypeCd == kind {
				n++
				b = w.diagnosis(b, p, n, v3DiagnosisTypes[kind])
			}
		}
	}
	return closeArray(b, start, open)
}

// professionalDiagnoses writes the first one as the principal one; in the
// maps' shape it is there twice. Its place is the first, or of older servers
// the last.
func (w *v3) professionalDiagnoses(b []byte, c *idrClaim) []byte {
	if len(c.Prod) == 0 {
		return b
	}
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	n := 0
	principal := func(b []byte) []byte {
		n++
		return w.diagnosis(b, &c.Prod[0], n, v3DiagnosisTypes["P"])
	}
	if !w.dialect.principalLast {
		b = principal(b)
	}
	for i := range c.Prod {
		if i == 0 && w.shape != mapShape {
			continue
		}
		n++
		b = w.diagnosis(b, &c.Prod[i], n, v3Secondary)
	}
	if w.dialect.principalLast {
		b = principal(b)
	}
	return closeArray(b, start, open)
}

// diagnosisNumber is the number in that list of the n-th diagnosis that the
// claim has.
func (w *v3) diagnosisNumber(c *idrClaim, n int) int {
	switch {
	case w.shape == mapShape && w.dialect.principalLast:
		return n
	case w.shape == mapShape:
		return n + 1 // the first is there twice
	case !w.dialect.principalLast:
		return n
	case n == 1:
		return len(c.Prod)
	}
	return n - 1
}

func (w *v3) diagnosis(b []byte, p *idrProd, n int, kind string) []byte {
	b = append(b, `{"diagnosisCodeableConcept":{"coding":[{"code":"`...)
	b = appendDotted(b, p.ClmDgnsCd, p.version)
	if p.version == "0" {
		b = append(b, `","system":"`+sid+`icd-10-cm"}]},`...)
	} else {
		b = append(b, `","system":"`+sid+`icd-9-cm"}]},`...)
	}
	if present(p.ClmPoaInd) {
		b = append(b, `"onAdmission":{"coding":[`...)
		for i := range len(p.ClmPoaInd) {
			b = append(appendCode(b, cmsPresent, p.ClmPoaInd[i:i+1]), ',')
		}
		b = append(closeWith(b, ']'), `},`...)
	}
	b = append(b, `"sequence":`...)
	b = appendInt(b, n)
	b = append(b, ',')
	return append(b, kind...)
}

// appendDotted writes the code of a diagnosis with the dot that the server
// puts into it.
func appendDotted(b []byte, code, version string) []byte {
	at := 3
	if version != "0" {
		switch first := code[0]; {
		case first == 'E':
			at = 4
		case first != 'V' && (first < '0' || first > '9'):
			at = len(code)
		}
	}
	if len(code) <= at {
		return append(b, code...)
	}
	b = append(b, code[:at]...)
	b = append(b, '.')
	return append(b, code[at:]...)
}

func (w *v3) procedures(b []byte, c *idrClaim) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i := range c.Prcdr {
		p := &c.Prcdr[i]
		b = append(b, `{"date":`...)
		b = appendDate(b, p.ClmPrcdrDt)
		b = append(b, `,"procedureCodeableConcept":{"coding":[{"code":"`...)
		system := `","system":"http://www.cms.gov/Medicare/Coding/ICD10"}]},"sequence":`
		if p.version == "0" {
			b = append(b, p.ClmPrcdrCd...)
		} else {
			b = append(b, p.ClmPrcdrCd[:2]...)
			b = append(b, '.')
			b = append(b, p.ClmPrcdrCd[2:]...)
			system = `","system":"http://www.cms.gov/Medicare/Coding/ICD9"}]},"sequence":`
		}
		b = append(b, system...)
		b = appendInt(b, p.ClmValSqncNum)
		b = append(b, ',')
		if p.ClmValSqncNum == 1 {
			b = append(b, v3PrincipalProcedure...)
		} else {
			b = append(b, v3OtherProcedure...)
		}
	}
	return closeArray(b, start, open)
}
