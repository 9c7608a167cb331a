package synth

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/v2"
)

// partialStream is a stream of random numbers, separate from those of the records.
const partialStream = 64

// A v2Export is an export of v2.
type v2Export struct {
	*export
	v2                *v2.Writer
	random            random.Source
	claims, responses *fileSet
}

func startV2(e *export) func(index int) {
	w := v2.New(e.opts.dialect, e.opts.calendar.Created())
	e.resources = w
	g := records.NewGenerator(e.opts.Seed, e.opts.calendar, e.opts.Traps)
	x := &v2Export{export: e, v2: w}
	x.claims = &fileSet{opts: e.opts, kind: 6, most: claimFile}
	x.responses = &fileSet{opts: e.opts, kind: 8, most: claimFile}
	e.others = []*fileSet{x.claims, x.responses}
	v := e.odd(x)
	return func(index int) {
		x.random.Seed(e.opts.Seed, index, partialStream)
		g.Visit(index, v)
	}
}

// Institutional removes what the server of the date does not send.
func (x *v2Export) Institutional(c *records.Institutional, late bool) {
	if x.opts.dialect.NoUnits {
		for i := range c.Lines {
			c.Lines[i].RevCntrUnitCnt = column.NoQuantity
		}
	}
	x.export.Institutional(c, late)
}

// NewestBeneficiary writes partially adjudicated claims for one in sixteen
// beneficiaries.
func (x *v2Export) NewestBeneficiary(b *records.Beneficiary, hospice records.HospiceStay) {
	x.export.NewestBeneficiary(b, hospice)
	r := &x.random
	if r.Intn(16) != 0 && x.stats.Beneficiaries > 1 {
		return
	}
	for range 1 + r.Skewed(3) {
		for _, institutional := range []bool{true, false} {
			p := records.NewPartialClaim(r, b, institutional, &x.opts.calendar)
			x.stats.Partial += 2
			x.write(&[2]*fileSet{x.claims}, false, func(buf []byte) []byte { return x.v2.PartialClaim(buf, p) })
			if x.truth != nil {
				x.truth.PartialClaim(p, x.sent)
			}
			x.write(&[2]*fileSet{x.responses}, false, func(buf []byte) []byte { return x.v2.PartialResponse(buf, p) })
		}
	}
}
