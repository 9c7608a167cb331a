package synth

import "slices"

// repositoryTypes are the claim types of the repository by their codes: those
// of final claims, and those of the systems that process claims, which are 1000
// or 2000 more than the numbers here.
var repositoryTypes = [claimTypes]struct{ final, shared []int }{
	inpatient:  {final: []int{60, 61, 62, 63, 64}, shared: []int{11, 41, 69}},
	snf:        {final: []int{20, 30}, shared: []int{18, 21}},
	outpatient: {final: []int{40}, shared: outpatientTypes},
	hha:        {final: []int{10}, shared: []int{32, 33, 39, 42, 66, 92}},
	hospice:    {final: []int{50}, shared: []int{81, 82, 91, 98, 900}},
	carrier:    {final: []int{71, 72}, shared: []int{700}},
	dme:        {final: []int{81, 82}, shared: []int{800}},
	partD:      {final: []int{1, 2, 4}}, // 3 is a deletion: see drugVersions
}

// outpatientTypes has the four that the server does not know: see untyped.
var outpatientTypes = []int{
	0, 12, 13, 14, 19, 22, 23, 28, 29, 34, 43, 49, 65, 71, 72, 73, 74, 75, 76, 77, 78, 79, 83, 84, 85, 86, 87, 88, 89, 93, 94, 95, 96, 97, 99,
}

// A typedCode is a code with the claim type that it is of.
type typedCode struct {
	code   int
	kind   claimType
	system idrSystem
}

var typedCodes = func() []typedCode {
	var list []typedCode
	for kind, codes := range repositoryTypes {
		for _, code := range codes.final {
			list = append(list, typedCode{code, claimType(kind), finalSystem})
		}
		for _, code := range codes.shared {
			list = append(list, typedCode{1000 + code, claimType(kind), sharedSystem}, typedCode{2000 + code, claimType(kind), sharedSystem})
		}
	}
	return list
}()

// typesPerBeneficiary is how many claims a beneficiary has for the sake of
// their types, so that some twenty have claims of all.
const typesPerBeneficiary = 8

// allTypes makes claims of all types, some of each beneficiary.
func (m *idrMaker) allTypes(index int) {
	for n := range typesPerBeneficiary {
		t := typedCodes[(index*typesPerBeneficiary+n)%len(typedCodes)]
		from := m.claimDay()
		switch t.kind {
		case carrier, dme:
			m.professionalRecord(t.kind, from)
		case partD:
			m.drugOfType(from, t.code)
			continue
		default:
			m.institutionalRecord(t.kind, from)
		}
		m.claim.ClmTypeCd, m.claim.system = t.code, t.system
		m.to.event(&m.claim, false)
		if t.system == finalSystem {
			m.to.newestEvent(&m.claim)
		}
	}
	m.authorize(m.claimDay())
}

// An edgeIDRVisitor makes the records of the repository odd before it hands
// them on. What it makes of a claim follows from the claim alone, since the
// newest version of a drug event is not always the last one.
type edgeIDRVisitor struct {
	idrVisitor
	*edgeCases
	lastAuthorization idrAuthorization
}

func (v *edgeIDRVisitor) person(p *idrPerson, late bool) {
	b := p.Beneficiary
	v.edgeCases.person(b)
	if b.StateCode = uspsState(b.StateCode); b.StateCode == "" { // foreign: the repository has no letters for that
		b.StateCode = "AE"
	}
	for i := range p.mbis {
		if id := &p.mbis[i]; i < len(p.mbis)-1 && v.random.chance(200) {
			id.BeneMbiEfctvDt = v.odd(id.BeneMbiEfctvDt)
		}
	}
	if b.mbiInClaims {
		v.extension = mbiExtensions(b.MbiNum, b.MbiHistory)
	}
	v.idrVisitor.person(p, late)
}

func (v *edgeIDRVisitor) event(c *idrClaim, late bool) {
	v.idrVisitor.event(v.oddClaim(c), late)
	c.person.claims++
}

func (v *edgeIDRVisitor) newestEvent(c *idrClaim) {
	v.silent = true
	if c = v.oddClaim(c); c.fault == "" {
		v.idrVisitor.newestEvent(c)
	}
	v.silent = false
}

// oddClaim is an odd copy of a claim.
func (v *edgeIDRVisitor) oddClaim(c *idrClaim) *idrClaim {
	odd := *c
	v.random.seed(v.seed+uint64(c.ClmUniqID), int(c.LastUpdated.millis%1_000_000_007), edgeStream)
	v.turns = int(c.ClmUniqID % 1009)
	if c.system == finalSystem && c.kind != partD {
		odd.fault = v.fault()
	}
	v.count("claim type code " + padded(c.ClmTypeCd, 1))
	if c.kind == partD {
		v.oddly(&odd.drug.ClmPdDt)
		if w := new(v3); w.drugTwice(c) && !c.drug.compound && !c.person.fml && v.random.chance(150) {
			odd.Lines = slices.Clone(c.Lines)
			odd.Lines[0].ClmLineSrvcUnit = noQuantity
			v.count("drugs without a quantity")
		}
		return &odd
	}
	if v.random.chance(100) {
		odd.ClmIdrLdDt = v.odd(c.ClmEfctvDt)
	}
	v.oddly(&odd.ClmEfctvDt)
	v.oddly(&odd.ClmActvCareFromDt)
	if c.GeoBlgSsaStateCd != "" && c.kind < carrier {
		odd.GeoBlgSsaStateCd = v.number()
	}
	odd.Prcdr = slices.Clone(c.Prcdr)
	for i := range odd.Prcdr {
		v.oddly(&odd.Prcdr[i].ClmPrcdrDt)
	}
	odd.Lines = slices.Clone(c.Lines)
	for i := range odd.Lines {
		l := &odd.Lines[i]
		if l.SsaStateCd != "" {
			l.SsaStateCd = v.number()
		}
		if l.ClmLineNdcCd != "" && v.random.chance(200) {
			l.ClmLineNdcQty = noQuantity
		}
	}
	return &odd
}

func (v *edgeIDRVisitor) authorization(a *idrAuthorization, late bool) {
	v.lastAuthorization = *a
	a = &v.lastAuthorization
	v.count("prior authorizations")
	v.oddly(&a.ExprtnDt)
	a.Items = slices.Clone(a.Items)
	for i := range a.Items {
		v.oddly(&a.Items[i].ReqSubDt)
		v.oddly(&a.Items[i].DecisionExpDt)
	}
	v.idrVisitor.authorization(a, late)
}

func (v *edgeIDRVisitor) newestAuthorization(*idrAuthorization) {
	v.idrVisitor.newestAuthorization(&v.lastAuthorization)
}

// number is the number of a state, all of them in turn.
func (v *edgeIDRVisitor) number() string {
	for {
		if code := v.state(); code == "" || code[0] <= '9' {
			return code
		}
	}
}
