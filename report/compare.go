//go:build cgo

package report

import (
	"context"
	"encoding/json"
	"math/big"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// A Snapshot is what a report compares of a data set with that of another one.
type Snapshot struct {
	results  map[string]*result // by metric
	manifest *dataset.Manifest  // nil if there is none
}

// A comparison is a number of a metric in two data sets, for rows with equal keys.
type comparison struct {
	metric, title string
	key           []string
	value         string
	people        string // column with the beneficiaries or events of the number
	unit          unit
	monthly       bool
}

var comparisons = []comparison{
	{metric: "spending_by_month", title: "Spending by month", key: []string{"month"}, value: "total", people: "people", unit: unitDollars, monthly: true},
	{metric: "spending_per_member_month", title: "Spending per member month", key: []string{"month"}, value: "per_member_month", people: "member_months", unit: unitPerMember, monthly: true},
	{metric: "spending_by_claim_type", title: "Spending by claim type", key: []string{"part", "name"}, value: "paid", people: "people", unit: unitDollars},
	{metric: "utilization", title: "Utilization", key: []string{"service"}, value: "events", people: "events", unit: unitCount("Events")},
	{metric: "member_months", title: "Members", key: []string{"month"}, value: "fee_for_service", people: "fee_for_service", unit: unitCount("Beneficiaries"), monthly: true},
}

// Measure computes what a report compares. The options are those of the report.
func Measure(ctx context.Context, db *query.DB, opts Options) (*Snapshot, error) {
	b := &builder{db: db, options: opts, runs: map[string]*query.MetricRun{}}
	s := &Snapshot{results: map[string]*result{}, manifest: db.Manifest()}
	run, err := b.grouped(ctx, nil, 0)
	if err != nil {
		return nil, err
	}
	var list []*query.Metric
	for _, c := range comparisons {
		list = append(list, query.LookupMetric(c.metric))
	}
	if err := run.Materialize(ctx, list); err != nil {
		return nil, err
	}
	var all []*result
	for _, c := range comparisons {
		r, err := b.compute(ctx, c.metric, nil, 0)
		if incomputable(ctx, err) != "" {
			continue
		}
		if err != nil {
			return nil, err
		}
		r.apart = apartOf(c.metric)
		s.results[c.metric] = r
		all = append(all, r)
	}
	if !opts.ShowSmallCells {
		hideSmall(all...)
	}
	return s, nil
}

// apartOf returns the column of a metric whose values are not added up.
func apartOf(metric string) string { return specOf(query.LookupMetric(metric), nil).apart }

// addChanges adds the section about what changed since another data set.
func (b *builder) addChanges(before *Snapshot) {
	s := &section{
		ID: "changes", Title: "What changed",
		Intro: "The same numbers of the data set that this one is compared with, and the difference: claims that came in, were adjusted or canceled, and beneficiaries who joined or left.",
	}
	for _, c := range comparisons {
		f := &figure{ID: "changes-" + c.metric, Title: c.title}
		old, now := before.results[c.metric], b.results[c.metric]
		if old == nil || now == nil {
			f.Missing = "Cannot be computed for both data sets."
		} else {
			c.show(f, old, now, b.options.ShowSmallCells)
		}
		s.Figures = append(s.Figures, f)
	}
	if old, now := before.manifest, b.db.Manifest(); old != nil && now != nil {
		s.Figures = append(s.Figures, rowsFigure(old, now, b.options.ShowSmallCells))
	}
	b.page.Sections = append(b.page.Sections, s)
}

// show compares two results.
func (c *comparison) show(f *figure, old, now *result, all bool) {
	r := c.join(old, now, all)
	if len(r.rows) == 0 {
		f.Missing = "There are no numbers to compare."
		return
	}
	if c.monthly {
		f.Chart = monthlyLines(c.unit, "now", "before")(r)
	}
	f.Table = r.table(c.title, nil)
	f.Open = len(r.rows) <= openRows
}

// join returns the rows of both results, with the numbers of both and the difference.
func (c *comparison) join(old, now *result, all bool) *result {
	r := newTable(c.title, nil)
	for _, name := range c.key {
		r.columns = append(r.columns, now.columns[now.column(name)])
	}
	value := now.columns[now.column(c.value)]
	for _, name := range []string{"before", "now", "difference"} {
		r.columns = append(r.columns, query.Column{Name: name, Type: value.Type})
	}
	add := func(oldRow, nowRow int) {
		from, i := now, nowRow
		if nowRow < 0 {
			from, i = old, oldRow
		}
		var row []any
		for _, name := range c.key {
			row = append(row, from.rows[i][from.column(name)])
		}
		a, b := old.at(oldRow, c.value), now.at(nowRow, c.value)
		r.rows = append(r.rows, append(row, a, b, difference(a, b)))
		r.hidden = append(r.hidden, c.hide(old, now, oldRow, nowRow, all))
	}
	position := map[string]int{}
	for i, row := range old.rows {
		position[old.rowName(row, c.key)] = i
	}
	for i, row := range now.rows {
		name := now.rowName(row, c.key)
		oldRow, ok := position[name]
		if !ok {
			oldRow = -1
		}
		delete(position, name)
		add(oldRow, i)
	}
	for i, row := range old.rows {
		if _, left := position[old.rowName(row, c.key)]; left {
			add(i, -1)
		}
	}
	if !all && c.unit == unitDollars {
		c.complete(r)
	}
	return r
}

// complete hides another older amount if one is hidden, since amounts by month and by type
// have the same total.
func (c *comparison) complete(r *result) {
	before := len(c.key)
	hidden, best := 0, -1
	var least *big.Rat
	for i, row := range r.rows {
		n, ok := ratOf(row[before])
		switch {
		case r.hidden[i][before]:
			hidden++
		case ok && n.Sign() != 0 && (best < 0 || n.Cmp(least) < 0):
			best, least = i, n
		}
	}
	if hidden == 1 && best >= 0 {
		r.hidden[best][before], r.hidden[best][before+2] = true, true
	}
}

// hide returns which cells of a row are hidden: those that are hidden in their data
// set, and the older number if the two tell about a few beneficiaries or events.
func (c *comparison) hide(old, now *result, oldRow, nowRow int, all bool) []bool {
	hidden := make([]bool, len(c.key)+3)
	if all {
		return hidden
	}
	n := len(c.key)
	hidden[n] = oldRow >= 0 && old.isHidden(oldRow, old.column(c.value))
	hidden[n+1] = nowRow >= 0 && now.isHidden(nowRow, now.column(c.value))
	few, ok := ratOf(difference(old.at(oldRow, c.people), now.at(nowRow, c.people)))
	if ok && few.Sign() != 0 && few.Abs(few).Cmp(big.NewRat(LeastCell, 1)) < 0 {
		hidden[n] = true
	}
	hidden[n+2] = hidden[n] || hidden[n+1]
	return hidden
}

// at returns a number, or nil without such a row.
func (r *result) at(row int, column string) any {
	if row < 0 {
		return nil
	}
	return r.rows[row][r.column(column)]
}

// difference returns b - a, where nothing counts as zero, or nil if both are nothing.
func difference(a, b any) any {
	if a == nil && b == nil {
		return nil
	}
	x, ok := ratOf(a)
	if !ok {
		x = new(big.Rat)
	}
	y, ok := ratOf(b)
	if !ok {
		y = new(big.Rat)
	}
	decimals := 0
	for _, v := range []any{a, b} {
		if _, digits, found := strings.Cut(render.Text(v), "."); found {
			decimals = max(decimals, len(digits))
		}
	}
	return json.Number(y.Sub(y, x).FloatString(decimals))
}

// rowsFigure compares the numbers of rows of the tables.
func rowsFigure(old, now *dataset.Manifest, all bool) *figure {
	r := newTable("Rows of the tables", []query.Column{
		{Name: "table", Type: "VARCHAR"}, {Name: "before", Type: "BIGINT"}, {Name: "now", Type: "BIGINT"}, {Name: "difference", Type: "BIGINT"},
	})
	before := map[string]int64{}
	for _, t := range old.Tables {
		before[t.Name] = t.Rows
	}
	for _, t := range now.Tables {
		n := before[t.Name]
		r.rows = append(r.rows, []any{t.Name, n, t.Rows, t.Rows - n})
		few := !all && (small(n) || small(t.Rows-n) || small(n-t.Rows))
		r.hidden = append(r.hidden, []bool{false, few, !all && small(t.Rows), few || !all && small(t.Rows)})
	}
	return &figure{ID: "changes-rows", Title: r.metric.Title, Table: r.table(r.metric.Title, nil)}
}
