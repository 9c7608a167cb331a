package table

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/schema"
)

// A Page holds rows of one table, row by row: a worker writes each row to one
// place in memory, and copies what the row shares with the one before it.
//
// A Page is for one goroutine at a time. Whoever has it owns it, up to
// PagePools.Put or Spill.Add.
type Page struct {
	types         []schema.Type // by column
	cells         []Cell        // of all rows, one row after another
	text          []byte        // of the cells that are texts
	some          []bool        // by column: it has values, or had some in rows that were truncated
	resources     []int64       // by row: ordinal of the resource in the input
	beneficiaries []int64       // by row: id of the beneficiary
}

// NewPage returns an empty page for rows of t.
func NewPage(t *schema.Table) *Page {
	p := &Page{some: make([]bool, len(t.Fields))}
	for i := range t.Fields {
		p.types = append(p.types, t.Fields[i].Type)
	}
	return p
}

// PageCells is the number of cells from which on a page is full. Without a
// limit, pages would be of very different sizes, and of little use in a pool.
const PageCells = 16 << 10

// Full reports whether the page has at least PageCells cells.
func (p *Page) Full() bool { return len(p.cells) >= PageCells }

// Reserve allocates a full page, and room for the last rows of a resource.
func (p *Page) Reserve() {
	rows := (PageCells + PageCells/16) / len(p.types)
	p.cells = slices.Grow(p.cells, rows*len(p.types))
	p.resources, p.beneficiaries = slices.Grow(p.resources, rows), slices.Grow(p.beneficiaries, rows)
}

// Rows is the number of rows.
func (p *Page) Rows() int { return len(p.resources) }

// Beneficiaries returns the ids of the beneficiaries, by row. They share the memory of
// the page.
func (p *Page) Beneficiaries() []int64 { return p.beneficiaries }

// Cells is the number of cells of all rows.
func (p *Page) Cells() int { return len(p.cells) }

// HasValues reports whether a column has a value other than null, or had one
// in a row that was truncated.
func (p *Page) HasValues(col int) bool { return p.some[col] }

// slice returns rows from (inclusive) to (exclusive). It shares the memory of p.
func (p *Page) slice(from, to int) *Page {
	some := *p
	some.cells = p.cells[from*len(p.types) : to*len(p.types)]
	some.resources, some.beneficiaries = p.resources[from:to], p.beneficiaries[from:to]
	return &some
}

// row returns the cells of a row. They share the memory of p.
func (p *Page) row(i int) []Cell { return p.cells[i*len(p.types) : (i+1)*len(p.types)] }

// Add adds a row and returns its cells: nulls, or with repeat a copy of the row
// before. Resource is the ordinal of the resource that the row is from, and
// beneficiary the id of the one it is about. The cells share the memory of the
// page and are valid until the next call of Add.
func (p *Page) Add(resource, beneficiary int64, repeat bool) []Cell {
	n := p.Rows()
	p.resources = append(p.resources, resource)
	p.beneficiaries = append(p.beneficiaries, beneficiary)
	if repeat {
		p.cells = append(p.cells, p.row(n-1)...)
	} else {
		p.cells = append(p.cells, make([]Cell, len(p.types))...)
	}
	return p.row(n)
}

// Set parses v into the cell of a column of row, which is the result of the
// last Add. A blank v is null. Set fails if v does not fit the type of the
// column; if the error is an Adjustment, the cell is set all the same. The page
// copies v.
func (p *Page) Set(row []Cell, col int, v []byte) error {
	to := &row[col]
	if p.types[col].Kind == schema.Text && to.isText() && string(to.in(p.text)) == string(v) {
		return nil // as in the row before
	}
	var err error
	*to, p.text, err = newCell(&p.types[col], p.text, v)
	if *to != Null {
		p.some[col] = true
	}
	return err
}

// SetText sets the cell of a column of texts to v as it is. An empty v is null.
// The page copies v.
func (p *Page) SetText(row []Cell, col int, v []byte) {
	to := &row[col]
	switch {
	case len(v) == 0:
		*to = Null
		return
	case to.isText() && string(to.in(p.text)) == string(v):
		return // as in the row before
	}
	*to, p.text = textCell(p.text, v), append(p.text, v...)
	p.some[col] = true
}

// SetNumber sets the cell of a column of numbers: an integer, a decimal in units
// of its last place, or a date in days since 1970. It has at most 18 digits.
func (p *Page) SetNumber(row []Cell, col int, n int64) {
	row[col] = numberCell(n)
	p.some[col] = true
}

// AppendKey appends what stands for the value of a cell of the page, so that the
// same appended bytes mean equal cells of a column.
func (p *Page) AppendKey(dst []byte, c Cell) []byte {
	if !c.isText() {
		return binary.LittleEndian.AppendUint64(dst, uint64(c))
	}
	text := c.in(p.text)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(len(text))<<1)
	return append(dst, text...)
}

// Truncate drops all rows after the first n.
func (p *Page) Truncate(n int) {
	p.cells = p.cells[:n*len(p.types)]
	p.resources, p.beneficiaries = p.resources[:n], p.beneficiaries[:n]
	if n == 0 {
		p.text = p.text[:0]
		clear(p.some)
	}
}

// A Cell is a value of a page: a number, or the place of a text in the text of
// the page.
type Cell uint64

// Null is the cell without a value.
const Null Cell = 0

// The lowest bit of a cell is set for numbers. The other bits of a number are
// the number; those of a text are its offset and its length. A text is part of a
// line, so the length limit of lines keeps its length within lengthBits.
const (
	numberBit  = 1
	lengthBits = 27
)

func (c Cell) isText() bool   { return c&numberBit == 0 && c != Null }
func (c Cell) number() int64  { return int64(c) >> 1 }
func numberCell(v int64) Cell { return Cell(v<<1 | numberBit) }

// textCell is the cell of v once v is appended to text.
func textCell(text, v []byte) Cell { return Cell(len(text)<<(lengthBits+1) | len(v)<<1) }

// in returns the text of a cell, given the text of the page. It shares the
// memory of text.
func (c Cell) in(text []byte) []byte {
	start, size := c>>(lengthBits+1), c>>1&(1<<lengthBits-1)
	return text[start : start+size]
}

// decimal returns the number of a cell of a decimal column.
func (c Cell) decimal(t *schema.Type, text []byte) decimal128.Num {
	if !c.isText() {
		return decimal128.FromI64(c.number())
	}
	d, err := parseDecimal(c.in(text), t.Precision, t.Scale)
	if err != nil && !isAdjustment(err) {
		panic("table: internal error: a number that was parsed before: " + err.Error())
	}
	return d
}

// newCell parses v into a cell, and appends v to text if a cell cannot hold it.
// A blank v is null. It fails if v does not fit the type; if the error is an
// Adjustment, the cell is good.
func newCell(t *schema.Type, text, v []byte) (Cell, []byte, error) {
	if Blank(v) {
		return Null, text, nil
	}
	switch t.Kind {
	case schema.Int:
		n, err := ParseInt(v)
		if err != nil {
			return Null, text, err
		}
		return numberCell(n), text, nil
	case schema.Date:
		days, ok, err := ParseDate(v)
		if !ok {
			return Null, text, err
		}
		return numberCell(int64(days)), text, nil
	case schema.Decimal:
		if n, ok := plainDecimal(v, t.Precision, t.Scale); ok {
			return numberCell(n), text, nil
		}
		d, err := parseDecimal(v, t.Precision, t.Scale)
		if err != nil && !isAdjustment(err) {
			return Null, text, err
		}
		if n := int64(d.LowBits()); d == decimal128.FromI64(n) && numberCell(n).number() == n {
			return numberCell(n), text, err
		}
		return textCell(text, v), append(text, v...), err
	}
	return textCell(text, v), append(text, v...), nil
}

// PagePools are pools of pages, one per table. They may be used by several
// goroutines.
type PagePools []sync.Pool

// NewPagePools returns a pool for each of the tables.
func NewPagePools(tables []*schema.Table) PagePools {
	pools := make(PagePools, len(tables))
	for i, t := range tables {
		pools[i].New = func() any { return NewPage(t) }
	}
	return pools
}

// Get returns an empty page of the table with index i, which the caller owns.
func (p PagePools) Get(i int) *Page { return p[i].Get().(*Page) }

// Put takes back a page of the table with index i.
func (p PagePools) Put(i int, used *Page) {
	used.Truncate(0)
	p[i].Put(used)
}
