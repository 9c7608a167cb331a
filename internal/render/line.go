package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// WriteLines writes one value per line, after the name of its column, with an
// empty line between rows, and the number of rows at the end. Names and values
// are neutralized as by Plain; further lines of a value are indented.
func WriteLines(w io.Writer, columns []Column, rows Rows, null string) error {
	bw := bufio.NewWriter(w)
	names := make([]string, len(columns))
	width := 0
	for i, c := range columns {
		names[i] = Line(c.Name)
		width = max(width, text.StringWidth(names[i]))
	}
	for i, name := range names {
		names[i] = strings.Repeat(" ", width-text.StringWidth(name)) + name + " = "
	}
	indent := "\n" + strings.Repeat(" ", width+len(" = "))
	count := 0
	for rows.Next() {
		count++
		for i, v := range rows.Values() {
			value := Text(v)
			if v == nil {
				value = null
			}
			line := names[i] + strings.ReplaceAll(Plain(value), "\n", indent)
			if _, err := bw.WriteString(strings.TrimRight(line, " ") + "\n"); err != nil {
				return err
			}
		}
		fmt.Fprintln(bw)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	fmt.Fprintf(bw, "(%s)\n", plural(count, "row"))
	return bw.Flush()
}
