//go:build cgo

package query

import (
	"github.com/cclf-tools/cclf/internal/dataset"
)

// A Drift lists the elements of an export that no column is made from, and the
// markers that it lacks, as the manifest of the data set records them.
type Drift struct {
	Unmapped []dataset.Unmapped    `json:"unmapped"`
	Unlisted int64                 `json:"unlisted_elements,omitempty"` // occurrences of elements that are not listed
	Missing  []dataset.MissingMark `json:"missing"`
}

// Drift returns the drift that the manifest records, or nil without a manifest.
func (db *DB) Drift() *Drift {
	if db.set == nil {
		return nil
	}
	m := db.set.Manifest
	d := &Drift{Unmapped: m.Unmapped, Unlisted: m.UnlistedElements, Missing: m.Missing}
	if d.Unmapped == nil {
		d.Unmapped = []dataset.Unmapped{}
	}
	if d.Missing == nil {
		d.Missing = []dataset.MissingMark{}
	}
	return d
}
