package synth

// The records of the Integrated Data Repository (IDR), from which the server
// of v3 makes FHIR. All claims have the same columns there: those of CLM and
// its satellites stand in idrClaim, those of CLM_LINE in idrLine, and so on.
// As elsewhere, fields are named after their columns.

// An idrSystem is where a claim stands: finally adjudicated, or still in one
// of the systems that process claims.
type idrSystem int

const (
	finalSystem  idrSystem = iota // the National Claims History, or DDPS for drug events
	sharedSystem                  // FISS, MCS or VMS
)

// idrPerson is a beneficiary of the IDR: who it is, as in the other records,
// and what is kept in another way.
type idrPerson struct {
	*Beneficiary
	fml      bool // whether the claims come in the shape of the published maps
	city     bool // whether the address has more than state and postal code
	mbis     []idrMBI
	mergedID int64     // of a record that was merged into this one, 0 for none
	partA    idrPart   // CLM_..._THRD_PTY and status rows of the part
	partB    idrPart   //
	updates  [5]int64  // how many milliseconds the Coverages were updated after the Patient
	dual     idrDual   //
	contract [2]string // of parts C and D
}

type idrMBI struct {
	BeneMbiID      string
	BeneMbiEfctvDt date
	BeneMbiObslDt  date // 0 for 9999-12-31
}

type idrPart struct {
	BeneMdcrStusCd      string
	BeneMdcrEntlmtRsnCd string
	BeneBuyinCd         string
	begin, end          date
}

type idrDual struct {
	BeneDualStusCd string
	begin, end     date
}

// idrClaim is a claim.
type idrClaim struct {
	kind   claimType
	system idrSystem
	person *idrPerson

	LastUpdated     instant
	ClmUniqID       int64
	ClmTypeCd       int
	ClmFinlActnInd  string // Y or N; of drug events, older servers do not send it
	fault           string // a status other than active, if any
	ClmFromDt       date
	ClmThruDt       date
	ClmEfctvDt      date
	ClmIdrLdDt      date // 0 for 9999-12-31
	ClmCntlNum      string
	ClmOrigCntlNum  string
	ClmAdjstmtType  string
	ClmCntrctrNum   string
	ClmSbmtChrgAmt  amount
	ClmAlowdChrgAmt amount
	ClmPmtAmt       amount
	ClmPrvdrPmtAmt  amount
	ClmMdcrDdctbl   amount
	ClmMdcrCoinsrnc amount
	ClmNcvrdChrgAmt amount

	billing    *provider // nil for one that the provider history lacks
	person2    bool      // the billing provider is a person
	atndg      string    // NPIs
	oprtg      string
	othr       string
	rndrg      string
	rfrg       string
	ClmSwitch  [6]string // in the order of idrSwitches
	ClmDemo    [5]string
	ClmProcDt  date
	ClmWklyDt  date
	ClmRcvdDt  date
	ClmNrlnRic string

	// Institutional.
	ClmBillFacTypeCd    string
	ClmBillClsfctnCd    string
	ClmBillFreqCd       string
	ClmMdcrNpmtRsnCd    string
	ClmNchPrmryPyrCd    string
	GeoBlgSsaStateCd    string
	BenePtntStusCd      string
	DgnsDrgCd           int
	ClmOpSrvcTypeCd     string
	ClmAdmsnTypeCd      string
	ClmAdmsnSrcCd       string
	ClmQueryCd          string
	ClmActvCareFromDt   date
	ClmDschrgDt         date
	ClmRltCondCd        []string
	ClmInstnlPerDiem    amount
	ClmIPBeneDdctbl     amount
	ClmBloodLblty       amount
	ClmInstnlPrfnl      amount
	ClmPpsCptlIme       amount
	ClmPpsDsprprtnt     amount
	ClmHippsUncompdCare amount
	ClmOprtnlIme        amount
	ClmOprtnlDsprtnt    amount

	// Professional.
	ClmCarrPmtDnlCd string
	ClmDispCd       string

	Prod  []idrProd
	Prcdr []idrProcedure
	Lines []idrLine

	drug idrDrug
}

// status is that of the resource.
func (c *idrClaim) status() string {
	if c.fault != "" {
		return c.fault
	}
	return "active"
}

// idrProd is a row of CLM_PROD that has a diagnosis.
type idrProd struct {
	ClmProdTypeCd string // A, D, E, P, R
	ClmDgnsCd     string
	ClmPoaInd     string
	version       string // CLM_DGNS_PRCDR_ICD_IND
}

type idrProcedure struct {
	ClmValSqncNum int
	ClmPrcdrCd    string
	ClmPrcdrDt    date
	version       string
}

type idrLine struct {
	ClmLineNum        int
	ClmLineFromDt     date
	ClmLineThruDt     date
	ClmLineRevCtrDt   date
	ClmLineRevCtrCd   string
	ClmLineHcpcsCd    string
	HcpcsMdfrCd       [5]string
	ClmRevApcHippsCd  string
	ClmLineSrvcUnit   quantity
	ClmLineNdcCd      string
	ClmLineNdcQty     quantity
	ClmLineSbmtChrg   amount
	ClmLineAlowdChrg  amount
	ClmLineCvrdPd     amount
	ClmLinePrvdrPmt   amount
	ClmLineBenePmt    amount
	ClmLineDdctbl     amount
	ClmLineNcvrd      amount
	AnsiGrpCd         string
	AnsiRsnCd         string
	ClmDdctblCoinsrnc string

	// Professional.
	rendering     string // NPI
	PrvdrTypeCd   string
	PrvdrSpclty   string // CLM_PRVDR_SPCLTY_CD
	FedSpclty     string // CLM_RNDRG_FED_PRVDR_SPCLTY_CD
	TaxNum        string
	SsaStateCd    string
	FedTypeSrvcCd string
	PosCd         string
	PrmryPyrCd    string
	PrcsgIndCd    string
	CarrHpsaCd    string
	ClmLineDgnsCd string
	dgnsRow       int // the row of Prod that has it, from 1
	Switch        [6]string
	Demo          [5]string
}

// idrDrug is what only a drug event has.
type idrDrug struct {
	PrvdrSrvcIDQlfyrCd string
	ClmSrvcPrvdrGnrcID string
	PrsbngIDQlfyrCd    string
	ClmPrsbngGnrcID    string
	ClmDspnsngStusCd   string
	ClmDawProdSlctnCd  string
	ClmDaysSuplyQty    int
	ClmLineRxNum       string
	ClmLineRxFillNum   int
	ClmPhrmcySrvcType  string
	compound           bool
	ClmPdDt            date
	TotRxCst           amount
}

// The switches of benefit enhancements.
const (
	pbpmtSwitch = iota
	pdschrgSwitch
	snfSwitch
	tlhlthSwitch
	cptatnSwitch
	cmgSwitch
)

// An idrMaker makes the records of the IDR and hands them on.
type idrMaker struct {
	*generator
	to     idrVisitor
	who    idrPerson
	before idrPerson
	claim  idrClaim
	base   Beneficiary
	serial int64
	edges  bool // an export with edge cases

	authorizations random
	authorization  idrAuthorization
}

// An idrVisitor is to idrMaker what visitor is to generator.
type idrVisitor interface {
	person(p *idrPerson, late bool)
	event(c *idrClaim, late bool)
	authorization(a *idrAuthorization, late bool)
	newestAuthorization(a *idrAuthorization)
	newestPerson(p *idrPerson)
	newestEvent(c *idrClaim)
}

// visit makes the records of a beneficiary.
func (m *idrMaker) visit(index int) {
	m.start(index)
	r := &m.random
	m.authorizations.seed(m.seed, index, authorizationStream)
	now, before := m.beneficiary(index)
	m.base, m.serial = now, 0
	m.generator.person = &m.base
	m.idrPerson(index)
	if before != nil {
		m.earlierPerson(before)
		m.to.person(&m.before, false)
	}
	m.to.person(&m.who, before != nil)
	for n := range m.claimCount(index) {
		kind := m.claimType()
		if index == 0 && n < int(claimTypes) {
			kind = claimType(n)
		}
		from := m.claimDay()
		switch kind {
		case carrier, dme:
			m.professionalRecord(kind, from)
			m.live()
		case partD:
			m.drugRecord(from)
		default:
			m.institutionalRecord(kind, from)
			m.live()
		}
		if r.chance(10) {
			m.authorize(from)
		}
	}
	if m.edges {
		m.allTypes(index)
	}
	m.to.newestPerson(&m.who)
}

// live sends a claim and what becomes of it. The IDR has the newest version
// of a claim alone, but an export may have it from before. Claims of the
// published maps have no ids, so that one cannot replace another.
func (m *idrMaker) live() {
	c, r := &m.claim, &m.random
	final := c.LastUpdated
	if r.chance(30) {
		m.share()
		return
	}
	late := false
	switch n := r.intn(1000); {
	case n < 35 && !m.who.fml: // the same claim once more
		c.LastUpdated = final.before(r)
		m.to.event(c, false)
		m.revise()
		late = true
	case n < 60: // another claim took its place
		c.ClmFinlActnInd = "N"
		m.to.event(c, false)
		c.ClmOrigCntlNum = c.ClmCntlNum
		m.revise()
		c.ClmUniqID, c.ClmCntlNum, c.ClmFinlActnInd, c.ClmAdjstmtType = m.newID(), "2"+r.number(13), "Y", "2"
	case n < 70 && !m.who.fml: // another claim took its place later
		c.LastUpdated = final.before(r)
		m.to.event(c, false)
		c.LastUpdated, c.ClmFinlActnInd = final, "N"
		m.to.event(c, true)
		m.revise()
		c.ClmUniqID, c.ClmFinlActnInd, c.ClmAdjstmtType = m.newID(), "Y", "2"
		late = true
	}
	c.LastUpdated = final
	m.to.event(c, late)
	m.to.newestEvent(c)
}

// share sends a claim of the systems that process claims. Some of these bear
// the mark of a final action too.
func (m *idrMaker) share() {
	c, r := &m.claim, &m.random
	c.system = sharedSystem
	switch c.kind {
	case carrier:
		c.ClmTypeCd = anyOf(r, []int{1700, 2700})
	case dme:
		c.ClmTypeCd = anyOf(r, []int{1800, 2800})
	case hha:
		c.ClmTypeCd = 1032
	case hospice:
		c.ClmTypeCd = 1081
	case snf:
		c.ClmTypeCd = 1021
	case inpatient:
		c.ClmTypeCd = 1011
	default:
		c.ClmTypeCd = 1013
	}
	if r.chance(400) {
		c.ClmAdjstmtType = ""
	}
	if r.chance(500) {
		c.ClmFinlActnInd = "N"
	}
	m.to.event(c, false)
}

func (m *idrMaker) newID() int64 {
	m.serial++
	return 4_100_000_000_000 + m.ids.index*claimsPerBeneficiary*4 + m.serial
}

// idrPerson makes the beneficiary out of what the other records have.
func (m *idrMaker) idrPerson(index int) {
	r, b := &m.random, &m.base
	b.BeneID = 20_000_000 + int64(index)
	m.lookAt(b)
	if blank(b.BeneRaceCd) {
		b.BeneRaceCd = "0"
	}
	p := &m.who
	*p = idrPerson{Beneficiary: b, fml: r.chance(125) && index > 0, mbis: p.mbis[:0]}
	p.city = p.fml || r.chance(300)
	m.mbis(p)
	pick := func(c *codes) string { return r.optional(c.pick(r)) }
	p.partA = idrPart{b.BeneMdcrStatusCd, b.BeneEntlmtRsnOrig, r.optional(oneOf(r, buyInCodes)), b.PtaCvrgStrtDt, b.PtaCvrgEndDt}
	p.partB = idrPart{pick(medicareStatus), pick(entitlements), r.optional(oneOf(r, buyInCodes)), b.PtbCvrgStrtDt, b.PtbCvrgEndDt}
	for _, part := range []*idrPart{&p.partA, &p.partB} {
		if part.begin == 0 { // no row that is valid: a Coverage with nothing in it
			*part = idrPart{}
		}
	}
	for i := range p.updates {
		p.updates[i] = int64(r.intn(3)) * 86_400_000
	}
	if r.chance(250) {
		p.dual = idrDual{BeneDualStusCd: anyOf(r, []string{"01", "02", "04", "08"}), begin: b.PtaCvrgStrtDt}
		if r.chance(200) {
			p.dual.end = m.calendar.historyEnd - 100
		}
	}
	if r.chance(100) {
		p.contract[0] = "H" + r.number(4)
	}
	if b.PtdCvrgStrtDt != 0 {
		p.contract[1] = "S" + r.number(4)
	}
	if len(b.MbiHistory) > 0 && r.chance(300) {
		p.mergedID = 900_000_000 + int64(index)
	}
}

var buyInCodes = []string{"C", "A", "B"}

// lookAt turns what a CCW column has into what the IDR has: states in
// letters, and postal codes of five digits.
func (m *idrMaker) lookAt(b *Beneficiary) {
	b.StateCode = uspsState(b.StateCode)
	b.BeneZipCd = b.BeneZipCd[:min(5, len(b.BeneZipCd))]
}

// mbis lists the identifiers that a beneficiary had, the current one last.
func (m *idrMaker) mbis(p *idrPerson) {
	b := p.Beneficiary
	begin := newDate(2018, 1, 1) + date(m.ids.index%300)
	for _, former := range b.MbiHistory {
		next := begin + 120 + date(m.ids.index%77)
		p.mbis = append(p.mbis, idrMBI{BeneMbiID: former, BeneMbiEfctvDt: begin, BeneMbiObslDt: next - 1})
		begin = next
	}
	current := idrMBI{BeneMbiID: b.MbiNum, BeneMbiEfctvDt: begin}
	if len(b.MbiHistory) == 0 {
		current.BeneMbiObslDt = b.EfctvEndDt // the only one: it stays the current
	}
	p.mbis = append(p.mbis, current)
}

// earlierPerson is what was known some months before.
func (m *idrMaker) earlierPerson(b *Beneficiary) {
	b.BeneID = m.base.BeneID
	m.lookAt(b)
	p := &m.before
	list := p.mbis[:0]
	*p = m.who
	p.Beneficiary, p.mbis, p.mergedID, p.dual = b, list, 0, idrDual{}
	if blank(b.BeneRaceCd) {
		b.BeneRaceCd = "0"
	}
	p.updates = [5]int64{}
	m.mbis(p)
}

// record starts a claim.
func (m *idrMaker) record(kind claimType, from, thru date) *idrClaim {
	c, r := &m.claim, &m.random
	*c = idrClaim{
		kind: kind, person: &m.who, ClmUniqID: m.newID(), ClmFinlActnInd: "Y",
		ClmFromDt: from, ClmThruDt: thru, ClmAdjstmtType: "0",
		Prod: c.Prod[:0], Prcdr: c.Prcdr[:0], Lines: c.Lines[:0], ClmRltCondCd: c.ClmRltCondCd[:0],
	}
	c.ClmWklyDt = thru + date(r.between(9, 30))
	c.ClmEfctvDt = c.ClmWklyDt - date(r.intn(5))
	c.ClmIdrLdDt = c.ClmWklyDt + date(r.between(1, 9))
	if kind != partD && r.chance(15) {
		c.ClmIdrLdDt = 0
	}
	c.ClmProcDt = c.ClmWklyDt - date(r.between(1, 8))
	c.ClmRcvdDt = thru + date(r.between(1, 8))
	c.LastUpdated = m.updated(c.ClmIdrLdDt)
	c.ClmCntlNum = "2" + r.number(13) + anyOf(r, []string{"", "OHA", "NCA"})
	c.ClmCntrctrNum = anyOf(r, []string{"06001", "15201", "05102", "11202", "14211", "01112"})
	switch {
	case r.chance(20):
		c.ClmAdjstmtType = ""
	case r.chance(60):
		c.ClmAdjstmtType, c.ClmOrigCntlNum = "2", "2"+r.number(13)
	case r.chance(20):
		c.ClmAdjstmtType = "1"
	}
	c.ClmAlowdChrgAmt, c.ClmNcvrdChrgAmt = r.cents(0, 900), r.cents(0, 300)
	c.ClmMdcrDdctbl, c.ClmMdcrCoinsrnc = r.cents(0, 257), r.cents(0, 400)
	if m.who.fml && r.chance(300) { // the maps leave out what is null
		c.ClmMdcrDdctbl, c.ClmMdcrCoinsrnc, c.ClmNcvrdChrgAmt = noAmount, noAmount, noAmount
	}
	m.enhancements(&c.ClmSwitch, &c.ClmDemo)
	return c
}

// enhancements fills in the switches and numbers of models and
// demonstrations. A number may stand behind an empty one.
func (m *idrMaker) enhancements(switches *[6]string, demo *[5]string) {
	r := &m.random
	if !r.chance(150) {
		return
	}
	for i := range switches {
		if r.chance(200) {
			switches[i] = anyOf(r, []string{"Y", "Y", "N", " "})
		}
	}
	for i := range 1 + r.skewed(5) {
		demo[i] = anyOf(r, []string{"1", "2", "3", "5", "8", "12", "~", "31"})
	}
}

// present says that a column of the IDR has a value.
func present(s string) bool { return !blank(s) && s != "~" }

var idrTypes = [claimTypes]int{inpatient: 60, snf: 20, outpatient: 40, hha: 10, hospice: 50}

func (m *idrMaker) institutionalRecord(kind claimType, from date) {
	r := &m.random
	p := profiles[kind]
	thru := from + date(r.between(p.days[0], p.days[1]))
	c := m.record(kind, from, thru)
	c.ClmTypeCd = idrTypes[kind]
	switch {
	case kind == inpatient && r.chance(100):
		c.ClmTypeCd = 61
	case kind == snf && r.chance(250):
		c.ClmTypeCd = 30
	}
	if !r.chance(30) {
		c.billing = m.organization()
	}
	c.person2 = c.billing != nil && r.chance(20)
	npi := func(perMille int) string {
		if r.chance(perMille) {
			return m.practitioner().npi
		}
		return ""
	}
	c.atndg, c.oprtg, c.othr, c.rndrg, c.rfrg = npi(950), npi(450), npi(250), npi(150), npi(100)
	c.ClmNrlnRic = p.nearLine
	c.ClmBillFacTypeCd, c.ClmBillClsfctnCd = p.facility, anyOf(r, []string{"1", "2", "3", "4"})
	c.ClmBillFreqCd = anyOf(r, []string{"1", "1", "7", "2", "3", "4", "0", "X", "G"})
	if r.chance(15) {
		c.ClmBillClsfctnCd, c.ClmBillFreqCd = "", ""
	}
	c.ClmMdcrNpmtRsnCd = r.seldom(40, nonPaymentReasons.pick(r))
	c.ClmNchPrmryPyrCd = r.seldom(60, primaryPayers.pick(r))
	c.GeoBlgSsaStateCd = r.optional(anyOf(r, states).ssa)
	c.BenePtntStusCd = r.optional(anyOf(r, []string{"01", "03", "06", "30", "20", "50", "07"}))
	c.ClmOpSrvcTypeCd = r.optional(anyOf(r, []string{"0", "1", "2"}))
	c.ClmQueryCd = r.optional(queryCodes.pick(r))
	if kind != outpatient {
		c.ClmActvCareFromDt = from - date(r.intn(3))
		if r.chance(700) {
			c.ClmDschrgDt = thru
		}
		if r.chance(25) {
			c.ClmActvCareFromDt = 0
		}
	}
	if kind == inpatient || kind == snf {
		c.ClmAdmsnTypeCd, c.ClmAdmsnSrcCd = r.optional(admissionTypes.pick(r)), r.optional(admissionSources.pick(r))
		if !r.chance(50) {
			c.DgnsDrgCd = anyOf(r, []int{871, 470, 291, 64, 194, 8, 3, 39, 885, 1})
		}
	}
	for _, t := range m.distinct(conditions, r.skewed(4)) {
		c.ClmRltCondCd = append(c.ClmRltCondCd, t.code)
	}
	m.institutionalProducts(c, p)
	m.revenueRecords(c, p)
	for _, a := range []*amount{
		&c.ClmInstnlPerDiem, &c.ClmIPBeneDdctbl, &c.ClmBloodLblty, &c.ClmInstnlPrfnl,
		&c.ClmPpsCptlIme, &c.ClmPpsDsprprtnt, &c.ClmHippsUncompdCare,
	} {
		*a = r.optionalAmount(1, 2500)
	}
	c.ClmOprtnlIme, c.ClmOprtnlDsprtnt = 0, 0
	if kind == inpatient {
		c.ClmOprtnlIme, c.ClmOprtnlDsprtnt = r.cents(0, 9000), r.cents(0, 4000)
	}
	m.sumUp()
}

// conditions are codes of related conditions. One of one character gets a
// zero before it.
var conditions = []term{{"09", ""}, {"10", ""}, {"1", ""}, {"20", ""}, {"C1", ""}, {"77", ""}, {"D9", ""}}

func (m *idrMaker) institutionalProducts(c *idrClaim, p profile) {
	r := &m.random
	v, version := m.icdOn(c.ClmFromDt)
	n := 1 + r.skewed(min(p.diagnoses, 20))
	codes := m.distinct(v.diagnoses, n+4)
	if r.chance(15) {
		return // none at all
	}
	admitting, reason := codes[n%len(codes)].code, codes[(n+1)%len(codes)].code
	poa := func() string {
		return anyOf(r, []string{"Y", "N", "1", "U", "W", "YX", "", "~", "Y"})
	}
	add := func(kind, code, poa string) { c.Prod = append(c.Prod, idrProd{kind, code, poa, version}) }
	if c.kind == inpatient || c.kind == snf {
		if r.chance(300) {
			admitting = codes[0].code
		}
		add("A", admitting, "")
	}
	for i := range min(n, len(codes)) {
		add("D", codes[i].code, poa())
		if i > 1 && r.chance(15) { // a code once more
			add("D", codes[i].code, poa())
		}
	}
	principal := codes[0].code
	if r.chance(p.external) {
		for _, t := range m.distinct(v.external, 1+r.skewed(4)) {
			add("E", t.code, "")
		}
	}
	add("P", principal, "")
	if c.kind == outpatient && r.chance(400) {
		add("R", reason, "")
	}
	if p.procedures == 0 || !r.chance(500) {
		return
	}
	number := 0
	for _, t := range m.distinct(v.procedures, r.skewed(p.procedures+1)) {
		number += 1 + r.skewed(3)
		c.Prcdr = append(c.Prcdr, idrProcedure{number, t.code, c.ClmFromDt + date(r.intn(int(c.ClmThruDt-c.ClmFromDt)+1)), version})
	}
}

// revenueRecords makes the lines. A line's dates go to FHIR as a period, which
// hides the day of the revenue centre, or else that day alone does. So a line
// has both its dates, and the first is the revenue centre's too, or has only
// the revenue centre's, or none.
func (m *idrMaker) revenueRecords(c *idrClaim, p profile) {
	r := &m.random
	if r.chance(12) {
		return
	}
	number := 0
	for range p.lines(r) {
		number++
		if r.chance(30) {
			number += r.between(1, 9)
		}
		rev := oneOf(r, p.revenues)
		l := idrLine{ClmLineNum: number, ClmLineRevCtrCd: rev.code}
		if len(rev.hcpcs) > 0 {
			l.ClmLineHcpcsCd = r.optional(anyOf(r, rev.hcpcs))
		}
		if r.chance(60) {
			l.ClmRevApcHippsCd = anyOf(r, []string{"KBGC1", "2CB21", "HAXE0"})
		}
		m.modifiersOf(&l)
		day := c.ClmFromDt + date(r.intn(int(c.ClmThruDt-c.ClmFromDt)+1))
		switch {
		case r.chance(40):
		case r.chance(300) || c.person.fml:
			l.ClmLineRevCtrDt = day
		default:
			l.ClmLineRevCtrDt, l.ClmLineFromDt, l.ClmLineThruDt = day, day, day+date(r.intn(int(c.ClmThruDt-day)+1))
		}
		m.lineAmounts(c, &l, rev.charge)
		if r.chance(80) {
			l.AnsiGrpCd, l.AnsiRsnCd = anyOf(r, []string{"CO", "PR", "OA"}), anyOf(r, []string{"45", "B7", "253", "97", "4"})
		}
		l.ClmDdctblCoinsrnc = r.optional(coinsuranceCodes.pick(r))
		if r.chance(400) {
			l.rendering = m.practitioner().npi
			l.FedSpclty = specialties.pick(r)
		}
		c.Lines = append(c.Lines, l)
	}
}

func (m *idrMaker) modifiersOf(l *idrLine) {
	r := &m.random
	if blank(l.ClmLineHcpcsCd) || !r.chance(350) {
		return
	}
	for i := range 1 + r.skewed(5) {
		l.HcpcsMdfrCd[i] = anyOf(r, modifiers)
		if r.chance(30) {
			l.HcpcsMdfrCd[i] = anyOf(r, []string{"", " ", "~"})
		}
	}
}

func (m *idrMaker) lineAmounts(c *idrClaim, l *idrLine, charge int) {
	r := &m.random
	l.ClmLineSrvcUnit = units(int64(1 + r.skewed(20)))
	switch {
	case r.chance(40):
		l.ClmLineSrvcUnit = 0
	case r.chance(20):
		l.ClmLineSrvcUnit = quantity(r.between(1, 99_999)) * 10
	}
	l.ClmLineSbmtChrg = r.cents(charge/2, charge*2)
	l.ClmLineAlowdChrg = l.ClmLineSbmtChrg * amount(r.between(25, 95)) / 100
	l.ClmLineCvrdPd = l.ClmLineAlowdChrg * 8 / 10
	switch {
	case r.chance(80):
		l.ClmLineCvrdPd = 0
	case r.chance(8):
		l.ClmLineCvrdPd = -l.ClmLineCvrdPd
	case c.person.fml && r.chance(100):
		l.ClmLineCvrdPd = noAmount
	}
	l.ClmLinePrvdrPmt, l.ClmLineBenePmt = l.ClmLineAlowdChrg-r.cents(0, 9), r.cents(0, 40)
	l.ClmLineDdctbl, l.ClmLineNcvrd = r.cents(0, 60), r.cents(0, 20)
	if r.chance(80) {
		l.ClmLineNdcCd, l.ClmLineNdcQty = anyOf(r, drugs).code, quantity(r.between(1, 80_000))*10
	}
}

// sumUp makes the amounts of the claim.
func (m *idrMaker) sumUp() {
	c, r := &m.claim, &m.random
	c.ClmSbmtChrgAmt, c.ClmPmtAmt = 0, 0
	for i := range c.Lines {
		c.ClmSbmtChrgAmt += c.Lines[i].ClmLineSbmtChrg
		if paid := c.Lines[i].ClmLineCvrdPd; paid != noAmount {
			c.ClmPmtAmt += paid
		}
	}
	c.ClmPrvdrPmtAmt = c.ClmPmtAmt
	switch {
	case r.chance(20):
		c.ClmPmtAmt = 0
	case r.chance(8):
		c.ClmPmtAmt = -r.cents(1, 400)
	case r.chance(3) && c.kind != carrier && c.kind != dme:
		c.ClmSbmtChrgAmt, c.ClmPmtAmt = 99_999_999_999_99-r.cents(0, 999), 12_345_678_90
	}
}

// revise is what an adjustment changes.
func (m *idrMaker) revise() {
	c, r := &m.claim, &m.random
	c.ClmEfctvDt += date(r.between(7, 40))
	c.ClmWklyDt += date(r.between(7, 40))
	if c.ClmIdrLdDt != 0 {
		c.ClmIdrLdDt += 41
	}
	if n := len(c.Lines); n > 1 && r.chance(300) {
		c.Lines = c.Lines[:n-1]
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.ClmLineCvrdPd != noAmount {
			l.ClmLineCvrdPd += r.cents(0, 12)
		}
	}
	m.sumUp()
}

// professionalRecord makes a claim of a physician or supplier. The server
// gives a line that names a diagnosis the one that stands in the same row of
// a table, and that is what the lines here have. A line without a rendering
// provider is found only on claims where no line has one: of others it cannot
// be told that it has none.
func (m *idrMaker) professionalRecord(kind claimType, from date) {
	r := &m.random
	thru := from
	if r.chance(250) {
		thru += date(r.intn(25))
	}
	c := m.record(kind, from, thru)
	c.ClmTypeCd, c.ClmNrlnRic = anyOf(r, []int{71, 71, 72}), "O"
	if kind == dme {
		c.ClmTypeCd, c.ClmNrlnRic = anyOf(r, []int{82, 82, 81}), "M"
	}
	switch {
	case r.chance(30):
	case kind == dme:
		c.billing = &m.providers.suppliers[r.intn(len(m.providers.suppliers))]
	default:
		c.billing, c.person2 = m.practitioner(), true
	}
	if r.chance(850) {
		c.rfrg = m.practitioner().npi
	}
	c.ClmCarrPmtDnlCd = r.optional(anyOf(r, []string{"1", "2", "0", "8", "D", "00"}))
	c.ClmDispCd = r.optional(anyOf(r, []string{"01", "02", "03"}))
	v, version := m.icdOn(from)
	diagnoses := m.distinct(v.diagnoses, 1+r.skewed(12))
	if r.chance(15) {
		diagnoses = nil
	}
	for i, t := range diagnoses {
		if len(c.Prod) == 12 {
			break
		}
		c.Prod = append(c.Prod, idrProd{"D", t.code, "", version})
		if i > 1 && len(c.Prod) < 12 && r.chance(20) { // a code once more, but not behind the first
			c.Prod = append(c.Prod, c.Prod[r.intn(len(c.Prod))])
		}
	}
	m.serviceRecords(c, r.chance(30))
	m.sumUp()
}

func (m *idrMaker) serviceRecords(c *idrClaim, anonymous bool) {
	r := &m.random
	if r.chance(8) {
		return
	}
	lines := 1
	if r.chance(450) {
		lines = 1 + r.skewed(13)
	}
	number, physician := 0, m.practitioner()
	for i := range lines {
		number++
		if r.chance(40) {
			number += r.between(1, 6)
		}
		s := oneOf(r, officeServices)
		set := processing
		if c.kind == dme {
			s = oneOf(r, equipment)
		}
		if r.chance(200) {
			physician = m.practitioner()
		}
		l := idrLine{
			ClmLineNum: number, ClmLineHcpcsCd: r.optional(s.hcpcs), FedTypeSrvcCd: s.serviceType,
			PosCd: r.optional(places.pick(r)), PrmryPyrCd: r.seldom(60, linePrimary.pick(r)), PrcsgIndCd: r.optional(set.pick(r)),
			PrvdrTypeCd: r.optional(providerTypes.pick(r)), PrvdrSpclty: r.optional(specialties.pick(r)), FedSpclty: specialties.pick(r),
			SsaStateCd: r.optional(anyOf(r, states).ssa), CarrHpsaCd: r.seldom(60, anyOf(r, []string{"1", "2"})),
		}
		if m.taxNumbers {
			l.TaxNum = r.optional(physician.taxNumber)
		}
		if !anonymous {
			l.rendering = physician.npi
		}
		if c.person.fml && len(c.Prod) > 0 {
			l.dgnsRow = 1 + r.intn(len(c.Prod))
		} else if i < len(c.Prod) {
			l.dgnsRow = i + 1
		}
		if r.chance(50) {
			l.dgnsRow = 0
		}
		if l.dgnsRow > 0 {
			l.ClmLineDgnsCd = c.Prod[l.dgnsRow-1].ClmDgnsCd
		}
		m.modifiersOf(&l)
		m.lineAmounts(c, &l, s.charge)
		l.ClmLineFromDt = c.ClmFromDt + date(r.intn(int(c.ClmThruDt-c.ClmFromDt)+1))
		l.ClmLineThruDt = l.ClmLineFromDt + date(r.intn(int(c.ClmThruDt-l.ClmLineFromDt)+1))
		switch {
		case r.chance(15):
			l.ClmLineFromDt, l.ClmLineThruDt = 0, 0
		case r.chance(30):
			l.ClmLineThruDt = 0
		}
		m.enhancements(&l.Switch, &l.Demo)
		c.Lines = append(c.Lines, l)
	}
}

// drugRecord makes a drug event. The server has all versions of an event, as
// events of their own; those that are related count once, the newest of them,
// or not at all if that is a deletion that the server says is not final.
func (m *idrMaker) drugRecord(day date) {
	r := &m.random
	c := m.drugClaim(day)
	if c.drug.ClmLineRxNum == "" || !r.chance(120) {
		m.to.event(c, false)
		m.to.newestEvent(c)
		return
	}
	m.drugVersions(c)
}

// drugOfType makes a drug event of a type, which is related to no other.
func (m *idrMaker) drugOfType(day date, code int) {
	c := m.drugClaim(day)
	c.ClmTypeCd = code
	m.to.event(c, false)
	m.to.newestEvent(c)
}

func (m *idrMaker) drugClaim(day date) *idrClaim {
	r := &m.random
	c := m.record(partD, day, day)
	c.ClmTypeCd, c.ClmAdjstmtType, c.ClmOrigCntlNum = 1, "0", ""
	if r.chance(500) {
		c.ClmFinlActnInd = ""
	}
	c.billing = m.organization()
	d := &c.drug
	*d = idrDrug{
		PrvdrSrvcIDQlfyrCd: "01", ClmSrvcPrvdrGnrcID: c.billing.npi,
		PrsbngIDQlfyrCd: "01", ClmPrsbngGnrcID: m.practitioner().npi,
		ClmDspnsngStusCd: r.seldom(60, partialFills.pick(r)), ClmDawProdSlctnCd: dispenseAs.pick(r),
		ClmDaysSuplyQty: anyOf(r, []int{30, 90, 30, 7, 14, 0, 100}), ClmLineRxNum: r.number(12),
		ClmLineRxFillNum: r.skewed(12), ClmPhrmcySrvcType: r.optional(pharmacies.pick(r)),
		compound: r.chance(60), ClmPdDt: day + date(r.between(5, 40)),
	}
	switch n := r.intn(1000); {
	case n < 40:
		d.PrvdrSrvcIDQlfyrCd, d.ClmSrvcPrvdrGnrcID = "07", r.number(7)
	case n < 50:
		d.PrvdrSrvcIDQlfyrCd, d.ClmSrvcPrvdrGnrcID = "11", r.number(9)
	case n < 55:
		d.PrvdrSrvcIDQlfyrCd, d.ClmSrvcPrvdrGnrcID = "99", "PHY"+r.number(5)
	}
	switch n := r.intn(1000); {
	case n < 20:
		d.PrsbngIDQlfyrCd, d.ClmPrsbngGnrcID = "06", m.upin()
	case n < 40: // the whole entry is missing
		d.PrsbngIDQlfyrCd, d.ClmPrsbngGnrcID = "", ""
	}
	if r.chance(20) {
		d.ClmLineRxNum = ""
	}
	l := idrLine{ClmLineNum: 1, ClmLineFromDt: day, ClmLineNdcCd: oneOf(r, drugs).code}
	l.ClmLineSrvcUnit = units(int64(anyOf(r, []int{30, 60, 90, 15, 120, 180})))
	if r.chance(60) {
		l.ClmLineSrvcUnit = quantity(r.between(1, 3_000_000)) / 10 * 10
	}
	c.Lines = append(c.Lines, l)
	m.drugAmounts(c)
	return c
}

func (m *idrMaker) drugAmounts(c *idrClaim) {
	r := &m.random
	total := r.cents(2, 160)
	c.drug.TotRxCst = total
	c.Lines[0].ClmLineBenePmt = min(total, r.cents(0, 47))
	c.Lines[0].ClmLineCvrdPd = total - c.Lines[0].ClmLineBenePmt
}

// drugVersions sends two or three versions of an event. The newest is that of
// the latest load, or of one day the one that was updated last; it is not
// always the last in the export.
func (m *idrMaker) drugVersions(c *idrClaim) {
	r := &m.random
	load, updated := c.ClmIdrLdDt, c.LastUpdated
	n := 2 + r.intn(2)
	sameDay := r.chance(300)
	newest := r.intn(n)
	var last idrClaim
	for i := range n {
		if i > 0 {
			c.ClmUniqID = m.newID()
			c.ClmTypeCd = anyOf(r, []int{2, 2, 4, 3})
			c.ClmAdjstmtType = "2"
			m.drugAmounts(c)
			if c.ClmTypeCd == 3 { // a deletion
				c.Lines[0].ClmLineNdcCd, c.Lines[0].ClmLineBenePmt, c.Lines[0].ClmLineCvrdPd, c.drug.TotRxCst = "", 0, 0, 0
			} else if c.Lines[0].ClmLineNdcCd == "" {
				c.Lines[0].ClmLineNdcCd = oneOf(r, drugs).code
			}
		}
		order := n - i // older and older
		if i == newest {
			order = n + 1
		}
		c.LastUpdated, c.ClmIdrLdDt = updated, load
		c.LastUpdated.millis += int64(order) * 3_600_000
		if !sameDay {
			c.ClmIdrLdDt = load + date(order)*7
			c.LastUpdated.millis = updated.millis - int64(order)*60_000 // says nothing
		}
		if c.ClmFinlActnInd != "" {
			c.ClmFinlActnInd = "N"
			if i == newest && c.ClmTypeCd != 3 {
				c.ClmFinlActnInd = "Y"
			}
		}
		m.to.event(c, false)
		if i == newest {
			last = *c
			last.Lines = append([]idrLine(nil), c.Lines...)
		}
	}
	if last.ClmFinlActnInd != "N" {
		m.to.newestEvent(&last)
	}
}
