//go:build cgo

package report

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// A result is the rows of a metric.
type result struct {
	metric  *query.Metric
	columns []query.Column
	rows    [][]any
	ranked  bool                 // rows are in the order of an amount
	scored  bool                 // rows are in the order of metric.Rank
	apart   string               // column whose values are not added up
	shown   []string             // columns of the table, or nil for all
	few     func(row []any) bool // whether a row is of a group of few beneficiaries, or nil
	hidden  [][]bool             // the cells that are not shown, or nil if all are
	dropped int                  // rows that were left out because all their numbers are hidden
}

// readResult reads all rows.
func readResult(m *query.Metric, rows *query.Rows) (*result, error) {
	r := &result{metric: m, columns: rows.Columns()}
	for rows.Next() {
		r.rows = append(r.rows, slices.Clone(rows.Values()))
	}
	return r, errors.Join(rows.Err(), rows.Close())
}

// column returns the position of a column, or -1.
func (r *result) column(name string) int {
	return slices.IndexFunc(r.columns, func(c query.Column) bool { return strings.EqualFold(c.Name, name) })
}

func (r *result) isHidden(row, column int) bool { return r.hidden != nil && r.hidden[row][column] }

// table returns the rows as a table with some of the columns, or with all.
func (r *result) table(caption string, columns []string) *render.HTMLTable {
	var shown []int
	for i := range r.columns {
		shown = append(shown, i)
	}
	if columns != nil {
		shown = shown[:0]
		for _, name := range columns {
			if c := r.column(name); c >= 0 {
				shown = append(shown, c)
			}
		}
	}
	t := &render.HTMLTable{Caption: caption}
	for _, c := range shown {
		t.Columns = append(t.Columns, render.HTMLColumn{
			Name: headOf(r.columns[c]), Meaning: r.meaning(r.columns[c].Name), Number: r.columns[c].Numeric(),
		})
	}
	for i, row := range r.rows {
		var cells []render.HTMLCell
		for _, c := range shown {
			cell := cellOf(row[c], r.columns[c])
			if r.isHidden(i, c) {
				cell = render.HTMLCell{Hidden: true}
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// meaning is what a column means.
func (r *result) meaning(column string) string {
	for _, c := range r.metric.Columns {
		if c.Name == column {
			return c.Meaning
		}
	}
	return ""
}

// compute computes a metric with groups, and at most so many rows; see grouped.
func (b *builder) compute(ctx context.Context, name string, by []string, top int) (*result, error) {
	run, err := b.grouped(ctx, by, top)
	if err != nil {
		return nil, err
	}
	m := query.LookupMetric(name)
	rows, err := run.Query(ctx, m)
	if err != nil {
		return nil, err
	}
	r, err := readResult(m, rows)
	if err == nil && !b.options.ShowSmallCells {
		r.few, err = run.SmallGroups(ctx, m, LeastCell)
	}
	return r, err
}
