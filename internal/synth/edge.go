package synth

import (
	"slices"
	"strconv"
)

// edgeCases makes an export odd: it brings in what real ones have seldom, or
// had once, or have only in the hands of others. What it changes in the
// records is in the truth too. It takes its random numbers from a stream of
// its own, so that the rest is as in an ordinary export.
type edgeCases struct {
	random random
	seed   uint64
	index  int // of the beneficiary
	serial int // of the resources of the beneficiary
	turns  int // of the codes that it goes through
	counts map[string]int
	silent bool // counts nothing: the record was seen before

	extension []byte // for the claims of the beneficiary
	parser    reorderer
}

// edgeStream and textStream are streams of random numbers.
const (
	edgeStream = 65
	textStream = 66
)

func newEdgeCases(seed uint64) *edgeCases {
	return &edgeCases{seed: seed, counts: map[string]int{}}
}

// start turns to a beneficiary.
func (e *edgeCases) start(index int) {
	e.random.seed(e.seed, index, edgeStream)
	e.index, e.serial, e.turns, e.extension = index, 0, 0, nil
}

// count notes that an edge case occurs.
func (e *edgeCases) count(kind string) {
	if !e.silent {
		e.counts[kind]++
	}
}

// turn is the next of n choices, which all come up in a few beneficiaries.
func (e *edgeCases) turn(n int) int {
	e.turns++
	return (e.index*turnsPerBeneficiary + e.turns) % n
}

const turnsPerBeneficiary = 7

// allStateCodes are the numbers and letters of all states.
var allStateCodes = func() []string {
	var list []string
	for code := range stateCodes {
		list = append(list, code)
	}
	slices.Sort(list)
	return list
}()

// state is the code of a state, each one now and then.
func (e *edgeCases) state() string {
	code := allStateCodes[e.turn(len(allStateCodes))]
	e.count("state code " + code)
	return code
}

// noDate is one of the forms of a missing date.
func (e *edgeCases) noDate() date {
	e.count("dates that are none")
	return anyOf(&e.random, noDates)
}

// partial is a date without the day, or without the month too.
func (e *edgeCases) partial(d date) date {
	if !d.isDay() {
		return d
	}
	e.count("partial dates")
	if e.random.chance(500) {
		return withoutDay + d
	}
	return withoutMonth + d
}

// odd is a date that is none or partial.
func (e *edgeCases) odd(d date) date {
	if e.random.chance(500) {
		return e.noDate()
	}
	return e.partial(d)
}

// oddly makes a date odd at times.
func (e *edgeCases) oddly(d *date) {
	if *d != 0 && e.random.chance(60) {
		*d = e.odd(*d)
	}
}

// fault is the status of a claim that is none: mostly empty.
func (e *edgeCases) fault() string {
	if !e.random.chance(50) {
		return ""
	}
	status := anyOf(&e.random, []string{"entered-in-error", "draft"})
	e.count("status " + status)
	return status
}

// An edgeVisitor makes the records of v1 and v2 odd before it hands them on.
// The records that it is given stay as they are: those that it hands on are
// copies.
type edgeVisitor struct {
	visitor
	*edgeCases
	lastInstitutional Institutional
	lastProfessional  Professional
	lastDrug          PartDEvent
}

func (v *edgeVisitor) beneficiary(b *Beneficiary, late bool) {
	v.person(b)
	if b.mbiInClaims {
		v.extension = mbiExtensions(b.MbiNum, b.MbiHistory)
	}
	v.visitor.beneficiary(b, late)
}

// claim makes odd what all claims have.
func (v *edgeVisitor) claim(c *claim, typeCode string) {
	if c.FinalAction == "F" && c.Type != hospice { // a stay of a hospice is in the truth of its own
		c.fault = v.fault()
	}
	if typeCode != "" && v.random.chance(150) {
		c.noEOBType = true
		v.count("no coding of the claim type")
	}
	c.Beneficiary.claims++
}

func (v *edgeVisitor) institutional(c *Institutional, late bool) {
	v.lastInstitutional = *c
	c = &v.lastInstitutional
	if c.Type == inpatient {
		c.NchClmTypeCd = strconv.Itoa(60 + v.turn(5))
	}
	v.count("claim type code " + c.NchClmTypeCd)
	v.claim(&c.claim, c.NchClmTypeCd)
	c.PrvdrStateCd = v.state()
	v.oddly(&c.NchWklyProcDt)
	if c.Type == inpatient || c.Type == snf {
		v.oddly(&c.ClmAdmsnDt)
	}
	c.IcdPrcdr = slices.Clone(c.IcdPrcdr)
	for i := range c.IcdPrcdr {
		v.oddly(&c.IcdPrcdr[i].Dt)
	}
	v.visitor.institutional(c, late)
}

func (v *edgeVisitor) professional(c *Professional, late bool) {
	v.lastProfessional = *c
	c = &v.lastProfessional
	v.count("claim type code " + c.NchClmTypeCd)
	v.claim(&c.claim, c.NchClmTypeCd)
	v.oddly(&c.NchWklyProcDt)
	c.Lines = slices.Clone(c.Lines)
	own := len(c.IcdDgns)
	toLast, none := v.random.chance(300), v.random.chance(80)
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.PrvdrStateCd != "" {
			l.PrvdrStateCd = v.state()
		}
		switch {
		case own == 0 || l.LineIcdDgnsCd == "":
		case none:
			l.LineIcdDgnsCd = noDiagnosis
			v.count("lines with the diagnosis 9999999")
		case toLast:
			l.LineIcdDgnsCd, l.LineIcdDgnsVrsnCd = c.IcdDgns[own-1].Cd, c.IcdDgns[own-1].VrsnCd
			v.count("lines that point at the last diagnosis")
		}
	}
	v.visitor.professional(c, late)
}

func (v *edgeVisitor) partDEvent(c *PartDEvent, late bool) {
	v.lastDrug = *c
	c = &v.lastDrug
	v.claim(&c.claim, "")
	v.oddly(&c.PdDt)
	v.visitor.partDEvent(c, late)
}

func (v *edgeVisitor) newestInstitutional(*Institutional) {
	if v.lastInstitutional.final() {
		v.visitor.newestInstitutional(&v.lastInstitutional)
	}
}

func (v *edgeVisitor) newestProfessional(*Professional) {
	if v.lastProfessional.final() {
		v.visitor.newestProfessional(&v.lastProfessional)
	}
}

func (v *edgeVisitor) newestPartDEvent(*PartDEvent) {
	if v.lastDrug.final() {
		v.visitor.newestPartDEvent(&v.lastDrug)
	}
}
