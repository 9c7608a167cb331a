package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/delivery"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
)

func newImportCommand(e *env) *cli.Command {
	opts := delivery.Options{}
	var format, layout, fileMode string
	var parts partFileFlags
	return &cli.Command{
		Name:      "import",
		Usage:     "import CMS's CCLF deliveries",
		UsageText: "cclf import -o OUT [options] INPUT...",
		Description: cmdline.Describe(`
			Reads CMS's CCLF deliveries (zip files, folders or single files, monthly,
			run-out and weekly, of every program) into a data set with the tables that
			cclf convert writes. Each row has the name and the date of its file; the
			table deliveries lists the files, with their record counts.

			Counts and record lengths are checked against CCLF0. A record that cannot
			be read goes to OUT/_rejects.ndjson with its place and the reason.

			Rows that are equal in several deliveries are kept once, from the first
			one. A weekly delivery gives way to the monthly one that covers it. If OUT
			has imported deliveries, the new ones are added to them.

			CSV and Parquet files with CCLF labels as columns are read too, and so are
			the assignment list reports, lists of exclusions (BNEX) and of participants
			of an ACO. docs/import.md describes all of it.`,
			"cclf import -o cclf P.A1234.ACO.ZCY26.D260120.T0912345.zip",
			"cclf import -o cclf deliveries/",
			"cclf import -o out --format fixed deliveries/",
			"cclf query -d cclf 'FROM deliveries'",
		),
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "write the data set to `OUT`, or add to the data set in it (required)",
				Required: true, TakesFile: true, Validator: dataSetPath, Destination: &opts.Out,
			},
			choice(&cli.StringFlag{
				Name: "format", Aliases: []string{"f"}, Usage: "file `FORMAT`: parquet, csv, arrow, duckdb or fixed (default: parquet)",
				HideDefault: true, Destination: &format,
			}, convert.Formats()...),
			choice(&cli.StringFlag{
				Name: "layout", Usage: "CMS layout `VERSION` of all fixed-width files: v25, v33, v36 or v43 (default: detected)",
				HideDefault: true, Destination: &layout,
			}, layoutNames()...),
			choice(&cli.StringFlag{
				Name: "profile", Usage: "write the tables of `PROFILE` instead: tuva (with --format parquet or csv)",
				Destination: &opts.Profile,
			}, string(convert.Tuva)),
			&cli.BoolFlag{Name: "overwrite", Usage: "replace the data set in OUT instead of adding to it", Destination: &opts.Overwrite},
			&cli.BoolFlag{
				Name: "allow-faults", Usage: "import deliveries that are not what their CCLF0 says, or have no order (default: stop with exit code 20)",
				Destination: &opts.AllowFaults,
			},
			&cli.Int64Flag{
				Name: "max-rejects", Usage: "stop when more than `N` records are rejected (default: never)", HideDefault: true,
				Value: -1, Destination: &opts.MaxRejects,
			},
			fileModeFlag(&fileMode),
			jobsFlag(&opts.Jobs, "number of workers, `N` (default: one per core)"),
		}, parts.flags()...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts.Inputs = cmd.Args().Slice()
			opts.Format = dataset.Format(format)
			var err error
			if opts.FileMode, err = parseFileMode(fileMode); err != nil {
				return err
			}
			if opts.PartitionBy, opts.FileSize, err = parts.parse(); err != nil {
				return err
			}
			opts.Sort, opts.BloomFilters = parts.sort, parts.bloom
			if layout != "" {
				l, err := schema.ParseLayout(layout)
				if err != nil {
					return err
				}
				opts.Layout = &l
			}
			return runImport(ctx, e, opts)
		},
	}
}

func layoutNames() (names []string) {
	for _, l := range schema.Layouts() {
		names = append(names, l.String())
	}
	return names
}

func runImport(ctx context.Context, e *env, opts delivery.Options) error {
	if len(opts.Inputs) == 0 {
		return &exitError{code: exitcode.Usage, err: fmt.Errorf("import: no input given"), hint: "pass files, folders, or - for standard input"}
	}
	if opts.Format == dataset.DuckDB {
		if exportDuckDB == nil {
			return noDuckDB("import --format duckdb")
		}
		opts.Export = func(ctx context.Context, tables, file string) error {
			return exportDuckDB(ctx, tables, file, &convert.Options{Jobs: opts.Jobs})
		}
	}
	opts.Version, opts.Stdin = version(), e.stdin
	bar := newProgressBar(e)
	bound := boundMemory()
	opts.Progress = func(p delivery.Progress) {
		bound(inputBytes(p.Phase, p.Total))
		bar.update(convert.Progress{Phase: p.Phase, Done: p.Done, Total: p.Total})
	}
	start := time.Now()
	report, err := delivery.Import(ctx, opts)
	bar.stop()
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	e.summarizeImport(report, opts.Out, time.Since(start))
	var failed []string
	if report.Rejected > 0 {
		failed = append(failed, fmt.Sprintf("rejected %s", plural(report.Rejected, "record")))
	}
	if n := report.Manifest.Counts.Misfits; n > 0 {
		failed = append(failed, fmt.Sprintf("left %s blank that do not fit their fields", plural(n, "value")))
	}
	if failed == nil {
		return nil
	}
	return &exitError{
		code: exitcode.Rejects,
		err:  fmt.Errorf("import: finished, but %s", strings.Join(failed, " and ")),
		hint: "see " + rejectsPath(opts.Out, report.Manifest),
	}
}

// summarizeImport tells what an import did.
func (e *env) summarizeImport(r *delivery.Report, out string, took time.Duration) {
	m := r.Manifest
	rate := float64(m.TextSize) / 1e6 / took.Seconds()
	e.event("imported", "out", out, "faults", r.Faults, "missing", r.Missing, "seconds", took.Seconds(), "mb_per_second", rate,
		countGroup(
			count{"deliveries", int64(len(r.Deliveries))}, count{"records", m.Counts.Lines}, count{"text_bytes", m.TextSize},
			count{"rejected", r.Rejected}, count{"misfits", m.Counts.Misfits}, count{"passed_over", int64(len(r.PassedOver))},
			count{"imported_before", int64(len(r.Before))},
		), tableGroup(m.Tables))
	if e.logJSON {
		return
	}
	for _, fault := range r.Faults {
		fmt.Fprintf(e.words(), "warning: %s\n", fault)
	}
	if e.quiet {
		return
	}
	if r.Unchanged {
		fmt.Fprintf(e.words(), "nothing to do: %s has all of these deliveries\n", out)
		return
	}
	e.printRowCounts(m)
	read := counted(len(r.Deliveries), "delivery", "deliveries")
	if n := len(r.Lists); n > 0 {
		read += " and " + counted(n, "list", "lists")
	}
	fmt.Fprintf(e.words(), "%s, %.1f MB in %.1f s (%.0f MB/s), written to %s\n",
		read, float64(m.TextSize)/1e6, took.Seconds(), rate, out)
	e.listFiles(len(r.Missing), "not delivered", r.Missing)
	e.listFiles(len(r.Superseded), "superseded by a later monthly delivery", r.Superseded)
	e.listFiles(len(r.NotDeciding), "without a month that it decides", r.NotDeciding)
	e.listFiles(len(r.UnknownColumns), "columns not known", r.UnknownColumns)
	e.listFiles(len(r.Before), "imported before", r.Before)
	e.listFiles(len(r.Twice), "there twice, read once", r.Twice)
	if r.Redelivered > 0 {
		fmt.Fprintf(e.words(), "  %s dropped: equal to one of an earlier delivery\n", plural(r.Redelivered, "record"))
	}
	if r.Revised > 0 {
		fmt.Fprintf(e.words(), "  %s with other values than in an earlier delivery: both have rows\n", plural(r.Revised, "record"))
	}
	e.listFiles(len(r.Older), "without a date, and so older than what has other values", r.Older)
	for _, note := range skippedNotes(m, out) {
		fmt.Fprintln(e.words(), "  "+note)
	}
}

// listFiles prints what holds for some files.
func (e *env) listFiles(n int, what string, names []string) {
	for i, name := range names {
		if i == mostFiles {
			fmt.Fprintf(e.words(), "  and %d more %s\n", n-mostFiles, what)
			return
		}
		fmt.Fprintf(e.words(), "  %s: %s\n", what, name)
	}
}
