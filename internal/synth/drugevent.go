package synth

// drugEvent makes a drug event.
func (g *generator) drugEvent(day date, v visitor) {
	r := &g.random
	c := &g.event
	drug := oneOf(r, drugs)
	*c = PartDEvent{
		claim:              g.claim(partD, day, day),
		SrvcDt:             day,
		SrvcPrvdrIDQlfyrCd: "01",
		SrvcPrvdrID:        g.organization().npi,
		PrscrbrIDQlfyrCd:   "01", // the server cannot send an event with another one
		PrscrbrID:          g.practitioner().npi,
		RxSrvcRfrncNum:     int64(r.between(1, 1<<31-1)) * int64(r.between(1, 300)) % 1_000_000_000_000,
		ProdSrvcID:         drug.code,
		PlanCntrctRecID:    anyOf(r, []string{"S", "H"}) + r.number(4),
		PlanPbpRecNum:      r.number(3),
		CmpndCd:            oneOf(r, []string{"1", "0", "2"}),
		DawProdSlctnCd:     dispenseAs.pick(r),
		QtyDspnsdNum:       units(int64(anyOf(r, []int{30, 60, 90, 15, 120, 180}))),
		DaysSuplyNum:       anyOf(r, []int{30, 90, 30, 7, 14, 0, 100}),
		FillNum:            r.skewed(12),
		DspnsngStusCd:      r.seldom(20, partialFills.pick(r)),
		DrugCvrgStusCd:     drugCoverage.pick(r),
		AdjstmtDltnCd:      r.seldom(40, eventChanges.pick(r)),
		NstdFrmtCd:         r.seldom(30, eventFormats.pick(r)),
		PrcngExcptnCd:      r.seldom(30, pricing.pick(r)),
		CtstrphcCvrgCd:     r.seldom(150, catastrophic.pick(r)),
		RxOrgnCd:           r.optional(prescriptions.pick(r)),
		BrndGnrcCd:         r.optional(brandOrGeneric.pick(r)),
		PhrmcySrvcTypeCd:   pharmacies.pick(r),
		PtntRsdncCd:        residences.pick(r),
		SubmsnClrCd:        r.seldom(30, submissions.pick(r)),
	}
	if !r.chance(30) {
		c.PdDt = day + date(r.between(5, 40))
	}
	if r.chance(60) {
		c.QtyDspnsdNum = quantity(r.between(1, 3_000_000)) / 10 * 10
	}
	switch n := r.intn(1000); {
	case n < 40:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "07", r.number(7)
	case n < 45:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "08", "PHY"+r.number(5)
	case n < 50:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "11", r.number(9)
	case n < 54:
		c.SrvcPrvdrIDQlfyrCd, c.SrvcPrvdrID = "06", g.upin()
	case n < 60:
		c.SrvcPrvdrIDQlfyrCd = "99" // a number of a kind of its own
	}
	c.LastUpdated = g.updated(day + date(r.between(10, 60)))
	g.drugCosts(c)
	live(g, c, &c.claim, func() { g.drugCosts(c) }, v.partDEvent, v.newestPartDEvent)
}

func (g *generator) drugCosts(c *PartDEvent) {
	r := &g.random
	total := r.cents(2, 160)
	if r.chance(80) {
		total = r.cents(400, 14_000)
	}
	c.TotRxCstAmt = total
	c.PtntPayAmt = min(total, r.cents(0, 47))
	if r.chance(250) {
		c.PtntPayAmt = 0
	}
	rest := total - c.PtntPayAmt
	c.OthrTroopAmt, c.LicsAmt, c.PlroAmt, c.RptdGapDscntNum = 0, 0, 0, 0
	if r.chance(200) {
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
