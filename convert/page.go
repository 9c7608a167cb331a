package convert

import (
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/schema"
)

// A page is a run of rows of one table, as a worker makes them: row by row, so
// that a row is written to one place, and what it has in common with the one
// before it is copied from there.
type page struct {
	types  []schema.Type // of the columns
	cells  []cell        // of all rows, one row after another
	text   []byte        // of the cells that are texts
	some   []bool        // by column: it has values, or had some in rows that were cut off
	lines  []int64       // by row: the number of the resource in the input
	people []int64       // by row: the personID
}

func newPage(t *schema.Table) *page {
	p := &page{some: make([]bool, len(t.Fields))}
	for i := range t.Fields {
		p.types = append(p.types, t.Fields[i].Type)
	}
	return p
}

// pageCells is how many cells a page has at least when it is full. Were there
// more, pages would be of very different sizes, and of little use to be handed
// out again.
const pageCells = 16 << 10

func (p *page) full() bool { return len(p.cells) >= pageCells }

// reserve makes room for a full page, and the rest of the rows of a resource.
func (p *page) reserve() {
	rows := (pageCells + pageCells/16) / len(p.types)
	p.cells = slices.Grow(p.cells, rows*len(p.types))
	p.lines, p.people = slices.Grow(p.lines, rows), slices.Grow(p.people, rows)
}

func (p *page) rows() int { return len(p.lines) }

// slice returns a page of some of the rows, in the memory of the page.
func (p *page) slice(from, to int) *page {
	some := *p
	some.cells = p.cells[from*len(p.types) : to*len(p.types)]
	some.lines, some.people = p.lines[from:to], p.people[from:to]
	return &some
}

// row returns the cells of a row.
func (p *page) row(i int) []cell { return p.cells[i*len(p.types) : (i+1)*len(p.types)] }

// add adds a row and returns its cells: nulls, or those of the row before.
func (p *page) add(line int64, who personID, repeat bool) []cell {
	n := p.rows()
	p.lines = append(p.lines, line)
	p.people = append(p.people, int64(who))
	if repeat {
		p.cells = append(p.cells, p.row(n-1)...)
	} else {
		p.cells = append(p.cells, make([]cell, len(p.types))...)
	}
	return p.row(n)
}

// set gives a cell of a row the value that a text stands for, or null when it is
// blank. It fails when the text does not fit the column's type; when the error
// is an adjustment, the cell has its value all the same.
func (p *page) set(row []cell, col int, v []byte) error {
	to := &row[col]
	if p.types[col].Kind == schema.Text && to.isText() && string(to.in(p.text)) == string(v) {
		return nil // as in the row before
	}
	var err error
	*to, p.text, err = newCell(&p.types[col], p.text, v)
	if *to != null {
		p.some[col] = true
	}
	return err
}

// truncate cuts the page back to n rows.
func (p *page) truncate(n int) {
	p.cells = p.cells[:n*len(p.types)]
	p.lines, p.people = p.lines[:n], p.people[:n]
	if n == 0 {
		p.text = p.text[:0]
		clear(p.some)
	}
}

// A cell is a value of a page. Numbers are kept as they are, and the others as
// places in the page's text.
type cell uint64

// null is the cell without a value.
const null cell = 0

// The lowest bit of a cell tells numbers from texts. Of a number, the others are
// the number; of a text, its length and where it begins. The length of a line
// bounds that of a text.
const (
	numberBit  = 1
	lengthBits = 27
)

func (c cell) isText() bool   { return c&numberBit == 0 && c != null }
func (c cell) number() int64  { return int64(c) >> 1 }
func numberCell(v int64) cell { return cell(v<<1 | numberBit) }

// textCell is the cell of a text that is appended to those there are.
func textCell(text, v []byte) cell { return cell(len(text)<<(lengthBits+1) | len(v)<<1) }

// in returns the text of a cell, given that of all cells.
func (c cell) in(text []byte) []byte {
	start, size := c>>(lengthBits+1), c>>1&(1<<lengthBits-1)
	return text[start : start+size]
}

// decimal returns the number of a cell of a column of decimals.
func (c cell) decimal(t *schema.Type, text []byte) decimal128.Num {
	if !c.isText() {
		return decimal128.FromI64(c.number())
	}
	d, err := parseDecimal(c.in(text), t.Precision, t.Scale)
	if err != nil && !isAdjustment(err) {
		panic("convert: internal error: a number that was read before: " + err.Error())
	}
	return d
}

// newCell makes a cell of the text of a value, which it adds to the text of all
// cells when the cell cannot hold it. The cell of a blank text is null. newCell
// fails when the text does not fit the type; when the error is an adjustment,
// the cell is good.
func newCell(t *schema.Type, text, v []byte) (cell, []byte, error) {
	if blank(v) {
		return null, text, nil
	}
	switch t.Kind {
	case schema.Int:
		n, err := parseInt(v)
		if err != nil {
			return null, text, err
		}
		return numberCell(n), text, nil
	case schema.Date:
		days, ok, err := parseDate(v)
		if !ok {
			return null, text, err
		}
		return numberCell(int64(days)), text, nil
	case schema.Decimal:
		if n, ok := plainDecimal(v, t.Precision, t.Scale); ok {
			return numberCell(n), text, nil
		}
		d, err := parseDecimal(v, t.Precision, t.Scale)
		if err != nil && !isAdjustment(err) {
			return null, text, err
		}
		if n := int64(d.LowBits()); d == decimal128.FromI64(n) && numberCell(n).number() == n {
			return numberCell(n), text, err
		}
		return textCell(text, v), append(text, v...), err
	}
	return textCell(text, v), append(text, v...), nil
}

// pagePools hand out pages again, one pool for each output.
type pagePools []sync.Pool

func newPagePools(outputs []output) pagePools {
	pools := make(pagePools, len(outputs))
	for i, o := range outputs {
		pools[i].New = func() any { return newPage(o.table) }
	}
	return pools
}

func (p pagePools) get(output int) *page { return p[output].Get().(*page) }

func (p pagePools) put(output int, used *page) {
	used.truncate(0)
	p[output].Put(used)
}
