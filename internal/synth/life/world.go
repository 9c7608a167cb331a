package life

import (
	"cmp"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A World has the people and providers of an export, and the history that it is of.
type World struct {
	random     random.Source
	providers  *Providers
	seed       uint64
	start, end column.Date
	person     Person
	living     living
}

// lifeStream is the stream of random numbers of lives, separate from that of records.
const lifeStream = 68

// NewWorld returns a world whose history ends on the day of the export, and begins with
// the month three years before.
func NewWorld(seed uint64, export column.Date) *World {
	year, month, _ := export.Civil()
	return &World{providers: Registry(), seed: seed, start: column.NewDate(year-3, time.Month(month), 1), end: export}
}

// Person returns a person with all claims of the history. It depends on the seed and
// the index only, and is valid until the next call.
func (w *World) Person(index int) *Person {
	w.random.Seed(w.seed, index, lifeStream)
	claims := w.person.Claims[:0]
	w.person = w.born(index)
	w.person.Claims = claims
	w.living = living{Person: &w.person, World: w, random: &w.random, variant: w.random.Intn(1 << 16), stays: w.living.stays[:0]}
	w.living.eventful = index == 0
	w.living.live()
	slices.SortStableFunc(w.person.Claims, func(a, b Claim) int { return cmp.Compare(a.From, b.From) })
	w.living.settle()
	return &w.person
}

// A living is a person in the course of the history.
type living struct {
	*Person
	*World
	random *random.Source

	month, last column.Date // the month, until death or the end of the history
	stays       []stay
	hospiceFrom column.Date
	lastStay    column.Date // admission that is to end in death, 0 if there is none
	homeCare    column.Date // last day of home health care
	wellness    column.Date // day of the last wellness visit
	regimens    []regimen
	pharmacy    *Provider
	mailOrder   *Provider
	specialists map[string]*Provider
	eventful    bool             // has claims of all types
	infusion    codebook.Service // what a person gets who is infused
	managed     bool             // gets chronic care management
	variant     int              // chooses among the codes of a condition
}

// A stay is a time in which a person is in a facility.
type stay struct{ from, thru column.Date }

// live goes through the history month by month.
func (l *living) live() {
	l.settleIn()
	for month := max(l.start, l.Entitled); month < l.end; month = nextMonth(month) {
		if l.Advantage != 0 && month >= l.Advantage || l.Death != 0 && month > l.Death {
			return
		}
		l.month, l.last = month, min(nextMonth(month), l.end)-1
		if l.Death != 0 {
			l.last = min(l.last, l.Death)
		}
		l.hospice()
		if l.hospiceFrom != 0 && month > l.hospiceFrom {
			continue
		}
		if l.eventful {
			l.event()
		}
		l.hospital()
		l.outpatient()
		l.office()
		l.equipment()
		if l.DrugPlan {
			l.fills(l.last)
		}
	}
}

// event lets the eventful person be in a hospital, then in a nursing facility, and get
// home health care.
func (l *living) event() {
	switch l.month {
	case nextMonth(l.start):
		k := stayKinds[0].value
		k.afterwards = 1000
		l.admit(l.month+7, k, l.home, mostReadmitted)
	case (l.start + 225).FirstOfMonth():
		l.homeHealth(l.month, 0)
	}
}

// settleIn chooses who treats a person, and how a person dies who will.
func (l *living) settleIn() {
	r := l.random
	l.pcp = l.physician(random.OneOf(r, []string{"11", "08", "50", "97"}))
	l.pharmacy = likely(r, l.providers.Organizations)
	l.mailOrder = &l.providers.Organizations[r.Skewed(5)]
	l.specialists = map[string]*Provider{}
	l.infusion = pick(r, infusions)
	l.managed = l.conditions() > 3 && r.Chance(110)
	l.wellness = l.start - column.Date(r.Intn(365))
	l.regimens = l.Person.regimens(r, max(l.start, l.Entitled))
	if l.Death == 0 {
		return
	}
	switch n := r.Intn(1000); {
	case n < hospiceShare || l.eventful:
		l.hospiceFrom = max(l.Death-column.Date(random.AnyOf(r, hospiceDays)), l.start, l.Entitled)
	case n < hospiceShare+hospitalDeaths:
		l.lastStay = l.Death - column.Date(r.Between(1, 14))
	}
}

// hospiceDays are days of hospice care until death: 18 in the median, 90 on average.
var hospiceDays = []int{2, 4, 6, 8, 12, 17, 21, 34, 60, 110, 260, 450, 700}

// specialist returns the physician of a specialty whom a person sees.
func (l *living) specialist(specialty string) *Provider {
	if specialty == l.pcp.Specialty {
		return l.pcp
	}
	s := l.specialists[specialty]
	if s == nil {
		s = l.physician(specialty)
		l.specialists[specialty] = s
	}
	return s
}

// day returns a day of the month, mostly a weekday.
func (l *living) day() column.Date {
	d := l.month + column.Date(l.random.Intn(int(l.last-l.month)+1))
	if weekday := (d + 4) % 7; weekday == 0 || weekday == 6 {
		if moved := d - 2; moved >= l.month && l.random.Chance(850) {
			return moved
		}
	}
	return d
}

// away reports whether a person is in a facility on a day.
func (l *living) away(day column.Date) bool {
	for i := len(l.stays) - 1; i >= 0 && i >= len(l.stays)-8; i-- {
		if l.stays[i].from <= day && day <= l.stays[i].thru {
			return true
		}
	}
	return l.hospiceFrom != 0 && day >= l.hospiceFrom
}

// times returns how often something happens in the month that happens so many times
// per hundred years.
func (l *living) times(perHundredYears int) int {
	n := 0
	for range 4 {
		if l.random.Intn(4800) < perHundredYears {
			n++
		}
	}
	return n
}

// claim adds a claim, whose lines are to follow.
func (l *living) claim(kind ClaimType, code int, from, thru column.Date) *Claim {
	n := len(l.Claims)
	if n < cap(l.Claims) {
		l.Claims = l.Claims[:n+1]
	} else {
		l.Claims = append(l.Claims, Claim{})
	}
	c := &l.Claims[n]
	*c = Claim{Type: kind, Code: code, From: from, Thru: thru, Lines: c.Lines[:0], Diagnoses: c.Diagnoses[:0], Procedures: c.Procedures[:0], Frequency: "1"}
	return c
}
