// Package life simulates what happens to people: who they are and what ails them,
// the services that they get from month to month, and what Medicare pays for these.
// It knows no files and no columns: packages records and idr write its claims as the
// warehouses do, so that exports of all API versions tell the same story.
//
// The rates, shares and prices are in tables of this package. They are round numbers,
// chosen so that the totals of some thousand people look like those of Medicare's
// fee-for-service population. docs/synth.md compares the two.
package life

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// A ClaimType is a type of claim, with its own record layout.
type ClaimType int

const (
	Inpatient ClaimType = iota
	SNF
	Outpatient
	HHA
	Hospice
	Carrier
	DME
	PartD
	ClaimTypes
)

// A Claim is a bill as Medicare settled it.
type Claim struct {
	Type       ClaimType
	Code       int // the type as a number, such as 60
	From, Thru column.Date
	Begun      column.Date // first day of the stay, or of the care, that the claim is of
	Ended      column.Date // last day of it, 0 if it goes on
	Entered    column.Date // the Friday on which Medicare's files had the claim
	Fate       Fate
	Correction column.Amount // what a later version pays more
	Denied     bool
	Facility   *Provider // institution, practice, supplier or pharmacy
	Physician  *Provider // attending, rendering or prescribing
	Surgeon    *Provider
	Referring  *Provider
	Frequency  string // third digit of the type of bill
	Clinic     string // first two digits of the type of bill
	DRG        string
	Admission  string // type of admission
	Source     string // source of admission
	Status     string // discharge status of the patient
	Admitting  string // admitting diagnosis
	Diagnoses  []string
	Procedures []Procedure
	Lines      []Line
	Paid       column.Amount
	Charge     column.Amount
	Deductible column.Amount
	Shared     column.Amount // coinsurance
	AddOns     AddOns
	Fill       Fill
}

// A Fate is what happens to a claim after the server first sends it.
type Fate int

const (
	Kept     Fate = iota
	Amended       // the same claim again, with another payment
	Replaced      // canceled when first sent; another claim replaces it
	Canceled      // active when first sent, then canceled and replaced
)

// A Procedure is an ICD-10 procedure of a stay.
type Procedure struct {
	Code string
	Day  column.Date
}

// AddOns are parts of the payment of a stay that are no pay for the service.
type AddOns struct {
	CapitalTeaching, Teaching, CapitalShare, Share, Uncompensated column.Amount
}

// A Line is a service of a claim.
type Line struct {
	codebook.Service
	Revenue    string // revenue center, of institutions
	Place      string // place of service, of physicians and suppliers
	Modifier   string
	Day        column.Date
	Units      int
	Denied     bool
	Diagnosis  int // index into the diagnoses of the claim, -1 for none
	Charge     column.Amount
	Allowed    column.Amount
	Paid       column.Amount
	Deductible column.Amount
	Shared     column.Amount
}

// A Fill is a drug that a pharmacy dispensed.
type Fill struct {
	NDC      string
	Generic  bool
	Days     int
	Quantity int
	Number   int // refills so far
	Rx       int64
	Cost     column.Amount
	Copay    column.Amount
	Mail     bool
}
