//go:build cgo

package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// DefaultTitle is the title of a report without one.
const DefaultTitle = "Medicare claims report"

// Options say what a report shows. The zero value is ready to use.
type Options struct {
	Title   string
	Program string // that makes the report, with its version
	// ShowSmallCells shows numbers under 11 of beneficiaries and events, which CMS
	// does not allow in what is shown to others.
	ShowSmallCells bool
	Basis          query.Basis
}

// A builder makes a page from a data set.
type builder struct {
	db      *query.DB
	run     *query.MetricRun
	options Options
	page    page
	results map[string]*result // by metric, with small cells hidden
}

// Write computes the report of a data set, and writes it as one HTML page.
func Write(ctx context.Context, w io.Writer, db *query.DB, opts Options) error {
	b := &builder{db: db, options: opts, results: map[string]*result{}}
	run, err := db.StartMetrics(ctx, query.MetricOptions{Basis: opts.Basis})
	if err != nil {
		return err
	}
	b.run = run
	b.begin()
	for _, c := range chapters {
		if err := b.addChapter(ctx, c); err != nil {
			return err
		}
	}
	b.addFacts(run.Basis())
	return b.page.write(w)
}

// begin sets what every page has.
func (b *builder) begin() {
	b.page.Title = DefaultTitle
	if b.options.Title != "" {
		b.page.Title = render.Line(b.options.Title)
	}
	b.page.Program = b.options.Program
	b.page.Footer = "Made by cclf " + b.options.Program + ". The page needs no network and sends nothing."
	if b.options.ShowSmallCells {
		b.page.Notes = append(b.page.Notes, "Small cells are shown: numbers under 11 can identify beneficiaries. Do not pass this page on.")
		return
	}
	b.page.Notes = append(b.page.Notes,
		"Cells under 11 are hidden: numbers from 1 to 10 of beneficiaries or events, what follows from them, and other cells from which they could be computed.")
}

// addChapter adds a section with its figures.
func (b *builder) addChapter(ctx context.Context, c chapter) error {
	s := &section{ID: c.id, Title: c.title, Intro: c.intro}
	for _, spec := range c.figures {
		f, err := b.figure(ctx, spec)
		if err != nil {
			return err
		}
		s.Figures = append(s.Figures, f)
	}
	b.page.Sections = append(b.page.Sections, s)
	return nil
}

// figure computes a metric and shows it.
func (b *builder) figure(ctx context.Context, spec figureSpec) (*figure, error) {
	m := query.LookupMetric(spec.metric)
	f := &figure{ID: spec.metric, Metric: spec.metric, Title: m.Title, Text: spec.text, Rule: ruleOf(m)}
	if spec.title != "" {
		f.Title = spec.title
	}
	r, err := b.compute(ctx, spec.metric)
	if reason := incomputable(ctx, err); reason != "" {
		f.Missing = "Cannot be computed for this data set: " + reason
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if !b.options.ShowSmallCells {
		r.hideSmall(spec.apart, spec.ranked)
	}
	b.results[spec.metric] = r
	if len(r.rows) == 0 && r.dropped == 0 {
		f.Missing = spec.missing
		if f.Missing == "" {
			f.Missing = "The data set has no such rows."
		}
		return f, nil
	}
	if r.dropped > 0 {
		f.Notes = append(f.Notes, plural(r.dropped, "row")+" with small cells left out.")
	}
	if spec.chart != nil {
		f.Chart = spec.chart(r)
	}
	if len(r.rows) > 0 {
		f.Table = r.table(f.Title, spec.columns)
		f.Open = len(r.rows) <= openRows
	}
	return f, nil
}

// incomputable returns why a metric cannot be computed for the data set, such as a
// missing column, or the empty string if it can, or failed for another reason.
func incomputable(ctx context.Context, err error) string {
	failure, ok := errors.AsType[*query.Error](err)
	if !ok || ctx.Err() != nil || failure.Unwrap() != nil {
		return ""
	}
	return failure.Msg
}

// ruleOf returns how a metric is computed.
func ruleOf(m *query.Metric) []string {
	return []string{m.Meaning, "Rows: " + m.Rows + ". Units: " + m.Units + ".", "Source of the rule: " + m.Rule + ".", "The same numbers: cclf metrics " + m.Name}
}

// addFacts says what the data are.
func (b *builder) addFacts(basis query.Basis) {
	if r := b.results["spending_by_month"]; r != nil {
		if first, last := r.months(); !first.IsZero() {
			b.page.Facts = append(b.page.Facts, fmt.Sprintf("services from %s to %s", first.Format("January 2006"), last.Format("January 2006")))
		}
	}
	if apis := b.db.APIs(); len(apis) > 0 {
		var names []string
		for _, a := range apis {
			names = append(names, a.String())
		}
		b.page.Facts = append(b.page.Facts, "exports of BCDA "+strings.Join(names, ", "))
	}
	b.page.Facts = append(b.page.Facts, basis.Describe())
}

// months returns the first and the last month of the rows.
func (r *result) months() (first, last time.Time) {
	c := r.column("month")
	for _, row := range r.rows {
		day, ok := row[c].(time.Time)
		if !ok {
			continue
		}
		if first.IsZero() || day.Before(first) {
			first = day
		}
		if day.After(last) {
			last = day
		}
	}
	return first, last
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return render.Grouped(int64(n)) + " " + noun + "s"
}
