package records

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// drugEvent makes a Part D event.
func (g *Generator) drugEvent(day column.Date, v Visitor) {
	r := &g.Random
	c := &g.event
	drug := random.Likely(r, codebook.DrugPool())
	*c = PartDEvent{
		Claim:              g.claim(life.PartD, day, day),
		SrvcDt:             day,
		SrvcPrvdrIDQlfyrCd: "01",
		SrvcPrvdrID:        g.Organization().NPI,
		PrscrbrIDQlfyrCd:   "01", // the server cannot send an event with another qualifier
		PrscrbrID:          g.Practitioner().NPI,
		RxSrvcRfrncNum:     int64(r.Between(1, 1<<31-1)) * int64(r.Between(1, 300)) % 1_000_000_000_000,
		ProdSrvcID:         drug.Code,
		PlanCntrctRecID:    random.AnyOf(r, []string{"S", "H"}) + r.Number(4),
		PlanPbpRecNum:      r.Number(3),
		CmpndCd:            random.OneOf(r, []string{"1", "0", "2"}),
		DawProdSlctnCd:     codebook.DispenseAs.Pick(r),
		QtyDspnsdNum:       column.Units(int64(random.AnyOf(r, []int{30, 60, 90, 15, 120, 180}))),
		DaysSuplyNum:       random.AnyOf(r, []int{30, 90, 30, 7, 14, 0, 100}),
		FillNum:            r.Skewed(12),
		DspnsngStusCd:      r.Seldom(20, codebook.PartialFills.Pick(r)),
		DrugCvrgStusCd:     codebook.DrugCoverage.Pick(r),
		AdjstmtDltnCd:      r.Seldom(40, codebook.EventChanges.Pick(r)),
		NstdFrmtCd:         r.Seldom(30, codebook.EventFormats.Pick(r)),
		PrcngExcptnCd:      r.Seldom(30, codebook.PricingExceptions.Pick(r)),
		CtstrphcCvrgCd:     r.Seldom(150, codebook.Catastrophic.Pick(r)),
		RxOrgnCd:           r.Optional(codebook.Prescriptions.Pick(r)),
		BrndGnrcCd:         r.Optional(codebook.BrandOrGeneric.Pick(r)),
		PhrmcySrvcTypeCd:   codebook.Pharmacies.Pick(r),
		PtntRsdncCd:        codebook.Residences.Pick(r),
		SubmsnClrCd:        r.Seldom(30, codebook.Submissions.Pick(r)),
	}
	if !r.Chance(30) {
		c.PdDt = day + column.Date(r.Between(5, 40))
	}
	if r.Chance(60) {
		c.QtyDspnsdNum = column.Quantity(r.Between(1, 3_000_000)) / 10 * 10
	}
	switch n := r.Intn(1000); {
	case n < 40:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "07", r.Number(7)
	case n < 45:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "08", "PHY"+r.Number(5)
	case n < 50:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "11", r.Number(9)
	case n < 54:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "06", g.UPIN()
	case n < 60:
		c.SrvcPrvdrIDQlfyrCd = "99" // an unknown qualifier
	}
	c.LastUpdated = g.Updated(day + column.Date(r.Between(10, 60)))
	g.drugCosts(c)
	live(g, g.fate(), c, &c.Claim, func() { g.drugCosts(c) }, v.PartDEvent, v.NewestPartDEvent)
}

func (g *Generator) drugCosts(c *PartDEvent) {
	r := &g.Random
	total := r.Cents(2, 160)
	if r.Chance(80) {
		total = r.Cents(400, 14_000)
	}
	c.TotRxCstAmt = total
	c.PtntPayAmt = min(total, r.Cents(0, 47))
	if r.Chance(250) {
		c.PtntPayAmt = 0
	}
	rest := total - c.PtntPayAmt
	c.OthrTroopAmt, c.LicsAmt, c.PlroAmt, c.RptdGapDscntNum = 0, 0, 0, 0
	if r.Chance(200) {
		c.LicsAmt = rest / 3
		c.OthrTroopAmt, c.PlroAmt, c.RptdGapDscntNum = rest/10, rest/20, rest/7
	}
	paid := rest - c.LicsAmt - c.OthrTroopAmt - c.PlroAmt
	c.CvrdDPlanPdAmt, c.NcvrdPlanPdAmt = paid, 0
	if c.DrugCvrgStusCd != "C" {
		c.CvrdDPlanPdAmt, c.NcvrdPlanPdAmt = 0, paid
	}
	c.GdcBlwOoptAmt, c.GdcAbvOoptAmt = total, 0
	if c.CtstrphcCvrgCd == "C" {
		c.GdcBlwOoptAmt, c.GdcAbvOoptAmt = 0, total
	}
}
