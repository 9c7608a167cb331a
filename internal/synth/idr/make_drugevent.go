package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// drugRecord makes a drug event. The server has all versions of an event, each as an
// event of its own. Only the newest counts; none does if the newest is a deletion and
// the server says that it is not final.
func (m *Generator) drugRecord(day column.Date) {
	r := &m.Random
	c := m.drugClaim(day)
	if c.Drug.ClmLineRxNum == "" || !r.Chance(120) {
		m.To.Claim(c, false)
		m.To.NewestClaim(c)
		return
	}
	m.drugVersions(c)
}

// drugOfType makes a drug event of a type that is related to no other.
func (m *Generator) drugOfType(day column.Date, code int) {
	c := m.drugClaim(day)
	c.ClmTypeCd = code
	m.To.Claim(c, false)
	m.To.NewestClaim(c)
}

func (m *Generator) drugClaim(day column.Date) *Claim {
	r := &m.Random
	c := m.record(life.PartD, day, day)
	c.ClmTypeCd, c.ClmAdjstmtType, c.ClmOrigCntlNum = 1, "0", ""
	if r.Chance(500) {
		c.ClmFinlActnInd = ""
	}
	c.Billing = m.Organization()
	d := &c.Drug
	*d = Drug{
		PrvdrSrvcIDQlfyrCd: "01", ClmSrvcPrvdrGnrcID: c.Billing.NPI,
		PrsbngIDQlfyrCd: "01", ClmPrsbngGnrcID: m.Practitioner().NPI,
		ClmDspnsngStusCd: r.Seldom(60, codebook.PartialFills.Pick(r)), ClmDawProdSlctnCd: codebook.DispenseAs.Pick(r),
		ClmDaysSuplyQty: random.AnyOf(r, []int{30, 90, 30, 7, 14, 0, 100}), ClmLineRxNum: r.Number(12),
		ClmLineRxFillNum: r.Skewed(12), ClmPhrmcySrvcType: r.Optional(codebook.Pharmacies.Pick(r)),
		Compound: r.Chance(60), ClmPdDt: day + column.Date(r.Between(5, 40)),
	}
	switch n := r.Intn(1000); {
	case n < 40:
		d.PrvdrSrvcIDQlfyrCd, d.ClmSrvcPrvdrGnrcID = "07", r.Number(7)
	case n < 50:
		d.PrvdrSrvcIDQlfyrCd, d.ClmSrvcPrvdrGnrcID = "11", r.Number(9)
	case n < 55:
		d.PrvdrSrvcIDQlfyrCd, d.ClmSrvcPrvdrGnrcID = "99", "PHY"+r.Number(5)
	}
	switch n := r.Intn(1000); {
	case n < 20:
		d.PrsbngIDQlfyrCd, d.ClmPrsbngGnrcID = "06", m.UPIN()
	case n < 40: // no prescriber entry at all
		d.PrsbngIDQlfyrCd, d.ClmPrsbngGnrcID = "", ""
	}
	d.ClmBrndGnrcCd = brandMark(d.ClmLineRxNum)
	if r.Chance(20) {
		d.ClmLineRxNum = ""
	}
	l := Line{ClmLineNum: 1, ClmLineFromDt: day, ClmLineNdcCd: random.Likely(r, codebook.DrugPool()).Code}
	l.ClmLineSrvcUnit = column.Units(int64(random.AnyOf(r, []int{30, 60, 90, 15, 120, 180})))
	if r.Chance(60) {
		l.ClmLineSrvcUnit = column.Quantity(r.Between(1, 3_000_000)) / 10 * 10
	}
	c.Lines = append(c.Lines, l)
	m.drugAmounts(c)
	return c
}

// brandMark returns whether a drug is generic (G) or a brand (B), or nothing: by the
// number of the prescription, so that it takes no random number.
func brandMark(prescription string) string {
	switch n := prescription[len(prescription)-1] - '0'; {
	case n == 0:
		return ""
	case n < 3:
		return "B"
	}
	return "G"
}

func (m *Generator) drugAmounts(c *Claim) {
	r := &m.Random
	total := r.Cents(2, 160)
	c.Drug.TotRxCst = total
	c.Lines[0].ClmLineBenePmt = min(total, r.Cents(0, 47))
	c.Lines[0].ClmLineCvrdPd = total - c.Lines[0].ClmLineBenePmt
}

// drugVersions sends two or three versions of an event. The newest one has the latest
// load date or, on the same day, the latest update. It is not always the last one
// sent.
func (m *Generator) drugVersions(c *Claim) {
	r := &m.Random
	load, updated := c.ClmIdrLdDt, c.LastUpdated
	n := 2 + r.Intn(2)
	sameDay := r.Chance(300)
	newest := r.Intn(n)
	var last Claim
	for i := range n {
		if i > 0 {
			c.ClmUniqID = m.newID()
			c.ClmTypeCd = random.AnyOf(r, []int{2, 2, 4, 3})
			c.ClmAdjstmtType = "2"
			m.drugAmounts(c)
			if c.ClmTypeCd == 3 { // a deletion
				c.Lines[0].ClmLineNdcCd, c.Lines[0].ClmLineBenePmt, c.Lines[0].ClmLineCvrdPd, c.Drug.TotRxCst = "", 0, 0, 0
			} else if c.Lines[0].ClmLineNdcCd == "" {
				c.Lines[0].ClmLineNdcCd = random.Likely(r, codebook.DrugPool()).Code
			}
		}
		order := n - i // each one older than the one before
		if i == newest {
			order = n + 1
		}
		c.LastUpdated, c.ClmIdrLdDt = updated, load
		c.LastUpdated.Millis += int64(order) * 3_600_000
		if !sameDay {
			c.ClmIdrLdDt = load + column.Date(order)*7
			c.LastUpdated.Millis = updated.Millis - int64(order)*60_000 // carries no information
		}
		if c.ClmFinlActnInd != "" {
			c.ClmFinlActnInd = "N"
			if i == newest && c.ClmTypeCd != 3 {
				c.ClmFinlActnInd = "Y"
			}
		}
		m.To.Claim(c, false)
		if i == newest {
			last = *c
			last.Lines = append([]Line(nil), c.Lines...)
		}
	}
	if last.ClmFinlActnInd != "N" {
		m.To.NewestClaim(&last)
	}
}
