package records

import (
	"time"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// visitLife makes the records of a person's life.
func (g *Generator) visitLife(index int, v Visitor) {
	now, before, person := g.Enrollee(index)
	g.Current = &now
	if before != nil {
		v.Beneficiary(before, false)
	}
	v.Beneficiary(&now, before != nil)
	for i := range person.Claims {
		c := &person.Claims[i]
		switch {
		case !g.Known(c):
		case c.Type == life.PartD:
			g.fill(c, v)
		case c.Type == life.Carrier || c.Type == life.DME:
			g.bill(c, v)
		default:
			g.facilityBill(c, v)
		}
	}
	v.NewestBeneficiary(&now, g.stay)
}

// Believable reports whether the claims are those of people's lives.
func (g *Generator) Believable() bool { return g.world != nil }

// Known reports whether the warehouse has a claim on the day of the export.
func (g *Generator) Known(c *life.Claim) bool { return c.Entered <= g.Calendar.LastUpdate-2 }

// Posted returns when the server learned of a claim.
func (g *Generator) Posted(c *life.Claim) column.Instant {
	day := min(c.Entered+column.Date(g.Random.Between(1, 5)), g.Calendar.LastUpdate)
	return day.At(int64(g.Random.Intn(86_400_000)))
}

// Enrollee returns the beneficiary with an index, the version that the server sent
// before, if any, and the life that the claims are from.
func (g *Generator) Enrollee(index int) (now Beneficiary, before *Beneficiary, person *life.Person) {
	g.Start(index)
	g.IDs.negative = false
	p, r := g.world.Person(index), &g.Random
	b := Beneficiary{BeneID: g.IDs.beneficiary(), AsOf: g.Calendar.exportDay, LastUpdated: (g.Calendar.LastUpdate - column.Date(r.Intn(60))).At(int64(r.Intn(86_400_000)))}
	b.BeneBirthDt, b.DeathDt = p.Birth, p.Death
	b.MbiNum, b.EfctvBgnDt = newMBI(index, 0), max(p.Entitled, newCards)
	if r.Chance(changedMBIs) {
		b.MbiHistory = []string{b.MbiNum}
		b.MbiNum, b.EfctvBgnDt = newMBI(index, 1), g.Calendar.HistoryEnd-column.Date(r.Between(30, 700))
	}
	g.identify(&b, p)
	g.entitle(&b, p)
	g.lifeMonths(&b, p)
	if index == 0 {
		b.LastUpdated = g.Calendar.newest()
	}
	if r.Chance(updatedShare) {
		old := b
		old.LastUpdated = Earlier(b.LastUpdated, r)
		old.DrvdLineAdr[0] = "1 FORMER WAY"
		if len(b.MbiHistory) > 0 {
			old.MbiNum, old.MbiHistory = b.MbiHistory[0], nil
		}
		before = &old
	}
	return b, before, p
}

// Shares per thousand beneficiaries.
const (
	changedMBIs  = 25
	updatedShare = 60
)

// newCards is when Medicare began to send cards with the present identifiers.
const newCards column.Date = 17622 // 2018-04-01

// identify sets the name, the address and what else tells who a person is.
func (g *Generator) identify(b *Beneficiary, p *life.Person) {
	r := &g.Random
	b.BeneSexIdentCd = "1"
	if p.Female {
		b.BeneSexIdentCd = "2"
	}
	b.BeneRaceCd = random.OneOf(r, raceShares)
	b.BeneGvnName, b.BeneSrnmName = random.AnyOf(r, codebook.GivenNames), random.AnyOf(r, codebook.Surnames)
	if r.Chance(700) {
		b.BeneMdlName = string(rune('A' + r.Intn(26)))
	}
	place := random.AnyOf(r, codebook.StateOf(p.State).Cities)
	b.StateCode, b.CityName, b.BeneZipCd = p.State, place.Name, place.ZIP
	if r.Chance(400) {
		b.BeneZipCd += r.Number(4)
	}
	b.DrvdLineAdr[0] = r.Number(3) + " " + random.AnyOf(r, codebook.Streets)
	if r.Chance(150) {
		b.DrvdLineAdr[1] = random.AnyOf(r, codebook.SecondLines[:2])
	}
}

// raceShares are codes of races, as often as random.OneOf makes them.
var raceShares = []string{"1", "1", "1", "1", "2", "1", "5", "2", "4", "1", "3", "0", "6"}

// entitle sets why and since when a person has Medicare.
func (g *Generator) entitle(b *Beneficiary, p *life.Person) {
	b.BeneEntlmtRsnOrig, b.BeneEntlmtRsnCurr, b.BeneEsrdInd = "0", "0", "0"
	if p.WasDisabled {
		b.BeneEntlmtRsnOrig = "1"
	}
	if p.Disabled {
		b.BeneEntlmtRsnCurr = "1"
	}
	status := "10"
	if p.Disabled {
		status = "20"
	}
	if p.RenalDisease {
		b.BeneEsrdInd, status = "Y", status[:1]+"1"
	}
	b.BeneMdcrStatusCd = status
	b.PtaCvrgStrtDt, b.PtbCvrgStrtDt = p.Entitled, p.Entitled
	b.BenePtaTrmntnCd, b.BenePtbTrmntnCd = "0", "0"
	if p.DrugPlan {
		b.PtdCvrgStrtDt = max(p.Entitled, firstDrugPlans)
	}
	if p.Death != 0 {
		b.PtaCvrgEndDt, b.PtbCvrgEndDt = p.Death, p.Death
		b.BenePtaTrmntnCd, b.BenePtbTrmntnCd = "1", "1"
		if p.DrugPlan {
			b.PtdCvrgEndDt = p.Death
		}
	}
}

// firstDrugPlans is the first day of Part D.
const firstDrugPlans column.Date = 13149 // 2006-01-01

// lifeMonths sets the columns by month, of the year that the server holds: that of
// three months before the export, or the last one of a life.
func (g *Generator) lifeMonths(b *Beneficiary, p *life.Person) {
	b.RfrncYr, _, _ = (g.Calendar.exportDay - 90).Civil()
	if p.Death != 0 {
		year, _, _ := p.Death.Civil()
		b.RfrncYr = min(b.RfrncYr, year)
	}
	if year, _, _ := p.Entitled.Civil(); year > b.RfrncYr {
		b.RfrncYr = year
	}
	last := 12
	if b.RfrncYr == g.Calendar.exportYear {
		last = g.Calendar.months()
	}
	drugs, advantage := "S"+g.Random.Number(4), "H"+g.Random.Number(4)
	for i := range last {
		month := column.NewDate(b.RfrncYr, time.Month(i+1), 1)
		enrolled := month >= p.Entitled.FirstOfMonth() && (p.Death == 0 || month <= p.Death)
		inPlan := enrolled && p.Advantage != 0 && month >= p.Advantage
		g.lifeMonth(b, p, i, enrolled)
		if inPlan {
			b.PtcCntrctID[i], b.PtcPbpID[i], b.PtcPlanTypeCd[i], b.HmoInd[i] = advantage, "001", "001", "C"
		}
		if enrolled && p.DrugPlan {
			b.PtdCntrctID[i], b.PtdPbpID[i], b.PtdSgmtID[i] = drugs, "001", "000"
			if inPlan {
				b.PtdCntrctID[i] = advantage
			}
		}
	}
}

// lifeMonth sets the columns of a month outside of plans.
func (g *Generator) lifeMonth(b *Beneficiary, p *life.Person, i int, enrolled bool) {
	b.PtcCntrctID[i], b.PtdCntrctID[i], b.HmoInd[i], b.RdsInd[i] = "0", "0", "0", "N"
	b.MdcrEntlmtBuyinInd[i], b.MetaDualElgblStus[i], b.CstShrGrp[i] = "0", "00", "00"
	if !enrolled {
		return
	}
	b.MdcrEntlmtBuyinInd[i], b.MetaDualElgblStus[i], b.CstShrGrp[i] = "3", "NA", "09"
	if p.Dual != "" {
		b.MdcrEntlmtBuyinInd[i], b.MetaDualElgblStus[i], b.CstShrGrp[i] = "C", p.Dual, "01"
	}
}
