package edge

import (
	"cmp"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// beneficiary makes a beneficiary odd.
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

// otherNames gives a beneficiary former names and addresses, and some that are
// for a time only. Which one is present shows in the use or in the period.
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
		name := records.OtherName{Family: random.AnyOf(r, codebook.Surnames), Given: []string{random.AnyOf(r, codebook.GivenNames), "X", "Y"}}
		switch r.Intn(4) {
		case 0:
			name.Use = "old"
		case 1:
			name.Use = "maiden"
		case 2:
			name.Use, name.Thru = "usual", then-1
		default:
			name.Use, name.From, name.Thru = "official", then-3000, then-1
		}
		b.Names = append(b.Names, name)
		e.count("other names")
		s := &codebook.States[r.Intn(len(codebook.States))]
		place := random.AnyOf(r, s.Cities)
		address := records.OtherAddress{State: s.SSA, City: place.Name, ZIP: place.ZIP + "9999", Lines: []string{"1 FORMER WAY", "ATTIC", "LEFT DOOR"}}
		switch r.Intn(3) {
		case 0:
			address.Use = "old"
		case 1:
			address.Use, address.Thru = "home", then-1
		default:
			address.Use, address.From, address.Thru = "temp", then-200, then-1
		}
		b.Addresses = append(b.Addresses, address)
		e.count("other addresses")
	}
}
