//go:build cgo

package reconcile

import (
	"fmt"
	"io"
	"strings"
)

// WriteTable writes the differences as text.
func (c *Changes) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-42s %12s %12s %12s\n", "table", "added", "removed", "changed")
	for _, t := range c.Tables {
		fmt.Fprintf(&b, "%-42s %12d %12d %12d\n", t.Table, t.Added, t.Removed, t.Changed)
	}
	c.writeColumns(&b)
	c.writeAmounts(&b)
	for _, t := range c.Tables {
		if len(t.NotCompared) > 0 {
			fmt.Fprintf(&b, "\n%s: only one data set has %s\n", t.Table, strings.ToLower(strings.Join(t.NotCompared, ", ")))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeColumns writes the columns with other values in changed rows.
func (c *Changes) writeColumns(b *strings.Builder) {
	header := "\n" + fmt.Sprintf("%-42s %12s %18s\n", "column", "rows", "dollars")
	for _, t := range c.Tables {
		for _, col := range t.Columns {
			dollars := ""
			if col.Dollars != nil {
				dollars = " " + fmt.Sprintf("%18s", *col.Dollars)
			}
			fmt.Fprintf(b, "%s%-42s %12d%s\n", header, t.Table+"."+strings.ToLower(col.Column), col.Rows, dollars)
			header = ""
		}
	}
}

// writeAmounts writes the totals in dollars.
func (c *Changes) writeAmounts(b *strings.Builder) {
	header := "\n" + fmt.Sprintf("%-56s %16s %16s %16s\n", "dollars", "added", "removed", "changed")
	for _, t := range c.Tables {
		for _, a := range t.Amounts {
			fmt.Fprintf(b, "%s%-56s %16s %16s %16s\n", header, t.Table+"."+strings.ToLower(a.Column), a.Added, a.Removed, a.Changed)
			header = ""
		}
	}
}
