package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// batchRows is how many rows WriteTable holds in memory and lays out together.
const batchRows = 1000

// TableOptions control how a table is written.
type TableOptions struct {
	Null string // stands for nil
}

// WriteTable writes the rows as a table, and their number below it. Rows are
// laid out 1,000 at a time, so a column may get wider further down. Cells are
// neutralized as by Plain.
func WriteTable(w io.Writer, columns []Column, rows Rows, opts TableOptions) error {
	bw := bufio.NewWriter(w)
	grid := NewGrid(columns)
	count := 0
	batch := make([][]string, 0, batchRows)
	flush := func() error {
		_, err := bw.WriteString(grid.Render(batch))
		batch = batch[:0]
		return err
	}
	for rows.Next() {
		count++
		cells := make([]string, len(columns))
		for i, v := range rows.Values() {
			if cells[i] = Text(v); v == nil {
				cells[i] = opts.Null
			}
		}
		if batch = append(batch, cells); len(batch) == batchRows {
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
	fmt.Fprintf(bw, "(%s)\n", plural(count, "row"))
	return bw.Flush()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// A Grid lays out a table piece by piece. It has no frame, so pieces can follow
// one another.
type Grid struct {
	columns []Column
	configs []table.ColumnConfig
	started bool // the header has been rendered
}

// NewGrid returns a grid with a header for the columns.
func NewGrid(columns []Column) *Grid {
	g := &Grid{}
	for i, c := range columns {
		config := table.ColumnConfig{Number: i + 1}
		if c.Number {
			config.Align, config.AlignHeader = text.AlignRight, text.AlignRight
		}
		g.configs = append(g.configs, config)
		g.columns = append(g.columns, Column{Name: Plain(c.Name), Number: c.Number})
	}
	return g
}

// Render returns the lines of a batch of rows, preceded by the header the first
// time. Cells are neutralized as by Plain; batch is not kept.
func (g *Grid) Render(batch [][]string) string {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Format.Header = text.FormatDefault
	style.Options = table.Options{SeparateColumns: true, SeparateHeader: true}
	t.SetStyle(style)
	if !g.started {
		g.started = true
		header := make(table.Row, len(g.columns))
		for i, c := range g.columns {
			header[i] = c.Name
		}
		t.AppendHeader(header)
	}
	for _, cells := range batch {
		row := make(table.Row, len(cells))
		for i, cell := range cells {
			row[i] = Plain(cell)
		}
		g.widen(row)
		t.AppendRow(row)
	}
	g.widen(nil)
	t.SetColumnConfigs(g.configs)
	var b strings.Builder
	for line := range strings.Lines(t.Render() + "\n") {
		b.WriteString(strings.TrimRight(line, " \n"))
		b.WriteByte('\n')
	}
	return b.String()
}

// widen makes the columns wide enough for a row, or for the header.
func (g *Grid) widen(row table.Row) {
	for i := range g.configs {
		cell := g.columns[i].Name
		if row != nil {
			cell = row[i].(string)
		}
		g.configs[i].WidthMin = max(g.configs[i].WidthMin, text.LongestLineLen(cell))
	}
}
