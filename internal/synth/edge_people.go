package synth

import "time"

// oddities are what is odd about a beneficiary of an export with edge cases.
type oddities struct {
	names     []otherName // besides the present one
	addresses []otherAddress
	// begun is when the present name and address began to be used, if that is
	// sent.
	begun date
	// presentLast says that they are after the others.
	presentLast bool

	noPatient   bool // there is no Patient
	noCoverage  bool
	mbiInClaims bool // claims have the identifiers in extensions, as those of AB2D
	claims      int  // so far
}

// mbi is the current identifier, as far as the export tells it.
func (b *Beneficiary) mbi() string {
	if b.noPatient && !b.mbiInClaims {
		return ""
	}
	return b.MbiNum
}

// told says that the export tells which identifiers a beneficiary had: in the
// Patient, or in a claim.
func (b *Beneficiary) told() bool { return !b.noPatient || b.mbiInClaims && b.claims > 0 }

// An otherName is one that a beneficiary had or has besides the present one.
type otherName struct {
	use, family string
	given       []string
	from, thru  date
}

// An otherAddress is one that a beneficiary had or has besides the present
// one.
type otherAddress struct {
	use, state, city, zip string
	lines                 []string
	from, thru            date
}

// others writes the elements that are before or after the present one.
func (b *oddities) others(buf []byte, last bool, elements func([]byte) []byte) []byte {
	if b.presentLast != last {
		return buf
	}
	return elements(buf)
}

func (b *oddities) nameElements(buf []byte) []byte {
	for i := range b.names {
		n := &b.names[i]
		buf = append(buf, '{')
		buf = member(buf, "family", n.family)
		buf = append(buf, `"given":[`...)
		for _, given := range n.given {
			buf = append(appendString(buf, given), ',')
		}
		buf = append(closeWith(buf, ']'), ',')
		buf = periodMember(buf, n.from, n.thru)
		buf = member(buf, "use", n.use)
		buf = append(closeObject(buf), ',')
	}
	return buf
}

func (b *oddities) addressElements(buf []byte) []byte {
	for i := range b.addresses {
		a := &b.addresses[i]
		buf = append(buf, '{')
		buf = member(buf, "city", a.city)
		buf = append(buf, `"line":[`...)
		for _, line := range a.lines {
			buf = append(appendString(buf, line), ',')
		}
		buf = append(closeWith(buf, ']'), ',')
		buf = periodMember(buf, a.from, a.thru)
		buf = member(buf, "postalCode", a.zip)
		buf = member(buf, "state", a.state)
		buf = member(buf, "use", a.use)
		buf = append(closeObject(buf), ',')
	}
	return buf
}

func periodMember(b []byte, from, thru date) []byte {
	if from == 0 && thru == 0 {
		return b
	}
	b = append(b, `"period":`...)
	return append(appendPeriod(b, from, thru), ',')
}

// person makes a beneficiary odd.
func (e *edgeCases) person(b *Beneficiary) {
	r := &e.random
	switch e.index % 9 {
	case 4:
		b.noPatient, b.noCoverage, b.mbiInClaims = true, true, true
		e.count("claims with the MBI in an extension")
	case 7:
		b.noPatient = true
		e.count("claims without a Patient")
	}
	b.StateCode = e.state()
	place := anyOf(r, stateCodes[b.StateCode].cities)
	if b.BeneZipCd != "" {
		b.BeneZipCd = place.zip
	}
	if b.CityName != "" {
		b.CityName = place.name
	}
	switch {
	case r.chance(100):
		b.BeneBirthDt = e.partial(b.BeneBirthDt)
	case r.chance(60):
		b.BeneBirthDt = e.noDate()
	}
	if b.DeathDt == 0 && r.chance(100) {
		b.DeathDt = lastNoDate
		e.count("dates that are none")
	}
	if r.chance(100) {
		b.PtaCvrgStrtDt = e.odd(either(b.PtaCvrgStrtDt, b.AsOf-900))
	}
	e.otherNames(b)
}

var lastNoDate = newDate(9999, time.December, 31)

// otherNames gives a beneficiary former names and addresses, and some that are
// for a time only. Which one is present shows in the use or in the period.
func (e *edgeCases) otherNames(b *Beneficiary) {
	r := &e.random
	if !r.chance(600) {
		return
	}
	b.presentLast = r.chance(500)
	then := date(b.LastUpdated.millis/86_400_000) - date(r.between(9, 4000))
	if r.chance(400) {
		b.begun = then
	}
	for range 1 + r.intn(2) {
		name := otherName{family: anyOf(r, surnames), given: []string{anyOf(r, givenNames), "X", "Y"}}
		switch r.intn(4) {
		case 0:
			name.use = "old"
		case 1:
			name.use = "maiden"
		case 2:
			name.use, name.thru = "usual", then-1
		default:
			name.use, name.from, name.thru = "official", then-3000, then-1
		}
		b.names = append(b.names, name)
		e.count("other names")
		s := &states[r.intn(len(states))]
		place := anyOf(r, s.cities)
		address := otherAddress{state: s.ssa, city: place.name, zip: place.zip + "9999", lines: []string{"1 FORMER WAY", "ATTIC", "LEFT DOOR"}}
		switch r.intn(3) {
		case 0:
			address.use = "old"
		case 1:
			address.use, address.thru = "home", then-1
		default:
			address.use, address.from, address.thru = "temp", then-200, then-1
		}
		b.addresses = append(b.addresses, address)
		e.count("other addresses")
	}
}
