package beneficiary

import (
	"bytes"
	"sync"

	"github.com/cclf-tools/cclf/schema"
)

// A Part is a kind of coverage for which values are kept separately.
type Part int8

// The parts.
const (
	PartA Part = iota
	PartB
	OtherPart
	DualPart // dual eligibility: not a part of Medicare, but v3 has a Coverage for it
	Hospice  // a stay, from a hospice claim
	parts

	// NewestCoverage is not a part but a rule: the value of the Coverage with the
	// newest year that has one.
	NewestCoverage Part = -1
)

// ParsePart reads the name of a part of Medicare, such as "Part A".
func ParsePart(name []byte) Part {
	switch string(name) {
	case "Part A":
		return PartA
	case "Part B":
		return PartB
	}
	if bytes.HasPrefix(name, []byte("Dual")) {
		return DualPart
	}
	return OtherPart
}

// MaxValues is the number of columns of CCLF8 that other resources than the
// Patient may fill.
const MaxValues = 8

// columns are the columns of CCLF8 that other resources than the Patient fill,
// in any API version. The index of a column in it is its value index.
var columns = sync.OnceValue(func() []int {
	var list []int
	t := schema.Lookup("cclf8")
	for i := range t.Fields {
		for _, cell := range t.Fields[i].Cells {
			if fromOthers(cell) {
				list = append(list, i)
				break
			}
		}
	}
	return list
})

// fromOthers reports whether a cell reads a resource other than the Patient.
func fromOthers(cell schema.Cell) bool {
	expr, err := schema.ParseExpr(cell.Expr)
	if err != nil || cell.Expr == "" {
		return false
	}
	for _, alt := range expr {
		if alt.Path != nil && alt.Path[0].Name != "Patient" {
			return true
		}
	}
	return false
}

// ValueIndex returns the index of a column of CCLF8 in [Update.Values], or -1
// if only the Patient fills the column, or t is another table.
func ValueIndex(t *schema.Table, col int) int {
	if t.Grain != schema.PerPatient {
		return -1
	}
	for index, i := range columns() {
		if i == col {
			return index
		}
	}
	return -1
}
