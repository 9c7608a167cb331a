package render

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// batchRows is how many rows WriteTable holds in memory and lays out together.
const batchRows = 1000

// TableOptions control how a table is written. The zero value writes everything.
type TableOptions struct {
	Null string // stands for nil
	// Width is that of the terminal. Long text is cut, and columns in the middle
	// are left out, so that lines are not longer.
	Width int
	// ASCII makes the marks for what is left out ASCII.
	ASCII bool
	// Rows is how many rows are shown. The others are counted.
	Rows int
	// Hint says how to see what is not shown.
	Hint string
}

// manyColumns is the number of columns from which it is written below a table.
const manyColumns = 20

// mostCounted bounds how many rows are counted that are not shown.
var mostCounted = 1_000_000

// WriteTable writes the rows as a table, and their number below it. Rows are
// laid out 1,000 at a time, so a column may get wider further down. Cells are
// neutralized as by Plain.
func WriteTable(w io.Writer, columns []Column, rows Rows, opts TableOptions) error {
	t := tableWriter{bw: bufio.NewWriter(w), columns: columns, opts: opts}
	for rows.Next() {
		t.count++
		if opts.Rows > 0 && t.count > opts.Rows {
			if t.count == opts.Rows+mostCounted {
				t.uncounted = rows.Next()
				break
			}
			continue
		}
		cells := make([]string, len(columns))
		for i, v := range rows.Values() {
			if cells[i] = Text(v); v == nil {
				cells[i] = opts.Null
			}
		}
		if t.batch = append(t.batch, cells); len(t.batch) == batchRows {
			if err := t.flush(); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(t.batch) > 0 || t.count == 0 {
		if err := t.flush(); err != nil {
			return err
		}
	}
	fmt.Fprintf(t.bw, "(%s)\n", t.footer())
	return t.bw.Flush()
}

// A tableWriter lays out a table.
type tableWriter struct {
	bw        *bufio.Writer
	columns   []Column
	opts      TableOptions
	grid      *Grid // nil before the first batch
	layout    layout
	batch     [][]string
	count     int  // of rows
	uncounted bool // there are more rows
	cut       bool // a value was cut
}

// flush writes the batch. The first one decides on the layout.
func (t *tableWriter) flush() error {
	if t.grid == nil {
		t.layout = fit(t.columns, t.batch, t.opts)
		t.grid = NewGrid(t.layout.header(t.columns))
	}
	for i, cells := range t.batch {
		row, cut := t.layout.row(t.columns, cells)
		t.batch[i], t.cut = row, t.cut || cut
	}
	_, err := t.bw.WriteString(t.grid.Render(t.batch))
	t.batch = t.batch[:0]
	return err
}

// footer says how many rows and columns there are, and how many of them are shown.
func (t *tableWriter) footer() string {
	text := plural(t.count, "row")
	left := false
	if hidden := t.count - t.opts.Rows; t.opts.Rows > 0 && hidden > 0 {
		more := strconv.Itoa(hidden)
		if t.uncounted {
			text, more = "over "+text, "over "+more
		}
		text += fmt.Sprintf(", %d shown, %s more", t.opts.Rows, more)
		left = true
	}
	if n := t.layout.shown(); n < len(t.columns) {
		text += fmt.Sprintf("; %s, %d shown", plural(len(t.columns), "column"), n)
		left = true
	} else if len(t.columns) >= manyColumns {
		text += "; " + plural(len(t.columns), "column")
	}
	if t.cut {
		text += "; long values are cut"
		left = true
	}
	if left && t.opts.Hint != "" {
		text += "; " + t.opts.Hint
	}
	return text
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
