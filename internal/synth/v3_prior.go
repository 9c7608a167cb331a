package synth

import "strconv"

// idrAuthorization is a request to authorize services before they are given,
// with the decision on each.
type idrAuthorization struct {
	person *idrPerson

	LastUpdated       instant
	UniqueTrackingNum string
	IcnDcn            string
	DtAdded           date
	EfctvDt           date // of the reference period
	ExprtnDt          date
	ClmType           string // A or B
	CntrctrNum        string
	BillType          string
	provider          *provider // nil for one that the provider history lacks
	rfrg              string    // NPIs
	atndg             string
	oprtg             string
	rndrg             string
	Items             []idrAuthorizedItem
}

// An idrAuthorizedItem is a service that is asked for.
type idrAuthorizedItem struct {
	HcpcsCd       string
	MdfrCd        [4]string
	Decision      string // A affirmed, N not affirmed
	DtUpdated     date
	ReqSubDt      date
	ReqRecDt      date
	DecisionDt    date
	DecisionExpDt date
	ServiceCnts   int // units
	SvcRenderSt   string
	MrCountInd    int // claims that were reviewed
	MrCountStDt   date
	MrCountEndDt  date
	PosCd         string
	RevCtrCd      string
	RrbExclInd    bool
}

// authorizationStream is of the random numbers of prior authorizations, apart
// from those of the claims.
const authorizationStream = 67

// authorize makes a prior authorization and sends it, now and then in an
// earlier version too.
func (m *idrMaker) authorize(day date) {
	r := &m.authorizations
	a := &m.authorization
	*a = idrAuthorization{
		person: &m.who, UniqueTrackingNum: anyOf(r, []string{"A", "Z", "J"}) + r.number(13), IcnDcn: r.number(14),
		DtAdded: day, EfctvDt: day + date(r.between(1, 20)), ClmType: anyOf(r, []string{"A", "B"}),
		CntrctrNum: anyOf(r, []string{"14014", "06001", "11004"}), BillType: anyOf(r, []string{"32X", "13X", ""}),
		Items: a.Items[:0],
	}
	a.ExprtnDt = a.EfctvDt + 365
	a.LastUpdated = min(day+date(r.between(9, 90)), m.calendar.lastUpdate).at(int64(r.intn(86_400_000)))
	if !r.chance(80) {
		a.provider = anyOfPointers(r, m.providers.organizations)
	}
	npi := func(perMille int) string {
		if r.chance(perMille) {
			return anyOfPointers(r, m.providers.practitioners).npi
		}
		return ""
	}
	a.rfrg, a.atndg, a.oprtg, a.rndrg = npi(800), npi(600), npi(300), npi(700)
	for range 1 + r.skewed(4) {
		a.Items = append(a.Items, m.authorizedItem(day))
	}
	if !m.who.fml && r.chance(200) {
		newest := a.LastUpdated
		a.LastUpdated = newest.before(r)
		m.to.authorization(a, false)
		a.LastUpdated = newest
		for i := range a.Items {
			a.Items[i].Decision, a.Items[i].DtUpdated = "A", day+30
		}
		m.to.authorization(a, true)
	} else {
		m.to.authorization(a, false)
	}
	m.to.newestAuthorization(a)
}

func (m *idrMaker) authorizedItem(day date) idrAuthorizedItem {
	r := &m.authorizations
	item := idrAuthorizedItem{
		HcpcsCd: anyOf(r, []string{"G0299", "G0300", "G0493", "K0856", "E0601", "64555"}), Decision: anyOf(r, []string{"A", "A", "N", ""}),
		DtUpdated: day, ReqSubDt: day - date(r.intn(3)), ReqRecDt: day, ServiceCnts: r.skewed(40),
		SvcRenderSt: anyOf(r, []string{"IL", "FL", "PR", ""}),
	}
	if r.chance(300) {
		item.MdfrCd[0] = anyOf(r, modifiers)
		if r.chance(400) {
			item.MdfrCd[1] = anyOf(r, modifiers)
		}
	}
	if item.Decision != "" {
		item.DecisionDt = day + date(r.between(1, 9))
		item.DecisionExpDt = item.DecisionDt + 365
	}
	item.PosCd, item.RevCtrCd = r.seldom(300, "12"), r.seldom(300, "0551")
	item.RrbExclInd = r.chance(200)
	if r.chance(500) {
		item.MrCountInd, item.MrCountStDt, item.MrCountEndDt = 1+r.intn(50), day+12, day+377
	}
	return item
}

func priorCoding(name, code string) string {
	return `"url":"` + repositoryDef + name + `","valueCoding":` + coding(repository+name, code, "")
}

var (
	priorProfile = `,"profile":["http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/pdex-priorauthorization"],"source":"CWF","tag":[` +
		coding(repository+"System-Type", "SharedSystem", "Shared System") + `]},"outcome":"complete","patient":{"reference":"Patient/`
	priorTypes = map[string]string{
		"A": coding(terminology+"claim-type", "institutional", "") + "," + coding(repository+"CLM-TYPE", "A", "Part A"),
		"B": coding(terminology+"claim-type", "professional", "") + "," + coding(repository+"CLM-TYPE", "B", "Part B"),
	}
	priorBill = `{"category":` + concept(infoCategory) + `,"code":{"coding":[`
)

// priorAuthorization writes one, which is an ExplanationOfBenefit too.
func (w *v3) priorAuthorization(b []byte, a *idrAuthorization) []byte {
	c := &idrClaim{kind: outpatient, person: a.person, billing: a.provider}
	w.shape, w.infos, w.members = serverShape, 0, w.members[:0]
	if a.person.fml {
		w.shape = mapShape
	}
	w.addMember(referring, a.rfrg)
	w.addMember(attending, a.atndg)
	w.addMember(operating, a.oprtg)
	w.addMember(performing, a.rndrg)

	b = append(b, '{')
	b = w.careTeamMember(b)
	b = w.contained(b, c)
	b = append(b, `"created":`...)
	b = append(appendDate(b, a.DtAdded), ',')
	if w.shape == serverShape {
		b = append(b, `"id":`...)
		b = append(appendPlain(b, a.UniqueTrackingNum), ',')
	}
	b = append(b, `"identifier":[{"system":"https://bluebutton.cms.gov/identifiers/Unique-Tracking-Number","value":`...)
	b = appendPlain(b, a.UniqueTrackingNum)
	b = append(b, `},{"system":"https://bluebutton.cms.gov/identifiers/PA-ICN-DCN","value":`...)
	b = appendPlain(b, a.IcnDcn)
	b = append(b, `}],"insurance":[{"coverage":{"display":"Part `...)
	b = append(b, a.ClmType...)
	b = append(b, `"},"focal":true}],"insurer":{"reference":"#insurer-org"},"item":[`...)
	for i := range a.Items {
		b = w.authorizedItem(b, a, i)
	}
	b = append(closeWith(b, ']'), `,"meta":{"lastUpdated":`...)
	b = appendInstant(b, a.LastUpdated)
	b = append(b, priorProfile...)
	b = appendInt(b, int(a.person.BeneID))
	b = append(b, `"},"preAuthRefPeriod":[`...)
	b = appendPeriod(b, a.EfctvDt, a.ExprtnDt)
	b = append(b, `],`...)
	b = w.providerMember(b, c)
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"active","supportingInfo":[`...)
	b = w.infoCode(b, &v3Contractor, a.CntrctrNum, "CLM-CNTRCTR-NUM")
	if a.BillType != "" {
		b = append(b, priorBill...)
		b = append(appendCode(b, "https://www.nubc.org/CodeSystem/TypeOfBill", a.BillType), `]}`...)
		b = append(w.infoEnd(b), `},`...)
	}
	b = append(closeWith(b, ']'), `,"type":{"coding":[`...)
	b = append(b, priorTypes[a.ClmType]...)
	return append(b, `]},"use":"preauthorization"}`...)
}

func (w *v3) authorizedItem(b []byte, a *idrAuthorization, n int) []byte {
	item := &a.Items[n]
	day := func(b []byte, name string, d date) []byte {
		if d == 0 {
			return b
		}
		b = append(append(b, `{"url":"`+repositoryDef...), name...)
		return append(appendDate(append(b, `","valueDate":`...), d), `},`...)
	}
	count := func(b []byte, name string, n int) []byte {
		b = append(append(b, `{"url":"`+repositoryDef...), name...)
		return append(strconv.AppendInt(append(b, `","valueUnsignedInt":`...), int64(n), 10), `},`...)
	}
	b = append(b, `{"extension":[`...)
	b = day(b, "PA-DT-ADDED", a.DtAdded)
	b = day(b, "PA-DT-UPDATED", item.DtUpdated)
	if item.Decision != "" {
		b = append(append(append(b, '{'), priorCoding("PA-DECISION", item.Decision)...), `},`...)
	}
	b = day(b, "PA-REQ-SUB-DT", item.ReqSubDt)
	b = day(b, "PA-REQ-REC-DT", item.ReqRecDt)
	b = day(b, "PA-DECISION-DT", item.DecisionDt)
	b = day(b, "PA-DECISION-EXP-DT", item.DecisionExpDt)
	b = count(b, "SERVICE-CNTS", item.ServiceCnts)
	if item.SvcRenderSt != "" {
		b = append(b, `{"url":"`+repositoryDef+`SVC-RENDER-ST","valueCoding":`...)
		b = append(appendCode(b, "https://www.usps.com", item.SvcRenderSt), `},`...)
	}
	if item.MrCountInd > 0 {
		b = count(b, "MR-COUNT-IND", item.MrCountInd)
		b = day(b, "MR-COUNT-ST-DT", item.MrCountStDt)
		b = day(b, "MR-COUNT-END-DT", item.MrCountEndDt)
	}
	if item.RrbExclInd {
		b = append(b, `{"url":"`+repositoryDef+`RRB-EXCL-IND","valueBoolean":true},`...)
	}
	b = append(closeWith(b, ']'), ',')
	if !blank(item.PosCd) {
		b = append(b, `"locationCodeableConcept":{"coding":[`...)
		b = append(appendCode(b, cmsPlaces, item.PosCd), `]},`...)
	}
	start := len(b)
	b = append(b, `"modifier":[{"coding":[`...)
	open := len(b)
	for _, code := range item.MdfrCd {
		if code != "" {
			b = append(appendCode(b, procedureSystem(code), code), ',')
		}
	}
	if len(b) == open {
		b = b[:start]
	} else {
		b = append(closeWith(b, ']'), `}],`...)
	}
	b = append(b, `"productOrService":{"coding":[`...)
	b = appendCode(b, procedureSystem(item.HcpcsCd), item.HcpcsCd)
	b = append(b, `]},`...)
	if !blank(item.RevCtrCd) {
		b = append(b, `"revenue":{"coding":[`...)
		b = append(appendCode(b, revenueNUBC, item.RevCtrCd), `]},`...)
	}
	b = append(b, `"sequence":`...)
	return append(appendInt(b, n+1), `},`...)
}
