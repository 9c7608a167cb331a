//go:build cgo

package results

import (
	"fmt"
	"io"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// writeDrift lists the new elements and the missing marks of an export, and
// counts the known elements that have no column.
func writeDrift(w io.Writer, d *query.Drift) {
	known := 0
	for _, u := range d.Unmapped {
		if !u.New {
			known++
		}
	}
	if n := len(d.Unmapped); n > 0 {
		fmt.Fprintf(w, "\nElements of the export without a column: %d known, %d new (JSON lists all)\n", known, n-known)
	}
	for _, u := range d.Unmapped {
		if u.New {
			fmt.Fprintf(w, "  new: %s, %d times\n", render.Line(u.Describe()), u.Count)
		}
	}
	if d.Unlisted > 0 {
		fmt.Fprintf(w, "  new: others, too many to list, %d times\n", d.Unlisted)
	}
	if len(d.Missing) > 0 {
		fmt.Fprintln(w, "\nMarkers that the export should have:")
	}
	for _, m := range d.Missing {
		fmt.Fprintf(w, "  missing: %s, in none of %d resources of type %s (%s)\n", render.Line(m.Mark), m.Resources, render.Line(m.Resource), render.Line(m.API))
	}
}
