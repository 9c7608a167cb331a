package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// roleCodes are the codes of roles and their displays.
var roleCodes = [records.Roles][2]string{
	records.Attending:      {"attending", "Attending"},
	records.Operating:      {"operating", "Operating"},
	records.OtherOperating: {"otheroperating", "Other Operating"},
	records.Performing:     {"performing", "Performing provider"},
	records.Referring:      {"referring", "Referring"},
	records.Prescribing:    {"prescribing", "Prescribing provider"},
	records.PrimaryRole:    {"primary", "Primary provider"},
}

// roleMember writes the role of a provider and begins its sequence member.
func (w *Writer) roleMember(b []byte, r records.Role) []byte {
	system := fhir.CARIN + "C4BBClaimCareTeamRole"
	if r == records.PrimaryRole {
		system = fhir.Terminology + "claimcareteamrole"
	}
	b = append(b, `"role":`...)
	b = fhir.Concept(b, roleCodes[r][0], roleCodes[r][1], system)
	return append(b, `,"sequence":`...)
}

const (
	npiType  = `"type":{"coding":[{"code":"npi","display":"National Provider Identifier","system":"` + fhir.CARIN + `C4BBIdentifierType"}]}`
	upinType = `"type":{"coding":[{"code":"UPIN","display":"Unique Physician Identification Number, as the predecessor of CMS gave them","system":"` + fhir.Terminology + `v2-0203"}]}`
)

// practitioner writes the members of a reference to a provider: the name, if the
// registry has it, and the identifier.
func (w *Writer) practitioner(b []byte, upin bool, value string) []byte {
	idType := npiType
	if upin {
		idType = upinType
	} else if p := life.Registry().ByNPI[value]; p != nil {
		b = fhir.DisplayMember(b, p)
	}
	b = append(b, `"identifier":{`...)
	b = append(b, idType...)
	if !column.Blank(value) {
		b = append(b, `,"value":`...)
		b = fhirjson.AppendPlain(b, value)
	}
	return append(b, '}')
}

func (w *Writer) careTeamMember(b []byte) []byte {
	start := len(b)
	b = append(b, `"careTeam":[`...)
	open := len(b)
	for i := range w.team {
		m := &w.team[i]
		b = append(b, '{')
		b = w.memberExtensions(b, m)
		b = append(b, `"provider":{`...)
		b = w.practitioner(b, m.UPIN, m.Value)
		b = append(b, `},`...)
		b = w.qualification(b, m)
		if m.Responsible {
			b = append(b, `"responsible":true,`...)
		}
		b = w.roleMember(b, m.Role)
		b = fhirjson.AppendInt(b, i+1)
		b = append(b, `},`...)
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) memberExtensions(b []byte, m *records.TeamMember) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	b = fhir.CodeExtension(b, codebook.ProviderTypes, m.CarrLinePrvdrTypeCd)
	b = fhir.CodeExtension(b, codebook.Participations, m.PrtcptngIndCd)
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) qualification(b []byte, m *records.TeamMember) []byte {
	start := len(b)
	b = append(b, `"qualification":{"coding":[`...)
	open := len(b)
	if m.Role != records.PrimaryRole {
		b = fhir.TaxonomyCoding(b, life.Registry().ByNPI[m.Value])
	}
	if m.PrvdrSpclty != "" {
		set := codebook.Specialties
		if !set.Has(m.PrvdrSpclty) {
			set = codebook.SupplierSpecialties
		}
		b = fhir.SetCoding(b, set, m.PrvdrSpclty)
		b = append(b, ',')
	}
	if len(b) == open {
		return b[:start]
	}
	return append(fhirjson.CloseWith(b, ']'), `},`...)
}

// teamSequence links a line to the care team.
func (w *Writer) teamSequence(b []byte, link *records.Links) []byte {
	start := len(b)
	b = append(b, `"careTeamSequence":[`...)
	open := len(b)
	for _, n := range link.Team {
		if n > 0 {
			b = fhirjson.AppendInt(b, n)
			b = append(b, ',')
		}
	}
	return fhirjson.CloseArray(b, start, open)
}
