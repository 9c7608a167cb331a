package reconcile

import (
	"fmt"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
)

// tableColumns is how many columns that differ WriteTable lists.
const tableColumns = 12

// WriteTable writes the report for a screen: totals, the waterfall, groups without
// their months, and the columns that differ.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	row := func(name string, claims int64, amount, note string) {
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%-24s %12s %20s  %s", name, render.Grouped(claims), amount, note), " "))
	}
	fmt.Fprintf(&b, "%-24s %12s %20s\n", "", "claims", "dollars")
	row("LEFT", r.Left.Claims, render.Grouped(r.Left.Dollars), r.Left.sourceName())
	for _, s := range r.Waterfall {
		row("  "+s.Reason, s.Claims, render.Grouped(s.Dollars), meanings[s.Reason])
	}
	row("RIGHT", r.Right.Claims, render.Grouped(r.Right.Dollars), r.Right.sourceName())
	fmt.Fprintf(&b, "\n%s claims on both sides: %s by control number, %s by claim ID, %s by natural key\n",
		render.Grouped(r.Matched.Claims), render.Grouped(r.Matched.ControlNumber), render.Grouped(r.Matched.ClaimID), render.Grouped(r.Matched.NaturalKey))

	if groups := r.byType(); len(groups) > 0 {
		fmt.Fprintf(&b, "\n%-6s %-5s %11s %10s %10s %18s %18s %16s\n", "file", "type", "both", "left only", "right only", "left", "right", "difference")
		for _, g := range groups {
			fmt.Fprintf(&b, "%-6s %-5s %11s %10s %10s %18s %18s %16s\n", g.File, g.ClaimType, render.Grouped(g.Both), render.Grouped(g.LeftOnly), render.Grouped(g.RightOnly),
				render.Grouped(g.LeftDollars), render.Grouped(g.RightDollars), render.Grouped(g.Difference))
		}
	}

	columns := r.differing()
	if len(columns) > 0 {
		fmt.Fprintf(&b, "\n%-36s %12s %12s  %s\n", "column", "compared", "differ", "reason")
	}
	for i, c := range columns {
		if i == tableColumns {
			fmt.Fprintf(&b, "and %d more\n", len(columns)-i)
			break
		}
		fmt.Fprintf(&b, "%-36s %12s %12s  %s\n", c.Table+"."+strings.ToLower(c.Column), render.Grouped(c.Compared), render.Grouped(c.Compared-c.Equal), c.Reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
