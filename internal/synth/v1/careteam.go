package v1

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// Care team roles of STU3.
const (
	assistRole  = "assist"
	otherRole   = "other"
	primaryTeam = "primary"

	taxType = fhir.Terminology + "v2-0203"
)

// addMember returns the number of a provider, or 0 if there is none.
func (w *Writer) addMember(role, system, value string) int {
	if value = strings.TrimSpace(value); value == "" {
		return 0
	}
	for i := range w.team {
		if m := &w.team[i]; m.role == role && m.system == system && m.value == value {
			return i + 2
		}
	}
	w.team = append(w.team, member{role: role, system: system, value: value})
	return len(w.team) + 1
}

// roleMember writes the role of a provider and begins its sequence member.
func roleMember(b []byte, role string) []byte {
	display := "Primary provider"
	switch role {
	case assistRole:
		display = "Assisting Provider"
	case otherRole:
		display = "Other"
	}
	b = append(b, `"role":`...)
	b = fhir.Concept(b, role, display, "http://hl7.org/fhir/claimcareteamrole")
	return append(b, `,"sequence":`...)
}

func (w *Writer) careTeamMember(b []byte) []byte {
	start := len(b)
	b = append(b, `"careTeam":[`...)
	open := len(b)
	for i := range w.team {
		m := &w.team[i]
		b = append(b, '{')
		if m.line != nil {
			at := len(b)
			b = append(b, `"extension":[`...)
			inner := len(b)
			b = fhir.CodeExtension(b, codebook.ProviderTypes, strings.TrimSpace(m.line.CarrLinePrvdrTypeCd))
			b = fhir.CodeExtension(b, codebook.Participations, strings.TrimSpace(m.line.PrtcptngIndCd))
			b = fhirjson.CloseArray(b, at, inner)
		}
		b = append(b, `"provider":{`...)
		b = identified(b, m.system, m.value)
		b = append(b, `},`...)
		if m.line != nil && !column.Blank(m.line.PrvdrSpclty) {
			set := codebook.Specialties
			if !set.Has(m.line.PrvdrSpclty) {
				set = codebook.SupplierSpecialties
			}
			b = append(b, `"qualification":{"coding":[`...)
			b = fhir.SetCoding(b, set, m.line.PrvdrSpclty)
			b = append(b, `]},`...)
		}
		if m.responsible {
			b = append(b, `"responsible":true,`...)
		}
		b = roleMember(b, m.role)
		b = fhirjson.AppendInt(b, i+2)
		b = append(b, `},`...)
	}
	return fhirjson.CloseArray(b, start, open)
}

// identified writes the members of a reference by identifier.
func identified(b []byte, system, value string) []byte {
	if p := life.Registry().ByNPI[value]; p != nil && system == fhir.NPISystem {
		b = fhir.DisplayMember(b, p)
	}
	b = append(b, `"identifier":{"system":"`...)
	b = append(b, system...)
	b = append(b, `","value":`...)
	b = fhirjson.AppendPlain(b, value)
	return append(b, '}')
}

// linkMember writes the links of a line. STU3 calls them LinkId.
func linkMember(b []byte, key string, numbers ...int) []byte {
	start := len(b)
	b = append(b, '"')
	b = append(b, key...)
	b = append(b, `":[`...)
	open := len(b)
	for _, n := range numbers {
		if n > 0 {
			b = append(fhirjson.AppendInt(b, n), ',')
		}
	}
	return fhirjson.CloseArray(b, start, open)
}
