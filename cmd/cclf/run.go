package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/sync"
)

func newRunCommand(e *env) *cli.Command {
	opts := runOptions{flags: convertFlags{command: "run"}}
	return &cli.Command{
		Name:      "run",
		Usage:     "download a bulk export and convert it, in one step",
		UsageText: "cclf run -o OUT [options]",
		Description: cmdline.Describe(`
			Downloads an export as cclf fetch does, and converts its files as cclf
			convert does, as they arrive. The export folder is OUT-export, unless
			--export names another one. The data set is made from all complete exports
			in that folder, so with --since auto it grows by what changed; the newest
			version of a resource counts. It is published only if the export is
			complete. For a job that runs every week, see cclf sync.

			If it is interrupted, the same command resumes it. An export that is
			complete, but was not converted, is converted without a new export.
			Otherwise the same command starts a new export. OUT must be new or empty;
			--overwrite replaces the data set in it once the new one is finished.
			`+credentialsHelp,
			"cclf run -o out --env sandbox",
			"cclf run -o out --export export --group all",
			"cclf run -o out --overwrite --since auto --new --wait",
		),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "new or empty folder to write the data set to, `OUT`, also s3://BUCKET/FOLDER; with --format duckdb a file such as x.duckdb (required)",
				Required: true, TakesFile: true, Validator: dataSetPath, Destination: &opts.flags.opts.Out,
			},
			&cli.StringFlag{
				Name: "export", Usage: "export folder, `DIR` (default: OUT-export)",
				TakesFile: true, Validator: dataSetPath, Destination: &opts.out,
			},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace the data set in OUT", Destination: &opts.flags.opts.Overwrite},
			opts.workersFlag(),
			&cli.BoolFlag{
				Name: "allow-shrink", Usage: "convert less than a full export: an increment alone, or without files that are missing",
				Destination: &opts.flags.opts.AllowShrink,
			},
		}, opts.flags.tableFlags(), opts.flags.inputFlags(), opts.flags.fixedWidth(), opts.requestFlags(), opts.server.flags()),
		DisableSliceFlagSeparator: true,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := opts.take(e, cmd); err != nil {
				return err
			}
			opts.howToResume = "run the same command to resume"
			opts.convertTo = opts.to.Out
			if opts.out = blob.Clean(opts.out); opts.out == "" {
				opts.out = sync.ExportOf(opts.to.Out)
			}
			if opts.out == "" {
				return usageErrorf("run: a data set that is a whole bucket has no export folder beside it; name one with --export")
			}
			return opts.run(ctx, e)
		},
	}
}

// workersFlag is --jobs of the commands that download and convert.
func (o *runOptions) workersFlag() cli.Flag {
	return jobsFlag(&o.jobs, fmt.Sprintf("number of workers, `N`: files downloaded at a time (default: %d), and conversions (default: one per core)", defaultDownloads))
}

// take parses the flags.
func (o *runOptions) take(e *env, cmd *cli.Command) error {
	if err := noArguments(cmd); err != nil {
		return err
	}
	var err error
	if o.to, err = o.flags.options(cmd); err != nil {
		return err
	}
	if o.flags.iceberg {
		if blob.IsURL(o.to.Out) {
			return usageErrorf("%s: --iceberg takes a local path: run cclf-iceberg for a data set in an object store", o.flags.command)
		}
		if o.iceberg, err = findIceberg(o.flags.command, o.to.Format); err != nil {
			return err
		}
	}
	o.to.Out = cleanPath(o.to.Out)
	if err := dataset.CheckRemote(o.to.Out, o.to.Format, o.to.FileMode); err != nil {
		return o.failed(err)
	}
	o.to.Jobs = o.jobs
	o.isSet = e.settings.onCommandLine(cmd)
	if err := o.prepare(); err != nil {
		return fmt.Errorf("%s: %w", o.flags.command, err)
	}
	return nil
}

// run downloads an export and converts all complete exports of its folder, unless the
// last one is complete and was only not converted.
func (o *runOptions) run(ctx context.Context, e *env) error {
	o.to.Runs = func() ([]convert.FetchRun, error) {
		log, err := o.log()
		if err != nil {
			return nil, err
		}
		return log.FetchRuns(), nil
	}
	ready, err := o.isFetched(ctx, e)
	if err != nil {
		return o.failed(err)
	}
	if ready {
		e.note("the last export in " + o.out + " is complete but was not converted; converting it now")
		return o.settle(ctx, o.convertLog(ctx, e))
	}
	fetched, err := o.fetchAndConvert(ctx, e)
	if !fetched {
		return err
	}
	return o.settle(ctx, err)
}

// settle records that an export was converted, or says how to go on. Err is the outcome
// of the conversion.
func (o *runOptions) settle(ctx context.Context, err error) error {
	code := exitCode(err)
	switch {
	case isPublished(code):
		if noteErr := o.setConverted(); noteErr != nil {
			return o.failed(noteErr)
		}
		return err
	case ctx.Err() != nil:
		return &exitError{code: code, err: err, hint: "the export is complete; run the same command to convert it"}
	default:
		return err
	}
}

// isPublished reports whether a conversion that ended with this code has published its
// data set.
func isPublished(code int) bool {
	return code == exitcode.OK || code == exitcode.Rejects || code == exitcode.Drift
}
