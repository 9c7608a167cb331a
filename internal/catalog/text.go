package catalog

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// lineWidth is how many columns of a terminal the text form fills.
const lineWidth = 120

// writeTablesText writes a few lines for each table.
func writeTablesText(w io.Writer, tables []*schema.Table, apis []schema.API) error {
	header := []string{"TABLE", "FILE", "A ROW IS", "FIELDS"}
	for _, api := range apis {
		header = append(header, "IN "+strings.ToUpper(api.String()))
	}
	rows := [][]string{header}
	for _, t := range tables {
		row := []string{t.Name, t.File, rowIs(t), fmt.Sprint(len(t.Fields))}
		for _, api := range apis {
			row = append(row, fmt.Sprint(count(api, t).carried()))
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

func rowIs(t *schema.Table) string { return article(string(t.Grain)) }

// writeFieldsText writes a record for each field: with the paths in it, a
// table would be far too wide.
func writeFieldsText(w io.Writer, parts []part, apis []schema.API) error {
	bw := bufio.NewWriter(w)
	width := 0 // of the names of generations
	for _, p := range parts {
		for _, f := range p.fields {
			for _, o := range origins(f.Field, apis) {
				width = max(width, len(o.of))
			}
		}
	}
	for i, p := range parts {
		if i > 0 {
			fmt.Fprintln(bw)
		}
		fmt.Fprintf(bw, "%s  %s\n%s\n%s\n", title(p.Table), p.Title, wrap(p.Description, 0), wrap(facts(p.Table), 0))
		for _, f := range p.fields {
			writeFieldText(bw, p.Table, f, apis, width)
		}
	}
	return bw.Flush()
}

// facts says in a sentence what the rows of a table are.
func facts(t *schema.Table) string {
	s := fmt.Sprintf("A row is %s. %s", rowIs(t), plural(len(t.Fields), "field"))
	if !t.Side {
		s += fmt.Sprintf(", %d bytes", t.RecordLength())
	}
	s += ". Key: " + strings.Join(t.Key, ", ") + "."
	if len(t.Claims) > 0 {
		s += " Claims: " + strings.Join(claimNames(t), ", ") + "."
	}
	return s
}

func writeFieldText(w io.Writer, t *schema.Table, f numbered, apis []schema.API, width int) {
	const indent = 5
	fmt.Fprintf(w, "\n%3d  %s  %s%s\n", f.number, f.Label, typeName(f.Type), place(t, f.Field))
	fmt.Fprintf(w, "%*s%s\n", indent, "", wrap(f.Description, indent))
	pathIndent := indent + width + len("  derived  ")
	for _, o := range origins(f.Field, apis) {
		head := fmt.Sprintf("%*s%-*s  %s", indent, "", width, o.of, o.Source)
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

// place says where a field is in the fixed-width files.
func place(t *schema.Table, f *schema.Field) string {
	if t.Side {
		return ""
	}
	s := fmt.Sprintf(" %s, %s at %s", f.Format(), plural(f.Width, "byte"), span(f.Start, f.End))
	if m := moved(t, f); m != nil {
		s += fmt.Sprintf("; in layout %s %s, %s at %s",
			schema.LayoutV43, m.Type.Format(), plural(m.Type.Width, "byte"), span(m.Start, m.End))
	}
	return s
}

// span is the first and the last byte of a field.
func span(start, end int) string {
	if start == end {
		return fmt.Sprint(start)
	}
	return fmt.Sprintf("%d-%d", start, end)
}

// wrap breaks a text into lines, with an indentation before all but the first.
// What has no space to break at is cut.
func wrap(s string, indent int) string {
	width := lineWidth - indent
	var b strings.Builder
	used := 0
	newline := func() {
		b.WriteString("\n" + strings.Repeat(" ", indent))
		used = 0
	}
	for word := range strings.FieldsSeq(s) {
		if used > 0 {
			if used+1+len(word) <= width {
				b.WriteByte(' ')
				used++
			} else {
				newline()
			}
		}
		for len(word) > width {
			b.WriteString(word[:width])
			word = word[width:]
			newline()
		}
		b.WriteString(word)
		used += len(word)
	}
	return b.String()
}
