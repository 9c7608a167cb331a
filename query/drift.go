//go:build cgo

package query

import "github.com/cclf-tools/cclf/internal/dataset"

// A Drift is what the inputs of a data set had that no column is made from, and
// what they lacked, by the data set's manifest.
type Drift struct {
	Unmapped []dataset.Unmapped    `json:"unmapped"`
	Unlisted int64                 `json:"unlisted_elements,omitempty"` // how often others were seen
	Missing  []dataset.MissingMark `json:"missing"`
}

// Drift returns what the manifest says of the inputs, or nil without a manifest.
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
