package catalog

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/schema"
)

// lineWidth is the width of text output in terminal cells.
const lineWidth = 120

// writeTablesText writes an aligned list with the description wrapped at its end.
func writeTablesText(w io.Writer, tables []*schema.Table, apis []schema.API) error {
	header := []string{"TABLE", "FILE", "A ROW IS", "FIELDS"}
	for _, api := range apis {
		header = append(header, "IN "+strings.ToUpper(api.String()))
	}
	rows := [][]string{header}
	for _, t := range tables {
		row := []string{t.Name, t.File, rowIs(t), fmt.Sprint(len(t.Fields))}
		for _, api := range apis {
			row = append(row, fmt.Sprint(countSources(api, t).carried()))
		}
		rows = append(rows, row)
	}
	widths := make([]int, len(header))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	bw := bufio.NewWriter(w)
	for i, row := range rows {
		indent := 0
		for k, cell := range row {
			if k < 3 {
				fmt.Fprintf(bw, "%-*s  ", widths[k], cell)
			} else {
				fmt.Fprintf(bw, "%*s  ", widths[k], cell)
			}
			indent += widths[k] + 2
		}
		description := "DESCRIPTION"
		if i > 0 {
			description = wrap(tables[i-1].Comment(), indent)
		}
		fmt.Fprintln(bw, description)
	}
	return bw.Flush()
}

// writeFieldsText writes a paragraph per field: with paths, a table would be too
// wide for a terminal.
func writeFieldsText(w io.Writer, parts []part, apis []schema.API) error {
	bw := bufio.NewWriter(w)
	width := 0 // of the API versions
	for _, p := range parts {
		for _, f := range p.fields {
			for _, o := range origins(f.Field, apis) {
				width = max(width, len(o.versions))
			}
		}
	}
	for i, p := range parts {
		if i > 0 {
			fmt.Fprintln(bw)
		}
		fmt.Fprintf(bw, "%s  %s\n%s\n%s\n", heading(p.Table), p.Title, wrap(p.Description, 0), wrap(summary(p.Table), 0))
		for _, f := range p.fields {
			writeFieldText(bw, p.Table, f, apis, width)
		}
	}
	return bw.Flush()
}

func writeFieldText(w io.Writer, t *schema.Table, f numberedField, apis []schema.API, width int) {
	const indent = 5
	fmt.Fprintf(w, "\n%3d  %s  %s%s\n", f.number, f.Label, sqlType(f.Type), place(t, f.Field))
	fmt.Fprintf(w, "%*s%s\n", indent, "", wrap(f.Description, indent))
	pathIndent := indent + width + len("  derived  ")
	for _, o := range origins(f.Field, apis) {
		head := fmt.Sprintf("%*s%-*s  %s", indent, "", width, o.versions, o.Source)
		for _, text := range []string{o.Expr, o.Note} {
			if text != "" {
				fmt.Fprintf(w, "%-*s%s\n", pathIndent, head, wrap(text, pathIndent))
				head = ""
			}
		}
		if head != "" {
			fmt.Fprintln(w, head)
		}
	}
}

// place describes the position of a field in the fixed-width files.
func place(t *schema.Table, f *schema.Field) string {
	if t.Side {
		return ""
	}
	s := fmt.Sprintf(" %s, %s at %s", f.Format(), plural(f.Width, "byte"), byteRange(f.Start, f.End))
	if m := movedSlot(t, f); m != nil {
		s += fmt.Sprintf("; in layout %s %s, %s at %s",
			schema.LayoutV43, m.Type.Format(), plural(m.Type.Width, "byte"), byteRange(m.Start, m.End))
	}
	return s
}

// wrap wraps a text to the width of the terminal.
func wrap(s string, indent int) string { return render.Wrap(s, lineWidth, indent) }
