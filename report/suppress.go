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

// A SuppressedResult is a metric without small cells.
type SuppressedResult struct {
	Dropped int // ranked rows that were left out
	columns []query.Column
	rows    [][]any
}

// Rows returns the rows, with Suppressed in the place of hidden numbers.
func (r SuppressedResult) Rows() *query.Rows { return query.NewRows(r.columns, r.rows) }

// ComputeWithoutSmallCells computes metrics, and hides small cells by the rule of a report,
// so that what one of them hides does not follow from another. The metrics must not identify
// beneficiaries. The results are by the names of the metrics.
func ComputeWithoutSmallCells(ctx context.Context, run *query.MetricRun, metrics []*query.Metric) (map[string]SuppressedResult, error) {
	var results []*result
	for i, m := range metrics {
		if slices.Contains(metrics[:i], m) {
			continue
		}
		if Identifies(m) {
			return nil, fmt.Errorf("report: metric %s has a row per beneficiary", m.Name)
		}
		rows, err := run.Query(ctx, m)
		if err != nil {
			return nil, err
		}
		r, err := readResult(m, rows)
		if err != nil {
			return nil, err
		}
		if r.few, err = run.SmallGroups(ctx, m, LeastCell); err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return suppress(results), nil
}

// suppress hides small cells, and puts Suppressed in their places.
func suppress(results []*result) map[string]SuppressedResult {
	for _, r := range results {
		spec := specOf(r.metric, nil)
		r.ranked, r.scored, r.apart = spec.ranked, spec.scored, spec.apart
	}
	hideSmall(results...)
	list := map[string]SuppressedResult{}
	for _, r := range results {
		r.renumber()
		for i, row := range r.rows {
			for c := range row {
				if r.isHidden(i, c) {
					row[c] = Suppressed
				}
			}
		}
		list[r.metric.Name] = SuppressedResult{r.dropped, r.columns, r.rows}
	}
	return list
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
