package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// roleCodes are the codes of roles and their displays.
var roleCodes = [records.Roles][2]string{
	records.Attending: {"attending", "Attending"}, records.Operating: {"operating", "Operating"}, records.OtherOperating: {"otheroperating", "Other Operating"},
	records.Performing: {"rendering", "Rendering provider"}, records.Referring: {"referring", "Referring"}, records.Prescribing: {"prescribing", "Prescribing provider"},
}

// roleMember writes the role of a provider and begins its sequence member.
func roleMember(b []byte, r records.Role) []byte {
	b = append(b, `"role":`...)
	b = fhir.Concept(b, roleCodes[r][0], roleCodes[r][1], fhir.Terminology+"claimcareteamrole", fhir.CARIN+"C4BBClaimCareTeamRole")
	return append(b, `,"sequence":`...)
}

// careTeam numbers the providers. The server has one entry per line, with the number
// of the line, and then the claim's own; a missing provider leaves a gap. The maps
// have each provider once.
func (w *Writer) careTeam(c *idr.Claim) {
	w.members = w.members[:0]
	if cap(w.lines) < len(c.Lines) {
		w.lines = append(w.lines[:cap(w.lines)], make([]links, len(c.Lines)-cap(w.lines))...)
	}
	w.lines = w.lines[:len(c.Lines)]
	for i := range w.lines {
		w.lines[i].info, w.lines[i].team = w.lines[i].info[:0], 0
	}
	if c.Type == life.PartD {
		return
	}
	if w.shape == mapShape {
		w.addMember(records.OtherOperating, c.Othr)
		w.addMember(records.Attending, c.Atndg)
		w.addMember(records.Operating, c.Oprtg)
		w.renderingOnce(c)
		w.addMember(records.Referring, c.Rfrg)
		return
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Rendering != "" {
			w.members = append(w.members, member{l.ClmLineNum, records.Performing, l.Rendering, l.FedSpclty})
		}
	}
	next := len(w.members)
	add := func(role records.Role, npi string) {
		next++
		if npi != "" {
			w.members = append(w.members, member{sequence: next, role: role, npi: npi})
		}
	}
	if c.Type < life.Carrier {
		add(records.Attending, c.Atndg)
		add(records.Operating, c.Oprtg)
		add(records.OtherOperating, c.Othr)
		add(records.Performing, c.Rndrg)
	}
	add(records.Referring, c.Rfrg)
}

func (w *Writer) addMember(role records.Role, npi string) {
	if npi != "" {
		w.members = append(w.members, member{sequence: len(w.members) + 1, role: role, npi: npi})
	}
}

func (w *Writer) renderingOnce(c *idr.Claim) {
	first := len(w.members)
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Rendering == "" {
			continue
		}
		for k := first; k < len(w.members); k++ {
			if w.members[k].npi == l.Rendering {
				w.lines[i].team = k + 1
			}
		}
		if w.lines[i].team == 0 {
			w.addMember(records.Performing, l.Rendering)
			w.members[len(w.members)-1].special = l.FedSpclty
			w.lines[i].team = len(w.members)
		}
	}
}

func (w *Writer) careTeamMember(b []byte) []byte {
	start := len(b)
	b = append(b, `"careTeam":[`...)
	open := len(b)
	for i := range w.members {
		m := &w.members[i]
		b = append(b, `{"provider":{`...)
		p := life.Registry().ByNPI[m.npi]
		if p != nil {
			b = fhir.DisplayMember(b, p)
		}
		b = append(b, `"identifier":{`...)
		b = append(b, npiIdentifier...)
		b = fhirjson.AppendPlain(b, m.npi)
		b = append(b, `},"type":"Practitioner"},`...)
		b = w.memberQualification(b, m, p)
		b = roleMember(b, m.role)
		b = fhirjson.AppendInt(b, m.sequence)
		b = append(b, `},`...)
	}
	return fhirjson.CloseArray(b, start, open)
}

// prescriber writes the care team of a drug event.
func (w *Writer) prescriber(b []byte, c *idr.Claim) []byte {
	d := &c.Drug
	if d.PrsbngIDQlfyrCd == "" {
		return b
	}
	b = append(b, `"careTeam":[{"provider":{"identifier":{"system":"`...)
	if d.PrsbngIDQlfyrCd == "01" {
		b = append(b, fhir.NPISystem...)
	} else {
		b = append(b, genericNumber...)
	}
	b = append(b, `","type":{"coding":[`...)
	b = append(appendCode(b, qualifiers, d.PrsbngIDQlfyrCd), ',')
	if d.PrsbngIDQlfyrCd == "01" {
		b = append(b, npiCoding...)
		b = append(b, ',')
	}
	b = append(fhirjson.CloseWith(b, ']'), `},"value":`...)
	b = fhirjson.AppendPlain(b, d.ClmPrsbngGnrcID)
	b = append(b, `},"type":"Practitioner"},`...)
	b = roleMember(b, records.Prescribing)
	return append(b, `1}],`...)
}

func (w *Writer) memberQualification(b []byte, m *member, p *life.Provider) []byte {
	start := len(b)
	b = append(b, `"qualification":{"coding":[`...)
	open := len(b)
	if w.shape == serverShape && m.special != "" {
		b = append(appendCode(b, "CLM-PRVDR-SPCLTY-CD", m.special), ',')
	}
	b = fhir.TaxonomyCoding(b, p)
	if w.shape == mapShape && m.special != "" {
		b = append(appendCode(b, "CLM-PRVDR-SPCLTY-CD", m.special), ',')
	}
	if len(b) == open {
		return b[:start]
	}
	return append(fhirjson.CloseWith(b, ']'), `},`...)
}
