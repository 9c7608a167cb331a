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

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/results"
	"github.com/cclf-tools/cclf/query"
)

type metricsOptions struct {
	dir     string
	list    bool
	sql     bool
	basis   query.Basis
	result  resultFlags
	csvSafe csvSafe
	metrics []*query.Metric
	options query.Options
}

func newMetricsCommand(e *env) *cli.Command {
	var opts metricsOptions
	return &cli.Command{
		Name:      "metrics",
		Usage:     "compute built-in metrics: spending, utilization, member months",
		UsageText: "cclf metrics [-d DIR] [options] [NAME...]\ncclf metrics --list [NAME...]\ncclf metrics --sql NAME",
		Description: help(`
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

			--sql prints a metric as a script for cclf query, to read and adapt. In
			CSV, the first column is the name of the metric.`,
			"cclf metrics --list",
			"cclf metrics -d out",
			"cclf metrics -d out spending_by_month -f csv -o months.csv",
			"cclf metrics -d out spending_by_beneficiary -f json | jq '.metrics[].rows[0]'",
			"cclf metrics -d cclf-files --debit-credit spending_total final_action",
			"cclf metrics --sql top_drgs | cclf query -d out",
		),
		Flags: slices.Concat([]cli.Flag{dataFlag(&opts.dir)}, opts.result.flags("table", "csv", "json"), []cli.Flag{
			&cli.BoolFlag{Name: "list", Aliases: []string{"l"}, Usage: "list the metrics and exit", Destination: &opts.list},
			&cli.BoolFlag{Name: "sql", Usage: "print the SQL of a metric and exit", Destination: &opts.sql},
			&cli.BoolFlag{
				Name:        "debit-credit",
				Usage:       "compute on the basis of debits and credits, or with =false of final-action claims (default: detected)",
				HideDefault: true,
			},
			opts.csvSafe.flag(),
		}, duckDBFlags(e, &opts.options)),
		Metadata: completes(metricNames),
		Action: func(ctx context.Context, cmd *cli.Command) (err error) {
			if opts.metrics, err = pickMetrics(cmd.Args().Slice()); err != nil {
				return err
			}
			if cmd.IsSet("debit-credit") {
				opts.basis = query.FinalAction
				if cmd.Bool("debit-credit") {
					opts.basis = query.DebitCredit
				}
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
	for _, m := range query.Metrics() {
		names = append(names, m.Name)
		if strings.Contains(m.Name, strings.ToLower(name)) {
			containing = append(containing, m.Name)
		}
	}
	e := &exitError{code: exitUsage, hint: "cclf metrics --list lists them"}
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
	switch {
	case opts.list && opts.sql:
		return usageErrorf("metrics: --list and --sql cannot be combined")
	case opts.list:
		if len(opts.metrics) == 0 {
			opts.metrics = query.Metrics()
		}
		return opts.result.write(e, func(e *env) error {
			return results.WriteMetricList(e.stdout, render.Format(opts.result.format), opts.metrics)
		})
	case opts.sql:
		if len(opts.metrics) != 1 {
			return usageErrorf("metrics: --sql expects one metric, got %d", len(opts.metrics))
		}
		return opts.result.write(e, func(e *env) error {
			_, err := io.WriteString(e.stdout, opts.metrics[0].Script(opts.basis))
			return err
		})
	}
	var err error
	if opts.dir, err = findDataSet("metrics", opts.dir); err != nil {
		return err
	}
	if len(opts.metrics) == 0 {
		for _, m := range query.Metrics() {
			if m.Default {
				opts.metrics = append(opts.metrics, m)
			}
		}
	}
	return opts.result.write(e, func(e *env) error {
		return withDataSet(ctx, e, opts.dir, opts.options, func(e *env, db *query.DB) error {
			return answerMetrics(ctx, e, db, opts)
		})
	})
}

func answerMetrics(ctx context.Context, e *env, db *query.DB, opts metricsOptions) error {
	basis, err := db.PrepareMetrics(ctx, opts.basis)
	if err != nil {
		return err
	}
	out := results.NewMetricWriter(e.stdout, basis, results.Options{
		Format: render.Format(opts.result.format),
		CSV:    render.CSVOptions{Spreadsheet: opts.csvSafe.value(opts.result.format)},
	})
	for _, m := range opts.metrics {
		rows, err := db.Metric(ctx, m)
		if err != nil {
			return err
		}
		if err := errors.Join(out.Write(m, rows), rows.Close()); err != nil {
			return err
		}
	}
	return out.Close()
}
