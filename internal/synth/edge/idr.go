package edge

import (
	"slices"
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// An IDRVisitor adds edge cases to the records of v3 before it passes them on. The
// edge cases of a claim depend on the claim alone, because the newest version of a
// drug event is not always the last one.
type IDRVisitor struct {
	idr.Visitor
	*Cases
	lastAuthorization idr.Authorization
}

func (v *IDRVisitor) Beneficiary(p *idr.Beneficiary, late bool) {
	b := p.Beneficiary
	v.Cases.beneficiary(b)
	if b.StateCode = codebook.USPSState(b.StateCode); b.StateCode == "" { // a foreign country: the IDR has no letters for it
		b.StateCode = "AE"
	}
	for i := range p.MBIs {
		if id := &p.MBIs[i]; i < len(p.MBIs)-1 && v.random.Chance(200) {
			id.BeneMbiEfctvDt = v.odd(id.BeneMbiEfctvDt)
		}
	}
	if b.MBIInClaims {
		v.extension = mbiExtensions(b.MbiNum, b.MbiHistory)
	}
	v.Visitor.Beneficiary(p, late)
}

func (v *IDRVisitor) Claim(c *idr.Claim, late bool) {
	v.Visitor.Claim(v.oddClaim(c), late)
	c.Beneficiary.Claims++
}

func (v *IDRVisitor) NewestClaim(c *idr.Claim) {
	v.silent = true
	if c = v.oddClaim(c); c.Fault == "" {
		v.Visitor.NewestClaim(c)
	}
	v.silent = false
}

// oddClaim returns a copy of a claim with edge cases.
func (v *IDRVisitor) oddClaim(c *idr.Claim) *idr.Claim {
	odd := *c
	v.random.Seed(v.seed+uint64(c.ClmUniqID), int(c.LastUpdated.Millis%1_000_000_007), edgeStream)
	v.turns = int(c.ClmUniqID % 1009)
	if c.System == idr.FinalSystem && c.Type != life.PartD {
		odd.Fault = v.fault()
	}
	v.count("claim type code " + strconv.Itoa(c.ClmTypeCd))
	if c.Type == life.PartD {
		v.oddly(&odd.Drug.ClmPdDt)
		if c.RepeatsDrug() && !c.Drug.Compound && v.random.Chance(150) {
			odd.Lines = slices.Clone(c.Lines)
			odd.Lines[0].ClmLineSrvcUnit = column.NoQuantity
			v.count("drugs without a quantity")
		}
		return &odd
	}
	if v.random.Chance(100) {
		odd.ClmIdrLdDt = v.odd(c.ClmEfctvDt)
	}
	v.oddly(&odd.ClmEfctvDt)
	v.oddly(&odd.ClmActvCareFromDt)
	if c.GeoBlgSsaStateCd != "" && c.Type < life.Carrier {
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
		if l.ClmLineNdcCd != "" && v.random.Chance(200) {
			l.ClmLineNdcQty = column.NoQuantity
		}
	}
	return &odd
}

func (v *IDRVisitor) Authorization(a *idr.Authorization, late bool) {
	v.lastAuthorization = *a
	a = &v.lastAuthorization
	v.count("prior authorizations")
	v.oddly(&a.ExprtnDt)
	a.Items = slices.Clone(a.Items)
	for i := range a.Items {
		v.oddly(&a.Items[i].ReqSubDt)
		v.oddly(&a.Items[i].DecisionExpDt)
	}
	v.Visitor.Authorization(a, late)
}

func (v *IDRVisitor) NewestAuthorization(*idr.Authorization) {
	v.Visitor.NewestAuthorization(&v.lastAuthorization)
}

// number returns the number of a state, each of them in turn.
func (v *IDRVisitor) number() string {
	for {
		if code := v.state(); code == "" || code[0] <= '9' {
			return code
		}
	}
}
