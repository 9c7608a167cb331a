package life

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// A substance is a drug that pharmacies dispense: its place in codebook.Drugs, and
// what thirty days of it cost in dollars.
type substance struct {
	index   int
	generic bool
	cost    int
}

// substances are the drugs of Part D. The prices are gross of rebates.
var substances = map[string]substance{
	"atorvastatin": {0, true, 13}, "lisinopril": {1, true, 8}, "levothyroxine": {2, true, 14}, "metformin": {3, true, 10},
	"amlodipine": {4, true, 8}, "insulin": {5, false, 241}, "apixaban": {6, false, 667}, "trelegy": {7, false, 736},
	"sertraline": {8, true, 9}, "semaglutide": {9, false, 1161}, "hydrocortisone": {10, true, 16}, "losartan": {11, true, 11},
	"oxycodone": {12, true, 24}, "omalizumab": {13, false, 3910}, "empagliflozin": {14, false, 701}, "simvastatin": {15, true, 9},
	"metoprolol": {16, true, 12}, "hydrochlorothiazide": {17, true, 7}, "rosuvastatin": {18, true, 14}, "glipizide": {19, true, 9},
	"clopidogrel": {20, true, 12}, "furosemide": {21, true, 8}, "carvedilol": {22, true, 10}, "sacubitril": {23, false, 759},
	"spironolactone": {24, true, 12}, "albuterol": {25, true, 34}, "escitalopram": {26, true, 11}, "trazodone": {27, true, 10},
	"donepezil": {28, true, 12}, "memantine": {29, true, 17}, "prednisone": {30, true, 9}, "ondansetron": {31, true, 18},
	"meloxicam": {32, true, 9}, "alendronate": {33, true, 15}, "latanoprost": {34, true, 19}, "gabapentin": {35, true, 15},
	"tramadol": {36, true, 14}, "amoxicillin": {37, true, 10}, "omeprazole": {38, true, 12}, "tamsulosin": {39, true, 13},
	"lenalidomide": {40, false, 15500}, "sitagliptin": {41, false, 644},
}

// shortCourses are drugs taken for a few days.
var shortCourses = []string{"amoxicillin", "prednisone", "hydrocortisone", "ondansetron", "oxycodone", "amoxicillin"}

// A regimen is a drug that a person takes.
type regimen struct {
	substance
	rx     int64
	days   int         // of a fill
	next   column.Date // day of the next fill
	number int
	mail   bool
}

// regimens returns the drugs of a person with a drug plan.
func (p *Person) regimens(r *random.Source, from column.Date) []regimen {
	var list []regimen
	add := func(name string) {
		days := 30
		s := substances[name]
		if s.cost < 100 && r.Chance(600) || r.Chance(120) {
			days = 90
		}
		list = append(list, regimen{s, prescription(r), days, from + column.Date(r.Intn(days)), r.Intn(4), days == 90 && r.Chance(250)})
	}
	for c := range conditions {
		if names := conditions[c].drugs; p.Has(Condition(c)) && len(names) > 0 {
			if r.Chance(950) {
				add(random.OneOf(r, names))
			}
			if r.Chance(330) {
				add(random.AnyOf(r, names))
			}
		}
	}
	for _, often := range []share[string]{{200, "omeprazole"}, {90, "tamsulosin"}, {7, "omalizumab"}} {
		if r.Chance(often.weight) {
			add(often.value)
		}
	}
	if p.Has(Cancer) && r.Chance(85) {
		add("lenalidomide")
	}
	return list
}

func prescription(r *random.Source) int64 { return int64(100_000_000 + r.Intn(900_000_000)) }

// fills dispenses the drugs that run out in a month.
func (l *living) fills(last column.Date) {
	r := l.random
	for i := range l.regimens {
		d := &l.regimens[i]
		for d.next <= last {
			if r.Chance(930) { // the others skip it
				l.fill(d)
			}
			d.next += column.Date(d.days + r.Skewed(12))
		}
	}
	if r.Chance(110) {
		s := substances[random.AnyOf(r, shortCourses)]
		l.fill(&regimen{s, prescription(r), r.Between(5, 14), l.day(), 0, false})
	}
}

// fill adds a drug event.
func (l *living) fill(d *regimen) {
	if d.next < l.month || l.away(d.next) {
		return
	}
	r := l.random
	c := l.claim(PartD, 1, d.next, d.next)
	c.Physician, c.Facility = l.pcp, l.pharmacy
	if d.mail {
		c.Facility = l.mailOrder
	}
	cost := narrow.cents(r, d.cost*d.days) / 30
	f := Fill{NDC: d.ndc(r), Generic: d.generic, Days: d.days, Quantity: d.days * random.OneOf(r, []int{1, 2, 1, 3}), Number: d.number, Rx: d.rx, Cost: max(cost, 150), Mail: d.mail}
	f.Copay = min(f.Cost, column.Dollars(int64(random.OneOf(r, []int{0, 5, 10, 3, 15}))))
	if !d.generic {
		f.Copay = f.Cost / 10
	}
	if l.Dual != "" {
		f.Copay = min(f.Copay, 465)
	}
	c.Fill = f
	d.number = (d.number + 1) % 12
}

// ndc returns a package of the substance. Brands come in few of them.
func (s *substance) ndc(r *random.Source) string {
	pool, n := codebook.DrugPool(), len(codebook.Drugs)
	packages := (len(pool) - s.index + n - 1) / n
	if !s.generic {
		packages = 3
	}
	return pool[s.index+n*r.Zipf(packages)].Code
}
