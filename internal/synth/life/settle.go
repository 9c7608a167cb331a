package life

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// What a person pays before Medicare does, in dollars.
const (
	partBDeductible = 257
	partADeductible = 1676 // per benefit period, which ends 60 days after a stay
)

// Shares per thousand of claims and lines that are denied, and of claims that get
// another version.
const (
	deniedInstitutional = 22
	deniedClaims        = 34
	deniedEquipment     = 95
	deniedLines         = 48
	amended             = 18
	replaced            = 16
	canceled            = 9
)

// freeServices are types of service that people pay no part of: laboratory tests. So
// are the codes of preventive services.
var freeServices = map[string]bool{"5": true}

var freeCodes = map[string]bool{"G0402": true, "G0438": true, "G0439": true, "G0008": true, "90662": true, "99497": true, "77067": true}

// settle decides on all claims, in the order of their days.
func (l *living) settle() {
	var year int
	var open column.Amount // rest of the year's deductible
	var lastStay column.Date
	for i := range l.Claims {
		c := &l.Claims[i]
		if y, _, _ := c.From.Civil(); y != year {
			year, open = y, column.Dollars(partBDeductible)
		}
		l.enter(c)
		switch c.Type {
		case Inpatient:
			l.deny(c, deniedInstitutional)
			if !c.Denied && c.From > lastStay+60 {
				c.Deductible = min(column.Dollars(partADeductible), c.Paid)
				c.Paid -= c.Deductible
			}
			lastStay = c.Thru
		case SNF, HHA, Hospice:
			l.deny(c, deniedInstitutional)
			lastStay = max(lastStay, c.Thru)
		case Outpatient:
			l.deny(c, deniedInstitutional)
			l.payLines(c, &open)
		case Carrier:
			l.deny(c, deniedClaims)
			l.payLines(c, &open)
		case DME:
			l.deny(c, deniedEquipment)
			l.payLines(c, &open)
		}
		l.total(c)
	}
}

// deny denies some claims. For a denied claim nothing is paid.
func (l *living) deny(c *Claim, perMille int) {
	if !l.random.Chance(perMille) {
		return
	}
	c.Denied, c.Paid, c.Shared, c.Correction, c.AddOns = true, 0, 0, 0, AddOns{}
	for i := range c.Lines {
		c.Lines[i].Denied, c.Lines[i].Paid = true, 0
	}
}

// payLines pays for services at their prices, less deductible and coinsurance.
func (l *living) payLines(c *Claim, open *column.Amount) {
	for i := range c.Lines {
		n := &c.Lines[i]
		if n.Allowed == 0 {
			continue
		}
		if c.Type != Outpatient && l.random.Chance(deniedLines) {
			n.Denied = true
		}
		if n.Denied {
			n.Allowed = 0
			continue
		}
		n.Paid = n.Allowed
		if !freeServices[n.ServiceType] && !freeCodes[n.HCPCS] {
			n.Deductible = min(*open, n.Allowed)
			*open -= n.Deductible
			n.Shared = (n.Allowed - n.Deductible) / 5
			n.Paid -= n.Deductible + n.Shared
		}
		c.Paid += n.Paid
		c.Deductible += n.Deductible
		c.Shared += n.Shared
	}
}

// total adds up the charges, and says what a later version pays more.
func (l *living) total(c *Claim) {
	for i := range c.Lines {
		c.Charge += c.Lines[i].Charge
	}
	if c.Fate != Kept && c.Paid > 0 {
		c.Correction = c.Paid * column.Amount(l.random.Between(-6, 8)) / 100
	}
}

// enter sets the day on which Medicare's files have a claim, and what happens later.
// Four of five claims are there within some weeks. Drug events take longer.
func (l *living) enter(c *Claim) {
	r := l.random
	lag := 6 + exponential(r.Intn(1024), 7)
	switch {
	case c.Type == PartD:
		lag = 10 + exponential(r.Intn(1024), 12)
	case r.Chance(180):
		lag = 28 + exponential(r.Intn(1024), 45)
	}
	day := c.Thru + column.Date(lag)
	c.Entered = day + (8-day%7)%7 // a Friday
	if c.Type == PartD {
		return
	}
	switch n := r.Intn(1000); {
	case n < amended:
		c.Fate = Amended
	case n < amended+replaced:
		c.Fate = Replaced
	case n < amended+replaced+canceled:
		c.Fate = Canceled
	}
}

// exponential returns a number of days with a mean, from a number below 1024. Each
// half of the distribution is that of the rest, made longer.
func exponential(n, mean int) int {
	days := 0
	half := mean * 69 / 100
	for n >= 512 && days < 10*mean {
		days += half
		n = (n - 512) * 2
	}
	return days + n*half/512
}
