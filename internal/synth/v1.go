package synth

import "strings"

// v1 writes the resources of API v1, the way its server does from the records
// of the Chronic Conditions Warehouse: FHIR STU3. Where a column is blank, the
// element is left out.
type v1 struct {
	team      []v1Member
	lines     []v1Links
	diagnoses v1Diagnoses
	infos     int
}

// v1Links are what a line refers to: its provider, the tax number of that, and
// its diagnosis.
type v1Links struct{ team, tax, diagnosis int }

// A v1Member is an entry of the care team. The numbers start at 2.
type v1Member struct {
	role, system, value string
	responsible         bool
	line                *ProfessionalLine // the last that shares it
}

// The roles of STU3.
const (
	assistRole  = "assist"
	otherRole   = "other"
	primaryTeam = "primary"

	taxType = terminology + "v2-0203"
)

func trim(s string) string { return strings.TrimSpace(s) }

// A v1Kind is what the claims of a type have in common in v1.
type v1Kind struct {
	id, coverage string
	eobType      string
	types        string // the coding after it, if any
}

func newV1Kind(id, part, eobType, claimType string) v1Kind {
	k := v1Kind{id: id, coverage: part, eobType: coding(blueButton+"eob-type", eobType, "") + ","}
	if claimType != "" {
		k.types = coding("http://hl7.org/fhir/ex-claimtype", claimType, strings.ToUpper(claimType[:1])+claimType[1:]) + ","
	}
	return k
}

var v1Kinds = [claimTypes]v1Kind{
	inpatient:  newV1Kind("inpatient", "part-a", "INPATIENT", "institutional"),
	snf:        newV1Kind("snf", "part-a", "SNF", "institutional"),
	outpatient: newV1Kind("outpatient", "part-b", "OUTPATIENT", "professional"),
	hha:        newV1Kind("hha", "part-b", "HHA", ""),
	hospice:    newV1Kind("hospice", "part-a", "HOSPICE", "institutional"),
	carrier:    newV1Kind("carrier", "part-b", "CARRIER", "professional"),
	dme:        newV1Kind("dme", "part-b", "DME", ""),
	partD:      newV1Kind("pde", "part-d", "PDE", "pharmacy"),
}

// v1Diagnoses is the list of a claim's diagnoses. A code is there once; what
// else is known of a repeat is added to it.
type v1Diagnoses []v1Diagnosis

type v1Diagnosis struct {
	codedDiagnosis
	labels [3]string
	listed bool   // in one of the columns ICD_DGNS_CD1 to 25, or the principal one
	poa    string // the variable of the indicator
	poaInd string
}

func (d *v1Diagnosis) has(label string) bool {
	return d.labels[0] == label || d.labels[1] == label || d.labels[2] == label
}

// add returns the place of a diagnosis in the list, from 0, or -1.
func (l *v1Diagnoses) add(d codedDiagnosis, label, poa string) int {
	d.Cd = trim(d.Cd)
	if d.Cd == "" {
		return -1
	}
	at := -1
	for i := range *l {
		if e := &(*l)[i]; e.Cd == d.Cd && e.system() == d.system() {
			at = i
			break
		}
	}
	if at < 0 {
		at = len(*l)
		*l = append(*l, v1Diagnosis{codedDiagnosis: d})
	}
	e := &(*l)[at]
	for i := range e.labels {
		if label == "" || e.labels[i] == label {
			break
		}
		if e.labels[i] == "" {
			e.labels[i] = label
			break
		}
	}
	if e.poa == "" && !blank(d.PoaInd) {
		e.poa, e.poaInd = poa, d.PoaInd
	}
	return at
}

// The labels of diagnoses.
const (
	v1Admitting     = "admitting"
	v1Principal     = "principal"
	v1Other         = "other"
	v1FirstExternal = "external-first"
	v1External      = "external"
	v1Reason        = "reason-for-visit"
)

func (l *v1Diagnoses) institutional(c *Institutional) {
	*l = (*l)[:0]
	l.add(codedDiagnosis{Cd: c.AdmtgDgnsCd, VrsnCd: c.AdmtgDgnsVrsnCd}, v1Admitting, "")
	if n := l.add(codedDiagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, v1Principal, ""); n >= 0 {
		(*l)[n].listed = true
	}
	for i, d := range c.IcdDgns {
		if c.Type != inpatient {
			d.PoaInd = ""
		}
		label := ""
		if c.Type == inpatient && i > 0 {
			label = v1Other
		}
		if n := l.addNew(d, label, presentCodes[i].variable); n >= 0 {
			(*l)[n].listed = true
		}
	}
	l.add(codedDiagnosis{Cd: c.FstDgnsECd, VrsnCd: c.FstDgnsEVrsnCd}, v1FirstExternal, "")
	for i, d := range c.IcdDgnsE {
		if c.Type != inpatient {
			d.PoaInd = ""
		}
		l.addNew(d, v1External, presentECodes[i].variable)
	}
	for _, d := range c.RsnVisit {
		l.addNew(d, v1Reason, "")
	}
}

// addNew is add, but a code that is there already keeps its labels.
func (l *v1Diagnoses) addNew(d codedDiagnosis, label, poa string) int {
	for i := range *l {
		if e := &(*l)[i]; e.Cd == trim(d.Cd) && e.system() == d.system() {
			return l.add(d, "", poa)
		}
	}
	return l.add(d, label, poa)
}

// professional lists the claim's own, and then those of the lines.
func (l *v1Diagnoses) professional(c *Professional, lines []v1Links) {
	*l = (*l)[:0]
	l.add(codedDiagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, v1Principal, "")
	for _, d := range c.IcdDgns {
		l.add(d, "", "")
	}
	for i := range c.Lines {
		lines[i].diagnosis = l.add(c.Lines[i].diagnosis(), "", "") + 1
	}
}

// addMember returns the number of a provider, 0 if there is none.
func (w *v1) addMember(role, system, value string) int {
	if value = trim(value); value == "" {
		return 0
	}
	for i := range w.team {
		if m := &w.team[i]; m.role == role && m.system == system && m.value == value {
			return i + 2
		}
	}
	w.team = append(w.team, v1Member{role: role, system: system, value: value})
	return len(w.team) + 1
}

func (w *v1) startLines(n int) {
	w.team, w.infos = w.team[:0], 0
	if cap(w.lines) < n {
		w.lines = make([]v1Links, 2*n)
	}
	w.lines = w.lines[:n]
	clear(w.lines)
}

var v1RoleFragments = map[string]string{
	assistRole:  `"role":` + concept(coding("http://hl7.org/fhir/claimcareteamrole", assistRole, "Assisting Provider")) + `,"sequence":`,
	otherRole:   `"role":` + concept(coding("http://hl7.org/fhir/claimcareteamrole", otherRole, "Other")) + `,"sequence":`,
	primaryTeam: `"role":` + concept(coding("http://hl7.org/fhir/claimcareteamrole", primaryTeam, "Primary provider")) + `,"sequence":`,
}

func (w *v1) careTeamMember(b []byte) []byte {
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
			b = codeExtension(b, providerTypes, trim(m.line.CarrLinePrvdrTypeCd))
			b = codeExtension(b, participations, trim(m.line.PrtcptngIndCd))
			b = closeArray(b, at, inner)
		}
		b = append(b, `"provider":{`...)
		b = v1Identified(b, m.system, m.value)
		b = append(b, `},`...)
		if m.line != nil && !blank(m.line.PrvdrSpclty) {
			set := specialties
			if _, ok := set.codings[m.line.PrvdrSpclty]; !ok {
				set = supplierSpecialties
			}
			b = append(b, `"qualification":{"coding":[`...)
			b = set.append(b, m.line.PrvdrSpclty)
			b = append(b, `]},`...)
		}
		if m.responsible {
			b = append(b, `"responsible":true,`...)
		}
		b = append(b, v1RoleFragments[m.role]...)
		b = appendInt(b, i+2)
		b = append(b, `},`...)
	}
	return closeArray(b, start, open)
}

// v1Identified writes the members of a reference by identifier.
func v1Identified(b []byte, system, value string) []byte {
	if p := registry().byNPI[value]; p != nil && system == npiSystem {
		b = append(b, p.display...)
	}
	b = append(b, `"identifier":{"system":"`...)
	b = append(b, system...)
	b = append(b, `","value":`...)
	b = appendPlain(b, value)
	return append(b, '}')
}

// v1Links as STU3 calls them.
func linkMember(b []byte, key string, numbers ...int) []byte {
	start := len(b)
	b = append(b, '"')
	b = append(b, key...)
	b = append(b, `":[`...)
	open := len(b)
	for _, n := range numbers {
		if n > 0 {
			b = append(appendInt(b, n), ',')
		}
	}
	return closeArray(b, start, open)
}

var v1DiagnosisTypes = func() map[string]string {
	m := map[string]string{}
	for _, label := range []string{v1Admitting, v1Principal, v1Other, v1FirstExternal, v1External, v1Reason} {
		m[label] = concept(coding(blueButton+"diagnosis-type", label, ""))
	}
	return m
}()

// v1Concepts are the concepts of diagnoses and procedures, which have one
// system in v1.
var v1Concepts = func() [2]map[string]string {
	var m [2]map[string]string
	for i, v := range []*icd{icd10, icd9} {
		m[i] = map[string]string{}
		system := sid + []string{"icd-10", "icd-9-cm"}[i]
		for _, list := range [][]term{v.diagnoses, v.external, v.procedures} {
			for _, t := range list {
				m[i][t.code] = concept(coding(system, t.code, t.title))
			}
		}
	}
	return m
}()

func v1Concept(version, code string) string {
	if code == noDiagnosis {
		return noDiagnosisConcept
	}
	if version == "0" {
		return v1Concepts[0][code]
	}
	return v1Concepts[1][code]
}

// diagnosisMember writes the diagnoses, and before them the DRG, which takes
// the first number.
func (w *v1) diagnosisMember(b []byte, drg string) []byte {
	start := len(b)
	b = append(b, `"diagnosis":[`...)
	open := len(b)
	n := 0
	if !blank(drg) {
		n++
		b = append(b, `{"packageCode":{"coding":[`...)
		b = drgCodes.append(b, drg)
		b = append(b, `]},"sequence":1},`...)
	}
	for i := range w.diagnoses {
		d := &w.diagnoses[i]
		n++
		b = append(b, `{"diagnosisCodeableConcept":`...)
		b = append(b, v1Concept(d.VrsnCd, d.Cd)...)
		b = append(b, ',')
		if d.poa != "" {
			b = append(b, `"extension":[`...)
			b = appendCodeExtension(b, d.poa, d.poaInd)
			b = append(b, `],`...)
		}
		b = append(b, `"sequence":`...)
		b = appendInt(b, n)
		b = append(b, ',')
		if d.labels[0] != "" {
			b = append(b, `"type":[`...)
			for _, label := range d.labels {
				if label != "" {
					b = append(append(b, v1DiagnosisTypes[label]...), ',')
				}
			}
			b = append(closeWith(b, ']'), ',')
		}
		b = append(closeObject(b), ',')
	}
	return closeArray(b, start, open)
}

// Money and adjudications of STU3.

const v1MoneyStart = `{"code":"USD","system":"urn:iso:std:iso:4217","value":`

func v1Money(b []byte, a amount) []byte {
	b = append(b, v1MoneyStart...)
	b = a.appendJSON(b)
	return append(b, '}')
}

func v1Amount(b []byte, variable string, a amount) []byte {
	if a == noAmount {
		return b
	}
	b = append(b, `{"url":"`+variables...)
	b = append(b, variable...)
	b = append(b, `","valueMoney":`...)
	b = v1Money(b, a)
	return append(b, `},`...)
}

func v1Adjudication(b []byte, variable string, a amount) []byte {
	b = append(b, `{"amount":`...)
	b = v1Money(b, a)
	b = append(b, `,"category":{"coding":[{"code":"`+variables...)
	b = append(b, variable...)
	return append(b, `","system":"`+blueButton+`adjudication"}]}},`...)
}

// v1AdjudicationReason writes an adjudication that has a code instead of an
// amount.
func v1AdjudicationReason(b []byte, variable, code string) []byte {
	if blank(code) {
		return b
	}
	b = append(b, `{"category":{"coding":[{"code":"`+variables...)
	b = append(b, variable...)
	b = append(b, `","system":"`+blueButton+`adjudication"}]},"reason":{"coding":[`...)
	b = appendCodingOf(b, variable, code)
	return append(b, `]}},`...)
}

func (w *v1) infoCategory(b []byte, variable string) []byte {
	b = append(b, `{"category":{"coding":[{"code":"`+variables...)
	b = append(b, variable...)
	return append(b, `","system":"`+blueButton+`information"}]}`...)
}

func (w *v1) infoSequence(b []byte) []byte {
	w.infos++
	b = append(b, `,"sequence":`...)
	return appendInt(b, w.infos)
}

func (w *v1) infoCode(b []byte, variable string, set *codes, code string) []byte {
	if blank(code) {
		return b
	}
	b = w.infoCategory(b, variable)
	b = append(b, `,"code":{"coding":[`...)
	b = set.append(b, trim(code))
	b = append(b, `]}`...)
	b = w.infoSequence(b)
	return append(b, `},`...)
}

func (w *v1) infoDate(b []byte, variable string, d date) []byte {
	if d == 0 {
		return b
	}
	b = w.infoCategory(b, variable)
	b = w.infoSequence(b)
	b = append(b, `,"timingDate":`...)
	b = appendDate(b, d)
	return append(b, `},`...)
}

func (w *v1) infoPeriod(b []byte, variable string, from, thru date) []byte {
	if from == 0 && thru == 0 {
		return b
	}
	b = w.infoCategory(b, variable)
	b = w.infoSequence(b)
	b = append(b, `,"timingPeriod":`...)
	b = appendPeriod(b, from, thru)
	return append(b, `},`...)
}

// Members that all claims have.

func (w *v1) idMembers(b []byte, c *claim) []byte {
	b = append(b, `"id":"`...)
	b = append(b, v1Kinds[c.Type].id...)
	b = append(b, '-')
	b = appendInt(b, int(c.ClmID))
	b = append(b, `","identifier":[{"system":"`+variables...)
	if c.Type == partD {
		b = append(b, `pde_id","value":`...)
	} else {
		b = append(b, `clm_id","value":`...)
	}
	b = appendID(b, c.ClmID)
	b = append(b, `},{"system":"`+identifiers+`claim-group","value":`...)
	b = appendID(b, c.ClmGrpID)
	return append(b, '}')
}

func (w *v1) insuranceMember(b []byte, c *claim) []byte {
	b = append(b, `"insurance":{"coverage":{"reference":"Coverage/`...)
	b = append(b, v1Kinds[c.Type].coverage...)
	b = append(b, '-')
	b = appendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"}},`...)
}

func (w *v1) metaMember(b []byte, c *claim) []byte {
	b = append(b, `"meta":{"lastUpdated":`...)
	b = appendInstant(b, c.LastUpdated)
	return append(b, `},`...)
}

func (w *v1) patientMember(b []byte, c *claim) []byte {
	b = append(b, `"patient":{"reference":"Patient/`...)
	b = appendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"},`...)
}

func (w *v1) statusMembers(b []byte, c *claim) []byte {
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"`...)
	b = append(b, c.status()...)
	return append(b, `",`...)
}

// typeMember ends the resource.
func (w *v1) typeMember(b []byte, c *claim, nchClmTypeCd, nearLine, classification string) []byte {
	b = append(b, `"type":{"coding":[`...)
	if nchClmTypeCd != "" {
		b = append(claimTypeCodes.append(b, nchClmTypeCd), ',')
	}
	if !c.noEOBType {
		b = append(b, v1Kinds[c.Type].eobType...)
	}
	b = append(b, v1Kinds[c.Type].types...)
	if nearLine != "" {
		b = append(nearLineRecords.append(b, nearLine), ',')
	}
	if !blank(classification) {
		b = append(serviceClassifications.append(b, classification), ',')
	}
	return append(closeWith(b, ']'), `}}`...)
}
