package crosswalk

import "github.com/cclf-tools/cclf/schema"

// Options are the options of [NewPlans].
type Options struct {
	Tables []*schema.Table
	Limits *Limits
	// API is the API version of the export. If nil, it is detected.
	API *schema.API
	// Output returns the output for the rows of a table, or for those of partially
	// adjudicated claims, and -1 if there is none.
	Output func(t *schema.Table, partial bool) int
}

// Limits bound what one resource may contain. A resource beyond a limit is
// rejected.
type Limits struct {
	Bytes      int            // of its JSON
	Text       int            // bytes of one value
	References int            // followed between its elements
	Elements   int            // of an array that is not in Arrays
	Arrays     map[string]int // elements, by the name of the array
}

// array returns the limit for an array.
func (l *Limits) array(name string) int {
	if most, known := l.Arrays[name]; known {
		return most
	}
	return l.Elements
}

// maxBeneficiaryText is the length limit for a value that a Coverage or hospice
// claim adds to CCLF8. Such values are codes and dates, and all of them are kept
// in memory.
const maxBeneficiaryText = 64
