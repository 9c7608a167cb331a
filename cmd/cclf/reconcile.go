//go:build cgo

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/reconcile"
)

type reconcileOptions struct {
	left, right string
	report      resultFlags // --format and --report
	out         string      // folder of the details, or of the map of --migrate
	overwrite   bool
	options     query.Options
	migrate     bool
}

func newReconcileCommand(e *env) *cli.Command {
	var opts reconcileOptions
	return &cli.Command{
		Name:      "reconcile",
		Usage:     "compare the claims of two data sets, and explain every dollar of difference",
		UsageText: "cclf reconcile [options] LEFT RIGHT",
		Description: cmdline.Describe(`
			Compares the claims of two data sets, such as an export of BCDA and CMS's
			own CCLF files (see cclf import), after final action on each side in its
			own way. Claims are matched by control number, claim ID, or else by the
			natural key of their file, under the current MBI of the beneficiary.

			The report has the claims and dollars on each side, a waterfall from the
			dollars of LEFT to those of RIGHT with one reason for each difference, and
			for each column how many values of matched claims agree. It has no
			identifiers; the details, which -o writes, identify beneficiaries. The exit
			code is 21 if a difference is unexplained, and 22 if the data sets cannot be
			compared. docs/reconcile.md describes the reasons.

			With --migrate, the IDs of beneficiaries and claims in an export of an older
			API version are paired with those in an export of a newer one, and the map
			is written as a data set. docs/migrate.md describes its tables.`,
			"cclf reconcile out cclf",
			"cclf reconcile -f json out cclf | jq .waterfall",
			"cclf reconcile -f html --report report.html -o details out cclf",
			"cclf query -d details \"SELECT * FROM differences WHERE reason = 'unexplained'\"",
			"cclf reconcile --migrate v2 v3 -o map",
		),
		Flags: slices.Concat([]cli.Flag{
			choice(&cli.StringFlag{
				Name: "format", Aliases: []string{"f"}, Usage: "format of the report, `FORMAT`: table, json or html", Value: "table", Destination: &opts.report.format,
			}, "table", "json", "html"),
			&cli.BoolFlag{
				Name: "migrate", HideDefault: true, Destination: &opts.migrate,
				Usage: "pair the IDs of LEFT, of an older API version, with those of RIGHT, and write the map to DIR",
			},
			&cli.StringFlag{Name: "report", Usage: "write the report to `FILE` (default: standard output)", TakesFile: true, Destination: &opts.report.file},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write the details, or the map of --migrate, to a new or empty `DIR`: a data set for cclf query", TakesFile: true, Destination: &opts.out},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace the data set in DIR", HideDefault: true, Destination: &opts.overwrite},
		}, duckDBFlags(e, &opts.options)),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.NArg() != 2 {
				return usageErrorf("reconcile: expected two data sets, got %d", cmd.NArg())
			}
			opts.left, opts.right = cmd.Args().Get(0), cmd.Args().Get(1)
			if opts.migrate {
				return runMigrate(ctx, e, opts)
			}
			return runReconcile(ctx, e, opts)
		},
	}
}

func runReconcile(ctx context.Context, e *env, opts reconcileOptions) (err error) {
	var details *reconcile.Details
	if opts.out != "" {
		if details, err = reconcile.CreateDetails(ctx, opts.out, opts.overwrite); err != nil {
			return fmt.Errorf("reconcile: %w", err)
		}
		defer details.Close()
	}
	c, err := reconcile.Compare(ctx, opts.left, opts.right, opts.options)
	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if details != nil {
		if err := details.Write(ctx, c, version()); err != nil {
			return fmt.Errorf("reconcile: %w", err)
		}
	}
	r := c.Report()
	err = opts.report.write(ctx, e, func(e *env) error {
		switch opts.report.format {
		case "json":
			enc := json.NewEncoder(e.stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(r)
		case "html":
			return r.WriteHTML(e.stdout)
		}
		return r.WriteTable(e.stdout)
	})
	if err != nil {
		return err
	}
	if !r.Explained() {
		return &exitError{
			code: exitcode.Unexplained, err: errors.New("reconcile: some differences are unexplained"),
			hint: "see the reason unexplained in the waterfall and in the columns; with -o DIR, cclf query lists the claims",
		}
	}
	return nil
}
