package synth

import "strings"

// The servers put a claim's diagnoses into one list and its providers into
// another, without repeating any. What depends on the place in those lists is
// settled here, before anything is written.

// A label is what the servers know of a diagnosis from the column that they
// have it from.
type label int

const (
	admittingLabel label = iota
	principalLabel
	otherLabel
	externalLabel
	reasonLabel
	lineLabel // of a line, and not among the claim's own
	labels
)

// A listedDiagnosis is an entry of a claim's list.
type listedDiagnosis struct {
	codedDiagnosis
	column int // the n of ICD_DGNS_CDn or ICD_DGNS_E_CDn, 0 for the other columns
	label  label
	coded  bool // it is the principal or a secondary diagnosis, whatever its label
}

// system is the version of ICD as the servers take it.
func (d *codedDiagnosis) system() string {
	if d.VrsnCd == "" {
		return "9"
	}
	return d.VrsnCd
}

// A diagnosisList has a code once: a repeat is dropped, and with it what the
// column said of it. A diagnosis' sequence is its place in the list, from 1.
type diagnosisList []listedDiagnosis

// add returns the place of the diagnosis, or 0 if there is none.
func (l *diagnosisList) add(d codedDiagnosis, column int, label label) int {
	if d.Cd == "" {
		return 0
	}
	coded := label == principalLabel || label == otherLabel
	for i := range *l {
		if e := &(*l)[i]; e.Cd == d.Cd && e.system() == d.system() {
			e.coded = e.coded || coded
			return i + 1
		}
	}
	*l = append(*l, listedDiagnosis{d, column, label, coded})
	return len(*l)
}

// institutional lists the diagnoses of a claim in the servers' order.
func (l *diagnosisList) institutional(c *Institutional) {
	*l = (*l)[:0]
	l.add(codedDiagnosis{Cd: c.AdmtgDgnsCd, VrsnCd: c.AdmtgDgnsVrsnCd}, 0, admittingLabel)
	for i, d := range c.IcdDgns {
		if i > 0 {
			l.add(d, i+1, otherLabel)
			continue
		}
		l.add(d, 1, principalLabel)
		l.add(codedDiagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, 0, principalLabel)
	}
	for i, d := range c.IcdDgnsE {
		l.add(d, i+1, externalLabel)
		if i == 0 {
			l.add(codedDiagnosis{Cd: c.FstDgnsECd, VrsnCd: c.FstDgnsEVrsnCd}, 0, externalLabel)
		}
	}
	for _, d := range c.RsnVisit {
		l.add(d, 0, reasonLabel)
	}
}

// professional lists the diagnoses of a claim, and then those of its lines.
func (l *diagnosisList) professional(c *Professional) {
	*l = (*l)[:0]
	for i, d := range c.IcdDgns {
		if i == 0 {
			l.add(d, 1, principalLabel)
			l.add(codedDiagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, 0, principalLabel)
			continue
		}
		l.add(d, i+1, otherLabel)
	}
	for i := range c.Lines {
		l.add(c.Lines[i].diagnosis(), 0, lineLabel)
	}
}

// diagnosis is the line's.
func (l *ProfessionalLine) diagnosis() codedDiagnosis {
	return codedDiagnosis{Cd: l.LineIcdDgnsCd, VrsnCd: l.LineIcdDgnsVrsnCd}
}

// A role is what a provider does on a claim.
type role int

const (
	attending role = iota
	operating
	otherOperating
	performing
	referring
	prescribing
	primaryRole
	roles
)

// A teamMember is an entry of a claim's care team. The last three columns are
// those of the lines that share it.
type teamMember struct {
	role  role
	upin  bool // else an NPI
	value string

	responsible         bool
	carrLinePrvdrTypeCd string
	prtcptngIndCd       string
	prvdrSpclty         string
}

// A careTeam has a provider once for each role. A member's sequence is the
// place in the list, from 1.
type careTeam []teamMember

// add returns the place of a provider, or 0 if there is none.
func (t *careTeam) add(role role, upin bool, value string) int {
	if value == "" {
		return 0
	}
	for i := range *t {
		if m := &(*t)[i]; m.role == role && m.upin == upin && strings.EqualFold(m.value, value) {
			return i + 1
		}
	}
	*t = append(*t, teamMember{role: role, upin: upin, value: value})
	return len(*t)
}

// links are the places in the lists that a line refers to, 0 for none.
type links struct {
	team      [2]int
	diagnosis int
	info      int
}

// institutional lists the care team of a claim and links its lines to it.
func (t *careTeam) institutional(c *Institutional, lines []links) []links {
	*t = (*t)[:0]
	t.add(attending, false, c.AtPhysnNpi)
	t.add(attending, true, c.AtPhysnUpin)
	t.add(operating, false, c.OpPhysnNpi)
	t.add(operating, true, c.OpPhysnUpin)
	t.add(otherOperating, false, c.OtPhysnNpi)
	t.add(otherOperating, true, c.OtPhysnUpin)
	lines = lines[:0]
	for i := range c.Lines {
		l := &c.Lines[i]
		upin := t.add(performing, true, l.RndrngPhysnUpin)
		npi := t.add(performing, false, l.RndrngPhysnNpi)
		lines = append(lines, links{team: [2]int{upin, npi}})
	}
	return lines
}

// professional lists the care team of a claim and links its lines to it.
func (t *careTeam) professional(c *Professional, lines []links) []links {
	*t = (*t)[:0]
	if c.RfrPhysnNpi != "" {
		t.add(referring, false, c.RfrPhysnNpi)
	} else {
		t.add(referring, true, c.RfrPhysnUpin)
	}
	// The carrier's own number of the referring physician goes as an NPI.
	t.add(referring, false, c.CarrClmRfrngPinNum)
	lines = lines[:0]
	for i := range c.Lines {
		l := &c.Lines[i]
		var link links
		if l.PrfPhysnNpi != "" {
			link.team[0] = t.add(performing, false, l.PrfPhysnNpi)
		} else {
			link.team[0] = t.add(performing, true, l.PrfPhysnUpin)
		}
		if n := link.team[0]; n > 0 {
			m := &(*t)[n-1]
			m.responsible = true
			m.carrLinePrvdrTypeCd, m.prtcptngIndCd, m.prvdrSpclty = l.CarrLinePrvdrTypeCd, l.PrtcptngIndCd, l.PrvdrSpclty
		}
		link.team[1] = t.add(primaryRole, false, l.OrgNpiNum)
		lines = append(lines, link)
	}
	return lines
}
