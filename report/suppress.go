//go:build cgo

package report

import (
	"context"
	"fmt"
	"slices"

	"github.com/cclf-tools/cclf/query"
)

// LeastCell is the least number of beneficiaries or events that may be shown to others.
const LeastCell = leastCell

// Suppressed stands for a number that HideSmallCells hides.
const Suppressed = "*"

// Identifies reports whether a metric has a row per beneficiary.
func Identifies(m *query.Metric) bool {
	return slices.ContainsFunc(m.Columns, func(c query.MetricColumn) bool { return c.Name == "mbi" })
}

// ComputeWithoutSmallCells computes a metric, hides small cells by the rule of a report,
// and returns the rows, with Suppressed in the place of hidden numbers, and how many
// ranked rows it left out. The metric must not identify beneficiaries.
func ComputeWithoutSmallCells(ctx context.Context, run *query.MetricRun, m *query.Metric) (_ *query.Rows, dropped int, err error) {
	if Identifies(m) {
		return nil, 0, fmt.Errorf("report: metric %s has a row per beneficiary", m.Name)
	}
	rows, err := run.Query(ctx, m)
	if err != nil {
		return nil, 0, err
	}
	r, err := readResult(m, rows)
	if err != nil {
		return nil, 0, err
	}
	if r.few, err = run.SmallGroups(ctx, m, leastCell); err != nil {
		return nil, 0, err
	}
	rows, dropped = r.suppress()
	return rows, dropped, nil
}

// suppress returns the rows with Suppressed in the place of hidden numbers.
func (r *result) suppress() (rows *query.Rows, dropped int) {
	m := r.metric
	spec := specOf(m, nil)
	r.ranked, r.scored = spec.ranked, spec.scored
	r.hideSmall(spec.apart)
	r.renumber()
	for i, row := range r.rows {
		for c := range row {
			if r.isHidden(i, c) {
				row[c] = Suppressed
			}
		}
	}
	return query.NewRows(r.columns, r.rows), r.dropped
}

// renumber makes the places those in a group: the columns before the place.
func (r *result) renumber() {
	place := r.column("place")
	if place < 0 {
		return
	}
	n := map[string]int64{}
	for _, row := range r.rows {
		key := fmt.Sprintf("%#v", row[:place])
		n[key]++
		row[place] = n[key]
	}
}
