package render

import (
	"bufio"
	"fmt"
	"html"
	"io"
)

// WriteHTMLTable writes the element of a table, with the markup of an HTMLTable,
// and the number of rows below it. All text is escaped, and neutralized as by
// Plain.
func WriteHTMLTable(w io.Writer, label string, columns []Column, rows Rows) error {
	bw := bufio.NewWriter(w)
	class := make([]string, len(columns))
	fmt.Fprintf(bw, `<div class="wide" tabindex="0" role="region" aria-label="%s"><table class="sortable">`+"\n<thead><tr>", htmlText(label))
	for i, c := range columns {
		if c.Number {
			class[i] = ` class="n"`
		}
		fmt.Fprintf(bw, `<th scope="col"%s>%s</th>`, class[i], htmlText(c.Name))
	}
	line := "</tr></thead>\n<tbody>\n"
	count := 0
	for {
		if _, err := bw.WriteString(line); err != nil {
			return err
		}
		if !rows.Next() {
			break
		}
		count++
		line = "<tr>"
		for i, v := range rows.Values() {
			if v == nil {
				line += `<td class="none">NULL</td>`
			} else {
				line += "<td" + class[i] + ">" + htmlText(Text(v)) + "</td>"
			}
		}
		line += "</tr>\n"
	}
	if err := rows.Err(); err != nil {
		return err
	}
	fmt.Fprintf(bw, "</tbody>\n</table></div>\n<p>%s</p>\n", plural(count, "row")) // Flush reports the error
	return bw.Flush()
}

func htmlText(s string) string { return html.EscapeString(Plain(s)) }
