package synth

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/v1"
)

// A v1Export is an export of v1. It removes from the records what the server of v1
// does not send.
type v1Export struct {
	*export
	addresses bool // the export has addresses
}

// startV1 starts an export of v1.
func startV1(e *export) func(index int) {
	e.resources = new(v1.Writer)
	g := records.NewGenerator(e.opts.Seed, e.opts.calendar, e.opts.Traps)
	x := &v1Export{export: e, addresses: e.opts.Seed%2 == 0}
	v := e.odd(x)
	return func(index int) { g.Visit(index, v) }
}

func (x *v1Export) Beneficiary(b *records.Beneficiary, late bool) {
	b.BeneZipCd = b.BeneZipCd[:min(5, len(b.BeneZipCd))]
	if !x.addresses {
		b.CityName, b.DrvdLineAdr = "", [6]string{}
	}
	x.export.Beneficiary(b, late)
}

// Institutional removes ambiguity: without an attending physician, a reader takes the
// first rendering one for it, and the first diagnosis for the principal one.
func (x *v1Export) Institutional(c *records.Institutional, late bool) {
	if column.Blank(c.AtPhysnNpi) {
		for i := range c.Lines {
			c.Lines[i].RndrngPhysnNpi = ""
		}
	}
	if len(c.IcdDgns) > 0 && c.IcdDgns[0].Cd != "" {
		c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = c.IcdDgns[0].Cd, c.IcdDgns[0].VrsnCd
	}
	numberAll(c)
	c.FiOrigClmCntlNum = ""
	if c.ClmGrpID%9 == 0 {
		c.FiOrigClmCntlNum = strings.TrimSpace(c.FiDocClmCntlNum)
	}
	x.export.Institutional(c, late)
}

// numberAll sets the indicators of all diagnoses if one of them repeats the admitting
// diagnosis: a gap in the numbers of the indicators shows the repeat. A blank
// indicator is not sent.
func numberAll(c *records.Institutional) {
	repeated := false
	for i := range c.IcdDgns {
		repeated = repeated || i > 0 && c.IcdDgns[i].Cd == c.AdmtgDgnsCd
	}
	if !repeated || c.AdmtgDgnsCd == "" {
		return
	}
	for i := range c.IcdDgns {
		if d := &c.IcdDgns[i]; d.Cd != c.AdmtgDgnsCd && column.Blank(d.PoaInd) {
			d.PoaInd = "Y"
		}
	}
}

// Professional removes what the care team says about a provider from lines without an
// NPI.
func (x *v1Export) Professional(c *records.Professional, late bool) {
	for i := range c.Lines {
		if l := &c.Lines[i]; column.Blank(l.PrfPhysnNpi) {
			l.PrvdrSpclty, l.CarrLinePrvdrTypeCd, l.PrtcptngIndCd = "", "", ""
		}
	}
	x.export.Professional(c, late)
}
