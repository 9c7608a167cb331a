package records

// The servers list the diagnoses of a claim once each, and its providers. Resources
// and truth both depend on the places in these lists, so the lists are made here.

// A DiagnosisLabel is the kind of column that a diagnosis comes from.
type DiagnosisLabel int

const (
	AdmittingLabel DiagnosisLabel = iota
	PrincipalLabel
	OtherLabel
	ExternalLabel
	ReasonLabel
	LineLabel // of a line, and not one of the claim's own
)

// A ListedDiagnosis is an entry of a DiagnosisList.
type ListedDiagnosis struct {
	Diagnosis
	Column int // the n of ICD_DGNS_CDn or ICD_DGNS_E_CDn, 0 for other columns
	Label  DiagnosisLabel
	Coded  bool // it is the principal or a secondary diagnosis, whatever its label
}

// system returns the ICD version as the servers read it.
func (d *Diagnosis) system() string {
	if d.VrsnCd == "" {
		return "9"
	}
	return d.VrsnCd
}

// A DiagnosisList has each code once: the server drops a repeat, and what its column
// says about it. The sequence of a diagnosis is its place in the list, from 1.
type DiagnosisList []ListedDiagnosis

// Add returns the place of a diagnosis in the list, or 0 if there is none.
func (l *DiagnosisList) Add(d Diagnosis, column int, label DiagnosisLabel) int {
	if d.Cd == "" {
		return 0
	}
	coded := label == PrincipalLabel || label == OtherLabel
	for i := range *l {
		if e := &(*l)[i]; e.Cd == d.Cd && e.system() == d.system() {
			e.Coded = e.Coded || coded
			return i + 1
		}
	}
	*l = append(*l, ListedDiagnosis{d, column, label, coded})
	return len(*l)
}

// Institutional lists the diagnoses of a claim in the order of the servers.
func (l *DiagnosisList) Institutional(c *Institutional) {
	*l = (*l)[:0]
	l.Add(Diagnosis{Cd: c.AdmtgDgnsCd, VrsnCd: c.AdmtgDgnsVrsnCd}, 0, AdmittingLabel)
	for i, d := range c.IcdDgns {
		if i > 0 {
			l.Add(d, i+1, OtherLabel)
			continue
		}
		l.Add(d, 1, PrincipalLabel)
		l.Add(Diagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, 0, PrincipalLabel)
	}
	for i, d := range c.IcdDgnsE {
		l.Add(d, i+1, ExternalLabel)
		if i == 0 {
			l.Add(Diagnosis{Cd: c.FstDgnsECd, VrsnCd: c.FstDgnsEVrsnCd}, 0, ExternalLabel)
		}
	}
	for _, d := range c.RsnVisit {
		l.Add(d, 0, ReasonLabel)
	}
}

// Professional lists the diagnoses of a claim, then those of its lines.
func (l *DiagnosisList) Professional(c *Professional) {
	*l = (*l)[:0]
	for i, d := range c.IcdDgns {
		if i == 0 {
			l.Add(d, 1, PrincipalLabel)
			l.Add(Diagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, 0, PrincipalLabel)
			continue
		}
		l.Add(d, i+1, OtherLabel)
	}
	for i := range c.Lines {
		l.Add(c.Lines[i].Diagnosis(), 0, LineLabel)
	}
}

// Diagnosis returns the diagnosis of the line.
func (l *ProfessionalLine) Diagnosis() Diagnosis {
	return Diagnosis{Cd: l.LineIcdDgnsCd, VrsnCd: l.LineIcdDgnsVrsnCd}
}
