//go:build cgo

package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/report"
)

type reportOptions struct {
	dir     string
	asOf    string
	result  resultFlags
	report  report.Options
	scope   metricScope
	compare string // data set to compare with
	options query.Options
}

func newReportCommand(e *env) *cli.Command {
	var opts reportOptions
	return &cli.Command{
		Name:      "report",
		Usage:     "write a report of a data set as one HTML page",
		UsageText: "cclf report [-d DIR] [-o FILE] [options]",
		Description: cmdline.Describe(`
			Writes a report of a data set as one HTML page: spending, utilization,
			enrollment, conditions, and the quality of the data, as charts and tables.
			The page contains everything that it needs. It opens in a browser without a
			network, and sends nothing. See docs/report.md.

			Numbers from 1 to 10 of beneficiaries or events are hidden, and so are those
			that would tell them; --show-small-cells is for a page that is not passed on.
			The page has no identifiers of beneficiaries without --identifiers.

			--from, --to, --population and --table are those of cclf metrics. --by adds a
			section with those groups.`,
			"cclf report -d out -o report.html",
			"cclf report -d out -o report.html --title 'Example ACO' --population aco.csv",
			"cclf report -d new -o report.html --compare old",
			"cclf report -d out -o 2025.html --from 2025-01 --to 2025-12 --by state",
			"cclf report -d lake -o march.html --as-of 2026-03-31",
		),
		Flags: slices.Concat([]cli.Flag{
			dataFlag(&opts.dir),
			asOfFlag(&opts.asOf),
			opts.result.outFlag(),
			&cli.StringFlag{Name: "title", Usage: "`TITLE` of the report", Value: report.DefaultTitle, Destination: &opts.report.Title},
			&cli.StringFlag{Name: "compare", Usage: "add what changed since the data set in `DIR`", TakesFile: true, Destination: &opts.compare},
			&cli.BoolFlag{Name: "identifiers", Usage: "add the beneficiaries with the highest spending, with their MBIs", HideDefault: true, Destination: &opts.report.Identifiers},
			showSmallCellsFlag(&opts.report.ShowSmallCells, "show numbers under 11, which can identify beneficiaries"),
		}, opts.scope.flags(), duckDBFlags(e, &opts.options)),
		DisableSliceFlagSeparator: true, // paths may have commas in them
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			if err := opts.scope.settle(ctx, "report", &opts.options); err != nil {
				return err
			}
			return runReport(ctx, e, opts)
		},
	}
}

func showSmallCellsFlag(show *bool, usage string) cli.Flag {
	return &cli.BoolFlag{Name: "show-small-cells", Usage: usage, HideDefault: true, Destination: show}
}

func runReport(ctx context.Context, e *env, opts reportOptions) error {
	var err error
	if opts.dir, err = findDataSet("report", opts.dir); err != nil {
		return err
	}
	folder, done, err := e.useAsOf(ctx, "report", opts.dir, opts.asOf, opts.options.TempDir)
	if err != nil {
		return err
	}
	defer done()
	opts.dir = folder
	opts.report.Program, opts.report.Metrics = version(), opts.scope.options
	return opts.result.write(ctx, e, func(e *env) error {
		e, err := measureBefore(ctx, e, &opts)
		if err != nil {
			return err
		}
		return withDataSet(ctx, e, opts.dir, opts.options, func(e *env, db *query.DB) error {
			return scopeError("report", report.Write(ctx, e.stdout, db, opts.report))
		})
	})
}

// measureBefore measures the data set to compare with, if there is one. From then on
// the process is confined to that and the data set of the report.
func measureBefore(ctx context.Context, e *env, opts *reportOptions) (*env, error) {
	if opts.compare == "" {
		return e, nil
	}
	both := *e
	if e.confine != nil {
		reads, err := readable(opts.dir)
		if err != nil {
			return nil, err
		}
		both.confine = func(read, write, replace []string) error {
			return e.confine(slices.Concat(read, reads), write, replace)
		}
	}
	err := withDataSet(ctx, &both, opts.compare, opts.options, func(_ *env, db *query.DB) (err error) {
		opts.report.Before, err = report.Measure(ctx, db, opts.report)
		return scopeError("report", err)
	})
	both.confine = nil
	return &both, err
}

// readable returns what is read of a data set: its folder, or its file and the
// manifest beside it.
func readable(dir string) ([]string, error) {
	if blob.IsURL(dir) {
		return []string{dir}, nil
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	paths := []string{path}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		paths = append(paths, filepath.Dir(path))
	}
	return paths, nil
}
