package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/schema"
)

func newConvertCommand(e *env) *cli.Command {
	var opts convert.Options
	var api, format, profile, versions, layout, program, runDate, extra string
	var maxRejects int64
	var strict bool
	var limits []string
	return &cli.Command{
		Name:      "convert",
		Usage:     "turn an export into CCLF tables",
		UsageText: "cclf convert -o OUT [options] INPUT...",
		Description: help(`
			Reads FHIR NDJSON as BCDA exports it (ExplanationOfBenefit, Patient,
			Coverage) and writes the CCLF tables cclf1 to cclf9, cclfa and cclfb, each
			a folder of part files in OUT; with --format duckdb all in one file, and
			with --format fixed the fixed-width files CCLF0 to CCLFB of CMS.

			With --profile tuva it writes the sources of the Tuva Project's Medicare
			CCLF connector instead: twelve tables of text, final claims only, from
			parta_claims_header to enrollment. See docs/tuva.md.

			An INPUT is a file, a zip or tar archive, a folder, or - for standard
			input. Folders and archives are searched for .ndjson, .jsonl and .json
			files (also .gz, .zst, .bz2), folders for archives too; what else they
			hold is named as passed over. What a file holds is detected from its
			content, so all files of an export can go in at once, in any order.

			Besides NDJSON, Bundles, JSON arrays and pretty-printed JSON are read. An
			input that breaks off, or changes while it is read, stops the run with
			exit code 17. docs/inputs.md describes all of it.

			A line that cannot be converted goes to OUT/_rejects.ndjson with its place
			and the reason, and the run goes on. OUT/_manifest.json tells what was read
			and written; it is written last, so that a data set without it is not
			finished.`,
			"cclf convert -o out export/",
			"cclf convert -o out --format csv eob.ndjson.gz patient.ndjson coverage.ndjson",
			"cclf convert -o out --format fixed --aco A1234 export/",
			"cclf convert -o medicare_cclf --profile tuva export/",
			"cclf convert -o out --extra-columns more.txt export/",
			"cclf convert -o out export.zip",
			"zcat export/*.gz | cclf convert -o out -",
			"cclf convert -o out --overwrite --max-rejects 0 export/",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "write the data set to `OUT`, a new or empty folder, or with --format duckdb a file such as x.duckdb (required)",
				Required: true, TakesFile: true, Validator: localPath, Destination: &opts.Out,
			},
			choice(&cli.StringFlag{
				Name: "format", Aliases: []string{"f"}, Usage: "file `FORMAT`: parquet, csv, arrow, duckdb or fixed",
				Value: string(convert.Parquet), Destination: &format,
			}, convert.Formats()...),
			choice(&cli.StringFlag{
				Name: "profile", Usage: "write the tables of `PROFILE` instead: tuva (with --format parquet or csv)",
				Destination: &profile,
			}, convert.Profiles()...),
			choice(&cli.StringFlag{
				Name: "versions", Usage: "claim `VERSIONS` to include: final (final action only) or all (includes canceled)",
				Value: string(convert.FinalVersions), Destination: &versions,
			}, "final", "all"),
			apiFlag(&api, "API `VERSION` of the export: v1, v2 or v3 (default: detected)"),
			&cli.StringFlag{
				Name: "extra-columns", Usage: "add the columns that `FILE` describes, a line each; see docs/extra-columns.md",
				TakesFile: true, Destination: &extra,
			},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a data set that is in OUT", Destination: &opts.Overwrite},
			&cli.BoolFlag{
				Name:        "allow-shrink",
				Usage:       "make a data set of an export that has no resources, is not complete, or has only what changed since the one that it replaces",
				Destination: &opts.AllowShrink,
			},
			&cli.Int64Flag{
				Name: "max-rejects", Usage: "stop when more than `N` lines are rejected (default: never)", HideDefault: true,
				Value: -1, Destination: &maxRejects,
			},
			&cli.BoolFlag{
				Name: "allow-partial", Usage: "convert what there is of inputs that break off (default: stop with exit code 17)",
				Destination: &opts.AllowPartial,
			},
			&cli.StringSliceFlag{
				Name: "limit", Usage: "set a limit of what one resource may hold, `NAME=N`, as in item=20000; see docs/limits.md",
				Destination: &limits,
			},
			&cli.BoolFlag{
				Name: "keep-rejected-lines", Usage: "write the text of rejected lines, which is PHI, to _rejects.ndjson too",
				Destination: &opts.KeepRejectedLines,
			},
			strictSchemaFlag(&strict),
			jobsFlag(&opts.Jobs, "number of workers, `N` (default: one per core)"),
			choice(&cli.StringFlag{
				Category: fixedCategory, Name: "layout", Usage: "CMS layout `VERSION`: v36 or v43",
				Value: schema.LayoutV36.String(), Destination: &layout,
			}, "v36", "v43"),
			&cli.StringFlag{
				Category: fixedCategory, Name: "aco", Usage: "name the files and pack them as CMS does for the ACO with this `ID`, such as A1234",
				Destination: &opts.Fixed.ACO,
			},
			choice(&cli.StringFlag{
				Category: fixedCategory, Name: "program", Usage: "`PROGRAM` of the ACO: mssp, vtapm, reach, kcf, ckcc or pcf (default: that of the ID)",
				HideDefault: true, Destination: &program,
			}, convert.Programs()...),
			&cli.StringFlag{
				Category: fixedCategory, Name: "run-date", Usage: "`TIME` in the names, such as 2026-01-15T09:30:00Z or 2026-01-15 (default: the newest update in the export)",
				HideDefault: true, Validator: func(s string) error { _, err := parseRunDate(s); return err },
				Destination: &runDate,
			},
			&cli.IntFlag{
				Category: fixedCategory, Name: "performance-year", Usage: "`YEAR` in the names (default: that of the run date; with --runout the year before)",
				HideDefault: true, Destination: &opts.Fixed.PerformanceYear,
			},
			&cli.BoolFlag{Category: fixedCategory, Name: "runout", Usage: "name the files as those of a run-out", Destination: &opts.Fixed.Runout},
		},
		Metadata: completesFiles(),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts.Inputs = cmd.Args().Slice()
			if err := checkFixedFlags(cmd); err != nil {
				return err
			}
			opts.Fixed.Program = convert.Program(program)
			var err error
			if runDate != "" {
				if opts.Fixed.RunDate, err = parseRunDate(runDate); err != nil {
					return err
				}
			}
			if opts.Fixed.Layout, err = schema.ParseLayout(layout); err != nil {
				return err
			}
			opts.Format = convert.Format(format)
			opts.Profile = convert.Profile(profile)
			opts.Versions = convert.Versions(versions)
			opts.MaxRejects = maxRejects
			if api != "" {
				generation, err := schema.ParseAPI(api)
				if err != nil {
					return err
				}
				opts.API = &generation
			}
			if opts.ExtraColumns, err = readExtraColumns(extra); err != nil {
				return fmt.Errorf("convert: %w", err)
			}
			if opts.Limits, err = parseLimits(limits); err != nil {
				return fmt.Errorf("convert: %w", err)
			}
			return runConvert(ctx, e, opts, conversion{strict: strict})
		},
	}
}

// parseLimits reads limits such as item=20000.
func parseLimits(args []string) (convert.Limits, error) {
	limits := convert.Limits{}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("convert: invalid --limit %q: expected NAME=NUMBER, as in item=20000", arg)}
		}
		limits[name] = n
	}
	return limits, nil
}

// parseRunDate reads a time, or a day, which means its beginning in UTC.
func parseRunDate(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("expected a time such as 2026-01-15T09:30:00Z or a day such as 2026-01-15")
}

// readExtraColumns reads a file of extra columns, none if there is no name.
func readExtraColumns(name string) ([]schema.ExtraColumn, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, &exitError{code: exitInput, err: fmt.Errorf("extra columns: %w", err)}
	}
	extra, err := schema.ParseExtraColumns(bytes.NewReader(text), name)
	if err != nil {
		return nil, &exitError{code: exitUsage, err: err, hint: "docs/extra-columns.md has the form of the lines"}
	}
	return extra, nil
}

// fixedCategory is where the help has the flags for the fixed-width files.
const fixedCategory = "FIXED-WIDTH OPTIONS (--format fixed)"

// checkFixedFlags refuses flags that would have no effect.
func checkFixedFlags(cmd *cli.Command) error {
	for _, flag := range cmd.Flags {
		category, _ := flag.(cli.CategorizableFlag)
		name := flag.Names()[0]
		switch {
		case category == nil || category.GetCategory() != fixedCategory || !cmd.IsSet(name):
		case cmd.String("format") != string(convert.Fixed):
			return usageErrorf("convert: --%s is for --format fixed", name)
		case name != "layout" && !cmd.IsSet("aco"):
			return usageErrorf("convert: --%s is for the files of an ACO: give --aco too", name)
		}
	}
	return nil
}

// A conversion says how runConvert treats and shows what it does.
type conversion struct {
	strict    bool            // new or missing elements of the export are an error, after the data set is written
	showAfter <-chan struct{} // the progress is shown once this is closed, unless it is nil
}

func (c conversion) showsProgress() bool {
	if c.showAfter == nil {
		return true
	}
	select {
	case <-c.showAfter:
		return true
	default:
		return false
	}
}

// runConvert converts an export.
func runConvert(ctx context.Context, e *env, opts convert.Options, how conversion) error {
	strict := how.strict
	if len(opts.Inputs) == 0 && opts.Files == nil {
		return &exitError{
			code: exitUsage,
			err:  fmt.Errorf("convert: no input"),
			hint: "name files, folders, or - for standard input",
		}
	}
	if err := checkExports(&opts); err != nil {
		return fmt.Errorf("convert: %w", err)
	}
	if opts.Format == convert.DuckDB {
		if exportDuckDB == nil {
			return noDuckDB("convert --format duckdb")
		}
		opts.Export = func(ctx context.Context, tables, file string) error {
			return exportDuckDB(ctx, tables, file, &opts)
		}
	}
	opts.Version = version()
	opts.Stdin = e.stdin
	bar := newProgressBar(e)
	bound := boundMemory()
	opts.Progress = func(p convert.Progress) {
		bound()
		if how.showsProgress() {
			bar.update(p)
		}
	}
	var old *convert.Manifest
	opts.Replaced = func(m *convert.Manifest) { old = m }
	start := time.Now()
	manifest, err := convert.Run(ctx, opts)
	bar.stop()
	if err != nil {
		return fmt.Errorf("convert: %w", err)
	}
	e.summarize(manifest, opts.Out, time.Since(start))
	e.tellShrunk(old, manifest)
	counts := &manifest.Counts
	var failed []string
	if counts.Rejected > 0 {
		were := "were"
		if counts.Rejected == 1 {
			were = "was"
		}
		failed = append(failed, fmt.Sprintf("%d of %s %s rejected", counts.Rejected, plural(counts.Lines, "line"), were))
	}
	for _, in := range manifest.Inputs {
		if in.BrokenOff > 0 {
			failed = append(failed, fmt.Sprintf("%s broke off at line %d: what follows is missing", in.Name, in.BrokenOff))
		}
	}
	switch counts.Misfits {
	case 0:
	case 1:
		failed = append(failed, "1 value does not fit its field, which is blank")
	default:
		failed = append(failed, fmt.Sprintf("%d values do not fit their fields, which are blank", counts.Misfits))
	}
	switch {
	case failed == nil && strict:
		return driftError(manifest, opts.Out)
	case failed == nil:
		return nil
	case strict:
		failed = append(failed, driftWords(manifest)...)
	}
	return &exitError{
		code: exitRejects,
		err:  fmt.Errorf("convert: finished, but %s", strings.Join(failed, " and ")),
		hint: "see " + rejectsPath(opts.Out, manifest),
	}
}
