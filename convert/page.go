package convert

import (
	"sync"

	"github.com/cclf-tools/cclf/schema"
)

// A page is a run of rows of one table, column by column, with the line of
// the input that each row came from and the beneficiary it is about. A column
// may be behind the others: what it lacks at its end are nulls, so that columns
// without values cost nothing.
type page struct {
	cols   []column
	lines  column // Int: number of the resource in the input
	people column // Int: personID
}

func newPage(t *schema.Table) *page {
	p := &page{cols: make([]column, len(t.Fields))}
	for i := range t.Fields {
		p.cols[i] = newColumn(&t.Fields[i])
	}
	p.lines.kind, p.people.kind = schema.Int, schema.Int
	return p
}

func (p *page) rows() int { return p.lines.n }

// bytes is how much memory the values take.
func (p *page) bytes() int {
	n := p.lines.bytes() + p.people.bytes()
	for i := range p.cols {
		n += p.cols[i].bytes()
	}
	return n
}

// truncate cuts all columns back to n rows, those too that have only some of
// the cells of a row.
func (p *page) truncate(n int) {
	for i := range p.cols {
		p.cols[i].truncate(n)
	}
	p.lines.truncate(n)
	p.people.truncate(n)
}

// A basedPage is a page whose lines are counted from base.
type basedPage struct {
	*page
	base int64
}

// settle gives all columns the nulls that they lack.
func (p *page) settle() {
	for i := range p.cols {
		p.cols[i].fill(p.rows())
	}
}

// addAll appends the rows of other pages of the same table.
func (p *page) addAll(pages []basedPage) {
	for i := range p.cols {
		rows := p.rows()
		for _, from := range pages {
			if from.cols[i].n > 0 {
				p.cols[i].fill(rows)
				p.cols[i].addAll(&from.cols[i])
			}
			rows += from.rows()
		}
	}
	for _, from := range pages {
		for i := range from.lines.ints {
			from.lines.ints[i] += from.base
		}
		p.lines.addAll(&from.lines)
		p.people.addAll(&from.people)
	}
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
