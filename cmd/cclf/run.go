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
	to       convert.Options
	tables   []string
	leavers  string
	fileMode string
	strict   bool // see conversion
}

func newRunCommand(e *env) *cli.Command {
	var opts runOptions
	return &cli.Command{
		Name:      "run",
		Usage:     "download a bulk export and convert it, in one step",
		UsageText: "cclf run -o OUT [options]",
		Description: help(`
			Downloads an export as cclf fetch does, and converts its files as cclf
			convert does, as they arrive. The export folder is OUT-export, unless
			--export names another one. The data set is made from all complete exports
			in that folder, so with --since auto it grows by what changed; the newest
			version of a resource counts. It is published only if the export is
			complete.

			If it is interrupted, the same command resumes it. An export that is
			complete, but was not converted, is converted without a new export.
			Otherwise the same command starts a new export. OUT must be new or empty;
			--overwrite replaces the data set in it once the new one is finished. The
			third example is for a weekly timer.
			`+credentialsHelp,
			"cclf run -o out --env sandbox",
			"cclf run -o out --export export --group all",
			"cclf run -o out --overwrite --since auto --new --wait",
		),
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "new or empty folder to write the data set to, `OUT` (required)",
				Required: true, TakesFile: true, Validator: localPath, Destination: &opts.to.Out,
			},
			&cli.StringFlag{
				Name: "export", Usage: "export folder, `DIR` (default: OUT-export)",
				TakesFile: true, Validator: localPath, Destination: &opts.out,
			},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace the data set in OUT", Destination: &opts.to.Overwrite},
			leaversFlag(&opts.leavers),
			jobsFlag(&opts.jobs, fmt.Sprintf("number of workers, `N`: files downloaded at a time (default: %d), and conversions (default: one per core)", defaultDownloads)),
			tablesFlag(&opts.tables, "write only the tables of `LIST`, such as cclf1,cclf8 (repeatable; default: all)"),
			fileModeFlag(&opts.fileMode),
			strictSchemaFlag(&opts.strict),
			&cli.BoolFlag{
				Name: "allow-shrink", Usage: "convert less than a full export: an increment alone, or without files that are missing",
				Destination: &opts.to.AllowShrink,
			},
		}, append(opts.requestFlags(), opts.server.flags()...)...),
		DisableSliceFlagSeparator: true,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			var err error
			if opts.to.Tables, err = parseTables("run", opts.tables, opts.to.Profile); err != nil {
				return err
			}
			if opts.to.FileMode, err = parseFileMode(opts.fileMode); err != nil {
				return err
			}
			opts.isSet = e.settings.onCommandLine(cmd)
			opts.howToResume = "run the same command to resume"
			opts.convertTo = filepath.Clean(opts.to.Out)
			if opts.out == "" {
				opts.out = strings.TrimRight(opts.convertTo, `/\`) + "-export"
			}
			return runBoth(ctx, e, opts)
		},
	}
}

// runBoth downloads an export and converts all complete exports of its folder.
func runBoth(ctx context.Context, e *env, opts runOptions) error {
	if err := opts.prepare(); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	opts.to.MaxRejects, opts.to.Jobs = -1, opts.jobs
	opts.to.Leavers = convert.Leavers(opts.leavers)
	opts.to.Runs = func() ([]convert.FetchRun, error) { return fetchRuns(opts.out) }
	fetched, err := opts.isFetched(ctx, e)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	if fetched {
		e.note("the last export in " + opts.out + " is complete but was not converted; converting it now")
		if opts.to.Inputs, err = opts.findInputs(e); err == nil {
			err = runConvert(ctx, e, opts.to, conversion{strict: opts.strict})
		}
	} else {
		fetched, err = opts.fetchAndConvert(ctx, e)
	}
	switch code := exitCode(err); {
	case !fetched:
		return err
	case code == exitOK, code == exitRejects, code == exitDrift:
		// If the folder is in use, its last export is another one by now.
		if noteErr := opts.setConverted(); noteErr != nil && !errors.Is(noteErr, fetch.ErrInUse) {
			return fmt.Errorf("run: %w", noteErr)
		}
		return err
	case ctx.Err() != nil:
		return &exitError{code: code, err: err, hint: "the export is complete; run the same command to convert it"}
	default:
		return err
	}
}

// fetchAndConvert downloads an export, and converts its files as they arrive.
// The data set is published only if the export is complete. Fetched reports
// whether it is; otherwise the error says why not.
func (o *runOptions) fetchAndConvert(ctx context.Context, e *env) (fetched bool, err error) {
	// A job is started only if the data set can be written.
	if !o.to.Overwrite {
		if err := dataset.CheckEmpty(o.to.Out, dataset.Parquet); err != nil {
			return false, fmt.Errorf("run: %w", err)
		}
	}
	if err := o.checkBase(o.request.Since); err != nil {
		return false, err
	}
	files := newArrivals(o.earlierInputs())
	convertCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	downloaded := make(chan struct{})
	converted := make(chan error, 1)
	go func() { converted <- o.convertArrivals(convertCtx, e, files, downloaded) }()

	inputs, err := o.fetch(ctx, e, files)
	if err != nil {
		cancel()
		<-converted //nolint:errcheck // the conversion was canceled
		return false, err
	}
	close(downloaded)
	files.end(inputs)
	if err = <-converted; !errors.Is(err, errReordered) {
		return true, err
	}
	o.to.Inputs, o.to.Files = inputs, nil
	return true, runConvert(ctx, e, o.to, conversion{strict: o.strict})
}

// fetch downloads the export, and returns the inputs of the conversion.
func (o *runOptions) fetch(ctx context.Context, e *env, files *arrivals) (inputs []string, err error) {
	o.onFile = files.add
	result, err := runFetch(ctx, e, o.fetchOptions)
	if err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	// Only now is it known which time --since auto stands for.
	if err := o.checkBase(result.Since); err != nil {
		return nil, err
	}
	return o.findInputs(e)
}

// convertArrivals converts files as they arrive. It begins with the first file
// of the export, so that an export that fails before leaves nothing behind.
func (o *runOptions) convertArrivals(ctx context.Context, e *env, files *arrivals, downloaded <-chan struct{}) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = recovered(value)
		}
	}()
	select {
	case <-files.available:
	case <-ctx.Done():
		return ctx.Err()
	}
	to := o.to
	to.Files = files.files(ctx)
	return runConvert(ctx, e, to, conversion{strict: o.strict, showAfter: downloaded})
}

// isFetched reports whether the last export in the folder is complete and of the
// same request, and only its conversion did not finish. With --new, a new export
// is started anyway.
func (o *runOptions) isFetched(ctx context.Context, e *env) (bool, error) {
	saved, err := fetch.ReadLastRun(o.out)
	if err != nil || !saved.Complete || o.startNew {
		return false, nil //nolint:nilerr // fetch reports what is wrong with the folder
	}
	var note fetchNote
	if json.Unmarshal([]byte(saved.Note), &note) != nil || note.ConvertTo == "" || note.Converted {
		return false, nil
	}
	// Nothing will be sent, so no credentials are needed.
	server := o.server
	server.Auth, server.Key = "none", ""
	c, err := server.client(ctx, e, e.log)
	if err != nil {
		return false, err
	}
	if !saved.Matches(c, o.request) {
		return false, nil
	}
	// An export without data cannot be converted.
	runs, err := fetch.CompleteRuns(o.out)
	return len(runs) > 0 && len(runs[len(runs)-1].Files) > 0, err
}

// setConverted records that the last export is in a data set.
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

// checkBase refuses an increment if the folder has no full export: the data set
// would hold only what changed.
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
		hint: "omit --since, or use --since auto, which requests a full export the first time; --allow-shrink converts the increment alone",
	}
}

// findInputs returns the data files of all complete exports, the oldest export
// first, in manifest order, and then the files of deletions. Files of the folder that belong to none are named.
func (o *runOptions) findInputs(e *env) ([]string, error) {
	runs, err := fetch.CompleteRuns(o.out)
	if err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	inputs, deletions, missing := existingInputs(runs)
	if len(missing) > 0 {
		problem := fmt.Sprintf("%s of complete exports missing or changed in %s: %s", plural(len(missing), "file"), o.out, missing[0])
		if !o.to.AllowShrink {
			return nil, &exitError{
				code: exitShrink, err: errors.New("run: " + problem + "; the data set would lack their content"),
				hint: "restore the files, run a full export without --since, or convert the rest with --allow-shrink",
			}
		}
		e.log.Warn(problem)
	}
	if len(inputs) == 0 {
		return nil, &exitError{
			code: exitShrink, err: fmt.Errorf("run: the exports in %s have no data to convert", o.out),
			hint: "the server had no data for this request; see cclf attribution",
		}
	}
	return append(inputs, deletions...), o.noteOthers(e, runs)
}

// earlierInputs returns the data files of earlier exports, with which a conversion
// can begin. There are none if a file is missing: the next export may replace
// it.
func (o *runOptions) earlierInputs() []string {
	runs, err := fetch.CompleteRuns(o.out)
	inputs, _, missing := existingInputs(runs)
	if err != nil || len(missing) > 0 {
		return nil
	}
	return inputs
}

// existingInputs returns the data files of exports, their files of deletions, and the
// names of those that are missing or have changed.
func existingInputs(runs []fetch.CompleteRun) (inputs, deletions, missing []string) {
	for i, run := range runs {
		for _, file := range slices.Concat(run.Files, run.Deleted) {
			switch info, err := os.Stat(file.Path); {
			case err == nil && info.Size() == file.Size && file.Kind == fetch.KindDeleted:
				deletions = append(deletions, file.Path)
			case err == nil && info.Size() == file.Size:
				inputs = append(inputs, file.Path)
			case err != nil && isSuperseded(run, runs[i+1:]):
				// A later full export has all of it.
			default:
				missing = append(missing, filepath.Base(file.Path))
			}
		}
	}
	return inputs, deletions, missing
}

// isSuperseded reports whether a later run was a full export of the same kind.
func isSuperseded(run fetch.CompleteRun, later []fetch.CompleteRun) bool {
	return slices.ContainsFunc(later, func(l fetch.CompleteRun) bool {
		a, b := run.Request, l.Request
		return l.Since == "" && b.Until == "" && a.Endpoint == b.Endpoint && a.Group == b.Group &&
			slices.Equal(slices.Sorted(slices.Values(a.Types)), slices.Sorted(slices.Values(b.Types))) &&
			slices.Equal(slices.Sorted(slices.Values(a.TypeFilters)), slices.Sorted(slices.Values(b.TypeFilters)))
	})
}

// noteOthers names data files in the folder that belong to no complete export.
func (o *runOptions) noteOthers(e *env, runs []fetch.CompleteRun) error {
	entries, err := os.ReadDir(o.out)
	if err != nil {
		return &exitError{code: exitInput, err: fmt.Errorf("run: %w", err)}
	}
	known := map[string]bool{}
	for _, run := range runs {
		for _, file := range run.Files {
			known[filepath.Base(file.Path)] = true
		}
	}
	var others []string
	for _, entry := range entries {
		name := entry.Name()
		plain := strings.TrimSuffix(name, ".gz")
		if !known[name] && name[0] != '_' && name[0] != '.' && (strings.HasSuffix(plain, ".ndjson") || strings.HasSuffix(plain, ".jsonl")) {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		e.note(fmt.Sprintf("%s in %s not converted, because no complete export has them: %s", plural(len(others), "file"), o.out, others[0]))
	}
	return nil
}
