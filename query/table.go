//go:build cgo

package query

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	gotext "github.com/jedib0t/go-pretty/v6/text"

	"github.com/cclf-tools/cclf/internal/render"
)

// tableRows is how many rows of a table are laid out at a time.
const tableRows = 1000

// TableOptions tune WriteTable.
type TableOptions struct {
	Null string // shown for NULL
}

// WriteTable writes the rows as a table for people to read, and their number
// below it. A thousand rows at a time are laid out together: a column may grow
// wider further down.
//
// Characters that steer a terminal, reorder text or are not seen are replaced, as
// package render does.
func WriteTable(w io.Writer, rows *Rows, opts TableOptions) error {
	bw := bufio.NewWriter(w)
	lay := newLayout(rows.Columns())
	count := 0
	batch := make([][]string, 0, tableRows)
	flush := func() error {
		_, err := bw.WriteString(lay.render(batch))
		batch = batch[:0]
		return err
	}
	for rows.Next() {
		count++
		cells := make([]string, len(rows.Columns()))
		for i, v := range rows.Values() {
			if cells[i] = render.Plain(text(v)); v == nil {
				cells[i] = opts.Null
			}
		}
		if batch = append(batch, cells); len(batch) == tableRows {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(batch) > 0 || count == 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	plural := "s"
	if count == 1 {
		plural = ""
	}
	fmt.Fprintf(bw, "(%d row%s)\n", count, plural)
	return bw.Flush()
}

// A layout renders a table in pieces. It has no frame, so that pieces can
// follow one another.
type layout struct {
	columns []Column
	configs []table.ColumnConfig
	begun   bool // the header is written
}

func newLayout(columns []Column) *layout {
	l := &layout{columns: columns}
	for i, c := range columns {
		config := table.ColumnConfig{Number: i + 1}
		if c.Numeric() {
			config.Align, config.AlignHeader = gotext.AlignRight, gotext.AlignRight
		}
		l.configs = append(l.configs, config)
	}
	return l
}

func (l *layout) render(batch [][]string) string {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Format.Header = gotext.FormatDefault
	style.Options = table.Options{SeparateColumns: true, SeparateHeader: true}
	t.SetStyle(style)
	if !l.begun {
		l.begun = true
		header := make(table.Row, len(l.columns))
		for i, c := range l.columns {
			header[i] = render.Plain(c.Name)
		}
		t.AppendHeader(header)
	}
	l.grow(batch)
	t.SetColumnConfigs(l.configs)
	for _, cells := range batch {
		row := make(table.Row, len(cells))
		for i, cell := range cells {
			row[i] = cell
		}
		t.AppendRow(row)
	}
	var b strings.Builder
	for line := range strings.Lines(t.Render() + "\n") {
		b.WriteString(strings.TrimRight(line, " \n"))
		b.WriteByte('\n')
	}
	return b.String()
}

// grow makes the columns wide enough for a batch.
func (l *layout) grow(batch [][]string) {
	for i := range l.configs {
		width := max(l.configs[i].WidthMin, gotext.LongestLineLen(render.Plain(l.columns[i].Name)))
		for _, cells := range batch {
			width = max(width, gotext.LongestLineLen(cells[i]))
		}
		l.configs[i].WidthMin = width
	}
}
