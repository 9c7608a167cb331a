//go:build cgo

package reconcile

import (
	"fmt"
	"io"
	"strings"
)

// WriteTable writes the report for people. It fits a screen: groups and columns
// that agree are left out.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	row := func(name string, claims int64, dollars any) {
		fmt.Fprintf(&b, "%-34s %12d %18v\n", name, claims, dollars)
	}
	fmt.Fprintf(&b, "%-34s %12s %18s\n", "", "claims", "dollars")
	row("left ("+r.Left.Source+")", r.Left.Claims, r.Left.Dollars)
	for _, s := range r.Waterfall {
		row("  "+s.Reason, s.Claims, s.Dollars)
	}
	row("right ("+r.Right.Source+")", r.Right.Claims, r.Right.Dollars)
	fmt.Fprintf(&b, "\n%d claims on both sides: %d by control number, %d by claim ID, %d by natural key\n",
		r.Matched.Claims, r.Matched.ControlNumber, r.Matched.ClaimID, r.Matched.NaturalKey)
	header := false
	for _, c := range r.Columns {
		if c.Equal == c.Compared {
			continue
		}
		if !header {
			fmt.Fprintf(&b, "\n%-34s %12s %12s  %s\n", "column", "compared", "equal", "reason")
			header = true
		}
		fmt.Fprintf(&b, "%-34s %12d %12d  %s\n", c.Table+"."+strings.ToLower(c.Column), c.Compared, c.Equal, c.Reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
