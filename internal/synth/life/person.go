package life

import (
	"time"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A Person is a beneficiary of Medicare.
type Person struct {
	Birth, Death column.Date
	Female       bool
	State        string      // number of the Social Security Administration
	Entitled     column.Date // begin of Parts A and B
	Disabled     bool        // and under 65
	WasDisabled  bool        // when first entitled
	RenalDisease bool        // end-stage
	Dual         string      // code of dual eligibility, empty if there is none
	DrugPlan     bool        // enrolled in Part D
	Advantage    column.Date // first month in Medicare Advantage, 0 for never
	Claims       []Claim     // in the order of their first days

	has    uint32 // conditions
	avoids bool   // sees nobody if it can be avoided
	heeds  bool   // comes to annual wellness visits
	risk   int    // of stays, in percent of the average
	pcp    *Provider
	home   *Provider // the hospital of the region
}

// Has reports whether a person has a condition.
func (p *Person) Has(c Condition) bool { return p.has&(1<<c) != 0 }

// Conditions returns how many chronic conditions a person has.
func (p *Person) conditions() int {
	n := 0
	for c := range conditionCount {
		if p.Has(c) {
			n++
		}
	}
	return n
}

// ageGroups are the ages at the end of the history: how many of a thousand people are
// in each group, and their deaths per ten thousand and year, given the conditions that
// people of the group have.
var ageGroups = [4]struct{ first, last, share, deaths int }{
	{28, 64, 118, 125}, {65, 74, 467, 115}, {75, 84, 281, 270}, {85, 98, 134, 810},
}

// Shares per thousand.
const (
	femaleShare     = 535
	renalShare      = 11  // of people under 85
	dualDisabled    = 480 // of the disabled
	dualAged        = 98
	drugPlanShare   = 725
	advantageShare  = 25 // leave for Medicare Advantage at the beginning of a year
	avoidsShare     = 95
	heedsShare      = 720
	hospiceShare    = 600 // of those who die
	hospitalDeaths  = 210
	disabledEarlier = 80 // of the aged: first entitled because of a disability
)

// dualCodes are the codes of dual eligibility.
var dualCodes = []share[string]{{480, "02"}, {170, "08"}, {140, "01"}, {110, "03"}, {70, "06"}, {30, "04"}}

// born makes a person, as of the last day of the history.
func (w *World) born(index int) Person {
	if index == 0 {
		return w.eventful()
	}
	r := &w.random
	var p Person
	group := w.ageGroup()
	g := &ageGroups[group]
	age := r.Between(g.first, g.last)
	if group == 3 {
		age = min(r.Between(g.first, g.last), r.Between(g.first, g.last))
	}
	p.Birth = w.end - column.Date(age*365+age/4+r.Intn(364))
	p.Female = r.Chance(femaleShare + 35*max(0, group-1))
	p.Disabled, p.WasDisabled = group == 0, group == 0 || r.Chance(disabledEarlier)
	p.RenalDisease = group < 3 && r.Chance(renalShare)
	p.Dual = w.dual(group)
	p.DrugPlan = p.Dual != "" || r.Chance(drugPlanShare-40)
	p.avoids, p.heeds = r.Chance(avoidsShare), r.Chance(heedsShare)
	p.home = likely(r, w.providers.facilities[hospital])
	p.State = p.home.State
	p.entitle(r, w)
	p.ails(r, group)
	w.mortality(&p, g.deaths)
	if r.Chance(advantageShare) && !p.RenalDisease {
		year, _, _ := w.start.Civil()
		p.Advantage = column.NewDate(year+1+r.Intn(2), time.January, 1)
	}
	return p
}

// eventful makes the first person of an export, who has claims of all types: even the
// smallest export shows them.
func (w *World) eventful() Person {
	r := &w.random
	p := Person{Birth: w.end - 82*365, Female: true, DrugPlan: true, heeds: true, risk: 300, has: 1<<Hypertension | 1<<Diabetes | 1<<LungDisease | 1<<HeartFailure | 1<<Apnea}
	p.home = likely(r, w.providers.facilities[hospital])
	p.State = p.home.State
	p.entitle(r, w)
	p.Death = w.end - column.Date(r.Between(50, 90))
	return p
}

func (w *World) ageGroup() int {
	n := w.random.Intn(1000)
	for i := range ageGroups {
		if n -= ageGroups[i].share; n < 0 {
			return i
		}
	}
	return 1
}

func (w *World) dual(group int) string {
	perMille := dualAged
	if group == 0 {
		perMille = dualDisabled
	}
	if !w.random.Chance(perMille) {
		return ""
	}
	return pick(&w.random, dualCodes)
}

// entitle sets the begin of Parts A and B: the month of the 65th birthday, or for the
// disabled some years ago.
func (p *Person) entitle(r *random.Source, w *World) {
	year, month, _ := p.Birth.Civil()
	p.Entitled = column.NewDate(year+65, time.Month(month), 1)
	if p.Disabled || p.WasDisabled {
		p.Entitled = (w.start - column.Date(r.Between(60, 3600))).FirstOfMonth()
	}
}

// ails gives a person conditions. Some people have many of them, others hardly any.
func (p *Person) ails(r *random.Source, group int) {
	frailty := narrow.around(r, 100)
	p.risk = wide.around(r, 100)
	for c := range conditions {
		if r.Intn(100_000) < conditions[c].prevalence[group]*frailty {
			p.has |= 1 << c
			p.risk = p.risk * conditions[c].admissions / 100
		}
	}
	if p.RenalDisease {
		p.has |= 1<<KidneyDisease | 1<<Hypertension
		p.risk = p.risk*4 + 700
	}
	if p.Dual != "" {
		p.risk = p.risk * 30 / 10
	}
	p.risk = p.risk * [4]int{115, 62, 88, 118}[group] / 100
}

// mortality decides whether and when a person dies within the history.
func (w *World) mortality(p *Person, perTenThousand int) {
	r := &w.random
	hazard := perTenThousand
	for c := range conditions {
		if p.Has(Condition(c)) {
			hazard = hazard * conditions[c].deaths / 100
		}
	}
	if p.RenalDisease {
		hazard = hazard*2 + 900
	}
	for month := max(w.start, p.Entitled); month < w.end; month = nextMonth(month) {
		if r.Intn(120_000) < hazard {
			p.Death = min(month+column.Date(r.Intn(28)), w.end-3)
			return
		}
	}
}

func nextMonth(first column.Date) column.Date { return (first + 31).FirstOfMonth() }

// likely returns a provider of a list, the first ones far more often.
func likely(r *random.Source, list []Provider) *Provider { return &list[r.Zipf(len(list))] }

// physician returns a practitioner of a specialty.
func (w *World) physician(specialty string) *Provider {
	if list := w.providers.bySpecialty[specialty]; len(list) > 0 {
		return random.Likely(&w.random, list)
	}
	return likely(&w.random, w.providers.Practitioners)
}
