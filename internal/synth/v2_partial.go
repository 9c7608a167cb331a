package synth

import "strings"

// Claims that are not adjudicated yet are sent by v2 as pairs of a Claim and a
// ClaimResponse, of two systems: FISS for institutions, MCS for professionals.
// They stand in files of their own, name their beneficiary by MBI, and have no
// rows among those of final claims.

const (
	fissVariables = variables + "fiss/"
	mcsVariables  = variables + "mcs/"

	partialStream = 64 // of the random numbers, apart from those of the records

	// What the systems say of all claims: the type of bill, and how far they are.
	partialFacility  = "1"
	partialService   = "1"
	partialFrequency = "1"
	partialOutcome   = "queued"
)

// A v2Export is an export of v2.
type v2Export struct {
	*export
	random            random
	claims, responses *fileSet
	truth             *partialTruth
}

func startV2(e *export) func(index int) {
	e.resources = newV2(e.opts)
	g := newGenerator(e.opts.Seed, e.opts.calendar)
	x := &v2Export{export: e}
	x.claims = &fileSet{export: e, kind: 6, most: claimFile}
	x.responses = &fileSet{export: e, kind: 8, most: claimFile}
	e.others = []*fileSet{x.claims, x.responses}
	if e.truth != nil {
		x.truth = newPartialTruth(e.truth)
	}
	v := e.odd(x)
	return func(index int) {
		x.random.seed(e.opts.Seed, index, partialStream)
		g.visit(index, v)
	}
}

// institutional takes from a claim what the server of the time does not send.
func (x *v2Export) institutional(c *Institutional, late bool) {
	if x.opts.dialect.noUnits {
		for i := range c.Lines {
			c.Lines[i].RevCntrUnitCnt = noQuantity
		}
	}
	x.export.institutional(c, late)
}

// newestBeneficiary writes the claims that one beneficiary in sixteen has in
// the systems.
func (x *v2Export) newestBeneficiary(b *Beneficiary, hospice stay) {
	x.export.newestBeneficiary(b, hospice)
	r := &x.random
	if r.intn(16) != 0 && x.stats.Beneficiaries > 1 {
		return
	}
	for range 1 + r.skewed(3) {
		for _, institutional := range []bool{true, false} {
			p := newPartial(r, b, institutional, &x.opts.calendar)
			x.stats.Partial += 2
			x.write(&[2]*fileSet{x.claims}, false, func(buf []byte) []byte { return p.claim(buf) })
			if x.truth != nil {
				x.export.truth.partialClaim(p, x.sent)
				x.truth.claim(p)
			}
			x.write(&[2]*fileSet{x.responses}, false, func(buf []byte) []byte { return p.response(buf) })
		}
	}
}

// A partial is a record of FISS or MCS.
type partial struct {
	institutional    bool
	beneficiary      *Beneficiary
	number           string // DCN or ICN
	from, thru       date
	received, status date
	statusCode       string
	updated, created instant
	provider         *provider
	diagnoses        []partialDiagnosis
	procedures       []partialProcedure
	lines            []partialLine
	drg, admission   string
	group            string
}

// A partialDiagnosis is an element of a claim's list: of FISS with its mark of
// presence on admission.
type partialDiagnosis struct {
	code, mark           string
	principal, admitting bool
	appended             bool // by the server, not of the claim's own list
}

type partialProcedure struct {
	code string
	date date
}

type partialLine struct {
	service
	from, thru        date
	revenue, unbilled string // REV-CD and NON-BILL-REV-CODE
	modifiers         [4]string
	units             int
	diagnosis         int    // its place in the claim's list
	remark            string // ACO-RED-RARC
	reason            string // ACO-RED-CARC
	reasonGroup       string // ACO-RED-CAGC
}

func newPartial(r *random, b *Beneficiary, institutional bool, c *calendar) *partial {
	p := &partial{institutional: institutional, beneficiary: b, number: r.number(13), from: c.historyEnd - date(r.intn(60)), created: c.created()}
	p.thru = p.from + date(r.skewed(9))
	p.received = p.thru + date(r.between(1, 5))
	p.status = p.received + date(r.between(1, 9))
	p.updated = min(p.status+1, c.lastUpdate).at(int64(r.intn(86_400_000)))
	p.provider = anyOfPointers(r, registry().organizations)
	p.statusCode = anyOf(r, []string{"S", "M", "P", "R", "T"})
	if institutional {
		p.number += anyOf(r, []string{"OHA", "NCA", ""})
	} else {
		p.statusCode = anyOf(r, []string{"5", "A", "B", "D"})
	}
	p.listDiagnoses(r)
	for range 1 + r.skewed(5) {
		p.lines = append(p.lines, p.newLine(r))
	}
	if !institutional {
		return p
	}
	for range r.skewed(4) {
		done := partialProcedure{code: anyOf(r, icd10Procedures).code}
		if r.chance(900) {
			done.date = p.from + date(r.intn(int(p.thru-p.from)+1))
		}
		p.procedures = append(p.procedures, done)
	}
	p.drg = r.seldom(500, "0"+r.number(2))
	p.admission = r.seldom(700, anyOf(r, []string{"1", "2", "3", "9"}))
	p.group = r.seldom(400, anyOf(r, []string{"AB", "01"}))
	return p
}

func (p *partial) newLine(r *random) partialLine {
	l := partialLine{service: anyOf(r, officeServices), revenue: anyOf(r, []string{"0300", "0450", "0636", "0001"}), units: r.intn(4)}
	l.from = p.from + date(r.intn(int(p.thru-p.from)+1))
	l.thru = l.from
	l.unbilled = r.seldom(200, anyOf(r, []string{"E", "H", "Z"}))
	for i := range l.modifiers {
		l.modifiers[i] = r.seldom(300, anyOf(r, modifiers))
	}
	if p.institutional {
		l.remark = r.seldom(300, anyOf(r, []string{"N519", "M15"}))
		l.reason = r.seldom(300, anyOf(r, []string{"45", "97"}))
		l.reasonGroup = r.seldom(300, "CO")
		return l
	}
	l.thru += date(r.skewed(int(p.thru-l.from) + 1))
	if r.chance(800) {
		l.diagnosis = 1 + r.intn(len(p.diagnoses))
	}
	return l
}

// listDiagnoses makes the list that the server makes: that of the record, and
// behind it the admitting diagnosis, when the list has it not.
func (p *partial) listDiagnoses(r *random) {
	first, n := r.intn(len(icd10Diagnoses)-5), 1+r.intn(4)
	for _, d := range icd10Diagnoses[first : first+n] {
		p.diagnoses = append(p.diagnoses, partialDiagnosis{code: d.code})
	}
	if !p.institutional {
		return
	}
	for i := range p.diagnoses {
		p.diagnoses[i].mark = anyOf(r, []string{"Y", "N", "U", "W", "1"})
	}
	p.diagnoses[0].principal = true
	if r.chance(300) {
		p.diagnoses = append(p.diagnoses, partialDiagnosis{code: icd10Diagnoses[first+n].code, admitting: true, appended: true})
	} else if r.chance(800) {
		p.diagnoses[r.intn(n)].admitting = true
	}
}

func anyOfPointers[T any](r *random, list []T) *T { return &list[r.intn(len(list))] }

var (
	partialInstitutional = `"type":` + concept(coding(terminology+"claim-type", "institutional", "Institutional")) + `,"use":"claim"}`
	partialProfessional  = `"type":` + concept(coding(terminology+"claim-type", "professional", "Professional")) + `,"use":"claim"}`
	partialPriority      = `"priority":` + concept(coding(terminology+"processpriority", "normal", "Normal")) + `,`
	partialMBI           = `"identifier":[{"system":"` + mbiSystem + `","type":` + concept(coding(terminology+"v2-0203", "MC", "Patient's Medicare Number")) + `,"value":`
	partialAdmitting     = concept(coding(terminology+"ex-diagnosistype", "admitting", "Admitting Diagnosis")) + `,`
	partialPrincipal     = concept(coding(terminology+"ex-diagnosistype", "principal", "Principal Diagnosis")) + `,`
	partialDenial        = concept(coding(carin+"C4BBAdjudicationDiscriminator", "denialreason", "Denial Reason"))
	partialBill          = concept(coding(carin+"C4BBSupportingInfoType", "typeofbill", "Type of Bill"))
	partialNumber        = `"type":` + concept(coding(terminology+"v2-0203", "PRN", "Provider number")) + `,"value":`
	partialNPI           = `"system":"` + npiSystem + `","type":` + concept(coding(carin+"C4BBIdentifierType", "npi", "National Provider Identifier")) + `,"value":`
)

// id is the id of both resources.
func (p *partial) id() string {
	if p.institutional {
		return "f-" + p.number[:13]
	}
	return "m-" + p.number
}

func (p *partial) system() string {
	if p.institutional {
		return "FISS"
	}
	return "MCS"
}

// charges are those of all lines.
func (p *partial) charges() amount {
	var total amount
	for i := range p.lines {
		total += dollars(int64(p.lines[i].charge))
	}
	return total
}

// extension writes an extension of the system with a code.
func (p *partial) extension(b []byte, system, name, code string) []byte {
	b = append(b, `{"url":"`...)
	b = append(append(b, system...), name...)
	b = append(b, `","valueCoding":`...)
	b = appendCoding(b, system+name, code)
	return append(b, `},`...)
}

func (p *partial) dateExtension(b []byte, url string, d date) []byte {
	b = append(b, `{"url":"`...)
	b = append(b, url...)
	b = append(b, `","valueDate":`...)
	return append(appendDate(b, d), `},`...)
}

// patient is the resource within both that tells who it is.
func (p *partial) patient(b []byte) []byte {
	b = append(b, `{"birthDate":`...)
	b = appendDate(b, p.beneficiary.BeneBirthDt)
	b = append(append(b, `,"id":"patient",`...), partialMBI...)
	b = appendPlain(b, p.beneficiary.MbiNum)
	b = append(b, `}],"name":[{"family":`...)
	b = appendString(b, p.beneficiary.BeneSrnmName)
	return append(b, `}],"resourceType":"Patient"},`...)
}

func (p *partial) identifiers(b []byte) []byte {
	b = append(b, `"identifier":[{"system":"`...)
	if p.institutional {
		b = append(b, fissVariables+"dcn"...)
	} else {
		b = append(b, mcsVariables+"icn"...)
	}
	b = append(append(b, `",`...), uniqueID...)
	return append(appendPlain(b, p.number), `}],`...)
}

// claim writes the Claim.
func (p *partial) claim(b []byte) []byte {
	b = append(b, `{"billablePeriod":`...)
	b = appendPeriod(b, p.from, p.thru)
	b = append(b, `,"contained":[`...)
	b = p.patient(b)
	b = append(b, `{"id":"provider-org","identifier":[`...)
	if p.institutional {
		b = append(append(b, `{"system":"`+fissVariables+`meda-prov-6",`...), partialNumber...)
		b = append(appendPlain(b, p.provider.oscar), `},`...)
	}
	b = append(append(b, '{'), partialNPI...)
	b = append(appendPlain(b, p.provider.npi), `}],"resourceType":"Organization"}],"created":`...)
	b = appendInstant(b, p.created)
	b = append(b, `,"diagnosis":[`...)
	for i := range p.diagnoses {
		b = p.diagnoses[i].element(b, i+1)
	}
	b = append(closeWith(b, ']'), `,"extension":[`...)
	if p.institutional {
		b = p.extension(b, fissVariables, "serv-typ-cd", partialService)
		b = append(closeWith(b, ']'), `,"facility":{"extension":[`...)
		b = p.extension(b, fissVariables, "lob-cd", partialFacility)
		b = append(closeWith(b, ']'), `},`...)
	} else {
		b = p.extension(b, mcsVariables, "claim-type", "3")
		b = append(closeWith(b, ']'), ',')
	}
	b = append(b, `"id":`...)
	b = append(appendPlain(b, p.id()), ',')
	b = p.identifiers(b)
	b = append(b, `"insurance":[{"coverage":{"identifier":{"system":"`+fissVariables+`payers-name","value":"MEDICARE"}},"focal":true,"sequence":1}],`...)
	b = p.items(b)
	b = append(b, `"meta":{"lastUpdated":`...)
	b = appendInstant(b, p.updated)
	b = append(append(b, `},"patient":{"reference":"#patient"},`...), partialPriority...)
	b = p.procedureMember(b)
	b = append(b, `"provider":{"reference":"#provider-org"},"resourceType":"Claim","status":"active",`...)
	if p.institutional {
		b = p.supportingInfo(b)
	}
	b = append(b, `"total":`+moneyStart...)
	b = append(p.charges().appendJSON(b), `},`...)
	if p.institutional {
		return append(b, partialInstitutional...)
	}
	return append(b, partialProfessional...)
}

// element writes a diagnosis. The server makes the mark small.
func (d *partialDiagnosis) element(b []byte, number int) []byte {
	b = append(append(b, `{"diagnosisCodeableConcept":{"coding":[`...), coding(sid+"icd-10-cm", d.code, "")...)
	b = append(b, `]},`...)
	if d.mark != "" {
		b = append(b, `"onAdmission":{"coding":[`...)
		b = append(appendCoding(b, fissVariables+"diag-poa-ind", strings.ToLower(d.mark)), `]},`...)
	}
	b = append(b, `"sequence":`...)
	b = append(appendInt(b, number), `,"type":[`...)
	start := len(b)
	if d.admitting {
		b = append(b, partialAdmitting...)
	}
	if d.principal {
		b = append(b, partialPrincipal...)
	}
	if len(b) == start {
		return append(b[:start-len(`,"type":[`)], `},`...)
	}
	return append(closeWith(b, ']'), `},`...)
}

// supportingInfo writes the third digit of the type of bill, the group and the
// type of admission.
func (p *partial) supportingInfo(b []byte) []byte {
	b = append(append(b, `"supportingInfo":[{"category":`...), partialBill...)
	b = append(b, `,"code":{"coding":[`...)
	b = appendCoding(b, fissVariables+"freq-cd", partialFrequency)
	b = append(b, `]},"sequence":1},`...)
	number := 1
	for _, info := range [][2]string{
		{variables + "clm_drg_cd", p.drg},
		{"https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit", p.admission},
	} {
		if blank(info[1]) {
			continue
		}
		number++
		b = append(b, `{"code":{"coding":[`...)
		b = append(appendCoding(b, info[0], info[1]), `]},"sequence":`...)
		b = append(appendInt(b, number), `},`...)
	}
	return append(closeWith(b, ']'), ',')
}

func (p *partial) procedureMember(b []byte) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i, done := range p.procedures {
		b = appendProcedure(b, i+1, done.date, icd10.procedureConcepts[done.code])
	}
	return closeArray(b, start, open)
}

func (p *partial) items(b []byte) []byte {
	b = append(b, `"item":[`...)
	for i := range p.lines {
		l := &p.lines[i]
		b = append(b, '{')
		if p.institutional {
			b = append(b, `"extension":[{"url":"`+fissVariables+`rev-serv-unit-cnt","valueQuantity":{"value":`...)
			b = append(appendInt(b, l.units), `}}],`...)
		} else if l.diagnosis != 0 {
			b = append(b, `"diagnosisSequence":[`...)
			b = append(appendInt(b, l.diagnosis), `],`...)
		}
		b = p.modifiers(b, l)
		b = append(b, `"productOrService":{"coding":[`...)
		b = appendCoding(b, hcpcsReleases, l.hcpcs)
		b = append(b, `]},"quantity":{"value":1},`...)
		if p.institutional {
			b = l.revenueMember(b)
		}
		b = append(b, `"sequence":`...)
		b = appendInt(b, i+1)
		if p.institutional {
			b = append(b, `,"servicedDate":`...)
			b = appendDate(b, l.from)
		} else {
			b = append(b, `,"servicedPeriod":`...)
			b = appendPeriod(b, l.from, l.thru)
		}
		b = append(b, `},`...)
	}
	return append(closeWith(b, ']'), ',')
}

const hcpcsReleases = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

// modifiers writes those that are not blank, each with its place as version.
func (p *partial) modifiers(b []byte, l *partialLine) []byte {
	system := hcpcsReleases
	if p.institutional {
		system = blueButton + "hcpcs"
	}
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	for i, code := range l.modifiers {
		if blank(code) {
			continue
		}
		b = append(b, `{"coding":[`...)
		b = appendCoding(b, system, code)
		b = append(b[:len(b)-1], `,"version":"`...)
		b = append(appendInt(b, i+1), `"}]},`...)
	}
	return closeArray(b, start, open)
}

// revenueMember writes the two codes of a revenue line, each where the other
// belongs, as the server does.
func (l *partialLine) revenueMember(b []byte) []byte {
	b = append(b, `"revenue":{`...)
	if !blank(l.unbilled) {
		b = append(b, `"coding":[`...)
		b = append(appendCoding(b, fissVariables+"rev-cd", l.unbilled), `],`...)
	}
	b = append(b, `"extension":[{"url":"`+fissVariables+`non-bill-rev-code","valueCodeableConcept":{"coding":[`...)
	return append(appendCoding(b, fissVariables+"non-bill-rev-code", l.revenue), `]}}]},`...)
}

// response writes the ClaimResponse: how far the claim is.
func (p *partial) response(b []byte) []byte {
	b = append(b, `{"contained":[`...)
	b = p.patient(b)
	b = append(closeWith(b, ']'), `,"created":`...)
	b = appendInstant(b, p.created)
	b = append(b, `,"extension":[`...)
	if p.institutional {
		b = p.extension(b, fissVariables, "curr-status", p.statusCode)
		b = p.dateExtension(b, fissVariables+"recd-dt-cymd", p.received)
		b = p.dateExtension(b, fissVariables+"curr-tran-dt-cymd", p.status)
		if !blank(p.group) {
			b = p.extension(b, fissVariables, "group-code", p.group)
		}
	} else {
		b = p.extension(b, mcsVariables, "status-code", p.statusCode)
		b = p.dateExtension(b, mcsVariables+"claim-receipt-date", p.received)
		b = p.dateExtension(b, mcsVariables+"status-date", p.status)
	}
	b = append(closeWith(b, ']'), `,"id":`...)
	b = append(appendPlain(b, p.id()), ',')
	b = p.identifiers(b)
	b = append(b, `"insurer":{"identifier":{"value":"CMS"}},`...)
	b = p.answers(b)
	b = append(b, `"meta":{"lastUpdated":`...)
	b = appendInstant(b, p.updated)
	b = append(b, `},"outcome":"`+partialOutcome+`","patient":{"reference":"#patient"},"request":{"reference":"Claim/`...)
	b = append(append(b, p.id()...), `"},"resourceType":"ClaimResponse","status":"active",`...)
	if p.institutional {
		return append(b, partialInstitutional...)
	}
	return append(b, partialProfessional...)
}

// answers writes why lines were denied.
func (p *partial) answers(b []byte) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range p.lines {
		l := &p.lines[i]
		element := len(b)
		b = append(b, `{"adjudication":[`...)
		first := len(b)
		for _, reason := range [][2]string{{"aco-red-rarc", l.remark}, {"aco-red-carc", l.reason}, {"aco-red-cagc", l.reasonGroup}} {
			if blank(reason[1]) {
				continue
			}
			b = append(append(b, `{"category":`...), partialDenial...)
			b = append(b, `,"reason":{"coding":[`...)
			b = append(appendCoding(b, fissVariables+reason[0], reason[1]), `]}},`...)
		}
		if len(b) == first {
			b = b[:element]
			continue
		}
		b = append(closeWith(b, ']'), `,"itemSequence":`...)
		b = append(appendInt(b, i+1), `},`...)
	}
	return closeArray(b, start, open)
}
