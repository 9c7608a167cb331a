package edge

import (
	"slices"
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// A Visitor adds edge cases to the records of v1 and v2 before it passes them on. It
// passes on copies; the records that it gets are not changed.
type Visitor struct {
	records.Visitor
	*Cases
	lastInstitutional records.Institutional
	lastProfessional  records.Professional
	lastDrug          records.PartDEvent
}

func (v *Visitor) Beneficiary(b *records.Beneficiary, late bool) {
	v.beneficiary(b)
	if b.MBIInClaims {
		v.extension = mbiExtensions(b.MbiNum, b.MbiHistory)
	}
	v.Visitor.Beneficiary(b, late)
}

// claim adds the edge cases of all claim types.
func (v *Visitor) claim(c *records.Claim, typeCode string) {
	if c.FinalAction == "F" && c.Type != life.Hospice { // hospice stays have a truth of their own
		c.Fault = v.fault()
	}
	if typeCode != "" && v.random.Chance(150) {
		c.NoEOBType = true
		v.count("no coding of the claim type")
	}
	c.Beneficiary.Claims++
}

func (v *Visitor) Institutional(c *records.Institutional, late bool) {
	v.lastInstitutional = *c
	c = &v.lastInstitutional
	if c.Type == life.Inpatient {
		c.NchClmTypeCd = strconv.Itoa(60 + v.turn(5))
	}
	v.count("claim type code " + c.NchClmTypeCd)
	v.claim(&c.Claim, c.NchClmTypeCd)
	c.PrvdrStateCd = v.state()
	v.oddly(&c.NchWklyProcDt)
	if c.Type == life.Inpatient || c.Type == life.SNF {
		v.oddly(&c.ClmAdmsnDt)
	}
	c.IcdPrcdr = slices.Clone(c.IcdPrcdr)
	for i := range c.IcdPrcdr {
		v.oddly(&c.IcdPrcdr[i].Dt)
	}
	v.Visitor.Institutional(c, late)
}

func (v *Visitor) Professional(c *records.Professional, late bool) {
	v.lastProfessional = *c
	c = &v.lastProfessional
	v.count("claim type code " + c.NchClmTypeCd)
	v.claim(&c.Claim, c.NchClmTypeCd)
	v.oddly(&c.NchWklyProcDt)
	c.Lines = slices.Clone(c.Lines)
	own := len(c.IcdDgns)
	toLast, none := v.random.Chance(300), v.random.Chance(80)
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.PrvdrStateCd != "" {
			l.PrvdrStateCd = v.state()
		}
		switch {
		case own == 0 || l.LineIcdDgnsCd == "":
		case none:
			l.LineIcdDgnsCd = codebook.NoDiagnosis
			v.count("lines with the diagnosis 9999999")
		case toLast:
			l.LineIcdDgnsCd, l.LineIcdDgnsVrsnCd = c.IcdDgns[own-1].Cd, c.IcdDgns[own-1].VrsnCd
			v.count("lines that point at the last diagnosis")
		}
	}
	v.Visitor.Professional(c, late)
}

func (v *Visitor) PartDEvent(c *records.PartDEvent, late bool) {
	v.lastDrug = *c
	c = &v.lastDrug
	v.claim(&c.Claim, "")
	v.oddly(&c.PdDt)
	v.Visitor.PartDEvent(c, late)
}

func (v *Visitor) NewestInstitutional(*records.Institutional) {
	if v.lastInstitutional.Final() {
		v.Visitor.NewestInstitutional(&v.lastInstitutional)
	}
}

func (v *Visitor) NewestProfessional(*records.Professional) {
	if v.lastProfessional.Final() {
		v.Visitor.NewestProfessional(&v.lastProfessional)
	}
}

func (v *Visitor) NewestPartDEvent(*records.PartDEvent) {
	if v.lastDrug.Final() {
		v.Visitor.NewestPartDEvent(&v.lastDrug)
	}
}
