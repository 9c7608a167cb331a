package render

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// These stand for columns that are not shown, and for the rest of a cut value; the
// second one where characters have to be ASCII.
const (
	gap      = "…"
	asciiGap = "..."
)

// minCut is the width below which no column is cut; columns are folded first.
const minCut = 16

// A layout says which columns of a table are shown, and how wide.
type layout struct {
	gap     string // stands for what is not shown
	columns []int  // indexes of columns, with -1 for those that are folded
	widths  []int  // by the index of the column; 0 if it may have any
}

// fit chooses a layout for a terminal of the options' width, 0 for any. Sample has some of the
// rows. First, long text is cut, but not numbers. Then columns in the middle are
// folded: the first ones identify a row, and the last ones often have its amounts.
func fit(columns []Column, sample [][]string, opts TableOptions) layout {
	width := opts.Width
	l := layout{gap: gap, columns: make([]int, len(columns)), widths: make([]int, len(columns))}
	natural := make([]int, len(columns))
	for i, c := range columns {
		l.columns[i] = i
		natural[i] = text.LongestLineLen(Plain(c.Name))
		for _, row := range sample {
			natural[i] = max(natural[i], text.LongestLineLen(Plain(row[i])))
		}
	}
	if opts.ASCII {
		l.gap = asciiGap
	}
	if width == 0 {
		return l
	}
	for limit := max(width, minCut); limit >= minCut; limit-- {
		total := -1
		for i, n := range natural {
			l.widths[i] = cutWidth(columns[i], n, limit)
			total += l.widths[i] + len(" |") + 1
		}
		if total <= width {
			return l
		}
	}
	l.columns = l.fold(width)
	return l
}

// cutWidth is the width of a column if text is cut at limit.
func cutWidth(c Column, natural, limit int) int {
	if c.Number {
		return natural
	}
	return min(natural, max(limit, minCut))
}

// fold returns the columns that fit, taken from both ends in turns, and -1 for the
// others. The first column is always shown.
func (l layout) fold(width int) []int {
	widths := l.widths
	const space = 3 // around a column, and the line after it
	left, right := []int{0}, []int(nil)
	used := widths[0] + space + len([]rune(l.gap)) + space - 1
	for i, j := 1, len(widths)-1; i <= j; {
		next := j
		if len(left) <= len(right) {
			next = i
		}
		if used += widths[next] + space; used > width {
			break
		}
		if next == i {
			left = append(left, i)
			i++
		} else {
			right = append([]int{j}, right...)
			j--
		}
	}
	if len(left)+len(right) < len(widths) {
		left = append(left, -1)
	}
	return append(left, right...)
}

// shown returns how many columns are shown.
func (l layout) shown() int {
	n := 0
	for _, i := range l.columns {
		if i >= 0 {
			n++
		}
	}
	return n
}

// header returns the columns of the grid.
func (l layout) header(columns []Column) []Column {
	header := make([]Column, len(l.columns))
	for n, i := range l.columns {
		if header[n].Name = l.gap; i >= 0 {
			header[n] = columns[i]
			header[n].Name = l.cut(columns[i].Name, l.widths[i])
		}
	}
	return header
}

// row returns the cells of a row in the grid, and whether one was cut.
func (l layout) row(columns []Column, cells []string) (row []string, wasCut bool) {
	row = make([]string, len(l.columns))
	for n, i := range l.columns {
		switch {
		case i < 0:
			row[n] = l.gap
		case l.widths[i] == 0 || columns[i].Number:
			row[n] = cells[i]
		default:
			row[n] = l.cut(Plain(cells[i]), l.widths[i])
			wasCut = wasCut || len(row[n]) < len(Plain(cells[i]))
		}
	}
	return row, wasCut
}

// cut shortens the lines of a text to a width, 0 for any.
func (l layout) cut(s string, width int) string {
	if width == 0 || text.LongestLineLen(s) <= width {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if text.StringWidth(line) > width {
			lines[i] = text.Snip(line, width, l.gap)
		}
	}
	return strings.Join(lines, "\n")
}
