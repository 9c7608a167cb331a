//go:build cgo

package report

import (
	"context"
	"fmt"
	"slices"

	"github.com/cclf-tools/cclf/query"
)

// Suppressed stands for a number that HideSmallCells hides.
const Suppressed = "*"

// Identifies reports whether a metric has a row per beneficiary.
func Identifies(m *query.Metric) bool {
	return slices.ContainsFunc(m.Columns, func(c query.MetricColumn) bool { return c.Name == "mbi" })
}

// HideSmallPopulation replaces the numbers of a population by Suppressed if they are of
// fewer than 11 beneficiaries, inside or outside of it.
func HideSmallPopulation(run *query.MetricRun, p *query.Population) {
	months, paid := run.SmallPopulation(LeastCell)
	few := small(p.Found)
	hidden := query.Split{Inside: Suppressed, Outside: Suppressed}
	if months || few {
		p.MemberMonths = hidden
	}
	if paid || few {
		p.Paid = hidden
	}
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
	if r.few, err = run.SmallGroups(ctx, m, LeastCell); err != nil {
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
