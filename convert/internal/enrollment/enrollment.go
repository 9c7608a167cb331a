// Package enrollment makes months of the rows that Coverages have in a spill: one
// for each month with a code, and one without a month, which stands for the months
// that the period of the Coverage implies. It is the only place where they are
// read, so that all tables have the same months.
package enrollment

import (
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A Reader reads the batches of a table of months. It is for one goroutine.
type Reader struct {
	known                 *beneficiary.Registry
	table                 *schema.Table
	part, month, inferred int // columns
	implied               []beneficiary.Month
}

// NewReader returns a reader for a table of months.
func NewReader(t *schema.Table, known *beneficiary.Registry) *Reader {
	return &Reader{
		known: known, table: t,
		part: t.Index(wellknown.PartLabel), month: t.Index(wellknown.MonthLabel), inferred: t.Index(wellknown.InferredLabel),
	}
}

// A Row is a month of enrollment, and the row of the batch that it comes from.
type Row struct {
	At   int
	Part byte
	beneficiary.Month
}

// Rows iterates over the months of a batch. Of a month that several versions of a
// Coverage tell, the newest counts.
func (r *Reader) Rows(batch []arrow.Array) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		cols, resources, beneficiaries := table.Split(batch)
		parts, days := table.TextsOf(cols[r.part]), cols[r.month].(*array.Date32)
		for at, resource := range resources {
			id, part := beneficiary.ID(beneficiaries[at]), parts.Bytes(at)[0]
			if days.IsValid(at) {
				month := table.Month(int32(days.Value(at)))
				if r.known.Tells(id, part, month, resource) && !yield(Row{at, part, beneficiary.Month{Number: month}}) {
					return
				}
				continue
			}
			r.implied = r.known.Implied(r.implied[:0], id, part, resource)
			for _, m := range r.implied {
				if !yield(Row{at, part, m}) {
					return
				}
			}
		}
	}
}

// Expand iterates over the months of a batch as columns like those of the batch, of
// at most table.BatchRows rows. The columns are valid until the next ones.
func (r *Reader) Expand(batch []arrow.Array) iter.Seq[[]arrow.Array] {
	return func(yield func([]arrow.Array) bool) {
		c := r.newChunk()
		for row := range r.Rows(batch) {
			c.add(row)
			if len(c.rows) < table.BatchRows {
				continue
			}
			if !r.yieldChunk(batch, c, yield) {
				return
			}
			c = r.newChunk()
		}
		if len(c.rows) > 0 {
			r.yieldChunk(batch, c, yield)
		}
	}
}

// A chunk is months that become columns.
type chunk struct {
	rows             []int // of the batch
	months, inferred table.Column
}

func (r *Reader) newChunk() *chunk {
	return &chunk{
		months:   table.NewColumn(&r.table.Fields[r.month]),
		inferred: table.NewColumn(&r.table.Fields[r.inferred]),
	}
}

func (c *chunk) add(r Row) {
	c.rows = append(c.rows, r.At)
	c.months.AppendDay(table.FirstDay(r.Number))
	if r.Inferred {
		c.inferred.AppendInt(1)
	} else {
		c.inferred.AppendInt(0)
	}
}

// yieldChunk yields the columns of a chunk, and releases them.
func (r *Reader) yieldChunk(batch []arrow.Array, c *chunk, yield func([]arrow.Array) bool) bool {
	cols := make([]arrow.Array, len(batch))
	for i, col := range batch {
		switch i {
		case r.month:
			cols[i] = c.months.Array()
		case r.inferred:
			cols[i] = c.inferred.Array()
		default:
			cols[i] = table.TakeRows(col, c.rows)
		}
	}
	defer table.Release(cols)
	return yield(cols)
}
