package edge

import (
	"cmp"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// beneficiary adds edge cases to a beneficiary.
func (e *Cases) beneficiary(b *records.Beneficiary) {
	r := &e.random
	switch e.index % 9 {
	case 4:
		b.NoPatient, b.NoCoverage, b.MBIInClaims = true, true, true
		e.count("claims with the MBI in an extension")
	case 7:
		b.NoPatient = true
		e.count("claims without a Patient")
	}
	b.StateCode = e.state()
	place := random.AnyOf(r, codebook.StateOf(b.StateCode).Cities)
	if b.BeneZipCd != "" {
		b.BeneZipCd = place.ZIP
	}
	if b.CityName != "" {
		b.CityName = place.Name
	}
	switch {
	case r.Chance(100):
		b.BeneBirthDt = e.partial(b.BeneBirthDt)
	case r.Chance(60):
		b.BeneBirthDt = e.noDate()
	}
	if b.DeathDt == 0 && r.Chance(100) {
		b.DeathDt = lastNoDate
		e.count("dates that are none")
	}
	if r.Chance(100) {
		b.PtaCvrgStrtDt = e.odd(cmp.Or(b.PtaCvrgStrtDt, b.AsOf-900))
	}
	e.otherNames(b)
}

// otherNames adds former names and addresses, and temporary ones. The use or the
// period shows which one is current.
func (e *Cases) otherNames(b *records.Beneficiary) {
	r := &e.random
	if !r.Chance(600) {
		return
	}
	b.PresentLast = r.Chance(500)
	then := column.Date(b.LastUpdated.Millis/86_400_000) - column.Date(r.Between(9, 4000))
	if r.Chance(400) {
		b.Begun = then
	}
	for range 1 + r.Intn(2) {
		family, given := random.AnyOf(r, codebook.Surnames), random.AnyOf(r, codebook.GivenNames)
		use, from, thru := random.AnyOf(r, nameUses).period(then)
		b.Names = append(b.Names, records.Name{Use: use, From: from, Thru: thru, Family: family, Given: []string{given, "X", "Y"}})
		e.count("other names")
		s := &codebook.States[r.Intn(len(codebook.States))]
		place := random.AnyOf(r, s.Cities)
		use, from, thru = random.AnyOf(r, addressUses).period(then)
		b.Addresses = append(b.Addresses, records.Address{
			Use: use, From: from, Thru: thru, State: s.SSA, City: place.Name, ZIP: place.ZIP + "9999",
			Lines: []string{"1 FORMER WAY", "ATTIC", "LEFT DOOR"},
		})
		e.count("other addresses")
	}
}

// A formerUse is how a name or address shows that it is not the current one.
type formerUse struct {
	use   string
	ended bool // on the day before the current one began
	days  int  // its duration, 0 if its beginning is not sent
}

var (
	nameUses    = []formerUse{{use: "old"}, {use: "maiden"}, {use: "usual", ended: true}, {use: "official", ended: true, days: 3000}}
	addressUses = []formerUse{{use: "old"}, {use: "home", ended: true}, {use: "temp", ended: true, days: 200}}
)

// period returns the use and period of a name or address that another one replaced on
// a day.
func (f formerUse) period(replaced column.Date) (use string, from, thru column.Date) {
	if f.ended {
		thru = replaced - 1
	}
	if f.days > 0 {
		from = replaced - column.Date(f.days)
	}
	return f.use, from, thru
}
