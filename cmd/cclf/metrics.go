//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	output  string
	csvSafe bool
	metrics []*query.Metric
	options query.Options
}

func newMetricsCommand(e *env) *cli.Command {
	var opts metricsOptions
	return &cli.Command{
		Name:      "metrics",
		Usage:     "compute built-in metrics: spending, utilization, member months",
		UsageText: "cclf metrics -d DIR [options] [NAME...]\ncclf metrics --list [NAME...]\ncclf metrics --sql NAME",
		Description: help(`
			Runs built-in metrics against a data set: what Medicare paid under Parts A
			and B, for whom, when, and for what services; member months, denials and
			drug costs. Without NAME, runs every metric except those with one row per
			person. docs/metrics.md explains them.

			Claims are read in one of two ways. BCDA, and so cclf convert, has claims
			in force, whose amounts are added up. CCLF files, which can be put into the
			same tables, have debits and credits: cancellations are subtracted, and
			each is paired with the claim that it cancels. The second is chosen where
			there are cancellations in a data set that cclf convert did not write;
			--debit-credit, or --debit-credit=false, decides otherwise.

			With --sql a metric is printed as a script for cclf query, to be read and
			changed. In CSV the first column has the name of the metric.`,
			"cclf metrics --list",
			"cclf metrics -d out",
			"cclf metrics -d out spending_by_month -o csv > months.csv",
			"cclf metrics -d out spending_by_beneficiary -o json | jq '.metrics[].rows[0]'",
			"cclf metrics -d cclf-files --debit-credit spending_total final_action",
			"cclf metrics --sql top_drgs | cclf query -d out",
		),
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "data", Aliases: []string{"d"}, Usage: "`DIR` of the data set, as cclf convert wrote it",
				TakesFile: true, OnlyOnce: true, Destination: &opts.dir,
			},
			&cli.BoolFlag{Name: "list", Aliases: []string{"l"}, Usage: "list the metrics instead", Destination: &opts.list},
			&cli.BoolFlag{Name: "sql", Usage: "print the SQL of a metric instead", Destination: &opts.sql},
			&cli.BoolFlag{
				Name:        "debit-credit",
				Usage:       "subtract cancellations, or with =false leave them out (default: as the data set looks)",
				HideDefault: true,
			},
			&cli.StringFlag{
				Name: "output", Aliases: []string{"o"}, Usage: "`FORM` of the answers: table, csv or json",
				Value: "table", Validator: oneOf("table", "csv", "json"), Destination: &opts.output,
			},
			csvSafeFlag(&opts.csvSafe),
		}, duckDBFlags(e, &opts.options)...),
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
			return nil, noSuchMetric(name)
		}
		picked = append(picked, m)
	}
	return picked, nil
}

func noSuchMetric(name string) error {
	e := &exitError{code: exitUsage, err: fmt.Errorf("metrics: there is no metric %q", name)}
	var near []string
	for _, m := range query.Metrics() {
		if strings.Contains(m.Name, strings.ToLower(name)) {
			near = append(near, m.Name)
		}
	}
	e.hint = "cclf metrics --list lists them"
	if len(near) > 0 {
		e.hint = "there is " + strings.Join(near, ", ")
	}
	return e
}

func runMetrics(ctx context.Context, e *env, opts metricsOptions) error {
	switch {
	case opts.list && opts.sql:
		return usageErrorf("metrics: --list and --sql do not go together")
	case opts.list:
		if len(opts.metrics) == 0 {
			opts.metrics = query.Metrics()
		}
		return results.WriteMetricList(e.stdout, render.Format(opts.output), opts.metrics)
	case opts.sql:
		if len(opts.metrics) != 1 {
			return usageErrorf("metrics: --sql prints one metric: %d are named", len(opts.metrics))
		}
		_, err := io.WriteString(e.stdout, opts.metrics[0].Script(opts.basis))
		return err
	case opts.dir == "":
		return &exitError{
			code: exitUsage,
			err:  errors.New("metrics: there is no data set"),
			hint: "name the folder that cclf convert wrote with -d; --list lists the metrics",
		}
	}
	if len(opts.metrics) == 0 {
		for _, m := range query.Metrics() {
			if m.Default {
				opts.metrics = append(opts.metrics, m)
			}
		}
	}
	return withDataSet(ctx, e, opts.dir, opts.options, func(e *env, db *query.DB) error {
		return answerMetrics(ctx, e, db, opts)
	})
}

func answerMetrics(ctx context.Context, e *env, db *query.DB, opts metricsOptions) error {
	basis, err := db.PrepareMetrics(ctx, opts.basis)
	if err != nil {
		return err
	}
	out := results.NewMetricWriter(e.stdout, basis, results.Options{
		Format: render.Format(opts.output),
		CSV:    render.CSVOptions{Spreadsheet: opts.csvSafe},
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
