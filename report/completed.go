//go:build cgo

package report

import (
	"context"
	"encoding/json"
	"math/big"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/query"
)

// addCompleted adds to the section about spending what the months will have cost when
// all of their claims are in: what has arrived, divided by the share that usually has
// after so many months.
func (b *builder) addCompleted(ctx context.Context) error {
	factors, spending := b.results["completion_factors"], b.results["spending_by_month"]
	i := slices.IndexFunc(b.page.Sections, func(s *section) bool { return s.ID == "spending" })
	if factors == nil || spending == nil || i < 0 {
		return nil
	}
	triangle, err := b.compute(ctx, "completion_triangle", nil, 0)
	if incomputable(ctx, err) != "" {
		return nil
	}
	if err != nil {
		return err
	}
	r := completed(triangle, factors, spending)
	if len(r.rows) == 0 {
		return nil
	}
	b.page.Sections[i].Figures = append(b.page.Sections[i].Figures, &figure{
		ID: "completed", Title: r.metric.Title,
		Text:  "An estimate of the spending by month when all claims are in: what had arrived at the end of a whole month, divided by the share that usually has so many months after the service.",
		Notes: []string{"The shares are those of the completion factors, and are as sure as these."},
		Chart: monthlyLines(unitDollars, "completed", "arrived")(r), Table: r.table(r.metric.Title, nil),
	})
	return nil
}

// completed returns the spending by month as it arrived and completed, from the last
// whole month of entry of each month of service.
func completed(triangle, factors, spending *result) *result {
	r := newTable("Spending by month, completed", []query.Column{
		{Name: "month", Type: "DATE"}, {Name: "arrived", Type: "DECIMAL(18,2)"}, {Name: "lag", Type: "BIGINT"},
		{Name: "completion", Type: "DECIMAL(9,4)"}, {Name: "completed", Type: "DECIMAL(18,2)"},
	}, "", "paid for claims of the month that arrived until then", "months from the month of service", "share of the final payments at this lag", "arrived / completion")
	shares := map[any]any{}
	for _, row := range factors.rows {
		shares[row[factors.column("lag")]] = row[factors.column("completion")]
	}
	few := map[time.Time]bool{}
	for i, row := range spending.rows {
		if month, ok := row[spending.column("month")].(time.Time); ok {
			few[month] = spending.isHidden(i, spending.column("total"))
		}
	}
	for i, row := range triangle.rows { // by month of service and lag
		month, ok := row[triangle.column("service_month")].(time.Time)
		last := i+1 == len(triangle.rows) || triangle.rows[i+1][triangle.column("service_month")] != row[triangle.column("service_month")] ||
			triangle.rows[i+1][triangle.column("partial")] == true
		if !ok || !last || row[triangle.column("partial")] == true {
			continue
		}
		lag, arrived := row[triangle.column("lag")], row[triangle.column("cumulative")]
		share, known := ratOf(shares[lag])
		amount, isNumber := ratOf(arrived)
		if !known || !isNumber || share.Sign() <= 0 {
			continue
		}
		total := json.Number(new(big.Rat).Quo(amount, share).FloatString(2))
		r.rows = append(r.rows, []any{month, arrived, lag, shares[lag], total})
		r.hidden = append(r.hidden, []bool{false, few[month], false, false, few[month]})
	}
	return r
}
