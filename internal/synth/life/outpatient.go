package life

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// outpatient adds the month's claims of hospital outpatient departments.
func (l *living) outpatient() {
	r := l.random
	if l.RenalDisease {
		l.dialysis()
	}
	rate := emergencyRate * (40 + min(l.risk, 500)*6/10) / 100
	if l.Disabled {
		rate = rate * 17 / 10
	}
	for range l.times(rate) {
		if day := l.day(); !l.away(day) {
			l.emergency(day)
		}
	}
	for i := range outpatientVisits {
		v := &outpatientVisits[i]
		rate := v.rate * l.need() / 100
		if v.revenue == "0636" && !l.infused() {
			rate /= 4
		} else if v.revenue == "0636" {
			rate *= 4
		}
		for range l.times(rate) {
			l.outpatientVisit(v)
		}
	}
	if !l.avoids && r.Intn(1200) < communityHome*l.need()/100 {
		l.homeHealth(l.day(), 0)
	}
}

// facilityClaim begins an outpatient claim.
func (l *living) facilityClaim(day column.Date, at *Provider, bill, diagnosis string) *Claim {
	c := l.claim(Outpatient, 40, day, day)
	c.Facility, c.Physician, c.Clinic, c.Status = at, l.pcp, bill, "01"
	l.diagnose(c, diagnosis, 2+l.random.Skewed(8))
	return c
}

// departmentLine adds a service of a revenue center. The price is that of the service;
// the hospital charges several times as much.
func (l *living) departmentLine(c *Claim, revenue string, s codebook.Service, percent int) {
	l.line(c, s, percent)
	n := &c.Lines[len(c.Lines)-1]
	n.Revenue = revenue
	n.Charge *= 2
}

// packaged adds a line that is paid with another one.
func (l *living) packaged(c *Claim, revenue string, dollars int) {
	c.Lines = append(c.Lines, Line{Revenue: revenue, Day: c.From, Units: 1 + l.random.Skewed(6), Charge: middle.cents(l.random, dollars)})
}

// emergency adds a visit to the emergency department that ends at home, sometimes
// after observation.
func (l *living) emergency(day column.Date) {
	r := l.random
	diagnosis := random.OneOf(r, emergencies)
	if r.Chance(rareDiagnosis) {
		diagnosis = random.Likely(r, codebook.DiagnosisPool()).Code
	}
	c := l.facilityClaim(day, l.nearby(), "13", diagnosis)
	l.departmentLine(c, "0450", pick(r, emergencyCodes), 100)
	if r.Chance(700) {
		l.departmentLine(c, "0300", codebook.Service{HCPCS: "80053", ServiceType: "5", Betos: "T1H", Charge: 11}, 100)
	}
	if r.Chance(450) {
		l.departmentLine(c, "0351", codebook.Service{HCPCS: "70450", ServiceType: "4", Betos: "I2B", Charge: 112}, 100)
	}
	l.packaged(c, "0250", 130)
	if r.Chance(observed) && day+1 < l.last {
		c.Thru = day + 1
		l.departmentLine(c, "0762", codebook.Service{HCPCS: "G0378", ServiceType: "1", Betos: "M2B", Charge: 2150}, 100)
		c.Lines[len(c.Lines)-1].Units = r.Between(14, 46)
	}
	c = l.professional(day, l.physician("93"), "23", diagnosis)
	s := pick(r, emergencyCodes)
	s.Charge = s.Charge * 3 / 10
	l.line(c, s, 100)
	if r.Chance(280) {
		l.ambulance(day, diagnosis)
	}
}

func (l *living) outpatientVisit(v *visit) {
	r := l.random
	day := l.day()
	if l.away(day) {
		return
	}
	diagnosis, _ := l.problem()
	bill := "13"
	if v.revenue == "0521" {
		bill = "77"
	}
	c := l.facilityClaim(day, l.nearby(), bill, diagnosis)
	for range 1 + r.Skewed(v.lines) {
		s := pick(r, v.codes)
		if r.Chance(2 * rareProcedure) {
			s.HCPCS = l.rare(s.ServiceType)
		}
		percent := 100
		if len(c.Lines) > 0 {
			percent = 40
		}
		l.departmentLine(c, v.revenue, s, percent*v.spread.around(r, 100)/100)
	}
	if v.revenue == "0360" {
		l.packaged(c, "0250", 130)
		l.packaged(c, "0272", 390)
	}
}

// dialysis adds the month's claim of a dialysis facility.
func (l *living) dialysis() {
	if l.specialists["dialysis"] == nil {
		l.specialists["dialysis"] = likely(l.random, l.providers.facilities[dialysisFacility])
	}
	c := l.facilityClaim(l.month, l.specialists["dialysis"], "72", "N186")
	c.Thru = l.last
	for day := l.month + column.Date(l.random.Intn(2)); day <= l.last; day += 2 + column.Date(l.random.Intn(2)) {
		if !l.away(day) {
			l.departmentLine(c, "0821", codebook.Service{HCPCS: "90999", ServiceType: "1", Betos: "P9A", Charge: dialysisPrice}, 100)
			c.Lines[len(c.Lines)-1].Day = day
		}
	}
}
