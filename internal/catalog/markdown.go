package catalog

import (
	"bufio"
	"fmt"
	"io"
	"strings"

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
			fmt.Fprintf(bw, " %d |", count(api, t).carried())
		}
		fmt.Fprintf(bw, " %s |\n", prose(t.Comment()))
	}
	return bw.Flush()
}

// writeFieldsMarkdown writes a section for each table, under a heading of the
// second level. What the generations carry stands in one cell, a line each:
// with a column each a table would be too wide to read.
func writeFieldsMarkdown(w io.Writer, parts []part, apis []schema.API) error {
	bw := bufio.NewWriter(w)
	for i, p := range parts {
		if i > 0 {
			fmt.Fprintln(bw)
		}
		fmt.Fprintf(bw, "## %s\n\n**%s.** %s\n\n%s\n\n", title(p.Table), p.Title, prose(p.Description), prose(facts(p.Table)))
		head, rule := "| # | Field | Type |", "|--:|---|---|"
		if !p.Side {
			head, rule = head+" Bytes |", rule+"---|"
		}
		fmt.Fprintf(bw, "%s Where it comes from |\n%s---|\n", head, rule)
		for _, f := range p.fields {
			fmt.Fprintf(bw, "| %d | `%s`<br>%s | %s |", f.number, f.Label, prose(f.Description), typeName(f.Type))
			if !p.Side {
				fmt.Fprintf(bw, " %s", span(f.Start, f.End))
				if m := moved(p.Table, f.Field); m != nil {
					fmt.Fprintf(bw, "<br>%s: %s", schema.LayoutV43, span(m.Start, m.End))
				}
				fmt.Fprint(bw, " |")
			}
			var lines []string
			for _, o := range origins(f.Field, apis) {
				lines = append(lines, "**"+o.of+"** "+source(o.Cell))
			}
			fmt.Fprintf(bw, " %s |\n", strings.Join(lines, "<br>"))
		}
	}
	return bw.Flush()
}

// source says how a cell gets its values.
func source(c schema.Cell) string {
	s := c.Source.String()
	if c.Source == schema.Mapped { // which the path says
		s = ""
	}
	for _, part := range []string{code(c.Expr), prose(c.Note)} {
		if s != "" && part != "" {
			s += ": "
		}
		s += part
	}
	return s
}

// code is a path as it can stand in a table.
func code(expr string) string {
	if expr == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(expr, "|", `\|`) + "`"
}

// prose keeps a text from being taken for markup.
func prose(s string) string { return markup.Replace(s) }

var markup = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "`", "\\`", "\n", " ")
