package records

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// What the shared systems send for all claims: the type of bill and the outcome.
const (
	PartialFacility  = "1"
	PartialService   = "1"
	PartialFrequency = "1"
	PartialOutcome   = "queued"
)

// A PartialClaim is a partially adjudicated claim of FISS or MCS.
type PartialClaim struct {
	Institutional        bool
	Beneficiary          *Beneficiary
	Number               string // DCN or ICN
	From, Thru           column.Date
	ReceivedDt, StatusDt column.Date
	StatusCode           string
	Updated, Created     column.Instant
	Provider             *life.Provider
	Diagnoses            []PartialDiagnosis
	Procedures           []PartialProcedure
	Lines                []PartialLine
	DRG, Admission       string
	Group                string
}

// A PartialDiagnosis is an entry of a claim's list; FISS has its present-on-admission
// indicator.
type PartialDiagnosis struct {
	Code, POA            string
	Principal, Admitting bool
	Appended             bool // added by the server, not in the record's list
}

type PartialProcedure struct {
	Code string
	Date column.Date
}

type PartialLine struct {
	codebook.Service
	From, Thru        column.Date
	Revenue, Unbilled string // REV-CD and NON-BILL-REV-CODE
	Modifiers         [4]string
	Units             int
	Diagnosis         int    // place in the claim's list
	Remark            string // ACO-RED-RARC
	AdjustmentReason  string // ACO-RED-CARC
	AdjustmentGroup   string // ACO-RED-CAGC
}

func NewPartialClaim(r *random.Source, b *Beneficiary, institutional bool, c *Calendar) *PartialClaim {
	p := &PartialClaim{Institutional: institutional, Beneficiary: b, Number: r.Number(13), From: c.HistoryEnd - column.Date(r.Intn(60)), Created: c.Created()}
	p.Thru = p.From + column.Date(r.Skewed(9))
	p.ReceivedDt = p.Thru + column.Date(r.Between(1, 5))
	p.StatusDt = p.ReceivedDt + column.Date(r.Between(1, 9))
	p.Updated = min(p.StatusDt+1, c.LastUpdate).At(int64(r.Intn(86_400_000)))
	p.Provider = random.PointerTo(r, life.Registry().Organizations)
	p.StatusCode = random.AnyOf(r, []string{"S", "M", "P", "R", "T"})
	if institutional {
		p.Number += random.AnyOf(r, []string{"OHA", "NCA", ""})
	} else {
		p.StatusCode = random.AnyOf(r, []string{"5", "A", "B", "D"})
	}
	p.listDiagnoses(r)
	for range 1 + r.Skewed(5) {
		p.Lines = append(p.Lines, p.newLine(r))
	}
	if !institutional {
		return p
	}
	for range r.Skewed(4) {
		done := PartialProcedure{Code: random.AnyOf(r, codebook.Icd10Procedures).Code}
		if r.Chance(900) {
			done.Date = p.From + column.Date(r.Intn(int(p.Thru-p.From)+1))
		}
		p.Procedures = append(p.Procedures, done)
	}
	p.DRG = r.Seldom(500, "0"+r.Number(2))
	p.Admission = r.Seldom(700, random.AnyOf(r, []string{"1", "2", "3", "9"}))
	p.Group = r.Seldom(400, random.AnyOf(r, []string{"AB", "01"}))
	return p
}

func (p *PartialClaim) newLine(r *random.Source) PartialLine {
	l := PartialLine{Service: random.AnyOf(r, codebook.OfficeServices), Revenue: random.AnyOf(r, []string{"0300", "0450", "0636", "0001"}), Units: r.Intn(4)}
	l.From = p.From + column.Date(r.Intn(int(p.Thru-p.From)+1))
	l.Thru = l.From
	l.Unbilled = r.Seldom(200, random.AnyOf(r, []string{"E", "H", "Z"}))
	for i := range l.Modifiers {
		l.Modifiers[i] = r.Seldom(300, random.AnyOf(r, codebook.Modifiers))
	}
	if p.Institutional {
		l.Remark = r.Seldom(300, random.AnyOf(r, []string{"N519", "M15"}))
		l.AdjustmentReason = r.Seldom(300, random.AnyOf(r, []string{"45", "97"}))
		l.AdjustmentGroup = r.Seldom(300, "CO")
		return l
	}
	l.Thru += column.Date(r.Skewed(int(p.Thru-l.From) + 1))
	if r.Chance(800) {
		l.Diagnosis = 1 + r.Intn(len(p.Diagnoses))
	}
	return l
}

// listDiagnoses makes the list that the server sends: that of the record, then the
// admitting diagnosis if it is not in the list.
func (p *PartialClaim) listDiagnoses(r *random.Source) {
	first, n := r.Intn(len(codebook.Icd10Diagnoses)-5), 1+r.Intn(4)
	for _, d := range codebook.Icd10Diagnoses[first : first+n] {
		p.Diagnoses = append(p.Diagnoses, PartialDiagnosis{Code: d.Code})
	}
	if !p.Institutional {
		return
	}
	for i := range p.Diagnoses {
		p.Diagnoses[i].POA = random.AnyOf(r, []string{"Y", "N", "U", "W", "1"})
	}
	p.Diagnoses[0].Principal = true
	if r.Chance(300) {
		p.Diagnoses = append(p.Diagnoses, PartialDiagnosis{Code: codebook.Icd10Diagnoses[first+n].Code, Admitting: true, Appended: true})
	} else if r.Chance(800) {
		p.Diagnoses[r.Intn(n)].Admitting = true
	}
}

// ID returns the id of the Claim and of the ClaimResponse.
func (p *PartialClaim) ID() string {
	if p.Institutional {
		return "f-" + p.Number[:13]
	}
	return "m-" + p.Number
}

func (p *PartialClaim) System() string {
	if p.Institutional {
		return "FISS"
	}
	return "MCS"
}

// Charges returns the total charge of the lines.
func (p *PartialClaim) Charges() column.Amount {
	var total column.Amount
	for i := range p.Lines {
		total += column.Dollars(int64(p.Lines[i].Charge))
	}
	return total
}
