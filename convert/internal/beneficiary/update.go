package beneficiary

// An Update is what one resource says about a beneficiary. Its fields depend on
// the kind.
type Update struct {
	Kind Kind
	ID   ID
	Rank int64 // the higher replaces the lower: time of the update, or start of a hospice stay

	// Of a Patient, or of the extensions of a claim.
	MBI    MBI
	Former []MBI
	Death  int // month of death of a Patient, 0 for none

	// Of a Coverage, or of a hospice claim.
	Part       Part
	Year       int16             // reference year of the Coverage
	Values     [MaxValues][]byte // by value index
	Resource   int64             // ordinal of the resource
	Enrollment Enrollment        // of the Coverage
}

// A Kind is the kind of resource that an update is from.
type Kind uint8

// The kinds.
const (
	FromCoverage Kind = iota // or a hospice claim, whose part is Hospice
	FromPatient
	FromClaim // a claim that has the MBIs of its beneficiary in extensions
)
