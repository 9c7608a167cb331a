package tuva

import (
	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// An Export is what has been read of an export, when the merge pass begins.
type Export struct {
	API           schema.API // the newest that was read
	Newest        int64      // time of the newest update, or dedup.NoTime
	Beneficiaries *beneficiary.Registry
	Spills        []Spill // of all tables
	// Gone reports whether the rows of a resource of a beneficiary are dropped.
	Gone func(resource int64, id beneficiary.ID) bool
}

// A Spill has the rows of a table.
type Spill struct {
	Table *schema.Table
	Rows  *table.Spill
}
