//go:build cgo

package query

import (
	"fmt"
	"io"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/render"
)

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

// write writes what is new and missing for people to read, and how many known
// elements have no column.
func (d *Drift) write(w io.Writer) {
	known := 0
	var fresh []dataset.Unmapped
	for _, u := range d.Unmapped {
		if u.New {
			fresh = append(fresh, u)
		} else {
			known++
		}
	}
	if len(d.Unmapped) > 0 {
		fmt.Fprintf(w, "\nElements of the export without a column: %d known, %d new (JSON lists all)\n", known, len(fresh))
	}
	for _, u := range fresh {
		fmt.Fprintf(w, "  new: %s, %d times\n", render.Line(u.Describe()), u.Count)
	}
	if d.Unlisted > 0 {
		fmt.Fprintf(w, "  new: others, too many to list, %d times\n", d.Unlisted)
	}
	if len(d.Missing) > 0 {
		fmt.Fprintln(w, "\nMarks that the export should have:")
	}
	for _, m := range d.Missing {
		fmt.Fprintf(w, "  missing: %s, in none of %d resources of type %s (%s)\n", render.Line(m.Mark), m.Resources, render.Line(m.Resource), render.Line(m.API))
	}
}
