package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/random"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

const (
	FinalSystem  System = iota // the National Claims History, or DDPS for drug events
	SharedSystem               // FISS, MCS or VMS
)

// A Generator makes the records of the IDR, one beneficiary after another, and passes
// them to a Visitor.
type Generator struct {
	*records.Generator
	To      Visitor
	current Beneficiary
	before  Beneficiary
	claim   Claim
	base    records.Beneficiary
	serial  int64
	Edges   bool // the export has edge cases

	authorizations random.Source
	authorization  Authorization
}

// A Visitor gets the records of the IDR as records.Visitor gets those of the CCW.
type Visitor interface {
	Beneficiary(p *Beneficiary, late bool)
	Claim(c *Claim, late bool)
	Authorization(a *Authorization, late bool)
	NewestAuthorization(a *Authorization)
	NewestBeneficiary(p *Beneficiary)
	NewestClaim(c *Claim)
}

func (m *Generator) newID() int64 {
	m.serial++
	return 4_100_000_000_000 + m.IDs.Index*records.ClaimsPerBeneficiary*4 + m.serial
}
