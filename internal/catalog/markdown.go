package catalog

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/schema"
)

func writeTablesMarkdown(w io.Writer, tables []*schema.Table, apis []schema.API) error {
	bw := bufio.NewWriter(w)
	head, rule := "| Table | File | A row is | Fields |", "|---|---|---|--:|"
	for _, api := range apis {
		head += fmt.Sprintf(" in %s |", api)
		rule += "--:|"
	}
	fmt.Fprintf(bw, "%s Description |\n%s---|\n", head, rule)
	for _, t := range tables {
		fmt.Fprintf(bw, "| `%s` | %s | %s | %d |", t.Name, t.File, rowIs(t), len(t.Fields))
		for _, api := range apis {
			fmt.Fprintf(bw, " %d |", countSources(api, t).carried())
		}
		fmt.Fprintf(bw, " %s |\n", render.MarkdownText(t.Comment()))
	}
	return bw.Flush()
}

// writeFieldsMarkdown writes a section per table, under a heading of level 2.
// The cells of all API versions are lines in one column: with a column per
// version, a table would be too wide to read.
func writeFieldsMarkdown(w io.Writer, parts []part, apis []schema.API) error {
	bw := bufio.NewWriter(w)
	for i, p := range parts {
		if i > 0 {
			fmt.Fprintln(bw)
		}
		fmt.Fprintf(bw, "## %s\n\n**%s.** %s\n\n%s\n\n", heading(p.Table), p.Title, render.MarkdownText(p.Description), render.MarkdownText(summary(p.Table)))
		head, rule := "| # | Field | Type |", "|--:|---|---|"
		if !p.Side {
			head, rule = head+" Bytes |", rule+"---|"
		}
		fmt.Fprintf(bw, "%s Where it comes from |\n%s---|\n", head, rule)
		for _, f := range p.fields {
			fmt.Fprintf(bw, "| %d | `%s`<br>%s | %s |", f.number, f.Label, render.MarkdownText(f.Description), sqlType(f.Type))
			if !p.Side {
				fmt.Fprintf(bw, " %s", byteRange(f.Start, f.End))
				if m := movedSlot(p.Table, f.Field); m != nil {
					fmt.Fprintf(bw, "<br>%s: %s", schema.LayoutV43, byteRange(m.Start, m.End))
				}
				fmt.Fprint(bw, " |")
			}
			var lines []string
			for _, o := range origins(f.Field, apis) {
				lines = append(lines, "**"+o.versions+"** "+source(o.Cell))
			}
			fmt.Fprintf(bw, " %s |\n", strings.Join(lines, "<br>"))
		}
	}
	return bw.Flush()
}

// source describes how a cell gets its values.
func source(c schema.Cell) string {
	s := c.Source.String()
	if c.Source == schema.Mapped { // obvious from the path
		s = ""
	}
	for _, part := range []string{render.MarkdownCode(c.Expr), render.MarkdownText(c.Note)} {
		if s != "" && part != "" {
			s += ": "
		}
		s += part
	}
	return s
}
