package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// record begins a claim.
func (m *Generator) record(kind life.ClaimType, from, thru column.Date) *Claim {
	c, r := &m.claim, &m.Random
	*c = Claim{
		Type: kind, Beneficiary: &m.current, ClmUniqID: m.newID(), ClmFinlActnInd: "Y",
		ClmFromDt: from, ClmThruDt: thru, ClmAdjstmtType: "0",
		Prod: c.Prod[:0], Prcdr: c.Prcdr[:0], Lines: c.Lines[:0], ClmRltCondCd: c.ClmRltCondCd[:0],
	}
	c.ClmWklyDt = thru + column.Date(r.Between(9, 30))
	c.ClmEfctvDt = c.ClmWklyDt - column.Date(r.Intn(5))
	c.ClmIdrLdDt = c.ClmWklyDt + column.Date(r.Between(1, 9))
	if kind != life.PartD && r.Chance(15) {
		c.ClmIdrLdDt = 0
	}
	c.ClmProcDt = c.ClmWklyDt - column.Date(r.Between(1, 8))
	c.ClmRcvdDt = thru + column.Date(r.Between(1, 8))
	c.LastUpdated = m.Updated(c.ClmIdrLdDt)
	c.ClmCntlNum = "2" + r.Number(13) + random.AnyOf(r, []string{"", "OHA", "NCA"})
	c.ClmCntrctrNum = random.AnyOf(r, []string{"06001", "15201", "05102", "11202", "14211", "01112"})
	switch {
	case r.Chance(20):
		c.ClmAdjstmtType = ""
	case r.Chance(60):
		c.ClmAdjstmtType, c.ClmOrigCntlNum = "2", "2"+r.Number(13)
	case r.Chance(20):
		c.ClmAdjstmtType = "1"
	}
	c.ClmAlowdChrgAmt, c.ClmNcvrdChrgAmt = r.Cents(0, 900), r.Cents(0, 300)
	c.ClmMdcrDdctbl, c.ClmMdcrCoinsrnc = r.Cents(0, 257), r.Cents(0, 400)
	if m.current.MapShape && r.Chance(300) { // the maps leave out null columns
		c.ClmMdcrDdctbl, c.ClmMdcrCoinsrnc, c.ClmNcvrdChrgAmt = column.NoAmount, column.NoAmount, column.NoAmount
	}
	m.enhancements(&c.ClmSwitch, &c.ClmDemo)
	return c
}

// enhancements sets the switches and demonstration numbers. A number may follow an
// empty one.
func (m *Generator) enhancements(switches *[6]string, demo *[5]string) {
	r := &m.Random
	if !r.Chance(150) {
		return
	}
	for i := range switches {
		if r.Chance(200) {
			switches[i] = random.AnyOf(r, []string{"Y", "Y", "N", " "})
		}
	}
	for i := range 1 + r.Skewed(5) {
		demo[i] = random.AnyOf(r, []string{"1", "2", "3", "5", "8", "12", "~", "31"})
	}
}

func (m *Generator) modifiersOf(l *Line) {
	r := &m.Random
	if column.Blank(l.ClmLineHcpcsCd) || !r.Chance(350) {
		return
	}
	for i := range 1 + r.Skewed(5) {
		l.HcpcsMdfrCd[i] = random.AnyOf(r, codebook.Modifiers)
		if r.Chance(30) {
			l.HcpcsMdfrCd[i] = random.AnyOf(r, []string{"", " ", "~"})
		}
	}
}

func (m *Generator) lineAmounts(c *Claim, l *Line, charge int) {
	r := &m.Random
	l.ClmLineSrvcUnit = column.Units(int64(1 + r.Skewed(20)))
	switch {
	case r.Chance(40):
		l.ClmLineSrvcUnit = 0
	case r.Chance(20):
		l.ClmLineSrvcUnit = column.Quantity(r.Between(1, 99_999)) * 10
	}
	l.ClmLineSbmtChrg = r.Cents(charge/2, charge*2)
	l.ClmLineAlowdChrg = l.ClmLineSbmtChrg * column.Amount(r.Between(25, 95)) / 100
	l.ClmLineCvrdPd = l.ClmLineAlowdChrg * 8 / 10
	switch {
	case r.Chance(80):
		l.ClmLineCvrdPd = 0
	case r.Chance(8):
		l.ClmLineCvrdPd = -l.ClmLineCvrdPd
	case c.Beneficiary.MapShape && r.Chance(100):
		l.ClmLineCvrdPd = column.NoAmount
	}
	l.ClmLinePrvdrPmt, l.ClmLineBenePmt = l.ClmLineAlowdChrg-r.Cents(0, 9), r.Cents(0, 40)
	l.ClmLineDdctbl, l.ClmLineNcvrd = r.Cents(0, 60), r.Cents(0, 20)
	if r.Chance(80) {
		l.ClmLineNdcCd, l.ClmLineNdcQty = random.Likely(r, codebook.DrugPool()).Code, column.Quantity(r.Between(1, 80_000))*10
	}
}

// sumUp computes the amounts of the claim.
func (m *Generator) sumUp() {
	c, r := &m.claim, &m.Random
	c.ClmSbmtChrgAmt, c.ClmPmtAmt = 0, 0
	for i := range c.Lines {
		c.ClmSbmtChrgAmt += c.Lines[i].ClmLineSbmtChrg
		if paid := c.Lines[i].ClmLineCvrdPd; paid != column.NoAmount {
			c.ClmPmtAmt += paid
		}
	}
	c.ClmPrvdrPmtAmt = c.ClmPmtAmt
	switch {
	case r.Chance(20):
		c.ClmPmtAmt = 0
	case r.Chance(8):
		c.ClmPmtAmt = -r.Cents(1, 400)
	case r.Chance(3) && c.Type != life.Carrier && c.Type != life.DME:
		c.ClmSbmtChrgAmt, c.ClmPmtAmt = 99_999_999_999_99-r.Cents(0, 999), 12_345_678_90
	}
}

// revise makes the changes of an adjustment.
func (m *Generator) revise() {
	c, r := &m.claim, &m.Random
	c.ClmEfctvDt += column.Date(r.Between(7, 40))
	c.ClmWklyDt += column.Date(r.Between(7, 40))
	if c.ClmIdrLdDt != 0 {
		c.ClmIdrLdDt += 41
	}
	if n := len(c.Lines); n > 1 && r.Chance(300) {
		c.Lines = c.Lines[:n-1]
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.ClmLineCvrdPd != column.NoAmount {
			l.ClmLineCvrdPd += r.Cents(0, 12)
		}
	}
	m.sumUp()
}
