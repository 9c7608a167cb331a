package records

import "github.com/cclf-tools/cclf/internal/synth/column"

// A Visitor is given the records of a beneficiary as the server sent them. A
// record is late that the server sent in another export: one that it had sent
// before in another version, or that takes the place of another.
type Visitor interface {
	Beneficiary(b *Beneficiary, late bool)
	Institutional(c *Institutional, late bool)
	Professional(c *Professional, late bool)
	PartDEvent(c *PartDEvent, late bool)

	// The following are given what counts in the end: the last version of
	// everything, but no claim that another one has replaced.
	NewestInstitutional(c *Institutional)
	NewestProfessional(c *Professional)
	NewestPartDEvent(c *PartDEvent)
	NewestBeneficiary(b *Beneficiary, hospice HospiceStay)
}

// A HospiceStay is the time that a beneficiary spent in the care of a hospice.
type HospiceStay struct{ From, Thru column.Date }
