//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/results"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/report"
)

type metricsOptions struct {
	dir     string
	asOf    string
	list    bool
	sql     bool
	result  resultFlags
	csvSafe csvSafe
	metrics []*query.Metric
	all     bool // no metric was named
	scope   metricScope
	options query.Options

	showSmallCells bool // in HTML
	suppress       bool // in all formats
	suppressed     map[string]report.SuppressedResult
}

func newMetricsCommand(e *env) *cli.Command {
	var opts metricsOptions
	return &cli.Command{
		Name:      "metrics",
		Usage:     "compute built-in metrics: spending, utilization, member months",
		UsageText: "cclf metrics [-d DIR] [options] [NAME...]\ncclf metrics --list [NAME...]\ncclf metrics --sql NAME",
		Description: cmdline.Describe(`
			Runs built-in metrics against a data set: what Medicare paid under Parts A
			and B, for whom, when, and for what services; member months, denials and
			drug costs. Without NAME, runs every metric except those with one row per
			beneficiary. See docs/metrics.md.

			Amounts are computed on one of two bases. BCDA sends final-action claims,
			so cclf convert writes them, and their amounts are added up. CMS's CCLF
			files have debits and credits: cancellations are subtracted, and each is
			paired with the claim it cancels. The second basis is the default for data
			sets with cancellations that cclf convert did not write; --debit-credit, or
			--debit-credit=false, overrides it.

			--from and --to limit the months: of the last day of service for payments,
			of the first day for stays and visits. --by groups by month, quarter, year,
			enrollment_type, dual_status, state, county, claim_type, tin, npi, facility,
			or a column of a file that --table adds and that has a column mbi; several
			are separated by commas. Groups that are not of beneficiaries, such as
			facilities, have the member months of all.

			--population restricts metrics to the beneficiaries of a CSV file with the
			column mbi, and possibly month. Former MBIs count for the beneficiary. Other
			columns, such as the tin and npi that beneficiaries are attributed to, restrict
			no claims; they are groups: --by population.tin.
			"--population assignment" takes the table that cclf import makes of
			assignment reports.

			--sql prints a metric as SQL for cclf query or any DuckDB, to read and
			adapt. In CSV, the first column is the name of the metric; with -o FOLDER,
			there is a file per metric. A workbook (xlsx) has a sheet per metric. In
			HTML, there are charts as in cclf report, and numbers under 11 are hidden.

			--suppress hides them in every format, by the same rule: numbers from 1 to 10
			of beneficiaries or events, what follows from them, and as many others as it
			takes so that none can be computed from a total. A hidden number is *.`,
			"cclf metrics --list",
			"cclf metrics -d out",
			"cclf metrics -d out spending_by_month -f csv -o months.csv",
			"cclf metrics -d out -o metrics.xlsx",
			"cclf metrics -d out -f csv -o metrics/",
			"cclf metrics -d out spending_by_beneficiary -f json | jq '.metrics[].rows[0]'",
			"cclf metrics -d cclf-files --debit-credit spending_total final_action",
			"cclf metrics -d out pmpm --by quarter --from 2024-01 --population aco.csv",
			"cclf metrics -d out pmpm --table sites=sites.csv --by sites.region,year",
			"cclf metrics -d out top_drgs --by facility --top 5",
			"cclf metrics -d out leakage --table roster=roster.csv",
			"cclf metrics -d out readmissions --from 2025-01 --to 2025-12 --by facility",
			"cclf metrics -d out utilization --by county --suppress -o utilization.xlsx",
			"cclf metrics -d lake spending_total --as-of 2026-03-31",
			"cclf metrics -d out --sql top_drgs | cclf query -d out",
		),
		Flags: slices.Concat([]cli.Flag{dataFlag(&opts.dir), asOfFlag(&opts.asOf)}, opts.result.flags("table", "line", "csv", "tsv", "json", "markdown", "html", "xlsx"), opts.scope.flags(), []cli.Flag{
			&cli.BoolFlag{Name: "list", Aliases: []string{"l"}, Usage: "list the metrics and exit", Destination: &opts.list},
			&cli.BoolFlag{Name: "sql", Usage: "print the SQL of a metric and exit", Destination: &opts.sql},
			&cli.BoolFlag{
				Name:        "debit-credit",
				Usage:       "compute on the basis of debits and credits, or with =false of final-action claims (default: detected)",
				HideDefault: true,
			},
			opts.csvSafe.flag(),
			&cli.BoolFlag{
				Name: "suppress", Usage: "hide numbers under 11, which can identify beneficiaries, and what they follow from",
				HideDefault: true, Destination: &opts.suppress,
			},
			showSmallCellsFlag(&opts.showSmallCells, "in HTML, show numbers under 11, which can identify beneficiaries"),
		}, duckDBFlags(e, &opts.options)),
		Metadata:                  cmdline.Completes(metricNames),
		DisableSliceFlagSeparator: true, // paths may have commas in them
		Action: func(ctx context.Context, cmd *cli.Command) (err error) {
			if opts.metrics, err = pickMetrics(cmd.Args().Slice()); err != nil {
				return err
			}
			if cmd.IsSet("debit-credit") {
				opts.scope.options.Basis = query.FinalAction
				if cmd.Bool("debit-credit") {
					opts.scope.options.Basis = query.DebitCredit
				}
			}
			if err := opts.checkSuppress(); err != nil {
				return err
			}
			if err := opts.scope.settle(ctx, "metrics", &opts.options); err != nil {
				return err
			}
			return runMetrics(ctx, e, opts)
		},
	}
}

// pickMetrics finds metrics by their names.
func pickMetrics(names []string) ([]*query.Metric, error) {
	var picked []*query.Metric
	for _, name := range names {
		m := query.LookupMetric(strings.ToLower(name))
		if m == nil {
			return nil, unknownMetric(name)
		}
		picked = append(picked, m)
	}
	return picked, nil
}

// metricNames lists the metrics, for completion.
func metricNames([]string) []string {
	var names []string
	for _, m := range query.Metrics() {
		names = append(names, m.Name+":"+m.Title)
	}
	return names
}

func unknownMetric(name string) error {
	var names, containing []string
	for alias := range query.MetricAliases() {
		names = append(names, alias)
	}
	slices.Sort(names)
	for _, m := range query.Metrics() {
		names = append(names, m.Name)
		if strings.Contains(m.Name, strings.ToLower(name)) {
			containing = append(containing, m.Name)
		}
	}
	e := &exitError{code: exitcode.Usage, hint: "cclf metrics --list lists them"}
	if len(containing) > 1 {
		e.err = fmt.Errorf("metrics: unknown metric %q", name)
		e.hint = "similar metrics: " + strings.Join(containing, ", ")
		return e
	}
	if len(containing) == 0 {
		containing = names
	}
	e.err = fmt.Errorf("metrics: unknown metric %q%s", name, didYouMean(name, containing))
	if len(containing) == 1 {
		e.err = fmt.Errorf("metrics: unknown metric %q (did you mean %s?)", name, containing[0])
	}
	return e
}

func runMetrics(ctx context.Context, e *env, opts metricsOptions) error {
	if err := opts.result.choose(); err != nil {
		return err
	}
	switch {
	case opts.list && opts.sql:
		return usageErrorf("metrics: --list and --sql cannot be combined")
	case opts.list && !slices.Contains([]string{"table", "csv", "json"}, opts.result.format):
		return usageErrorf("metrics: --list has no format %s: expected table, csv or json", opts.result.format)
	case opts.list:
		if len(opts.metrics) == 0 {
			opts.metrics = query.Metrics()
		}
		return opts.result.write(ctx, e, func(e *env) error {
			return results.WriteMetricList(e.stdout, render.Format(opts.result.format), opts.metrics)
		})
	case opts.sql:
		if len(opts.metrics) != 1 {
			return usageErrorf("metrics: --sql expects one metric, got %d", len(opts.metrics))
		}
		return opts.result.write(ctx, e, func(e *env) error {
			return printScript(ctx, e, opts)
		})
	}
	var err error
	if opts.dir, err = findDataSet("metrics", opts.dir); err != nil {
		if missing, ok := errors.AsType[*exitError](err); ok {
			missing.hint += "; cclf metrics --list lists the metrics"
		}
		return err
	}
	folder, done, err := e.useAsOf(ctx, "metrics", opts.dir, opts.asOf, opts.options.TempDir)
	if err != nil {
		return err
	}
	defer done()
	opts.dir = folder
	if opts.all = len(opts.metrics) == 0; opts.all {
		for _, m := range query.Metrics() {
			if m.Default {
				opts.metrics = append(opts.metrics, m)
			}
		}
	}
	if opts.toFolder() {
		return opts.writeFolder(ctx, e, func(e *env, files metricFiles) error {
			return withDataSet(ctx, e, opts.dir, opts.options, func(e *env, db *query.DB) error {
				return answerMetrics(ctx, e, db, opts, files)
			})
		})
	}
	return opts.result.write(ctx, e, func(e *env) error {
		return e.withScreen(false, func(e *env) error {
			return withDataSet(ctx, e, opts.dir, opts.options, func(e *env, db *query.DB) error {
				return answerMetrics(ctx, e, db, opts, nil)
			})
		})
	})
}

// printScript prints a metric as SQL. Of a data set, it names the files.
func printScript(ctx context.Context, e *env, opts metricsOptions) error {
	m := opts.metrics[0]
	if opts.dir == "" {
		if len(opts.options.TableFiles) > 0 {
			return usageErrorf("metrics: --sql with --table or --population needs a data set: pass -d DIR")
		}
		sql, err := m.Script(opts.scope.options)
		if err == nil {
			_, err = io.WriteString(e.stdout, sql)
		}
		return scopeError("metrics", err)
	}
	return withDataSet(ctx, e, opts.dir, opts.options, func(e *env, db *query.DB) error {
		run, err := db.StartMetrics(ctx, opts.scope.options)
		if err != nil {
			return scopeError("metrics", err)
		}
		sql, err := run.Script(m)
		if err == nil {
			_, err = io.WriteString(e.stdout, sql)
		}
		return scopeError("metrics", err)
	})
}

// answerMetrics computes metrics. They go to files, or else to standard output.
func answerMetrics(ctx context.Context, e *env, db *query.DB, opts metricsOptions, files metricFiles) error {
	run, err := db.StartMetrics(ctx, opts.scope.options)
	if err != nil {
		return scopeError("metrics", err)
	}
	if opts.metrics, err = carried(ctx, e, run, opts); err != nil {
		return err
	}
	if err := run.Materialize(ctx, opts.metrics); err != nil {
		return err
	}
	info := results.MetricInfo{Basis: run.Basis()}
	if info.Population, err = run.Population(ctx); err != nil {
		return err
	}
	if opts.suppress && info.Population != nil {
		report.HideSmallPopulation(run, info.Population)
	}
	if info.Warnings, err = run.Warnings(ctx, opts.metrics, opts.leastCell()); err != nil {
		return err
	}
	if opts.suppress {
		info.Warnings = append(info.Warnings, suppressedWarning)
	}
	noteMetrics(e, info)
	if opts.suppress && opts.result.format != string(render.HTML) {
		if opts.suppressed, err = report.ComputeWithoutSmallCells(ctx, run, opts.metrics); err != nil {
			return err
		}
	}
	switch {
	case files != nil:
		return writeMetricFiles(ctx, e, run, opts, files)
	case opts.result.format == string(render.Excel):
		return writeMetricSheets(ctx, e, db, run, opts)
	case opts.result.format == string(render.HTML):
		return report.WriteMetrics(ctx, e.stdout, db, opts.metrics, report.Options{
			Title: "Metrics of Medicare claims", Program: version(), ShowSmallCells: opts.showSmallCells, Metrics: opts.scope.options,
		})
	}
	options := results.Options{
		Format: render.Format(opts.result.format),
		CSV:    render.CSVOptions{Spreadsheet: opts.csvSafe.value(opts.result.format)},
		Hint:   "-f line and -o FILE show all",
		ASCII:  e.ascii(),
	}
	if e.screen != nil {
		options.Width = e.screen.width
	}
	out := results.NewMetricWriter(e.stdout, info, options)
	for _, m := range opts.metrics {
		rows, err := opts.rows(ctx, e, run, m)
		if err != nil {
			return err
		}
		if err := errors.Join(out.Write(m, rows), rows.Close()); err != nil {
			return err
		}
	}
	return out.Close()
}

// checkSuppress reports what --suppress cannot be combined with.
func (o *metricsOptions) checkSuppress() error {
	switch {
	case !o.suppress:
		return nil
	case o.showSmallCells:
		return usageErrorf("metrics: --suppress and --show-small-cells cannot be combined")
	case o.sql:
		return usageErrorf("metrics: --sql prints no numbers to hide: leave out --suppress")
	}
	for _, m := range o.metrics {
		if report.Identifies(m) {
			return usageErrorf("metrics: --suppress: metric %s has a row per beneficiary: all of its cells are small", m.Name)
		}
	}
	return nil
}

// suppressedWarning says what --suppress hides.
const suppressedWarning = "cells under 11 are hidden (" + report.Suppressed + "): numbers from 1 to 10 of beneficiaries or events, what follows from them, " +
	"and others from which they could be computed; results of other periods, populations or groups can still tell them"

// leastCell is the least number that may be shown.
func (o *metricsOptions) leastCell() int64 {
	if o.suppress || o.result.format == string(render.HTML) && !o.showSmallCells {
		return report.LeastCell
	}
	return 0
}

// rows returns the rows of a metric, without small cells if they are suppressed.
func (o *metricsOptions) rows(ctx context.Context, e *env, run *query.MetricRun, m *query.Metric) (*query.Rows, error) {
	if !o.suppress {
		return run.Query(ctx, m)
	}
	r := o.suppressed[m.Name]
	if r.Dropped > 0 {
		e.note(fmt.Sprintf("%s: %d rows with small cells left out", m.Name, r.Dropped))
	}
	return r.Rows(), nil
}

// carried returns the metrics that can have the groups. If a metric was named that
// cannot, that is an error.
func carried(ctx context.Context, e *env, run *query.MetricRun, opts metricsOptions) ([]*query.Metric, error) {
	var can []*query.Metric
	var cannot []string
	for _, m := range opts.metrics {
		err := run.Check(ctx, m)
		switch {
		case err == nil:
			can = append(can, m)
		case !opts.all:
			return nil, scopeError("metrics", err)
		default:
			cannot = append(cannot, m.Name)
		}
	}
	if len(cannot) > 0 {
		e.note("left out, without these groups: " + strings.Join(cannot, ", "))
	}
	return can, nil
}

// noteMetrics says what the numbers rest on.
func noteMetrics(e *env, info results.MetricInfo) {
	if p := info.Population; p != nil {
		e.note(fmt.Sprintf("population: %d beneficiaries, %d found, %d not found; member months inside %v, outside %v; paid inside %v, outside %v",
			p.Listed, p.Found, p.NotFound, p.MemberMonths.Inside, p.MemberMonths.Outside, p.Paid.Inside, p.Paid.Outside))
	}
	for _, warning := range info.Warnings {
		e.note(warning)
	}
}
