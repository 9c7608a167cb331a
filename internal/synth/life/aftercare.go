package life

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// Prices of care after a stay, in dollars.
const (
	nursingDay       = 590
	nursingShare     = 204 // of the patient, from the 21st day
	homeHealthPeriod = 1960
	hospiceDay       = 268
)

// nursing adds a stay in a skilled nursing facility, one claim per month, until a
// readmission if there is one.
func (l *living) nursing(from, back column.Date) {
	r := l.random
	thru := from + column.Date(min(98, max(3, middle.around(r, 30))))
	status := random.OneOf(r, []string{"01", "06", "01"})
	for _, end := range []column.Date{back, l.Death, l.hospiceFrom, l.Advantage} {
		if end != 0 && end < thru {
			thru, status = max(end, from+1), "02"
			if end == l.Death {
				status = "20"
			}
		}
	}
	l.stays = append(l.stays, stay{from, thru - 1})
	at := likely(r, l.providers.facilities[nursingFacility])
	kind, main := 20, l.mainDiagnosis()
	if r.Chance(40) {
		kind = 30
	}
	for first := from; first < thru; {
		last := min(nextMonth(first.FirstOfMonth())-1, thru)
		if last >= l.end {
			return
		}
		c := l.claim(SNF, kind, first, last)
		c.Begun, c.Facility, c.Physician, c.Clinic, c.Status, c.Source, c.Admission = from, at, l.pcp, "21", "30", "4", "3"
		c.Frequency = "3"
		if last == thru {
			c.Status, c.Ended, c.Frequency = status, thru, "4"
		}
		l.diagnose(c, main, 7+r.Intn(8))
		l.nursed(c, from)
		first = last + 1
	}
	if status == "06" {
		l.homeHealth(thru, 0)
	}
}

// nursed adds the lines and the payment of a month in a nursing facility.
func (l *living) nursed(c *Claim, from column.Date) {
	r := l.random
	days := int(c.Thru - c.From)
	if c.Ended == 0 {
		days++
	}
	days = max(days, 1)
	c.Lines = append(c.Lines, Line{Revenue: "0022", Service: codebook.Service{HCPCS: random.AnyOf(r, []string{"KBGC1", "HAXE0", "PDQD1"})}, Units: days, Day: c.From})
	for _, w := range []share[string]{{410, "0120"}, {96, "0420"}, {92, "0430"}, {51, "0250"}} {
		c.Lines = append(c.Lines, Line{Revenue: w.value, Units: days, Day: c.From, Charge: narrow.cents(r, w.weight*days)})
	}
	c.Paid = narrow.cents(r, nursingDay) * column.Amount(days)
	if late := int(c.Thru-from) - 20; late > 0 {
		c.Shared = min(column.Dollars(int64(nursingShare*min(days, late))), c.Paid/2)
		c.Paid -= c.Shared
	}
}

// homeHealth adds periods of home health care.
func (l *living) homeHealth(from, back column.Date) {
	r := l.random
	if from <= l.homeCare {
		return
	}
	at, main := likely(r, l.providers.facilities[homeHealthAgency]), l.mainDiagnosis()
	for period := range 1 + r.Skewed(7) {
		first := from + column.Date(30*period) + 1
		last := first + 29
		if back != 0 {
			last = min(last, back-1)
		}
		if l.Death != 0 {
			last = min(last, l.Death)
		}
		if last <= first || last >= l.end || l.gone(last) || l.away(first) {
			return
		}
		l.homeCare = last
		c := l.claim(HHA, 10, first, last)
		c.Begun, c.Facility, c.Physician, c.Clinic, c.Status, c.Frequency = from+1, at, l.pcp, "32", "30", "9"
		l.diagnose(c, main, 6+r.Intn(6))
		c.Paid = narrow.cents(r, homeHealthPeriod)
		c.Lines = append(c.Lines, Line{Revenue: "0023", Service: codebook.Service{HCPCS: random.AnyOf(r, []string{"2CB21", "1AA11", "3MC31"})}, Units: 1, Day: first, Paid: c.Paid})
		for range 2 + r.Intn(3) {
			w := random.AnyOf(r, codebook.HomeHealthRevenues[1:5])
			c.Lines = append(c.Lines, Line{Revenue: w.Code, Service: codebook.Service{HCPCS: w.HCPCS[0]}, Units: 1 + r.Intn(4), Day: first + column.Date(r.Intn(int(last-first))), Charge: narrow.cents(r, w.Charge)})
		}
	}
}

// hospice adds the claim of a month of hospice care.
func (l *living) hospice() {
	if l.hospiceFrom == 0 || l.hospiceFrom > l.last || l.Death == 0 {
		return
	}
	r := l.random
	first := max(l.month, l.hospiceFrom)
	c := l.claim(Hospice, 50, first, l.last)
	c.Begun, c.Ended, c.Clinic = l.hospiceFrom, l.Death, "81"
	c.Status, c.Frequency = "30", "3"
	if l.last == l.Death {
		c.Status, c.Frequency = "42", "4"
	}
	if l.specialists["hospice"] == nil {
		l.specialists["hospice"] = likely(r, l.providers.facilities[hospice])
	}
	c.Facility, c.Physician = l.specialists["hospice"], l.pcp
	l.diagnose(c, l.mainDiagnosis(), 2+r.Intn(4))
	days := int(l.last-first) + 1
	c.Paid = narrow.cents(r, hospiceDay) * column.Amount(days)
	c.Lines = append(c.Lines, Line{Revenue: "0651", Service: codebook.Service{HCPCS: random.OneOf(r, []string{"Q5001", "Q5002", "Q5003"})}, Units: days, Day: first, Charge: c.Paid, Paid: c.Paid})
	for range r.Intn(3) {
		w := codebook.HospiceRevenues[1+r.Intn(2)]
		c.Lines = append(c.Lines, Line{Revenue: w.Code, Service: codebook.Service{HCPCS: w.HCPCS[0]}, Units: 1 + r.Intn(4), Day: first + column.Date(r.Intn(days)), Charge: narrow.cents(r, w.Charge)})
	}
}

// mainDiagnosis returns the condition that most care after a stay is about.
func (l *living) mainDiagnosis() string {
	for _, c := range []Condition{Cancer, Dementia, HeartFailure, Stroke, LungDisease, KidneyDisease, Diabetes, HeartDisease, Arthritis, Hypertension} {
		if l.Has(c) && l.random.Chance(700) {
			return l.code(c)
		}
	}
	return random.OneOf(l.random, []string{"R531", "I10", "M6281", "Z9181", "J449"})
}
