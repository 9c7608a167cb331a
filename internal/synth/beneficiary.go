package synth

import "time"

// mbi makes an identifier that no other beneficiary has, and nobody outside
// of test data: an S in the second place marks it. A beneficiary has up to
// eight.
func mbi(index, nth int) string {
	const (
		digits  = "0123456789"
		letters = "ACDEFGHJKMNPQRTUVWXY"
		both    = digits + letters
		all     = 9 * 30 * 10 * 20 * 30 * 10 * 20 * 20 * 10 * 10
	)
	n := (uint64(index)*8 + uint64(nth)) * 104_395_301 % all
	pick := func(set string) byte {
		c := set[n%uint64(len(set))]
		n /= uint64(len(set))
		return c
	}
	return string([]byte{
		pick(digits[1:]), 'S', pick(both), pick(digits), pick(letters), pick(both), pick(digits),
		pick(letters), pick(letters), pick(digits), pick(digits),
	})
}

// beneficiary makes a record, and the one that the server sent before, if it
// sent one.
func (g *generator) beneficiary(index int) (now Beneficiary, before *Beneficiary) {
	r, exportYear := &g.random, g.calendar.exportYear
	historyStart, historyEnd := g.calendar.historyStart, g.calendar.historyEnd
	b := Beneficiary{BeneID: g.ids.beneficiary(), AsOf: g.calendar.exportDay, LastUpdated: g.updated(g.calendar.historyEnd - date(r.intn(900)))}

	age := 65 + r.intn(32)
	young := r.chance(140)
	if young {
		age = 24 + r.intn(41)
	}
	b.BeneBirthDt = b.AsOf - date(age*365+age/4+r.intn(365))
	if r.chance(10) { // on their birthday
		_, month, day := b.AsOf.civil()
		b.BeneBirthDt = newDate(exportYear-age, time.Month(month), day)
	}
	entitled := newDate(exportYear-age+65, time.Month(1+r.intn(12)), 1)
	if young {
		entitled = newDate(exportYear-1-r.intn(8), time.Month(1+r.intn(12)), 1)
	}
	if r.chance(60) {
		b.DeathDt = historyStart + 200 + date(r.intn(int(historyEnd-historyStart-200)))
	}

	b.MbiNum, b.EfctvBgnDt = mbi(index, 0), newDate(2018+r.intn(3), time.Month(1+r.intn(12)), 1+r.intn(28))
	if r.chance(110) {
		for n := range 1 + r.skewed(4) {
			b.MbiHistory = append(b.MbiHistory, mbi(index, n))
		}
		b.MbiNum, b.EfctvBgnDt = mbi(index, len(b.MbiHistory)), historyStart+date(r.intn(1000))
	}
	if b.DeathDt != 0 && r.chance(300) {
		b.EfctvEndDt = b.DeathDt
	}

	b.BeneSexIdentCd = anyOf(r, []string{"1", "2", "1", "2", "2", "1", "2", "0"})
	b.BeneRaceCd = r.optional(races.pick(r))
	b.BeneGvnName, b.BeneSrnmName = anyOf(r, givenNames), anyOf(r, surnames)
	if r.chance(600) {
		b.BeneMdlName = string(rune('A' + r.intn(26)))
	}
	g.address(&b)

	b.BeneMdcrStatusCd = r.optional(medicareStatus.list[0])
	b.BeneEntlmtRsnOrig = r.optional(entitlements.list[0])
	if young {
		b.BeneMdcrStatusCd, b.BeneEntlmtRsnOrig = "20", r.optional(entitlements.pick(r))
	}
	b.BeneEntlmtRsnCurr = r.optional(currentReasons.pick(r))
	b.BeneEsrdInd = r.optional(renalDisease.pick(r))
	g.enrolment(&b, entitled)
	g.months(&b)

	if r.chance(120) {
		before = g.earlierBeneficiary(&b)
	}
	if index == 0 {
		b.LastUpdated = g.calendar.newest()
	}
	return b, before
}

func (g *generator) address(b *Beneficiary) {
	r := &g.random
	s := &states[r.intn(len(states))]
	place := anyOf(r, s.cities)
	b.StateCode, b.BeneZipCd = s.ssa, place.zip
	if r.chance(60) {
		b.StateCode = s.usps
	}
	if r.chance(350) {
		b.BeneZipCd = place.zip + r.number(4)
	}
	if r.chance(30) {
		b.BeneZipCd = ""
	}
	if !r.chance(850) {
		return
	}
	b.CityName = place.name
	b.DrvdLineAdr[0] = string(appendInt(nil, r.between(1, 9999))) + " " + anyOf(r, streets)
	lines := r.skewed(7)
	for i := 1; i < lines; i++ {
		b.DrvdLineAdr[i] = anyOf(r, secondLines)
	}
}

func (g *generator) enrolment(b *Beneficiary, entitled date) {
	r := &g.random
	b.PtaCvrgStrtDt, b.PtbCvrgStrtDt, b.PtdCvrgStrtDt = entitled, entitled, entitled
	b.BenePtaTrmntnCd, b.BenePtbTrmntnCd = "0", "0"
	switch r.intn(20) {
	case 0: // Part A only
		b.PtbCvrgStrtDt, b.BenePtbTrmntnCd = 0, ""
	case 1: // Part B only
		b.PtaCvrgStrtDt, b.BenePtaTrmntnCd = 0, ""
	case 2: // Part B later
		b.PtbCvrgStrtDt = (entitled + date(r.between(31, 900))).firstOfMonth()
	case 3: // gave Part B up
		b.PtbCvrgEndDt, b.BenePtbTrmntnCd = g.calendar.historyEnd.firstOfMonth()-1, "3"
	}
	if r.chance(300) {
		b.PtdCvrgStrtDt = 0
	}
	if b.DeathDt != 0 {
		b.PtaCvrgEndDt, b.PtbCvrgEndDt, b.PtdCvrgEndDt = b.DeathDt, b.DeathDt, b.DeathDt
		b.BenePtaTrmntnCd, b.BenePtbTrmntnCd = "1", "1"
	}
}

// months fills in what changes from month to month. Of the export's year, the
// months to come are empty.
func (g *generator) months(b *Beneficiary) {
	r := &g.random
	if r.chance(30) {
		return
	}
	b.RfrncYr = g.calendar.exportYear - r.skewed(3)
	last := 12
	if b.RfrncYr == g.calendar.exportYear {
		last = g.calendar.months()
	}
	pick := func(list []string, change int) func() string {
		value := list[2*r.skewed(len(list)/2)]
		return func() string {
			if r.chance(change) {
				value = list[2*r.intn(len(list)/2)]
			}
			return r.optional(value)
		}
	}
	fixed := func(value string) func() string { return func() string { return value } }
	contract, segment := "0", ""
	if b.PtdCvrgStrtDt != 0 {
		contract, segment = "S"+r.number(4), "000"
	}
	advantage, plan := "0", ""
	if r.chance(100) {
		advantage, plan = "H"+r.number(4), r.number(3)
	}
	for _, m := range []struct {
		months *[12]string
		value  func() string
	}{
		{&b.MetaDualElgblStus, pick(dualStatuses, 90)},
		{&b.MdcrEntlmtBuyinInd, pick(buyInStatuses, 60)},
		{&b.HmoInd, pick(healthPlanStatuses, 20)},
		{&b.CstShrGrp, pick(costSharing, 50)},
		{&b.RdsInd, pick(retireeSubsidy, 10)},
		{&b.PtcCntrctID, fixed(advantage)},
		{&b.PtcPbpID, fixed(plan)},
		{&b.PtcPlanTypeCd, fixed(plan)},
		{&b.PtdCntrctID, fixed(contract)},
		{&b.PtdPbpID, fixed(segment)},
		{&b.PtdSgmtID, fixed(segment)},
	} {
		for i := range last {
			m.months[i] = m.value()
		}
	}
}

// earlierBeneficiary is what the server knew some months before: it may have
// been another address, identifier, or year.
func (g *generator) earlierBeneficiary(b *Beneficiary) *Beneficiary {
	r := &g.random
	old := *b
	old.LastUpdated = b.LastUpdated.before(r)
	if n := len(b.MbiHistory); n > 0 {
		old.MbiNum, old.MbiHistory = b.MbiHistory[n-1], b.MbiHistory[:n-1]
		old.EfctvBgnDt -= date(r.between(1, 400))
	}
	if r.chance(500) {
		old.DrvdLineAdr = [6]string{}
		g.address(&old)
	}
	old.DeathDt, old.EfctvEndDt, old.PtaCvrgEndDt = 0, 0, 0
	if old.RfrncYr > 0 {
		old.RfrncYr--
		for i := range old.MetaDualElgblStus {
			old.MetaDualElgblStus[i], old.MdcrEntlmtBuyinInd[i] = "NA", "3"
		}
	}
	return &old
}
