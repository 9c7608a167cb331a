package life

import (
	"slices"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// Rates of visits per hundred people and year, and shares per thousand.
const (
	officeRate    = 560 // beside those for conditions
	emergencyRate = 33
	observed      = 120 // of visits to the emergency department
	dialysisPrice = 380
	communityHome = 12  // home health care without a stay
	planningShare = 110 // of wellness visits
	rareDiagnosis = 130
	rareProcedure = 90
	infusionShare = 480 // of people with cancer, arthritis or an eye disease, per month
	furtherExtras = 540
)

// professional begins a claim of a physician or supplier.
func (l *living) professional(day column.Date, by *Provider, place, diagnosis string) *Claim {
	c := l.claim(Carrier, 71, day, day)
	c.Physician, c.Referring = by, l.pcp
	if l.random.Chance(80) {
		c.Code = 72
	}
	c.Facility = by.practice
	l.diagnose(c, diagnosis, 1+l.random.Skewed(6))
	c.Lines = c.Lines[:0]
	c.Clinic = place
	return c
}

// line adds a service to a claim, at a price around a percentage of the usual one.
func (l *living) line(c *Claim, s codebook.Service, percent int) {
	r := l.random
	n := Line{Service: s, Place: c.Clinic, Day: c.From, Units: 1, Allowed: column.Amount(s.Charge*percent*(88+r.Intn(25))/100 + r.Intn(100))}
	n.Charge = n.Allowed * column.Amount(r.Between(170, 330)) / 100
	if n.Diagnosis = len(c.Lines); n.Diagnosis >= len(c.Diagnoses) {
		n.Diagnosis = -1
	}
	if r.Chance(130) {
		n.Modifier = random.OneOf(r, codebook.Modifiers)
	}
	c.Lines = append(c.Lines, n)
}

// code returns the code that a person's condition has.
func (l *living) code(c Condition) string {
	codes := conditions[c].codes
	return codes[min(l.variant>>c%4, l.variant>>(c%7)%4)%len(codes)]
}

// diagnose lists the diagnoses of a claim: the principal one, the person's conditions,
// and sometimes a rare one.
func (l *living) diagnose(c *Claim, principal string, n int) {
	r := l.random
	c.Diagnoses = append(c.Diagnoses[:0], principal)
	add := func(code string) {
		if len(c.Diagnoses) < n && !slices.Contains(c.Diagnoses, code) {
			c.Diagnoses = append(c.Diagnoses, code)
		}
	}
	first := r.Intn(int(conditionCount))
	for i := range conditionCount {
		if k := (i + Condition(first)) % conditionCount; l.Has(k) && r.Chance(620) {
			add(l.code(k))
		}
	}
	for range n {
		if r.Chance(2 * rareDiagnosis) {
			add(random.Likely(r, codebook.DiagnosisPool()).Code)
		}
	}
}

// problem returns what a visit is about, and the specialty of the physician.
func (l *living) problem() (diagnosis, specialty string) {
	r := l.random
	total := officeRate / 3
	for c := range conditionCount {
		if l.Has(c) {
			total += conditions[c].visits
		}
	}
	n := r.Intn(total)
	for c := range conditionCount {
		if l.Has(c) {
			if n -= conditions[c].visits; n < 0 {
				return l.code(c), conditions[c].specialty
			}
		}
	}
	if r.Chance(rareDiagnosis * 2) {
		return random.Likely(r, codebook.DiagnosisPool()).Code, random.OneOf(r, codebook.Specialties.Terms).Code
	}
	return random.OneOf(r, complaints), l.pcp.Specialty
}

// office adds the month's claims of physicians.
func (l *living) office() {
	r := l.random
	rate := officeRate
	for c := range conditionCount {
		if l.Has(c) {
			rate += conditions[c].visits * 3 / 2
		}
	}
	if l.avoids {
		rate /= 60
	}
	for range l.times(rate) {
		if day := l.day(); !l.away(day) {
			l.officeVisit(day)
		}
	}
	l.prevention()
	for i := range officeServices {
		v := &officeServices[i]
		for range l.times(v.rate * l.need() / 100) {
			l.officeService(v)
		}
	}
	if l.infused() && r.Chance(infusionShare) {
		l.officeInfusion()
	}
	if l.managed && r.Chance(620) {
		if day := l.day(); !l.away(day) {
			c := l.professional(day, l.pcp, "11", l.mainDiagnosis())
			l.line(c, pick(r, management), 100)
		}
	}
}

// need returns how much care a person needs, in percent of the average.
func (l *living) need() int {
	if l.avoids {
		return 1
	}
	return 22 + 12*l.conditions() + min(l.risk, 900)/7
}

// infused reports whether a person gets infusions: some of those with cancer, and a
// few of those with a disease of the eyes or joints.
func (l *living) infused() bool {
	return l.Has(Cancer) && l.variant%5 < 2 || l.Has(EyeDisease) && l.variant%17 == 0 || l.Has(Arthritis) && l.variant%31 == 0
}

func (l *living) officeVisit(day column.Date) {
	r := l.random
	diagnosis, specialty := l.problem()
	by := l.specialist(specialty)
	if r.Chance(250) {
		by = l.pcp
	}
	c := l.professional(day, by, random.OneOf(r, []string{"11", "11", "11", "22"}), diagnosis)
	l.line(c, pick(r, officeCodes), 100)
	for r.Chance(furtherExtras) && len(c.Lines) < 9 {
		s := pick(r, extras)
		if r.Chance(rareProcedure) {
			s = random.Likely(r, codebook.ProcedurePool())
			s.Charge = min(s.Charge/4, 400)
		}
		l.line(c, s, 100)
	}
}

// prevention adds the yearly wellness visit.
func (l *living) prevention() {
	r := l.random
	if !l.heeds || l.avoids || l.last < l.wellness+365 || l.month < l.Entitled+365 || !r.Chance(300) {
		return
	}
	day := max(l.day(), l.wellness+365)
	if l.away(day) || day > l.last {
		return
	}
	l.wellness = day
	c := l.professional(day, l.pcp, "11", "Z0000")
	l.line(c, pick(r, wellness), 100)
	if r.Chance(planningShare) {
		l.line(c, planning, 100)
	}
}

func (l *living) officeService(v *visit) {
	r := l.random
	day := l.day()
	if l.away(day) {
		return
	}
	diagnosis, _ := l.problem()
	by := l.specialist(v.specialty)
	c := l.professional(day, by, v.place, diagnosis)
	for range 1 + r.Skewed(v.lines) {
		s := pick(r, v.codes)
		if r.Chance(2 * rareProcedure) {
			s.HCPCS = l.rare(s.ServiceType)
		}
		l.line(c, s, v.spread.around(r, 100))
	}
}

// rare returns a procedure code of a type of service that few claims have.
func (l *living) rare(serviceType string) string {
	for range 4 {
		if s := random.Likely(l.random, codebook.ProcedurePool()); s.ServiceType == serviceType {
			return s.HCPCS
		}
	}
	return random.AnyOf(l.random, codebook.ProcedurePool()).HCPCS
}

func (l *living) officeInfusion() {
	day := l.day()
	if l.away(day) {
		return
	}
	c := l.professional(day, l.specialist("83"), "11", l.mainDiagnosis())
	l.line(c, l.infusion, 195)
	l.line(c, codebook.Service{HCPCS: "96413", ServiceType: "2", Betos: "P7B", Charge: 140}, 100)
	c.Lines[0].Units = 1 + l.random.Intn(60)
}

// equipment adds the month's claims of equipment and supplies.
func (l *living) equipment() {
	r := l.random
	for i := range supplies {
		s := &supplies[i]
		if !l.Has(s.needs) || !l.eventful && (l.variant*(2*i+7))%1000 >= s.rate || !r.Chance(850) {
			continue
		}
		day := l.day()
		if l.away(day) {
			continue
		}
		c := l.claim(DME, 82, day, day)
		if r.Chance(80) {
			c.Code = 81
		}
		c.Physician, c.Referring, c.Clinic = &l.providers.Suppliers[l.variant*(i+1)%97%len(l.providers.Suppliers)], l.pcp, "12"
		l.diagnose(c, l.code(s.needs), 1+r.Skewed(4))
		service := s.Service
		service.Charge = s.price
		l.line(c, service, 100)
		c.Lines[0].Units, c.Lines[0].Modifier = s.units, random.OneOf(r, codebook.EquipmentModifiers)
	}
}
