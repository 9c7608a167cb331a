package synth

import (
	"github.com/cclf-tools/cclf/internal/synth/edge"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/v3"
)

// A v3Export is an export of v3.
type v3Export struct {
	*export
	v3 v3.Writer
}

// startV3 starts an export of v3.
func startV3(e *export) func(index int) {
	x := &v3Export{export: e, v3: v3.Writer{Dialect: e.opts.dialect}}
	m := &idr.Generator{Generator: records.NewGenerator(e.opts.Seed, e.opts.calendar, e.opts.Traps), To: x}
	if e.edges != nil {
		m.To, m.Edges = &edge.IDRVisitor{Visitor: x, Cases: e.edges}, true
	}
	return m.Visit
}

func (x *v3Export) Beneficiary(p *idr.Beneficiary, late bool) {
	if !p.NoPatient {
		x.stats.Patients++
		x.write(&x.patients, late, func(b []byte) []byte { return x.v3.Patient(b, p) })
	}
	if p.MergedID != 0 && !p.NoPatient {
		x.stats.Patients++
		x.write(&x.patients, late, func(b []byte) []byte { return x.v3.Merged(b, p) })
	}
	if p.NoCoverage {
		return
	}
	if x.truth != nil {
		x.truth.IDRCoverages(p)
	}
	for n := range p.Coverages() {
		x.stats.Coverages++
		x.write(&x.coverages, late, func(b []byte) []byte { return x.v3.Coverage(b, p, n) })
	}
}

func (x *v3Export) Claim(c *idr.Claim, late bool) {
	x.stats.Claims++
	x.write(&x.claims, late, func(b []byte) []byte { return x.v3.Claim(b, c) })
	if x.truth != nil {
		x.truth.IDRClaim(c, x.sent)
	}
}

func (x *v3Export) Authorization(a *idr.Authorization, late bool) {
	x.stats.Claims++
	x.write(&x.claims, late, func(b []byte) []byte { return x.v3.PriorAuthorization(b, a) })
}

func (x *v3Export) NewestAuthorization(a *idr.Authorization) {
	if x.truth != nil {
		x.truth.Authorization(a, x.sent)
	}
}

func (x *v3Export) NewestBeneficiary(p *idr.Beneficiary) {
	if x.truth == nil {
		return
	}
	x.truth.IDRBeneficiary(p)
	if err := x.truth.Flush(flushSize); x.err == nil {
		x.err = err
	}
}

func (x *v3Export) NewestClaim(c *idr.Claim) {
	if x.truth != nil {
		x.truth.NewestIDRClaim(c)
	}
}
