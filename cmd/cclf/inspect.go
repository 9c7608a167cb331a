//go:build cgo

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/results"
	"github.com/cclf-tools/cclf/query"
)

type inspectOptions struct {
	dir     string
	api     string
	empty   bool
	result  resultFlags
	csvSafe csvSafe
	args    []string
	options query.Options
}

func newInspectCommand(e *env) *cli.Command {
	var opts inspectOptions
	return &cli.Command{
		Name:      "inspect",
		Usage:     "profile a data set: fill rates, and why columns are empty",
		UsageText: "cclf inspect [-d DIR] [options] [TABLE]",
		Description: cmdline.Describe(`
			Reads all tables of a data set that cclf convert wrote, or one of them, and
			prints for each column the share of rows with a value (the fill rate) and
			the number of distinct values. In tables of more than 100,000 rows that
			number is an estimate (DuckDB's approx_count_distinct).

			Minimum and maximum are shown for dates, amounts, quantities, and counts of
			claims and lines. They are never shown for identifiers, names, addresses
			and codes, or for facts about a beneficiary, such as dates of birth and
			death, and age.

			Without TABLE, the report also lists the elements of the export that have
			no column: those that no known server sends, and expected markers that are
			missing. With --format json it lists all of them. See docs/drift.md.

			For an empty column, the report says whether the API version of the data
			carries the field at all, and if not, why.`,
			"cclf inspect -d out",
			"cclf inspect -d out cclf5",
			"cclf inspect -d out --empty",
			"cclf inspect -d out -f json | jq '.tables[].rows'",
		),
		Flags: slices.Concat([]cli.Flag{dataFlag(&opts.dir)}, opts.result.flags("table", "json", "csv"), []cli.Flag{
			apiFlag(&opts.api, "API `VERSION` that the data came from: v1, v2 or v3 (default: that of the data set)"),
			&cli.BoolFlag{Name: "empty", Usage: "show empty columns only", Destination: &opts.empty},
			opts.csvSafe.flag(),
		}, duckDBFlags(e, &opts.options)),
		Metadata: cmdline.Completes(tableNames),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts.args = cmd.Args().Slice()
			return runInspect(ctx, e, opts)
		},
	}
}

func runInspect(ctx context.Context, e *env, opts inspectOptions) error {
	if len(opts.args) > 0 && opts.dir == "" && (isDataSet(opts.args[0]) || len(opts.args) == 2) {
		return usageErrorf("inspect: pass the data set with -d: cclf inspect -d %s", strings.Join(opts.args, " "))
	}
	if len(opts.args) > 1 {
		return usageErrorf("inspect: expected at most one TABLE, got %s", plural(len(opts.args), "argument"))
	}
	var err error
	if opts.dir, err = findDataSet("inspect", opts.dir); err != nil {
		return err
	}
	return opts.result.write(ctx, e, func(e *env) error {
		return withDataSet(ctx, e, opts.dir, opts.options, func(e *env, db *query.DB) error {
			return inspectDataSet(ctx, e, db, opts)
		})
	})
}

func inspectDataSet(ctx context.Context, e *env, db *query.DB, opts inspectOptions) error {
	names := db.TableNames()
	report := results.CompletenessReport{APIs: db.APIs(), EmptyOnly: opts.empty}
	if len(opts.args) == 1 {
		var err error
		if names, err = pickName(names, opts.args[0]); err != nil {
			return err
		}
	} else {
		report.Drift = db.Drift()
	}
	if opts.api != "" {
		report.APIs = pickAPIs(opts.api)
	}
	for _, name := range names {
		table, err := db.Inspect(ctx, name)
		if err != nil {
			return err
		}
		report.Tables = append(report.Tables, table)
	}
	return report.Write(e.stdout, results.Options{
		Format: render.Format(opts.result.format),
		CSV:    render.CSVOptions{Spreadsheet: opts.csvSafe.value(opts.result.format)},
	})
}

// pickName finds a table of the data set by its name, in any case.
func pickName(names []string, want string) ([]string, error) {
	for _, name := range names {
		if strings.EqualFold(name, want) {
			return []string{name}, nil
		}
	}
	return nil, &exitError{
		code: exitcode.Usage,
		err:  fmt.Errorf("inspect: unknown table %q%s", want, didYouMean(want, names)),
		hint: "the tables are " + strings.Join(names, ", "),
	}
}
