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

// A basedPage is a page whose resources are counted from base.
type basedPage struct {
	*Page
	base int64
}

// addAll appends the rows of pages of the table.
func (c *columns) addAll(pages []basedPage) {
	for i := range c.cols {
		rows := c.rows()
		for _, from := range pages {
			if from.some[i] {
				c.cols[i].fill(rows)
				c.cols[i].addAll(from.Page, i)
			}
			rows += from.Rows()
		}
	}
	for _, from := range pages {
		for i, resource := range from.resources {
			c.resources.AppendInt(from.base + resource)
			c.beneficiaries.AppendInt(from.beneficiaries[i])
		}
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
