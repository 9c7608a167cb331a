package life

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// Rates of stays, per ten thousand people of average risk and year, and shares per
// thousand.
const (
	admissionRate   = 1160
	psychiatricRate = 40
	readmission     = 64  // within 30 days of a discharge
	plannedShare    = 60  // of readmissions
	toHomeHealth    = 190 // of discharges
	toRehab         = 36
	toLongTerm      = 5
	transferred     = 18
	againstAdvice   = 12
	diesInHospital  = 210
	followedUp      = 220 // transitional care after a discharge home
	mostReadmitted  = 4   // stays in a row
)

// season is how many stays a month has, in percent of the average.
var season = [12]int{106, 105, 104, 100, 99, 98, 98, 98, 98, 100, 98, 96}

// hospital lets a person be admitted in the month.
func (l *living) hospital() {
	r := l.random
	if l.lastStay != 0 && l.lastStay <= l.last {
		from := max(l.lastStay, l.month)
		l.lastStay = 0
		if !l.away(from) {
			l.admit(from, l.reason(), l.home, 0)
		}
		return
	}
	_, month, _ := l.month.Civil()
	rate := admissionRate * l.risk / 100 * season[month-1] / 100
	if l.Death != 0 && l.month+90 > l.Death {
		rate *= 4
	}
	if l.avoids {
		rate /= 4
	}
	switch day := l.day(); {
	case l.away(day):
	case r.Intn(120_000) < rate:
		l.admit(day, l.reason(), l.nearby(), 0)
	case r.Intn(120_000) < psychiatricRate && (l.Disabled || l.Has(Depression) || l.Has(Dementia)):
		l.admit(day, psychiatric, likely(r, l.providers.facilities[psychiatricHospital]), mostReadmitted)
	}
}

// nearby returns a hospital, mostly the one of the region.
func (l *living) nearby() *Provider {
	switch n := l.random.Intn(100); {
	case n < 70:
		return l.home
	case n < 76:
		return likely(l.random, l.providers.facilities[criticalAccess])
	}
	return likely(l.random, l.providers.facilities[hospital])
}

// reason returns why a person is admitted: one of three times because of a condition
// that the person has.
func (l *living) reason() stayKind {
	r := l.random
	if r.Chance(110) {
		k := otherStay
		k.DRG = random.AnyOf(r, otherDRGs)
		return k
	}
	k := pick(r, stayKinds)
	for range 3 {
		if k.needs == anybody || l.Has(Condition(k.needs)) {
			return k
		}
		k = pick(r, stayKinds)
	}
	return k
}

// admit makes the claims of a stay and of what follows it. nth counts the stays in a
// row.
func (l *living) admit(from column.Date, k stayKind, at *Provider, nth int) {
	r := l.random
	thru := from + column.Date(max(1, middle.around(r, k.days*117/100+2)/10))
	dies := l.Death != 0 && thru >= l.Death
	if dies {
		thru = max(from, l.Death)
	}
	if l.hospiceFrom != 0 {
		thru = max(from, min(thru, l.hospiceFrom))
	}
	if thru >= l.end || l.Advantage != 0 && thru >= l.Advantage { // not billed yet, or not to Medicare
		l.stays = append(l.stays, stay{from, thru})
		return
	}
	l.stays = append(l.stays, stay{from, thru - 1})
	emergency := !r.Chance(k.elective)
	c := l.claim(Inpatient, 60, from, thru)
	c.Begun, c.Ended, c.DRG, c.Facility, c.Clinic = from, thru, k.DRG, at, "11"
	c.Status = l.destination(&k, thru, dies)
	status := c.Status
	c.Admission, c.Source = "3", "1"
	if emergency {
		c.Admission, c.Source = random.OneOf(r, []string{"1", "1", "2"}), random.OneOf(r, []string{"1", "1", "4", "5"})
	}
	c.Admitting = random.AnyOf(r, emergencies)
	l.diagnose(c, random.OneOf(r, k.diagnoses), 9+r.Intn(12))
	l.treated(c, &k, emergency)
	l.payStay(c, &k)
	l.attended(from, thru, c.Diagnoses[0], k.procedure, emergency)
	l.discharged(thru, status, nth)
}

// destination returns the discharge status of a patient.
func (l *living) destination(k *stayKind, thru column.Date, dies bool) string {
	r := l.random
	switch n := r.Intn(1000); {
	case dies:
		return "20"
	case l.hospiceFrom != 0 && thru >= l.hospiceFrom:
		return random.OneOf(r, []string{"51", "50"})
	case n < k.afterwards:
		return "03"
	case n < k.afterwards+toHomeHealth:
		return "06"
	case n < k.afterwards+toHomeHealth+toRehab:
		return "62"
	case n < k.afterwards+toHomeHealth+toRehab+toLongTerm:
		return "63"
	case n < k.afterwards+toHomeHealth+toRehab+toLongTerm+transferred:
		return "02"
	case n < k.afterwards+toHomeHealth+toRehab+toLongTerm+transferred+againstAdvice:
		return "07"
	}
	return "01"
}

// discharged lets happen what follows a stay.
func (l *living) discharged(day column.Date, status string, nth int) {
	r := l.random
	if status == "20" || status == "50" || status == "51" || nth > mostReadmitted {
		return
	}
	back := column.Date(0)
	if r.Intn(100_000) < readmission*(50+min(l.risk, 400)/2)*10/11 {
		back = day + 1 + column.Date(r.Skewed(2)*15+min(r.Intn(30), r.Intn(30)))
	}
	switch status {
	case "02":
		l.admit(day, l.reason(), likely(r, l.providers.facilities[hospital]), nth+1)
		return
	case "62":
		l.admit(day, rehabilitation, likely(r, l.providers.facilities[rehabilitationHospital]), nth+1)
		return
	case "63":
		l.admit(day, longTermCare, likely(r, l.providers.facilities[longTermHospital]), nth+1)
		return
	case "03":
		l.nursing(day, back)
	case "06":
		l.homeHealth(day, back)
	case "01":
		if r.Chance(followedUp) && back == 0 {
			l.followUp(day + column.Date(r.Between(4, 14)))
		}
	}
	if back != 0 && !l.gone(back) && (l.hospiceFrom == 0 || back < l.hospiceFrom) {
		k := l.reason()
		if r.Chance(plannedShare) {
			k.elective = 1000
		}
		l.admit(back, k, l.nearby(), nth+1)
	}
}

// gone reports whether a day is after a person's death, or after the history.
func (l *living) gone(day column.Date) bool {
	return day >= l.end || l.Death != 0 && day >= l.Death || l.Advantage != 0 && day >= l.Advantage
}

// wards are the revenue centers of a stay, with the dollars that a day costs.
var wards = []share[string]{{2400, "0120"}, {640, "0250"}, {310, "0270"}, {520, "0300"}, {270, "0320"}, {180, "0730"}, {190, "0410"}, {160, "0420"}, {120, "0258"}}

// treated adds the lines and procedures of a stay.
func (l *living) treated(c *Claim, k *stayKind, emergency bool) {
	r := l.random
	days := int(c.Thru - c.From)
	for i, w := range wards {
		if i == 0 || r.Chance(720) {
			c.Lines = append(c.Lines, Line{Revenue: w.value, Units: days, Day: c.From, Charge: narrow.cents(r, w.weight*max(1, days))})
		}
	}
	if emergency && r.Chance(860) {
		s := pick(r, emergencyCodes)
		c.Lines = append(c.Lines, Line{Revenue: "0450", Service: s, Units: 1, Day: c.From, Charge: narrow.cents(r, s.Charge*4)})
	}
	if k.procedure != "" {
		c.Lines = append(c.Lines, Line{Revenue: "0360", Units: 1, Day: c.From, Charge: narrow.cents(r, 9800)})
		c.Procedures = append(c.Procedures, Procedure{k.procedure, c.From + column.Date(r.Intn(min(2, days)+1))})
		c.Surgeon = l.specialist("20")
	}
	if r.Chance(260) {
		c.Procedures = append(c.Procedures, Procedure{random.AnyOf(r, codebook.Icd10Procedures).Code, c.From + column.Date(r.Intn(days+1))})
	}
	c.Physician = l.physician("C6")
}

// payStay pays a stay by its DRG, with the add-ons of some hospitals.
func (l *living) payStay(c *Claim, k *stayKind) {
	r := l.random
	c.Paid = middle.cents(r, dollarsPerWeight*k.weight/1000)
	if r.Chance(32) { // an outlier
		c.Paid += wide.cents(r, 55_000)
	}
	base := c.Paid
	add := func(perMille int) column.Amount { return base * column.Amount(perMille) / 1000 }
	a := &c.AddOns
	if c.Facility.NPI[9]%4 == 0 { // a teaching hospital
		a.Teaching, a.CapitalTeaching = add(72), add(4)
	}
	a.Share, a.CapitalShare, a.Uncompensated = add(8), add(2), add(16)
	c.Paid += a.Teaching + a.CapitalTeaching + a.Share + a.CapitalShare + a.Uncompensated
}

// attended adds the claims of the physicians of a stay.
func (l *living) attended(from, thru column.Date, diagnosis, procedure string, emergency bool) {
	r := l.random
	days := int(thru - from)
	hospitalist := l.physician("C6")
	c := l.professional(from, hospitalist, "21", diagnosis)
	l.line(c, codebook.Service{HCPCS: "99223", ServiceType: "1", Betos: "M2A", Charge: 175}, 100)
	if days > 1 {
		c = l.professional(from+1, hospitalist, "21", diagnosis)
		c.Thru = thru - 1
		l.line(c, codebook.Service{HCPCS: "99232", ServiceType: "1", Betos: "M2B", Charge: 80 * (days - 1)}, 100)
		c.Lines[0].Units = days - 1
	}
	c = l.professional(thru, hospitalist, "21", diagnosis)
	l.line(c, codebook.Service{HCPCS: "99239", ServiceType: "1", Betos: "M2B", Charge: 115}, 100)
	if procedure != "" {
		c = l.professional(from, l.specialist("20"), "21", diagnosis)
		l.line(c, codebook.Service{HCPCS: random.AnyOf(r, []string{"27130", "27447", "44140", "33361", "22612", "92928", "27245"}), ServiceType: "2", Betos: "P1G", Charge: 1350}, 100)
		c = l.professional(from, l.specialist("05"), "21", diagnosis)
		l.line(c, codebook.Service{HCPCS: "01214", ServiceType: "7", Betos: "P0", Charge: 310}, 100)
	}
	for range 1 + r.Skewed(5) {
		c = l.professional(from+column.Date(r.Intn(days+1)), l.specialist("30"), "21", diagnosis)
		l.line(c, pick(r, officeServices[1].codes), 100)
	}
	if emergency {
		c = l.professional(from, l.physician("93"), "23", diagnosis)
		l.line(c, codebook.Service{HCPCS: "99285", ServiceType: "1", Betos: "M3", Charge: 180}, 100)
		if r.Chance(430) {
			l.ambulance(from, diagnosis)
		}
	}
}

// ambulance adds a trip.
func (l *living) ambulance(day column.Date, diagnosis string) {
	c := l.professional(day, l.physician("59"), "41", diagnosis)
	l.line(c, codebook.Service{HCPCS: random.OneOf(l.random, []string{"A0427", "A0429", "A0428"}), ServiceType: "D", Betos: "O1A", Charge: 480}, 100)
	l.line(c, codebook.Service{HCPCS: "A0425", ServiceType: "D", Betos: "O1A", Charge: 95}, 100)
	c.Lines[len(c.Lines)-1].Units = 1 + l.random.Skewed(30)
}

// followUp adds a visit of transitional care.
func (l *living) followUp(day column.Date) {
	if l.gone(day) || l.away(day) {
		return
	}
	c := l.professional(day, l.pcp, "11", "Z09")
	l.line(c, pick(l.random, transitional), 100)
}
