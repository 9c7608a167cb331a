package synth

// The care team, diagnoses and procedures of v2 claims.

var v2Roles = func() (fragments [roles]string) {
	for r, code := range [roles][2]string{
		attending:      {"attending", "Attending"},
		operating:      {"operating", "Operating"},
		otherOperating: {"otheroperating", "Other Operating"},
		performing:     {"performing", "Performing provider"},
		referring:      {"referring", "Referring"},
		prescribing:    {"prescribing", "Prescribing provider"},
		primaryRole:    {"primary", "Primary provider"},
	} {
		system := carin + "C4BBClaimCareTeamRole"
		if role(r) == primaryRole {
			system = terminology + "claimcareteamrole"
		}
		fragments[r] = `"role":` + concept(coding(system, code[0], code[1])) + `,"sequence":`
	}
	return fragments
}()

var (
	npiType  = `"type":` + concept(coding(carin+"C4BBIdentifierType", "npi", "National Provider Identifier"))
	upinType = `"type":` + concept(coding(terminology+"v2-0203", "UPIN", "Unique Physician Identification Number, as the predecessor of CMS gave them"))
)

// practitioner writes the members of a reference to a provider: the name that
// the registry has, and the identifier.
func (w *v2) practitioner(b []byte, upin bool, value string) []byte {
	idType := npiType
	if upin {
		idType = upinType
	} else if p := registry().byNPI[value]; p != nil {
		b = append(b, p.display...)
	}
	b = append(b, `"identifier":{`...)
	b = append(b, idType...)
	if !blank(value) {
		b = append(b, `,"value":`...)
		b = appendPlain(b, value)
	}
	return append(b, '}')
}

func (w *v2) careTeamMember(b []byte) []byte {
	start := len(b)
	b = append(b, `"careTeam":[`...)
	open := len(b)
	for i := range w.team {
		m := &w.team[i]
		b = append(b, '{')
		b = w.memberExtensions(b, m)
		b = append(b, `"provider":{`...)
		b = w.practitioner(b, m.upin, m.value)
		b = append(b, `},`...)
		b = w.qualification(b, m)
		if m.responsible {
			b = append(b, `"responsible":true,`...)
		}
		b = append(b, v2Roles[m.role]...)
		b = appendInt(b, i+1)
		b = append(b, `},`...)
	}
	return closeArray(b, start, open)
}

func (w *v2) memberExtensions(b []byte, m *teamMember) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	b = codeExtension(b, providerTypes, m.carrLinePrvdrTypeCd)
	b = codeExtension(b, participations, m.prtcptngIndCd)
	return closeArray(b, start, open)
}

func (w *v2) qualification(b []byte, m *teamMember) []byte {
	start := len(b)
	b = append(b, `"qualification":{"coding":[`...)
	open := len(b)
	if p := registry().byNPI[m.value]; p != nil && p.qualification != "" && m.role != primaryRole {
		b = append(b, p.qualification...)
		b = append(b, ',')
	}
	if m.prvdrSpclty != "" {
		set := specialties
		if _, ok := set.codings[m.prvdrSpclty]; !ok {
			set = supplierSpecialties
		}
		b = set.append(b, m.prvdrSpclty)
		b = append(b, ',')
	}
	if len(b) == open {
		return b[:start]
	}
	return append(closeWith(b, ']'), `},`...)
}

// teamSequence links a line to the care team.
func (w *v2) teamSequence(b []byte, link *links) []byte {
	start := len(b)
	b = append(b, `"careTeamSequence":[`...)
	open := len(b)
	for _, n := range link.team {
		if n > 0 {
			b = appendInt(b, n)
			b = append(b, ',')
		}
	}
	return closeArray(b, start, open)
}

// v2DiagnosisTypes are the types of diagnoses, by the labels and the types of
// claims.
var v2DiagnosisTypes = func() (types [labels][claimTypes]string) {
	typed := func(system, code, display string) string {
		return `"type":[` + concept(coding(system, code, display)) + `]},`
	}
	var (
		principal      = typed(terminology+"ex-diagnosistype", "principal", "Principal Diagnosis")
		plainPrincipal = typed(terminology+"ex-diagnosistype", "principal", "principal")
		admitting      = typed(terminology+"ex-diagnosistype", "admitting", "Admitting Diagnosis")
		other          = typed(carin+"C4BBClaimDiagnosisType", "other", "Other")
		secondary      = typed(carin+"C4BBClaimDiagnosisType", "secondary", "Secondary")
		external       = typed(carin+"C4BBClaimDiagnosisType", "externalcauseofinjury", "External Cause of Injury")
		reason         = typed(carin+"C4BBClaimDiagnosisType", "patientreasonforvisit", "Patient Reason for Visit")
	)
	for kind := range claimTypes {
		types[admittingLabel][kind] = other
		types[principalLabel][kind] = principal
		types[otherLabel][kind] = other
		types[externalLabel][kind] = external
		types[reasonLabel][kind] = reason
		types[lineLabel][kind] = secondary
	}
	types[admittingLabel][inpatient] = admitting
	for _, kind := range []claimType{carrier, hha} {
		types[principalLabel][kind] = plainPrincipal
		types[otherLabel][kind] = secondary
		types[externalLabel][kind] = secondary
	}
	return types
}()

// The indicators of diagnoses present on admission are numbered, as their
// columns are.
var (
	presentCodes  = numberedCodes("clm_poa_ind_sw", 25)
	presentECodes = numberedCodes("clm_e_poa_ind_sw", 12)
)

func numberedCodes(variable string, n int) []*codes {
	sets := make([]*codes, n)
	for i := range sets {
		sets[i] = newCodes(variable+string(appendInt(nil, i+1)),
			"Y", "The diagnosis was present when the patient was admitted (POA)",
			"N", "The diagnosis was not present when the patient was admitted",
			"U", "The record does not say enough to tell",
			"W", "The provider cannot tell, by clinical judgment",
			"1", "The code is exempt from reporting")
	}
	return sets
}

func (w *v2) diagnosisMember(b []byte, kind claimType) []byte {
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	for i := range w.diagnoses {
		d := &w.diagnoses[i]
		b = append(b, `{"diagnosisCodeableConcept":`...)
		b = appendDiagnosis(b, &d.codedDiagnosis)
		b = append(b, ',')
		if kind == inpatient && d.column > 0 && d.PoaInd != "" {
			sets := presentCodes
			if d.label == externalLabel {
				sets = presentECodes
			}
			b = append(b, `"extension":[`...)
			b = sets[d.column-1].appendExtension(b, d.PoaInd)
			b = append(b, `],`...)
		}
		b = append(b, `"sequence":`...)
		b = appendInt(b, i+1)
		b = append(b, ',')
		b = append(b, v2DiagnosisTypes[d.label][kind]...)
	}
	return closeArray(b, start, open)
}

// appendDiagnosis writes the concept of a diagnosis. A version that is
// neither of the two gives the name of a system that nobody knows.
func appendDiagnosis(b []byte, d *codedDiagnosis) []byte {
	if d.VrsnCd == " " {
		return append(b, `{"coding":[{"system":"`+sid+`unknown-icd-version/ "}]}`...)
	}
	if d.Cd == noDiagnosis {
		return append(b, noDiagnosisConcept...)
	}
	return append(b, icdOf(d.VrsnCd).diagnosisConcepts[d.Cd]...)
}

// noDiagnosis is the code of lines without a diagnosis, of servers of test
// data.
const noDiagnosis = "9999999"

var noDiagnosisConcept = concept(coding(sid+"icd-10", noDiagnosis, ""))

// appendProcedure writes an element of the procedures, and a comma.
func appendProcedure(b []byte, number int, done date, concept string) []byte {
	b = append(b, '{')
	if done != 0 {
		b = append(b, `"date":"`...)
		b = done.append(b)
		if !done.isPartial() {
			b = append(b, `T00:00:00+00:00`...)
		}
		b = append(b, `",`...)
	}
	b = append(b, `"procedureCodeableConcept":`...)
	b = append(b, concept...)
	b = append(b, `,"sequence":`...)
	return append(appendInt(b, number), `},`...)
}

func (w *v2) procedureMember(b []byte, c *Institutional) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i := range c.IcdPrcdr {
		p := &c.IcdPrcdr[i]
		b = appendProcedure(b, i+1, p.Dt, icdOf(p.VrsnCd).procedureConcepts[p.Cd])
	}
	return closeArray(b, start, open)
}
