package records

import (
	"strings"
)

// A Role is the role of a provider on a claim.
type Role int

const (
	Attending Role = iota
	Operating
	OtherOperating
	Performing
	Referring
	Prescribing
	PrimaryRole
	Roles
)

// A TeamMember is an entry of a claim's care team. The last three columns are those
// of the lines that share it.
type TeamMember struct {
	Role  Role
	UPIN  bool // else it is an NPI
	Value string

	Responsible         bool
	CarrLinePrvdrTypeCd string
	PrtcptngIndCd       string
	PrvdrSpclty         string
}

// A CareTeam has a provider once per role. The sequence of a member is its place in
// the list, from 1.
type CareTeam []TeamMember

// Add returns the place of a provider in the list, or 0 if there is no provider.
func (t *CareTeam) Add(role Role, upin bool, value string) int {
	if value == "" {
		return 0
	}
	for i := range *t {
		if m := &(*t)[i]; m.Role == role && m.UPIN == upin && strings.EqualFold(m.Value, value) {
			return i + 1
		}
	}
	*t = append(*t, TeamMember{Role: role, UPIN: upin, Value: value})
	return len(*t)
}

// Links are the places that a line refers to, 0 for none.
type Links struct {
	Team      [2]int
	Diagnosis int
	Info      int
}

// Institutional lists the care team of a claim and returns the links of its lines.
func (t *CareTeam) Institutional(c *Institutional, lines []Links) []Links {
	*t = (*t)[:0]
	t.Add(Attending, false, c.AtPhysnNpi)
	t.Add(Attending, true, c.AtPhysnUpin)
	t.Add(Operating, false, c.OpPhysnNpi)
	t.Add(Operating, true, c.OpPhysnUpin)
	t.Add(OtherOperating, false, c.OtPhysnNpi)
	t.Add(OtherOperating, true, c.OtPhysnUpin)
	lines = lines[:0]
	for i := range c.Lines {
		l := &c.Lines[i]
		upin := t.Add(Performing, true, l.RndrngPhysnUpin)
		npi := t.Add(Performing, false, l.RndrngPhysnNpi)
		lines = append(lines, Links{Team: [2]int{upin, npi}})
	}
	return lines
}

// Professional lists the care team of a claim and returns the links of its lines.
func (t *CareTeam) Professional(c *Professional, lines []Links) []Links {
	*t = (*t)[:0]
	if c.RfrPhysnNpi != "" {
		t.Add(Referring, false, c.RfrPhysnNpi)
	} else {
		t.Add(Referring, true, c.RfrPhysnUpin)
	}
	// The server sends the carrier's own number of the referring physician as an NPI.
	t.Add(Referring, false, c.CarrClmRfrngPinNum)
	lines = lines[:0]
	for i := range c.Lines {
		l := &c.Lines[i]
		var link Links
		if l.PrfPhysnNpi != "" {
			link.Team[0] = t.Add(Performing, false, l.PrfPhysnNpi)
		} else {
			link.Team[0] = t.Add(Performing, true, l.PrfPhysnUpin)
		}
		if n := link.Team[0]; n > 0 {
			m := &(*t)[n-1]
			m.Responsible = true
			m.CarrLinePrvdrTypeCd, m.PrtcptngIndCd, m.PrvdrSpclty = l.CarrLinePrvdrTypeCd, l.PrtcptngIndCd, l.PrvdrSpclty
		}
		link.Team[1] = t.Add(PrimaryRole, false, l.OrgNpiNum)
		lines = append(lines, link)
	}
	return lines
}
