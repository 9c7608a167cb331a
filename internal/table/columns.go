package table

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/schema"
)

// columns are the rows of a batch, column by column, and the resource and the
// beneficiary of each row. A column may be shorter than the others: the rest are
// nulls. So columns without values cost nothing.
type columns struct {
	cols          []Column
	resources     Column // Int: ordinal of the resource in the input
	beneficiaries Column // Int: id of the beneficiary
}

// newColumns returns empty columns for rows of a table.
func newColumns(t *schema.Table) *columns {
	c := &columns{cols: make([]Column, len(t.Fields))}
	for i := range t.Fields {
		c.cols[i] = NewDictColumn(&t.Fields[i])
	}
	c.resources.Kind, c.beneficiaries.Kind = schema.Int, schema.Int
	return c
}

func (c *columns) rows() int { return c.resources.n }

// bytes is the size of the values.
func (c *columns) bytes() int {
	n := c.resources.bytes() + c.beneficiaries.bytes()
	for i := range c.cols {
		n += c.cols[i].bytes()
	}
	return n
}

// reset removes all rows.
func (c *columns) reset() {
	for i := range c.cols {
		c.cols[i].reset()
	}
	c.resources.reset()
	c.beneficiaries.reset()
}

// addPage appends the rows of a page, whose resources are counted from base.
func (c *columns) addPage(p *Page, base int64) {
	for i := range c.cols {
		if p.some[i] {
			c.cols[i].fill(c.rows())
			c.cols[i].addAll(p, i)
		}
	}
	c.resources.reserve(p.Rows())
	c.beneficiaries.reserve(p.Rows())
	for i, resource := range p.resources {
		c.resources.AppendInt(base + resource)
		c.beneficiaries.AppendInt(p.beneficiaries[i])
	}
}

// arrays returns the columns as arrays, followed by those of the resources and the
// beneficiaries. See Column.Array.
func (c *columns) arrays() []arrow.Array {
	arrays := make([]arrow.Array, 0, len(c.cols)+2)
	for i := range c.cols {
		c.cols[i].fill(c.rows())
		arrays = append(arrays, c.cols[i].Array())
	}
	return append(arrays, c.resources.Array(), c.beneficiaries.Array())
}
