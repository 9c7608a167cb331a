package records

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// A V1DiagnosisList is the list that v1 makes of a claim's diagnoses. It has each
// code once, with what the columns of its repeats say about it.
type V1DiagnosisList []V1Diagnosis

type V1Diagnosis struct {
	Diagnosis
	Labels    [3]string
	Listed    bool   // it is the principal diagnosis or in one of the columns ICD_DGNS_CD1 to 25
	POAColumn string // variable of the indicator
	POAInd    string
}

func (d *V1Diagnosis) Has(label string) bool {
	return d.Labels[0] == label || d.Labels[1] == label || d.Labels[2] == label
}

// add returns the place of a diagnosis in the list, from 0, or -1 if there is none.
func (l *V1DiagnosisList) add(d Diagnosis, label, poa string) int {
	d.Cd = strings.TrimSpace(d.Cd)
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
		*l = append(*l, V1Diagnosis{Diagnosis: d})
	}
	e := &(*l)[at]
	for i := range e.Labels {
		if label == "" || e.Labels[i] == label {
			break
		}
		if e.Labels[i] == "" {
			e.Labels[i] = label
			break
		}
	}
	if e.POAColumn == "" && !column.Blank(d.PoaInd) {
		e.POAColumn, e.POAInd = poa, d.PoaInd
	}
	return at
}

// Labels of diagnoses in v1.
const (
	V1Admitting     = "admitting"
	V1Principal     = "principal"
	V1Other         = "other"
	V1FirstExternal = "external-first"
	V1External      = "external"
	V1Reason        = "reason-for-visit"
)

func (l *V1DiagnosisList) Institutional(c *Institutional) {
	*l = (*l)[:0]
	l.add(Diagnosis{Cd: c.AdmtgDgnsCd, VrsnCd: c.AdmtgDgnsVrsnCd}, V1Admitting, "")
	if n := l.add(Diagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, V1Principal, ""); n >= 0 {
		(*l)[n].Listed = true
	}
	for i, d := range c.IcdDgns {
		if c.Type != life.Inpatient {
			d.PoaInd = ""
		}
		label := ""
		if c.Type == life.Inpatient && i > 0 {
			label = V1Other
		}
		if n := l.addNew(d, label, codebook.PresentCodes.Column(i+1)); n >= 0 {
			(*l)[n].Listed = true
		}
	}
	l.add(Diagnosis{Cd: c.FstDgnsECd, VrsnCd: c.FstDgnsEVrsnCd}, V1FirstExternal, "")
	for i, d := range c.IcdDgnsE {
		if c.Type != life.Inpatient {
			d.PoaInd = ""
		}
		l.addNew(d, V1External, codebook.PresentECodes.Column(i+1))
	}
	for _, d := range c.RsnVisit {
		l.addNew(d, V1Reason, "")
	}
}

// addNew is like add, but a code that is in the list keeps its labels.
func (l *V1DiagnosisList) addNew(d Diagnosis, label, poa string) int {
	for i := range *l {
		if e := &(*l)[i]; e.Cd == strings.TrimSpace(d.Cd) && e.system() == d.system() {
			return l.add(d, "", poa)
		}
	}
	return l.add(d, label, poa)
}

// Professional lists the diagnoses of a claim, then those of its lines, whose places
// in the list it returns: from 1, or 0 for none.
func (l *V1DiagnosisList) Professional(c *Professional, places []int) []int {
	*l = (*l)[:0]
	l.add(Diagnosis{Cd: c.PrncpalDgnsCd, VrsnCd: c.PrncpalDgnsVrsnCd}, V1Principal, "")
	for _, d := range c.IcdDgns {
		l.add(d, "", "")
	}
	places = places[:0]
	for i := range c.Lines {
		places = append(places, l.add(c.Lines[i].Diagnosis(), "", "")+1)
	}
	return places
}
