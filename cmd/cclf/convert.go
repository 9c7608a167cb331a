package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/schema"
)

func newConvertCommand(e *env) *cli.Command {
	var opts convert.Options
	var api, format, versions string
	var maxRejects int64
	return &cli.Command{
		Name:      "convert",
		Usage:     "turn an export into CCLF tables",
		UsageText: "cclf convert -o OUT [options] INPUT...",
		Description: help(`
			Reads FHIR NDJSON as BCDA exports it (ExplanationOfBenefit, Patient,
			Coverage) and writes the CCLF tables cclf1 to cclf9, cclfa and cclfb, each
			a folder of part files in OUT.

			An INPUT is a file, a folder that is searched for .ndjson and .jsonl files
			(also with .gz or .zst behind), or - for standard input. What a file holds
			is told by its content, never by its name, so all files of an export can
			go in at once, in any order.

			A line that cannot be converted goes to OUT/_rejects.ndjson with its place
			and the reason, and the run goes on. OUT/_manifest.json tells what was read
			and written; it is written last, so that a data set without it is not
			finished.`,
			"cclf convert -o out export/",
			"cclf convert -o out --format csv eob.ndjson.gz patient.ndjson coverage.ndjson",
			"zcat export/*.gz | cclf convert -o out -",
			"cclf convert -o out --overwrite --max-rejects 0 export/",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "write the data set to `OUT`, a new or empty folder (required)",
				Required: true, TakesFile: true, Destination: &opts.Out,
			},
			&cli.StringFlag{
				Name: "format", Aliases: []string{"f"}, Usage: "`FORM` of the files: parquet or csv",
				Value: string(convert.Parquet), Validator: oneOf("parquet", "csv"), Destination: &format,
			},
			&cli.StringFlag{
				Name: "versions", Usage: "`WHICH` claims get rows: final (those in force) or all (cancelled ones too)",
				Value: string(convert.FinalVersions), Validator: oneOf("final", "all"), Destination: &versions,
			},
			&cli.StringFlag{
				Name: "api", Usage: "`GENERATION` of the export: v1, v2 or v3 (default: told by its content)",
				HideDefault: true, Validator: oneOf("v1", "v2", "v3"), Destination: &api,
			},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a data set that is in OUT", Destination: &opts.Overwrite},
			&cli.Int64Flag{
				Name: "max-rejects", Usage: "stop when more than `N` lines are rejected (default: never)", HideDefault: true,
				Value: -1, Destination: &maxRejects,
			},
			&cli.BoolFlag{
				Name: "keep-rejected-lines", Usage: "write the text of rejected lines, which is PHI, to _rejects.ndjson too",
				Destination: &opts.KeepRejectedLines,
			},
			&cli.IntFlag{
				Name: "jobs", Aliases: []string{"j"}, Usage: "use `N` workers (default: one a core)", HideDefault: true,
				Validator: positive, Destination: &opts.Jobs,
			},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts.Inputs = cmd.Args().Slice()
			opts.Format = convert.Format(format)
			opts.Versions = convert.Versions(versions)
			opts.MaxRejects = maxRejects
			if api != "" {
				generation, err := schema.ParseAPI(api)
				if err != nil {
					return err
				}
				opts.API = &generation
			}
			return runConvert(ctx, e, opts)
		},
	}
}

func runConvert(ctx context.Context, e *env, opts convert.Options) error {
	if len(opts.Inputs) == 0 {
		return &exitError{
			code: exitUsage,
			err:  fmt.Errorf("convert: no input"),
			hint: "name files, folders, or - for standard input",
		}
	}
	opts.Version = version()
	opts.Stdin = e.stdin
	bar := newProgressBar(e)
	opts.Progress = bar.update
	start := time.Now()
	manifest, err := convert.Run(ctx, opts)
	bar.stop()
	if err != nil {
		return fmt.Errorf("convert: %w", err)
	}
	e.summarize(manifest, opts.Out, time.Since(start))
	if n := manifest.Counts.Rejected; n > 0 {
		return &exitError{
			code: exitRejects,
			err:  fmt.Errorf("convert: finished, but %d of %d lines were rejected", n, manifest.Counts.Lines),
			hint: "see " + opts.Out + "/" + convert.RejectsFile,
		}
	}
	return nil
}
