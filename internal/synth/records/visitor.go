package records

import "github.com/cclf-tools/cclf/internal/synth/column"

// A Visitor gets the records of a beneficiary as the server sends them. A record is
// late if the server sent it in a later export: a newer version of a record, or a
// claim that replaces another.
type Visitor interface {
	Beneficiary(b *Beneficiary, late bool)
	Institutional(c *Institutional, late bool)
	Professional(c *Professional, late bool)
	PartDEvent(c *PartDEvent, late bool)

	// The Newest methods get what counts in the end: the last version of each record,
	// but no claim that another one has replaced.
	NewestInstitutional(c *Institutional)
	NewestProfessional(c *Professional)
	NewestPartDEvent(c *PartDEvent)
	NewestBeneficiary(b *Beneficiary, hospice HospiceStay)
}

// A HospiceStay is a period of hospice care.
type HospiceStay struct{ From, Thru column.Date }
