package records

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// Edges are what is odd about a beneficiary of an export with edge cases.
type Edges struct {
	Names     []Name // besides the present one
	Addresses []Address
	// begun is when the present name and address began to be used, if that is
	// sent.
	Begun column.Date
	// presentLast says that they are after the others.
	PresentLast bool

	NoPatient   bool // there is no Patient
	NoCoverage  bool
	MBIInClaims bool // claims have the identifiers in extensions, as those of AB2D
	Claims      int  // so far
}

// A Name is one that a beneficiary had or has besides the present one.
type Name struct {
	Use, Family string
	Given       []string
	From, Thru  column.Date
}

// An Address is one that a beneficiary had or has besides the present
// one.
type Address struct {
	Use, State, City, ZIP string
	Lines                 []string
	From, Thru            column.Date
}
