package records

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// Edges are the edge cases of a beneficiary.
type Edges struct {
	Names     []Name // other than the current one
	Addresses []Address
	// Begun is the first day of the current name and address, if that is sent.
	Begun column.Date
	// PresentLast puts the current name and address after the others.
	PresentLast bool

	NoPatient   bool // the export has no Patient
	NoCoverage  bool
	MBIInClaims bool // claims have the identifiers in extensions, like those of AB2D
	Claims      int  // number of claims so far
}

// A Name is a former or temporary name of a beneficiary.
type Name struct {
	Use, Family string
	Given       []string
	From, Thru  column.Date
}

// An Address is a former or temporary address of a beneficiary.
type Address struct {
	Use, State, City, ZIP string
	Lines                 []string
	From, Thru            column.Date
}
