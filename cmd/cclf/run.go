package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/dataset"
)

// runOptions are the flags of cclf run.
type runOptions struct {
	fetchOptions
	to     convert.Options
	strict bool // about what the export holds
}

func newRunCommand(e *env) *cli.Command {
	var opts runOptions
	return &cli.Command{
		Name:      "run",
		Usage:     "download a bulk export and turn it into CCLF tables, in one go",
		UsageText: "cclf run -o OUT [options]",
		Description: help(`
			Does what cclf fetch does, and then what cclf convert does with the export
			folder: OUT-export, unless --export names another one. The data set is made
			of all complete exports in that folder, so that with --since auto it grows
			by what changed; where resources come again, the newest version counts.

			If it is interrupted, the same command goes on where it stopped, also where
			only the conversion was cut off: that is then done again, without a new
			export. Once all is done, the same command starts a new export. OUT must be
			new or empty; --overwrite replaces the data set in it when the new one is
			finished. The third example is for a weekly timer.
			`+credentialsHelp,
			"cclf run -o out --env sandbox",
			"cclf run -o out --export export --group all",
			"cclf run -o out --overwrite --since auto --new --wait",
		),
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "write the data set to `OUT`, a new or empty folder (required)",
				Required: true, TakesFile: true, Validator: localPath, Destination: &opts.to.Out,
			},
			&cli.StringFlag{
				Name: "export", Usage: "keep the files of the export in `DIR` (default: OUT-export)",
				TakesFile: true, Validator: localPath, Destination: &opts.out,
			},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a data set that is in OUT", Destination: &opts.to.Overwrite},
			jobsFlag(&opts.jobs, fmt.Sprintf("number of workers, `N`: files downloaded at a time (default: %d), and conversions (default: one per core)", defaultDownloads)),
			strictSchemaFlag(&opts.strict),
			&cli.BoolFlag{
				Name: "allow-shrink", Usage: "make a data set of less than there was: of an increment without a full export, or without files that are gone",
				Destination: &opts.to.AllowShrink,
			},
		}, append(opts.requestFlags(), opts.server.flags()...)...),
		DisableSliceFlagSeparator: true,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			opts.isSet = cmd.IsSet
			opts.howToResume = "run the same command to resume"
			opts.convertTo = filepath.Clean(opts.to.Out)
			if opts.out == "" {
				opts.out = strings.TrimRight(opts.convertTo, `/\`) + "-export"
			}
			return runBoth(ctx, e, opts)
		},
	}
}

// runBoth fetches, and then converts the whole folder. The files are read again
// from the disk, which takes a second per gigabyte: for that each row's source
// is a file and a line, and the state of the folder alone says what is in the
// data set.
func runBoth(ctx context.Context, e *env, opts runOptions) error {
	if err := opts.prepare(); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	fetched, err := opts.isFetched(ctx, e)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	if fetched {
		e.note("the last export in " + opts.out + " is complete, but was not converted: it is not fetched again")
	} else {
		// A job is started only when the data set can be written.
		if !opts.to.Overwrite {
			if err := dataset.CheckEmpty(opts.to.Out, dataset.Parquet); err != nil {
				return fmt.Errorf("run: %w", err)
			}
		}
		if err := opts.checkBase(opts.request.Since); err != nil {
			return err
		}
		result, err := runFetch(ctx, e, opts.fetchOptions)
		if err != nil {
			return fmt.Errorf("run: %w", err)
		}
		// What auto came to is known only now.
		if err := opts.checkBase(result.Since); err != nil {
			return err
		}
	}
	if err := opts.findInputs(e); err != nil {
		return err
	}
	opts.to.MaxRejects, opts.to.Jobs = -1, opts.jobs
	err = runConvert(ctx, e, opts.to, opts.strict)
	switch code := exitCode(err); {
	case code == exitOK, code == exitRejects, code == exitDrift:
		// A folder that is in use has another last export by now.
		if noteErr := opts.setConverted(); noteErr != nil && !errors.Is(noteErr, fetch.ErrInUse) {
			return fmt.Errorf("run: %w", noteErr)
		}
		return err
	case ctx.Err() != nil:
		return &exitError{code: code, err: err, hint: "the export is complete; the same command converts it again, without fetching it again"}
	default:
		return err
	}
}

// isFetched tells whether the last export in the folder is complete and is the
// one that is asked for, and only its conversion was cut off. With --new, a new
// export is wanted all the same.
func (o *runOptions) isFetched(ctx context.Context, e *env) (bool, error) {
	saved, err := fetch.ReadLastRun(o.out)
	if err != nil || !saved.Complete || o.startNew {
		return false, nil //nolint:nilerr // fetch itself says what is wrong with the folder
	}
	var note fetchNote
	if json.Unmarshal([]byte(saved.Note), &note) != nil || note.ConvertTo == "" || note.Converted {
		return false, nil
	}
	// Nothing is sent for the comparison, so nobody is asked for credentials.
	server := o.server
	server.Auth, server.Key = "none", ""
	c, err := server.client(ctx, e, e.log)
	if err != nil {
		return false, err
	}
	if !saved.Matches(c, o.request) {
		return false, nil
	}
	// An export without data is nothing that could be converted.
	runs, err := fetch.CompleteRuns(o.out)
	return len(runs) > 0 && len(runs[len(runs)-1].Files) > 0, err
}

// setConverted writes down that the last export is in a data set.
func (o *runOptions) setConverted() error {
	saved, err := fetch.ReadLastRun(o.out)
	if err != nil {
		return err
	}
	var note fetchNote
	if err := json.Unmarshal([]byte(saved.Note), &note); err != nil {
		return fmt.Errorf("%s: %w", o.out, err)
	}
	note.Converted = true
	text, err := json.Marshal(note)
	if err != nil {
		return err
	}
	return fetch.SetNote(o.out, saved.Number, string(text))
}

// checkBase refuses an increment that nothing in the folder can be added to:
// the data set would be what changed, and no more.
func (o *runOptions) checkBase(since string) error {
	if since == "" || since == fetch.SinceAuto || o.to.AllowShrink {
		return nil
	}
	if _, err := os.Stat(o.out); errors.Is(err, fs.ErrNotExist) {
		return o.noBase()
	}
	runs, err := fetch.CompleteRuns(o.out)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	if !slices.ContainsFunc(runs, func(r fetch.CompleteRun) bool { return r.Since == "" }) {
		return o.noBase()
	}
	return nil
}

func (o *runOptions) noBase() error {
	return &exitError{
		code: exitShrink,
		err:  fmt.Errorf("run: %s has no full export: the data set would hold only what changed", o.out),
		hint: "leave --since out, or take --since auto, which gets everything the first time; --allow-shrink makes it all the same",
	}
}

// findInputs makes the data files of all complete exports the inputs, the
// oldest first, in the order of the server's manifests.
func (o *runOptions) findInputs(e *env) error {
	runs, err := fetch.CompleteRuns(o.out)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	var missing []string
	known := map[string]bool{}
	o.to.Inputs = nil
	for i, run := range runs {
		for _, file := range run.Files {
			name := filepath.Base(file.Path)
			known[name] = true
			switch info, err := os.Stat(file.Path); {
			case err == nil && info.Size() == file.Size:
				o.to.Inputs = append(o.to.Inputs, file.Path)
			case err != nil && isSuperseded(run, runs[i+1:]):
				// A full export that came later has all of it.
			default:
				missing = append(missing, name)
			}
		}
	}
	if len(missing) > 0 {
		says := fmt.Sprintf("%s of complete exports missing or changed in %s: %s", plural(len(missing), "file"), o.out, missing[0])
		if !o.to.AllowShrink {
			return &exitError{
				code: exitShrink, err: errors.New("run: " + says + "; the data set would lack what was in there"),
				hint: "bring the files back, export everything again without --since, or convert what is there with --allow-shrink",
			}
		}
		e.log.Warn(says)
	}
	if len(o.to.Inputs) == 0 {
		return &exitError{
			code: exitShrink, err: fmt.Errorf("run: the exports in %s have no data: there is nothing to convert", o.out),
			hint: "the server had nothing for this request; see cclf attribution",
		}
	}
	return o.namePassedOver(e, known)
}

// isSuperseded tells whether one of the later runs was a full export of the
// same kind.
func isSuperseded(run fetch.CompleteRun, later []fetch.CompleteRun) bool {
	return slices.ContainsFunc(later, func(l fetch.CompleteRun) bool {
		a, b := run.Request, l.Request
		return l.Since == "" && b.Until == "" && a.Endpoint == b.Endpoint && a.Group == b.Group &&
			slices.Equal(slices.Sorted(slices.Values(a.Types)), slices.Sorted(slices.Values(b.Types))) &&
			slices.Equal(slices.Sorted(slices.Values(a.TypeFilters)), slices.Sorted(slices.Values(b.TypeFilters)))
	})
}

// namePassedOver names files of data that are in the folder, and of no complete
// export.
func (o *runOptions) namePassedOver(e *env, known map[string]bool) error {
	entries, err := os.ReadDir(o.out)
	if err != nil {
		return &exitError{code: exitInput, err: fmt.Errorf("run: %w", err)}
	}
	var over []string
	for _, entry := range entries {
		name := entry.Name()
		plain := strings.TrimSuffix(name, ".gz")
		if !known[name] && name[0] != '_' && name[0] != '.' && (strings.HasSuffix(plain, ".ndjson") || strings.HasSuffix(plain, ".jsonl")) {
			over = append(over, name)
		}
	}
	if len(over) > 0 {
		e.note(fmt.Sprintf("%s in %s not converted, being of no complete export: %s", plural(len(over), "file"), o.out, over[0]))
	}
	return nil
}
