package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
)

// convertFlags are the flags of the commands that convert an export, as far as they
// need parsing.
type convertFlags struct {
	command                       string
	asOf                          string
	opts                          convert.Options
	format, profile, versions     string
	leavers                       string
	api, layout, program, runDate string
	extra, fileMode               string
	partFiles                     partFileFlags
	maxRejects                    int64
	limits, tables                []string
	strict, iceberg               bool
}

func newConvertCommand(e *env) *cli.Command {
	flags := convertFlags{command: "convert"}
	return &cli.Command{
		Name:      "convert",
		Usage:     "turn an export into CCLF tables",
		UsageText: "cclf convert -o OUT [options] INPUT...",
		Description: cmdline.Describe(`
			Reads FHIR NDJSON as BCDA exports it (ExplanationOfBenefit, Patient,
			Coverage) and writes the CCLF tables cclf1 to cclf9, cclfa and cclfb, each
			as a folder of part files in OUT. --format duckdb writes one DuckDB file
			instead, and --format fixed the fixed-width CMS files CCLF0 to CCLFB.

			--profile tuva writes the source tables of the Tuva Project's Medicare CCLF
			connector instead: twelve tables of text, final-action claims only, from
			parta_claims_header to enrollment. See docs/tuva.md.

			An INPUT is a file, a zip or tar archive, a folder, or - for standard
			input; files and folders may be in an object store, s3://BUCKET/FOLDER
			(see docs/object-stores.md). Folders and archives are searched for .ndjson, .jsonl and .json
			files (also .gz, .zst, .bz2), and folders for archives too; the summary
			lists the files that were skipped. File types are detected from the
			content, so one command converts all files of an export, in any order.

			Bundles, JSON arrays and pretty-printed JSON are read as well as NDJSON. An
			input that is truncated, or that changes while it is read, stops the run
			with exit code 17. See docs/inputs.md.

			Lines that cannot be converted go to OUT/_rejects.ndjson, with their place
			and the reason, and the run continues. OUT/_manifest.json lists what was
			read and written. It is written last: a data set without it is incomplete.`,
			"cclf convert -o out export/",
			"cclf convert -o out --format csv eob.ndjson.gz patient.ndjson coverage.ndjson",
			"cclf convert -o out --format fixed --aco A1234 export/",
			"cclf convert -o medicare_cclf --profile tuva export/",
			"cclf convert -o out --extra-columns more.txt export/",
			"cclf convert -o out export.zip",
			"zcat export/*.gz | cclf convert -o out -",
			"cclf convert -o out --overwrite --max-rejects 0 export/",
			"cclf convert -o march --as-of 2026-03-31 lake",
		),
		Flags:    append(flags.general(), flags.fixedWidth()...),
		Metadata: cmdline.CompletesFiles(),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts, err := flags.options(cmd)
			if err != nil {
				return err
			}
			opts.Inputs = cmd.Args().Slice()
			if flags.asOf != "" {
				if err := useLogAsOf(&opts, flags.asOf, e.settings.onCommandLine(cmd), cmd.IsSet); err != nil {
					return err
				}
			}
			how := conversion{strict: flags.strict}
			if flags.iceberg {
				if how.iceberg, err = findIceberg("convert", opts.Format); err != nil {
					return err
				}
			}
			return runConvert(ctx, e, opts, how)
		},
	}
}

// general returns the flags of cclf convert that are not for fixed-width files.
func (f *convertFlags) general() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{
			Name: "out", Aliases: []string{"o"}, Usage: "new or empty folder to write the data set to, `OUT`, also s3://BUCKET/FOLDER; with --format duckdb a file such as x.duckdb (required)",
			Required: true, TakesFile: true, Validator: dataSetPath, Destination: &f.opts.Out,
		},
		&cli.BoolFlag{Name: "overwrite", Usage: "replace the data set in OUT", Destination: &f.opts.Overwrite},
		&cli.BoolFlag{
			Name: "changes", Usage: "with --overwrite: write what changed to OUT/_changes, per run of cclf fetch; see docs/changes.md",
			Destination: &f.opts.Changes,
		},
		jobsFlag(&f.opts.Jobs, "number of workers, `N` (default: one per core)"),
		apiFlag(&f.api, "API `VERSION` of the export: v1, v2 or v3 (default: detected)"),
		asOfFlag(&f.asOf),
		&cli.BoolFlag{
			Name: "allow-shrink", Usage: "convert an export that is empty or incomplete, or replace a full data set by an increment",
			Destination: &f.opts.AllowShrink,
		},
	}, f.tableFlags(), f.inputFlags())
}

// tableFlags returns the flags that say which tables are written, and how.
func (f *convertFlags) tableFlags() []cli.Flag {
	return append([]cli.Flag{
		choice(&cli.StringFlag{
			Name: "format", Aliases: []string{"f"}, Usage: "file `FORMAT`: parquet, csv, arrow, duckdb or fixed",
			Value: string(convert.Parquet), Destination: &f.format,
		}, convert.Formats()...),
		choice(&cli.StringFlag{
			Name: "versions", Usage: "claim `VERSIONS` to include: final (final action only) or all (includes canceled)",
			Value: string(convert.FinalVersions), Destination: &f.versions,
		}, "final", "all"),
		choice(&cli.StringFlag{
			Name: "profile", Usage: "write the tables of `PROFILE` instead: tuva (with --format parquet or csv), or none",
			Destination: &f.profile,
		}, append(convert.Profiles(), noProfile)...),
		tablesFlag(&f.tables, "write only the tables of `LIST`, such as cclf1,cclf8 (repeatable; default: all)"),
		&cli.StringFlag{
			Name: "extra-columns", Usage: "add the columns that `FILE` describes, one per line; see docs/extra-columns.md",
			TakesFile: true, Destination: &f.extra,
		},
		fileModeFlag(&f.fileMode),
		&cli.IntFlag{
			Name: "row-group-rows", Usage: "end row groups of Parquet files at `N` rows or a few more (default: 122880)", HideDefault: true,
			Destination: &f.opts.RowGroupRows, Validator: positive,
		},
	}, f.partFiles.flags()...)
}

// noProfile is the value of --profile for the tables of CCLF.
const noProfile = "none"

func profileOf(name string) convert.Profile {
	if name == noProfile {
		return convert.PlainCCLF
	}
	return convert.Profile(name)
}

// inputFlags returns the flags that say what becomes of the input.
func (f *convertFlags) inputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.Int64Flag{
			Name: "max-rejects", Usage: "stop when more than `N` lines are rejected (default: never)", HideDefault: true,
			Value: -1, Destination: &f.maxRejects,
		},
		&cli.BoolFlag{
			Name: "keep-rejected-lines", Usage: "write the text of rejected lines, which is PHI, to _rejects.ndjson too",
			Destination: &f.opts.KeepRejectedLines,
		},
		&cli.BoolFlag{
			Name: "allow-partial", Usage: "convert what can be read of truncated inputs (default: stop with exit code 17)",
			Destination: &f.opts.AllowPartial,
		},
		leaversFlag(&f.leavers),
		&cli.BoolFlag{
			Name: "allow-mixed", Usage: "convert exports of different organizations together",
			Destination: &f.opts.AllowUnrelated,
		},
		&cli.StringSliceFlag{
			Name: "limit", Usage: "maximum size of one resource, `NAME=N`, such as item=20000 (repeatable); see docs/limits.md",
			Destination: &f.limits,
		},
		strictSchemaFlag(&f.strict),
		icebergFlag(&f.iceberg),
	}
}

// fixedCategory is the title of the flags for fixed-width files in the help.
const fixedCategory = "FIXED-WIDTH OPTIONS (--format fixed)"

func (f *convertFlags) fixedWidth() []cli.Flag {
	return []cli.Flag{
		choice(&cli.StringFlag{
			Category: fixedCategory, Name: "layout", Usage: "CMS layout `VERSION`: v36 or v43",
			Value: schema.LayoutV36.String(), Destination: &f.layout,
		}, "v36", "v43"),
		&cli.StringFlag{
			Category: fixedCategory, Name: "aco", Usage: "name and pack the files as CMS does for the ACO with this `ID`, such as A1234",
			Destination: &f.opts.Fixed.ACO,
		},
		choice(&cli.StringFlag{
			Category: fixedCategory, Name: "program", Usage: "`PROGRAM` of the ACO: mssp, vtapm, reach, kcf, ckcc or pcf (default: from the ID)",
			HideDefault: true, Destination: &f.program,
		}, convert.Programs()...),
		&cli.StringFlag{
			Category: fixedCategory, Name: "run-date", Usage: "`TIME` in file names, such as 2026-01-15T09:30:00Z or 2026-01-15 (default: the newest update in the export)",
			HideDefault: true, Validator: func(s string) error { _, err := parseRunDate(s); return err },
			Destination: &f.runDate,
		},
		&cli.IntFlag{
			Category: fixedCategory, Name: "performance-year", Usage: "performance `YEAR` in file names (default: from the run date; with --runout the year before)",
			HideDefault: true, Destination: &f.opts.Fixed.PerformanceYear,
		},
		&cli.BoolFlag{Category: fixedCategory, Name: "runout", Usage: "name the files as run-out files", Destination: &f.opts.Fixed.Runout},
	}
}

// options parses the flags.
func (f *convertFlags) options(cmd *cli.Command) (opts convert.Options, err error) {
	if err := checkFixedFlags(cmd); err != nil {
		return opts, err
	}
	opts = f.opts
	opts.Format = convert.Format(f.format)
	opts.Profile = profileOf(f.profile)
	opts.Versions, opts.Leavers = convert.Versions(f.versions), convert.Leavers(f.leavers)
	if opts.Tables, err = parseTables(f.command, f.tables, opts.Profile); err != nil {
		return opts, err
	}
	if opts.FileMode, err = parseFileMode(f.fileMode); err != nil {
		return opts, err
	}
	if err := f.partFiles.apply(&opts); err != nil {
		return opts, err
	}
	opts.MaxRejects = f.maxRejects
	opts.Fixed.Program = convert.Program(f.program)
	if f.runDate != "" {
		if opts.Fixed.RunDate, err = parseRunDate(f.runDate); err != nil {
			return opts, err
		}
	}
	if opts.Fixed.Layout, err = schema.ParseLayout(f.layout); err != nil {
		return opts, err
	}
	if f.api != "" {
		api, err := schema.ParseAPI(f.api)
		if err != nil {
			return opts, err
		}
		opts.API = &api
	}
	if opts.ExtraColumns, err = readExtraColumns(f.extra); err != nil {
		return opts, fmt.Errorf("%s: %w", f.command, err)
	}
	opts.Limits, err = f.parseLimits()
	return opts, err
}

// checkFixedFlags refuses flags that would have no effect.
func checkFixedFlags(cmd *cli.Command) error {
	for _, flag := range cmd.Flags {
		category, _ := flag.(cli.CategorizableFlag)
		name := flag.Names()[0]
		switch {
		case category == nil || category.GetCategory() != fixedCategory || !cmd.IsSet(name):
		case cmd.String("format") != string(convert.Fixed):
			return usageErrorf("%s: --%s requires --format fixed", cmd.Name, name)
		case name != "layout" && !cmd.IsSet("aco"):
			return usageErrorf("%s: --%s requires --aco", cmd.Name, name)
		}
	}
	return nil
}

// parseLimits parses limits such as item=20000.
func (f *convertFlags) parseLimits() (convert.Limits, error) {
	limits := convert.Limits{}
	for _, arg := range f.limits {
		name, value, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			return nil, usageErrorf("%s: invalid --limit %q: expected NAME=NUMBER, such as item=20000", f.command, arg)
		}
		limits[name] = n
	}
	return limits, nil
}

// parseRunDate parses a time, or a day, which means midnight UTC.
func parseRunDate(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("expected a time such as 2026-01-15T09:30:00Z or a day such as 2026-01-15")
}

// A conversion says how runConvert reports.
type conversion struct {
	strict    bool            // new or missing elements of the export are an error, after the data set is written
	iceberg   string          // the program that publishes the data set as Iceberg tables, unless empty
	lake      bool            // say if nothing changed
	showAfter <-chan struct{} // progress is shown once this is closed, or at once if it is nil
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

// runConvert converts an export and prints a summary.
func runConvert(ctx context.Context, e *env, opts convert.Options, how conversion) error {
	if len(opts.Inputs) == 0 && opts.Files == nil {
		return &exitError{
			code: exitcode.Usage,
			err:  errors.New("convert: no input given"),
			hint: "pass files, folders, or - for standard input",
		}
	}
	if err := useExports(&opts); err != nil {
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
		bound(inputBytes(p.Phase, p.Total))
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
	e.warnShrunk(old, manifest, len(opts.Tables) > 0)
	if opts.Changes && (old != nil || !how.lake) {
		if err := e.noteChanges(old, manifest, opts.Out); err != nil {
			return fmt.Errorf("convert: %w", err)
		}
	}
	if how.iceberg != "" {
		if err := publishIceberg(ctx, e, how.iceberg, opts.Out); err != nil {
			return fmt.Errorf("convert: %w", err)
		}
	}
	if how.lake {
		e.noteUnchanged(old, manifest)
	}
	return convertOutcome(manifest, opts.Out, how.strict)
}

// convertOutcome returns the error of a conversion that finished, but with lines
// rejected or values left out, or nil.
func convertOutcome(m *convert.Manifest, out string, strict bool) error {
	var failed []string
	if n := m.Counts.Rejected; n > 0 {
		failed = append(failed, fmt.Sprintf("%s of %s %s rejected", thousands(n), plural(m.Counts.Lines, "line"), wasOrWere(n)))
	}
	for _, in := range m.Inputs {
		if in.BrokenOff > 0 {
			failed = append(failed, fmt.Sprintf("%s is truncated at line %s", in.Name, thousands(in.BrokenOff)))
		}
	}
	if n := m.Counts.Misfits; n > 0 {
		failed = append(failed, plural(n, "value")+" too long for the field "+wasOrWere(n)+" left blank")
	}
	switch {
	case failed == nil && strict:
		return driftError(m, out)
	case failed == nil:
		return nil
	case strict:
		failed = append(failed, driftWords(m)...)
	}
	return &exitError{
		code: exitcode.Rejects,
		err:  fmt.Errorf("convert: finished, but %s", strings.Join(failed, " and ")),
		hint: "see " + rejectsPath(out, m),
	}
}

// rejectsPath returns the file of rejected lines of a data set.
func rejectsPath(out string, m *convert.Manifest) string {
	if m.Rejects == nil {
		return out + "/" + convert.RejectsFile
	}
	if blob.IsURL(out) {
		return blob.Join(out, m.Rejects.Name)
	}
	if m.Rejects.Name != convert.RejectsFile { // the data set is one file
		return filepath.Join(filepath.Dir(out), m.Rejects.Name)
	}
	return out + "/" + m.Rejects.Name
}
