package life

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/column"
)

// The history of the tests: the last full year before the export.
var (
	testExport = column.NewDate(2026, time.March, 2)
	testStart  = column.NewDate(2025, time.January, 1)
	testEnd    = column.NewDate(2026, time.January, 1)
)

const testPeople = 3000

// A tally counts what happened to people in a year. It adds up claims on its own and
// knows nothing of how they were made.
type tally struct {
	months, drugMonths float64
	people, withWell   int
	events             map[string]float64
	dollars            map[string]float64
	spent              []float64             // by person
	byType             map[string][2]float64 // months and dollars
}

func newTally(people int) *tally {
	w := NewWorld(1, testExport)
	t := &tally{events: map[string]float64{}, dollars: map[string]float64{}, byType: map[string][2]float64{}}
	for i := range people {
		t.add(w.Person(i))
	}
	slices.SortFunc(t.spent, func(a, b float64) int { return cmp.Compare(b, a) })
	return t
}

func (t *tally) add(p *Person) {
	months := 0.0
	for m := max(testStart, p.Entitled); m < testEnd; m = nextMonth(m) {
		if p.Advantage != 0 && m >= p.Advantage || p.Death != 0 && m > p.Death {
			break
		}
		months++
	}
	if months == 0 {
		return
	}
	t.people++
	t.months += months
	if p.DrugPlan {
		t.drugMonths += months
	}
	if p.Death >= testStart && p.Death < testEnd {
		t.events["deaths"]++
	}
	spent := t.claims(p)
	t.spent = append(t.spent, spent)
	e := t.byType[enrollmentType(p)]
	t.byType[enrollmentType(p)] = [2]float64{e[0] + months, e[1] + spent}
}

func enrollmentType(p *Person) string {
	switch {
	case p.RenalDisease:
		return "ESRD"
	case p.Disabled:
		return "disabled"
	case p.Dual != "":
		return "aged dual"
	}
	return "aged non-dual"
}

// claims adds the claims of a person and returns what Medicare paid.
func (t *tally) claims(p *Person) (spent float64) {
	well, last := false, column.Date(0)
	for i := range p.Claims {
		c := &p.Claims[i]
		if c.From < testStart || c.Thru >= testEnd {
			continue
		}
		if c.Type == PartD {
			t.fill(&c.Fill)
			continue
		}
		paid := float64(c.Paid) / 100
		spent += paid
		t.dollars[category(c)] += paid
		t.dollars["all"] += paid
		t.events["lines"] += float64(len(c.Lines))
		t.events["claims"]++
		if c.Fate != Kept {
			t.events["versions"]++
		}
		well = t.lines(c) || well
		switch c.Type {
		case Inpatient:
			t.stay(c, last)
			last = c.Thru
			if c.Status == "20" {
				last = 0
			}
		case SNF:
			if c.Begun == c.From {
				t.events["nursing stays"]++
			}
			t.events["nursing days"] += float64(c.Thru - c.From)
		}
	}
	if well {
		t.withWell++
	}
	return spent
}

func category(c *Claim) string {
	if c.Type == Carrier && len(c.Lines) > 0 && strings.HasPrefix(c.Lines[0].HCPCS, "A0") {
		return "ambulance"
	}
	return [ClaimTypes]string{"inpatient", "nursing", "outpatient", "home health", "hospice", "physician", "equipment", "drugs"}[c.Type]
}

func (t *tally) fill(f *Fill) {
	t.dollars["drugs"] += float64(f.Cost) / 100
	t.events["fills"]++
	t.events["fills of 30 days"] += max(1, float64(f.Days)/30)
	if f.Generic {
		t.events["generic"]++
	}
}

func (t *tally) stay(c *Claim, last column.Date) {
	t.events["stays"]++
	t.events["days"] += float64(max(1, c.Thru-c.From))
	if last != 0 && c.From > last && c.From <= last+30 {
		t.events["readmissions"]++
	}
}

// lines adds the lines of a claim and reports whether one is a wellness visit.
func (t *tally) lines(c *Claim) (well bool) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Denied {
			t.events["denied"]++
		}
		switch {
		case l.Revenue == "0450" && c.Type == Inpatient:
			t.events["emergency, admitted"]++
			t.events["emergency"]++
		case l.Revenue == "0450":
			t.events["emergency"]++
		case l.Revenue == "0762":
			t.events["observation"]++
		case c.Type == Carrier && (l.HCPCS == "G0438" || l.HCPCS == "G0439" || l.HCPCS == "G0402"):
			well = true
			t.events["office visits"]++
		case c.Type == Carrier && l.HCPCS >= "99202" && l.HCPCS <= "99215":
			t.events["office visits"]++
		}
	}
	return well
}

// top returns the share of dollars of so many percent of people, in percent.
func (t *tally) top(percent int) float64 {
	sum := 0.0
	for _, s := range t.spent[:len(t.spent)*percent/100] {
		sum += s
	}
	return 100 * sum / t.dollars["all"]
}

// within checks a number against bounds: those of Medicare, widened so that a few
// thousand people of another seed keep them too.
func within(t *testing.T, what string, got, least, most float64) {
	t.Helper()
	line := fmt.Sprintf("%-34s %9.2f, want %g to %g", what, got, least, most)
	if got < least || got > most {
		t.Error(line)
		return
	}
	t.Log(line)
}

func TestSpending(t *testing.T) {
	t.Parallel()
	y := newTally(testPeople)
	for _, tt := range []struct {
		category    string
		least, most float64
	}{
		{"all", 950, 1250},
		{"inpatient", 260, 400}, {"nursing", 45, 90}, {"outpatient", 190, 310}, {"physician", 220, 340}, {"ambulance", 6, 18},
		{"home health", 28, 65}, {"hospice", 30, 75}, {"equipment", 12, 30},
	} {
		within(t, tt.category+", dollars a month", y.dollars[tt.category]/y.months, tt.least, tt.most)
	}
	within(t, "drugs, dollars a month", y.dollars["drugs"]/y.drugMonths, 290, 430)
	within(t, "top 1 %", y.top(1), 11, 20)
	within(t, "top 5 %", y.top(5), 34, 46)
	within(t, "top 10 %", y.top(10), 50, 64)
	within(t, "top 25 %", y.top(25), 76, 88)
	for _, tt := range []struct {
		kind                    string
		share, most, cost, dear float64
	}{
		{"ESRD", 0.4, 2.2, 60_000, 130_000}, {"disabled", 9, 16, 10_000, 21_000}, {"aged dual", 5.5, 10, 12_000, 26_000}, {"aged non-dual", 74, 83, 8_500, 13_500},
	} {
		within(t, tt.kind+", percent of months", 100*y.byType[tt.kind][0]/y.months, tt.share, tt.most)
		within(t, tt.kind+", dollars a year", 12*y.byType[tt.kind][1]/y.byType[tt.kind][0], tt.cost, tt.dear)
	}
}

func TestUse(t *testing.T) {
	t.Parallel()
	y := newTally(testPeople)
	for _, tt := range []struct {
		event       string
		least, most float64
	}{
		{"stays", 215, 290}, {"days", 1100, 1650}, {"emergency", 540, 720}, {"emergency, admitted", 150, 240}, {"observation", 35, 70},
		{"nursing stays", 40, 75}, {"nursing days", 900, 1900}, {"office visits", 7500, 11500}, {"deaths", 36, 54},
	} {
		within(t, tt.event+" per 1,000", y.events[tt.event]*12_000/y.months, tt.least, tt.most)
	}
	per := func(a, b string) float64 { return y.events[a] / y.events[b] }
	within(t, "days per stay", per("days", "stays"), 4.9, 6)
	within(t, "readmissions in percent", 100*per("readmissions", "stays"), 12.5, 18.5)
	within(t, "wellness visits in percent", 100*float64(y.withWell)/float64(y.people), 40, 56)
	within(t, "denied lines in percent", 100*per("denied", "lines"), 5.5, 9)
	within(t, "claims with versions in percent", 100*per("versions", "claims"), 3, 6)
	within(t, "generic in percent", 100*per("generic", "fills"), 87, 92)
	within(t, "fills of 30 days a year", y.events["fills of 30 days"]*12/y.drugMonths, 46, 58)
	within(t, "lines per claim", (y.events["lines"]+y.events["fills"])/(y.events["claims"]+y.events["fills"]), 1.3, 1.9)
	none := slices.Index(y.spent, 0)
	within(t, "people without a claim in percent", 100-100*float64(none)/float64(y.people), 2, 9)
}

// TestPeople checks ages, sexes and conditions.
func TestPeople(t *testing.T) {
	t.Parallel()
	w := NewWorld(1, testExport)
	counts := map[string]int{}
	const people = 4000
	for i := range people {
		p := w.Person(i)
		age := column.YearsBetween(p.Birth, testExport)
		switch {
		case age < 65:
			counts["under 65"]++
		case age < 75:
			counts["65 to 74"]++
		case age < 85:
			counts["75 to 84"]++
		default:
			counts["over 84"]++
		}
		if p.Female {
			counts["female"]++
		}
		if p.Dual != "" {
			counts["dual"]++
		}
		for c := range conditionCount {
			if p.Has(c) {
				counts[fmt.Sprint("condition ", int(c))]++
			}
		}
	}
	for _, tt := range []struct {
		what        string
		least, most float64
	}{
		{"under 65", 10, 15}, {"65 to 74", 43, 50}, {"75 to 84", 25, 31}, {"over 84", 11, 15}, {"female", 52, 57}, {"dual", 10, 19},
		{fmt.Sprint("condition ", int(Hypertension)), 50, 68}, {fmt.Sprint("condition ", int(Diabetes)), 21, 30}, {fmt.Sprint("condition ", int(HeartFailure)), 9, 16},
		{fmt.Sprint("condition ", int(LungDisease)), 8, 14}, {fmt.Sprint("condition ", int(Dementia)), 6, 12},
	} {
		within(t, tt.what+" in percent", 100*float64(counts[tt.what])/people, tt.least, tt.most)
	}
}

// TestStories checks that nothing happens before people are entitled, after their
// death or while they are in a facility, and that claims add up.
func TestStories(t *testing.T) {
	t.Parallel()
	w := NewWorld(2, testExport)
	for i := range 1500 {
		p := w.Person(i)
		for j := range p.Claims {
			c := &p.Claims[j]
			switch {
			case c.From < p.Entitled, c.Thru < c.From, p.Death != 0 && c.Thru > p.Death, p.Advantage != 0 && c.From >= p.Advantage:
				t.Errorf("person %d: a claim of type %d from %s to %s", i, c.Code, c.From.Append(nil), c.Thru.Append(nil))
			case c.Entered <= c.Thru || (c.Entered-1)%7 != 0:
				t.Errorf("person %d: entered on %s", i, c.Entered.Append(nil))
			case c.Denied && c.Paid != 0, c.Paid < 0, c.Paid > column.Dollars(600_000):
				t.Errorf("person %d: paid %d", i, c.Paid)
			case c.Type != PartD && len(c.Diagnoses) == 0, c.Physician == nil, c.Facility == nil && c.Type != DME:
				t.Errorf("person %d: incomplete claim %+v", i, c)
			}
			if j > 0 && c.From < p.Claims[j-1].From {
				t.Errorf("person %d: claims out of order", i)
			}
		}
	}
}

// TestLag checks how many dollars of a month are entered by the end of later months.
func TestLag(t *testing.T) {
	t.Parallel()
	w := NewWorld(1, testExport)
	var total float64
	var by [7]float64
	for i := range 1500 {
		p := w.Person(i)
		for j := range p.Claims {
			c := &p.Claims[j]
			if c.Type == PartD {
				continue
			}
			total += float64(c.Paid)
			month := c.Thru.FirstOfMonth()
			for lag := range by {
				if month = nextMonth(month); c.Entered < month {
					by[lag] += float64(c.Paid)
				}
			}
		}
	}
	for _, tt := range []struct {
		lag         int
		least, most float64
	}{{0, 25, 47}, {1, 76, 90}, {2, 88, 96}, {3, 94, 98.5}, {6, 98, 100}} {
		within(t, fmt.Sprintf("entered by the end of month %d", tt.lag), 100*by[tt.lag]/total, tt.least, tt.most)
	}
}
