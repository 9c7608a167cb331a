package records

import (
	"strconv"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// newMBI returns an identifier that no other beneficiary has, and nobody outside of
// test data: an S in the second place marks it. A beneficiary has up to eight.
func newMBI(index, nth int) string {
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

// NewBeneficiary returns a beneficiary, and the version that the server sent before,
// if any.
func (g *Generator) NewBeneficiary(index int) (now Beneficiary, before *Beneficiary) {
	r, exportYear := &g.Random, g.Calendar.exportYear
	historyStart, historyEnd := g.Calendar.historyStart, g.Calendar.HistoryEnd
	b := Beneficiary{BeneID: g.IDs.beneficiary(), AsOf: g.Calendar.exportDay, LastUpdated: g.Updated(g.Calendar.HistoryEnd - column.Date(r.Intn(900)))}

	age := 65 + r.Intn(32)
	young := r.Chance(140)
	if young {
		age = 24 + r.Intn(41)
	}
	b.BeneBirthDt = b.AsOf - column.Date(age*365+age/4+r.Intn(365))
	if r.Chance(10) { // born on the day of the export
		_, month, day := b.AsOf.Civil()
		b.BeneBirthDt = column.NewDate(exportYear-age, time.Month(month), day)
	}
	entitled := column.NewDate(exportYear-age+65, time.Month(1+r.Intn(12)), 1)
	if young {
		entitled = column.NewDate(exportYear-1-r.Intn(8), time.Month(1+r.Intn(12)), 1)
	}
	if r.Chance(60) {
		b.DeathDt = historyStart + 200 + column.Date(r.Intn(int(historyEnd-historyStart-200)))
	}

	b.MbiNum, b.EfctvBgnDt = newMBI(index, 0), column.NewDate(2018+r.Intn(3), time.Month(1+r.Intn(12)), 1+r.Intn(28))
	if r.Chance(110) {
		for n := range 1 + r.Skewed(4) {
			b.MbiHistory = append(b.MbiHistory, newMBI(index, n))
		}
		b.MbiNum, b.EfctvBgnDt = newMBI(index, len(b.MbiHistory)), historyStart+column.Date(r.Intn(1000))
	}
	if b.DeathDt != 0 && r.Chance(300) {
		b.EfctvEndDt = b.DeathDt
	}

	b.BeneSexIdentCd = random.AnyOf(r, []string{"1", "2", "1", "2", "2", "1", "2", "0"})
	b.BeneRaceCd = r.Optional(codebook.Races.Pick(r))
	b.BeneGvnName, b.BeneSrnmName = random.AnyOf(r, codebook.GivenNames), random.AnyOf(r, codebook.Surnames)
	if r.Chance(600) {
		b.BeneMdlName = string(rune('A' + r.Intn(26)))
	}
	g.address(&b)

	b.BeneMdcrStatusCd = r.Optional(codebook.MedicareStatus.Terms[0].Code)
	b.BeneEntlmtRsnOrig = r.Optional(codebook.Entitlements.Terms[0].Code)
	if young {
		b.BeneMdcrStatusCd, b.BeneEntlmtRsnOrig = "20", r.Optional(codebook.Entitlements.Pick(r))
	}
	b.BeneEntlmtRsnCurr = r.Optional(codebook.CurrentReasons.Pick(r))
	b.BeneEsrdInd = r.Optional(codebook.RenalDisease.Pick(r))
	g.enrollment(&b, entitled)
	g.months(&b)

	if r.Chance(120) {
		before = g.earlierBeneficiary(&b)
	}
	if index == 0 {
		b.LastUpdated = g.Calendar.newest()
	}
	return b, before
}

func (g *Generator) address(b *Beneficiary) {
	r := &g.Random
	s := &codebook.States[r.Intn(len(codebook.States))]
	place := random.AnyOf(r, s.Cities)
	b.StateCode, b.BeneZipCd = s.SSA, place.ZIP
	if r.Chance(60) {
		b.StateCode = s.USPS
	}
	if r.Chance(350) {
		b.BeneZipCd = place.ZIP + r.Number(4)
	}
	if r.Chance(30) {
		b.BeneZipCd = ""
	}
	if !r.Chance(850) {
		return
	}
	b.CityName = place.Name
	b.DrvdLineAdr[0] = strconv.Itoa(r.Between(1, 9999)) + " " + random.AnyOf(r, codebook.Streets)
	lines := r.Skewed(7)
	for i := 1; i < lines; i++ {
		b.DrvdLineAdr[i] = random.AnyOf(r, codebook.SecondLines)
	}
}

func (g *Generator) enrollment(b *Beneficiary, entitled column.Date) {
	r := &g.Random
	b.PtaCvrgStrtDt, b.PtbCvrgStrtDt, b.PtdCvrgStrtDt = entitled, entitled, entitled
	b.BenePtaTrmntnCd, b.BenePtbTrmntnCd = "0", "0"
	switch r.Intn(20) {
	case 0: // Part A only
		b.PtbCvrgStrtDt, b.BenePtbTrmntnCd = 0, ""
	case 1: // Part B only
		b.PtaCvrgStrtDt, b.BenePtaTrmntnCd = 0, ""
	case 2: // Part B later
		b.PtbCvrgStrtDt = (entitled + column.Date(r.Between(31, 900))).FirstOfMonth()
	case 3: // terminated Part B
		b.PtbCvrgEndDt, b.BenePtbTrmntnCd = g.Calendar.HistoryEnd.FirstOfMonth()-1, "3"
	}
	if r.Chance(300) {
		b.PtdCvrgStrtDt = 0
	}
	if b.DeathDt != 0 {
		b.PtaCvrgEndDt, b.PtbCvrgEndDt, b.PtdCvrgEndDt = b.DeathDt, b.DeathDt, b.DeathDt
		b.BenePtaTrmntnCd, b.BenePtbTrmntnCd = "1", "1"
	}
}

// months sets the columns by month. Future months of the export's year are empty.
func (g *Generator) months(b *Beneficiary) {
	r := &g.Random
	if r.Chance(30) {
		return
	}
	b.RfrncYr = g.Calendar.exportYear - r.Skewed(3)
	last := 12
	if b.RfrncYr == g.Calendar.exportYear {
		last = g.Calendar.months()
	}
	pick := func(list []codebook.Term, change int) func() string {
		value := random.OneOf(r, list).Code
		return func() string {
			if r.Chance(change) {
				value = random.AnyOf(r, list).Code
			}
			return r.Optional(value)
		}
	}
	fixed := func(value string) func() string { return func() string { return value } }
	contract, segment := "0", ""
	if b.PtdCvrgStrtDt != 0 {
		contract, segment = "S"+r.Number(4), "000"
	}
	advantage, plan := "0", ""
	if r.Chance(100) {
		advantage, plan = "H"+r.Number(4), r.Number(3)
	}
	for _, m := range []struct {
		months *[12]string
		value  func() string
	}{
		{&b.MetaDualElgblStus, pick(codebook.DualStatuses, 90)},
		{&b.MdcrEntlmtBuyinInd, pick(codebook.BuyInStatuses, 60)},
		{&b.HmoInd, pick(codebook.HealthPlanStatuses, 20)},
		{&b.CstShrGrp, pick(codebook.CostSharing, 50)},
		{&b.RdsInd, pick(codebook.RetireeSubsidy, 10)},
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

// earlierBeneficiary returns the version of some months before, which may have
// another address, identifier or year.
func (g *Generator) earlierBeneficiary(b *Beneficiary) *Beneficiary {
	r := &g.Random
	old := *b
	old.LastUpdated = Earlier(b.LastUpdated, r)
	if n := len(b.MbiHistory); n > 0 {
		old.MbiNum, old.MbiHistory = b.MbiHistory[n-1], b.MbiHistory[:n-1]
		old.EfctvBgnDt -= column.Date(r.Between(1, 400))
	}
	if r.Chance(500) {
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
