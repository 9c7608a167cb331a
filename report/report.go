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
	// Identifiers adds the beneficiaries with the highest spending, with their MBIs.
	Identifiers bool
	// Before, if not nil, is what Measure found in a data set to compare with.
	Before *Snapshot
	// Metrics say for whom and when metrics are computed. If By is not empty, there
	// is a section with those groups.
	Metrics query.MetricOptions
}

// A builder makes a page from a data set.
type builder struct {
	db      *query.DB
	options Options
	page    document
	runs    map[string]*query.MetricRun // by their groups, separated by commas
	results map[string]*result          // by metric, and " by " and its groups if they are not its own
	drawn   map[string][]drawing        // figures of results that are not hidden and drawn yet, by their groups
	first   string                      // first month with payments, as YYYY-MM, or ""
	since   bool                        // only months from first on
}

// Write computes the report of a data set, and writes it as one HTML page.
func Write(ctx context.Context, w io.Writer, db *query.DB, opts Options) error {
	b, err := newBuilder(ctx, db, opts, metricsOfChapters())
	if err != nil {
		return err
	}
	for _, c := range chapters {
		if err := b.addChapter(ctx, c); err != nil {
			return err
		}
	}
	if len(opts.Metrics.By) > 0 {
		if err := b.addGroups(ctx); err != nil {
			return err
		}
	}
	b.draw()
	if err := b.addCompleted(ctx); err != nil {
		return err
	}
	if opts.Identifiers {
		if err := b.addMembers(ctx); err != nil {
			return err
		}
	}
	if opts.Before != nil {
		b.addChanges(opts.Before)
	}
	if err := b.addQuality(ctx); err != nil {
		return err
	}
	b.addFacts()
	b.addTiles()
	return b.page.write(w)
}

// WriteMetrics computes metrics, each grouped as the options say, and writes them as
// one HTML page like that of a report.
func WriteMetrics(ctx context.Context, w io.Writer, db *query.DB, list []*query.Metric, opts Options) error {
	b, err := newBuilder(ctx, db, opts, list)
	if err != nil {
		return err
	}
	s := &section{ID: "metrics", Title: "Metrics"}
	for _, m := range list {
		f, err := b.figure(ctx, specOf(m, opts.Metrics.By), opts.Metrics.By)
		if err != nil {
			return err
		}
		f.Open = true
		s.Figures = append(s.Figures, f)
	}
	b.page.Sections = []*section{s}
	b.draw()
	b.addFacts()
	return b.page.write(w)
}

// specOf returns how the report shows a metric, if it does.
func specOf(m *query.Metric, by []string) figureSpec {
	for _, c := range chapters {
		for _, spec := range c.figures {
			if spec.metric == m.Name && len(spec.by) == 0 && len(by) == 0 {
				spec.top = 0
				return spec
			}
		}
	}
	return figureSpec{metric: m.Name}
}

// newBuilder begins a page with metrics. What several of them need is computed first, since
// the notes of the page need it too.
func newBuilder(ctx context.Context, db *query.DB, opts Options, list []*query.Metric) (*builder, error) {
	b := &builder{db: db, options: opts, runs: map[string]*query.MetricRun{}, results: map[string]*result{}, drawn: map[string][]drawing{}}
	b.begin()
	run, err := b.grouped(ctx, nil, 0)
	if err != nil {
		return nil, err
	}
	if len(opts.Metrics.By) > 0 {
		if run, err = b.grouped(ctx, opts.Metrics.By, 0); err != nil {
			return nil, err
		}
	}
	if err := b.runs[""].Materialize(ctx, list); err != nil {
		return nil, err
	}
	population, err := run.Population(ctx)
	if err != nil {
		return nil, err
	}
	if b.first, err = run.FirstMonth(ctx); err != nil {
		return nil, err
	}
	least := int64(LeastCell)
	if opts.ShowSmallCells {
		least = 0
	}
	warnings, err := run.Warnings(ctx, query.Metrics(), least)
	if err != nil {
		return nil, err
	}
	if population != nil {
		if !opts.ShowSmallCells {
			HideSmallPopulation(run, population)
		}
		b.page.Notes = append(b.page.Notes, b.describePopulation(population))
	}
	for _, text := range warnings {
		b.page.Notes = append(b.page.Notes, sentence(text))
	}
	return b, nil
}

// sinceFirst returns a builder of the same page for the months since the first payments.
func (b *builder) sinceFirst() *builder {
	since := *b
	since.options.Metrics.From, since.since = b.first, true
	return &since
}

// grouped returns a run of metrics with groups, and with a number of rows unless it is
// 0 or the options have one.
func (b *builder) grouped(ctx context.Context, by []string, top int) (*query.MetricRun, error) {
	key := strings.Join(by, ",")
	if b.since {
		key += " since " + b.first
	}
	if b.options.Metrics.Top > 0 {
		top = 0
	}
	if top > 0 {
		key = fmt.Sprintf("%s top %d", key, top)
	}
	if b.runs[key] == nil {
		opts := b.options.Metrics
		opts.By = by
		if top > 0 {
			opts.Top = top
		}
		run, err := b.db.StartMetrics(ctx, opts)
		if err != nil {
			return nil, err
		}
		b.runs[key] = run
	}
	return b.runs[key], nil
}

// metricsOfChapters returns the metrics of every report.
func metricsOfChapters() []*query.Metric {
	var list []*query.Metric
	for _, c := range chapters {
		for _, spec := range c.figures {
			list = append(list, query.LookupMetric(spec.metric))
		}
	}
	return list
}

// describePopulation says whom the numbers are about.
func (b *builder) describePopulation(p *query.Population) string {
	found := fmt.Sprintf("%s of %s beneficiaries in the list are in the data set", render.Grouped(p.Found), render.Grouped(p.Listed))
	if !b.options.ShowSmallCells && (small(p.NotFound) || small(p.Found)) {
		found = fmt.Sprintf("%s beneficiaries are in the list, and not all of them in the data set", render.Grouped(p.Listed))
	}
	if p.MemberMonths.Inside == Suppressed || p.Paid.Inside == Suppressed {
		return fmt.Sprintf("Population: %s. Its member months and payments are hidden, since there are few beneficiaries in it or outside of it.", found)
	}
	return fmt.Sprintf("Population: %s. It has %s member months and $%s; outside of it are %s member months and $%s.", found,
		render.Grouped(p.MemberMonths.Inside), render.Grouped(p.Paid.Inside), render.Grouped(p.MemberMonths.Outside), render.Grouped(p.Paid.Outside))
}

// small reports whether a number may not be shown.
func small(n int64) bool { return n > 0 && n < LeastCell }

// sentence makes a sentence of a phrase.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
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
		if m := query.LookupMetric(spec.metric); m.Table != "" {
			if !b.db.HasTableFile(m.Table) {
				continue
			}
			if err := b.runs[""].Check(ctx, m); err != nil {
				return err
			}
		}
		f, err := b.figure(ctx, spec, spec.by)
		if err != nil {
			return err
		}
		s.Figures = append(s.Figures, f)
	}
	if len(s.Figures) > 0 {
		b.page.Sections = append(b.page.Sections, s)
	}
	return nil
}

// mostMembers is how many beneficiaries a report lists unless the options say otherwise.
const mostMembers = 50

// addMembers adds a section with the beneficiaries of the highest spending.
func (b *builder) addMembers(ctx context.Context) error {
	b.page.Notes = append(b.page.Notes, "This page identifies beneficiaries. Do not pass it on.")
	opts := b.options.Metrics
	opts.By = nil
	if opts.Top == 0 {
		opts.Top = mostMembers
	}
	run, err := b.db.StartMetrics(ctx, opts)
	if err != nil {
		return err
	}
	m := query.LookupMetric("high_cost_members")
	rows, err := run.Query(ctx, m)
	if err != nil {
		return err
	}
	r, err := readResult(m, rows)
	if err != nil {
		return err
	}
	f := &figure{ID: m.Name, Title: m.Title, Rule: ruleOf(m, fmt.Sprintf(" --top %d", opts.Top)), Table: r.table(m.Title, nil)}
	b.page.Sections = append(b.page.Sections, &section{ID: "members", Title: "High-cost beneficiaries", Figures: []*figure{f}})
	return nil
}

// groupFigures are the metrics that are shown by the groups of the options.
var groupFigures = []figureSpec{
	{metric: "spending_per_member_month", missing: noEnrollment},
	{metric: "spending_total"},
	{metric: "utilization", missing: noEnrollment},
	{metric: "member_months", missing: noEnrollment},
}

// addGroups adds a section with the groups of the options. Metrics that cannot have
// them are left out.
func (b *builder) addGroups(ctx context.Context) error {
	by := b.options.Metrics.By
	s := &section{ID: "groups", Title: "By " + strings.ReplaceAll(render.Line(strings.Join(by, ", ")), "_", " ")}
	for _, spec := range groupFigures {
		if b.runs[strings.Join(by, ",")].Check(ctx, query.LookupMetric(spec.metric)) != nil {
			continue
		}
		if spec.metric == "spending_per_member_month" {
			spec.chart = bars(unitPerMember, "per_member_month", groupColumns(by)...)
		}
		f, err := b.figure(ctx, spec, by)
		if err != nil {
			return err
		}
		s.Figures = append(s.Figures, f)
	}
	b.page.Sections = append(b.page.Sections, s)
	return nil
}

// groupColumns returns the columns of groups.
func groupColumns(by []string) []string {
	var names []string
	for _, name := range by {
		names = append(names, strings.ToLower(name[strings.LastIndex(name, ".")+1:]))
	}
	return names
}

// figure computes a metric with groups and shows it.
func (b *builder) figure(ctx context.Context, spec figureSpec, by []string) (*figure, error) {
	if spec.claims && b.options.Metrics.From == "" {
		b = b.sinceFirst()
	}
	m := query.LookupMetric(spec.metric)
	f := &figure{ID: spec.metric, Metric: spec.metric, Title: m.Title, Text: spec.text, Rule: ruleOf(m, b.flags(by, spec.top))}
	if spec.title != "" {
		f.Title = spec.title
	}
	if len(by) > 0 {
		f.By = strings.Join(by, ",")
		f.ID += "-" + strings.Map(idRune, strings.Join(by, "-"))
	}
	r, err := b.compute(ctx, spec.metric, by, spec.top)
	if reason := incomputable(ctx, err); reason != "" {
		f.Missing = "Cannot be computed for this data set: " + reason
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	key := spec.metric
	if len(by) > 0 {
		key += " by " + f.By
	}
	b.results[key] = r
	if len(r.rows) == 0 {
		f.Missing = spec.missing
		if f.Missing == "" {
			f.Missing = "The data set has no such rows."
		}
		return f, nil
	}
	r.ranked, r.scored, r.shown, r.apart = spec.ranked, spec.scored, spec.columns, spec.apart
	b.drawn[f.By] = append(b.drawn[f.By], drawing{f, r, spec.chart})
	return f, nil
}

// A drawing is a figure without its chart and table, and what these show.
type drawing struct {
	*figure
	result *result
	chart  func(*result) *chart
}

// draw hides the small cells of all figures, and adds the charts and tables.
func (b *builder) draw() {
	for _, list := range b.drawn {
		var results []*result
		for _, d := range list {
			results = append(results, d.result)
		}
		if !b.options.ShowSmallCells {
			hideSmall(results...)
		}
		for _, d := range list {
			d.figure.show(d.result, d.chart)
		}
	}
}

// show adds the chart and the table of a result to a figure.
func (f *figure) show(r *result, draw func(*result) *chart) {
	if r.dropped > 0 {
		f.Notes = append(f.Notes, plural(r.dropped, "row")+" with small cells left out.")
	}
	if draw != nil {
		f.Chart = draw(r)
	}
	if len(r.rows) > 0 {
		f.Table = r.table(f.Title, r.shown)
		f.Open = len(r.rows) <= openRows
	}
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
func ruleOf(m *query.Metric, flags string) []string {
	return []string{m.Meaning, "Units: " + m.Units + ".", "Rule: " + m.Rule + ".", "The same numbers: cclf metrics " + m.Name + flags}
}

// flags returns the flags of cclf metrics for the same numbers.
func (b *builder) flags(by []string, top int) string {
	if b.options.Metrics.Top > 0 {
		top = b.options.Metrics.Top
	}
	text := ""
	if top > 0 {
		text = fmt.Sprintf(" --top %d", top)
	}
	for _, f := range [][2]string{{"from", b.options.Metrics.From}, {"to", b.options.Metrics.To}, {"by", strings.Join(by, ",")}} {
		if f[1] != "" {
			text += " --" + f[0] + " " + f[1]
		}
	}
	return text
}

// idRune keeps what an ID may have in it.
func idRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return '-'
}

// addFacts says what the data are.
func (b *builder) addFacts() {
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
	b.page.Facts = append(b.page.Facts, b.runs[""].Basis().Describe())
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
