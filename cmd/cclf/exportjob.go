package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/sync"
)

// runOptions are the flags of the commands that download an export and convert it.
type runOptions struct {
	fetchOptions
	flags convertFlags
	to    convert.Options // of the flags
	lake  *lakeOptions    // of cclf sync

	iceberg string // see conversion
}

// failed returns an error of the command.
func (o *runOptions) failed(err error) error { return fmt.Errorf("%s: %w", o.flags.command, err) }

// log returns the runs that are converted. A data set of cclf run is made of complete
// ones only.
func (o *runOptions) log() (*sync.Log, error) {
	log, err := sync.Read(o.out)
	if err != nil || o.lake != nil {
		return log, err
	}
	return log.Complete(), nil
}

// how says how runConvert reports.
func (o *runOptions) how() conversion {
	return conversion{strict: o.flags.strict, lake: o.lake != nil, iceberg: o.iceberg}
}

// convertLog converts what is in the log.
func (o *runOptions) convertLog(ctx context.Context, e *env) (err error) {
	if o.to.Inputs, err = o.findInputs(ctx, e); err != nil {
		return err
	}
	return runConvert(ctx, e, o.to, o.how())
}

// fetchAndConvert downloads an export, and converts its files as they arrive.
// The data set is published only if the export is complete. Fetched reports
// whether it is; otherwise the error says why not.
func (o *runOptions) fetchAndConvert(ctx context.Context, e *env) (fetched bool, err error) {
	// A job is started only if the data set can be written.
	if !o.to.Overwrite {
		if err := dataset.CheckEmpty(o.to.Out, o.to.Format); err != nil {
			return false, o.failed(err)
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
	return true, runConvert(ctx, e, o.to, o.how())
}

// fetch downloads the export, and returns the inputs of the conversion.
func (o *runOptions) fetch(ctx context.Context, e *env, files *arrivals) (inputs []string, err error) {
	o.onFile = files.add
	result, err := runFetch(ctx, e, o.fetchOptions)
	if err != nil && !o.lacksOnly(err, result) {
		return nil, o.failed(err)
	}
	// Only now is it known which time --since auto stands for.
	if err := o.checkBase(result.Since); err != nil {
		return nil, err
	}
	return o.findInputs(ctx, e)
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
	to, how := o.to, o.how()
	to.Files = files.files(ctx)
	how.showAfter = downloaded
	return runConvert(ctx, e, to, how)
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
	if same, err := o.isSameRequest(ctx, e, saved); !same || err != nil {
		return false, err
	}
	// An export without data cannot be converted.
	log, err := o.log()
	return err == nil && len(log.Runs) > 0 && len(log.Runs[len(log.Runs)-1].Files) > 0, err
}

// isSameRequest reports whether a run was an export of the request of the flags.
func (o *runOptions) isSameRequest(ctx context.Context, e *env, saved *fetch.LastRun) (bool, error) {
	// Nothing will be sent, so no credentials are needed.
	server := o.server
	server.Auth, server.Key = "none", ""
	c, err := server.client(ctx, e, e.log)
	return err == nil && saved.Matches(c, o.request), err
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
	// If the folder is in use, its last export is another one by now.
	if err := fetch.SetNote(o.out, saved.Number, string(text)); !errors.Is(err, fetch.ErrInUse) {
		return err
	}
	return nil
}

// checkBase refuses an increment if the folder has no full export: the data set
// would hold only what changed.
func (o *runOptions) checkBase(since string) error {
	if since == "" || since == fetch.SinceAuto || o.to.AllowShrink {
		return nil
	}
	if _, err := blob.Stat(context.Background(), o.out); errors.Is(err, fs.ErrNotExist) {
		return o.noBase()
	}
	log, err := o.log()
	if err != nil {
		return o.failed(err)
	}
	if !log.HasBase() {
		return o.noBase()
	}
	return nil
}

func (o *runOptions) noBase() error {
	return &exitError{
		code: exitcode.Shrink,
		err:  fmt.Errorf("%s: %s has no full export: the data set would hold only what changed", o.flags.command, o.out),
		hint: "omit --since, or use --since auto, which requests a full export the first time; --allow-shrink converts the increment alone",
	}
}

// findInputs returns the data files of the log, the oldest export first, in manifest
// order, and then the files of deletions. Files of the folder that belong to none are
// named.
func (o *runOptions) findInputs(ctx context.Context, e *env) ([]string, error) {
	log, err := o.log()
	if err == nil {
		log, err = o.noteGone(ctx, e, log)
	}
	if err != nil {
		return nil, o.failed(err)
	}
	in, err := log.Inputs()
	if err != nil {
		return nil, o.failed(err)
	}
	if len(in.Missing) > 0 {
		problem := fmt.Sprintf("%s of complete exports missing or changed in %s: %s", plural(len(in.Missing), "file"), o.out, in.Missing[0])
		if !o.to.AllowShrink {
			return nil, &exitError{
				code: exitcode.Shrink, err: o.failed(errors.New(problem + "; the data set would lack their content")),
				hint: o.howToRestore(),
			}
		}
		e.log.Warn(problem)
	}
	if len(in.Data) == 0 {
		return nil, &exitError{
			code: exitcode.Shrink, err: o.failed(fmt.Errorf("the exports in %s have no data to convert", o.out)),
			hint: "the server had no data for this request; see cclf attribution",
		}
	}
	return in.All(), o.noteOthers(e, log)
}

// noteGone adds to the log what its last full export shows to be gone, and returns the log
// with it.
func (o *runOptions) noteGone(ctx context.Context, e *env, log *sync.Log) (*sync.Log, error) {
	again := "--new"
	if o.lake != nil {
		again = "--full --new"
	}
	hint := "the server may have left them out: export again with " + again + "; --allow-shrink publishes the tables without them"
	if noted, err := noteGone(ctx, e, log, o.to.AllowShrink, hint); err != nil || !noted {
		return log, err
	}
	return o.log()
}

// noteGone adds to the log what its last full export shows to be gone, and reports whether
// it did. Unless believed is set, it refuses most of what there is, with a hint.
func noteGone(ctx context.Context, e *env, log *sync.Log, believed bool, hint string) (noted bool, err error) {
	gone, err := log.Gone(ctx)
	if err != nil || gone == nil {
		return false, err
	}
	n := len(gone.URLs)
	if n > gone.Kept && !believed {
		return false, &exitError{
			code: exitcode.Shrink,
			err: fmt.Errorf("the full export of run %d has %s, and lacks %s of earlier runs, of beneficiaries whom it lists",
				gone.Run, plural(gone.Kept, "claim"), thousands(int64(n))),
			hint: hint,
		}
	}
	if err := fetch.SetDeleted(ctx, log.Dir, gone.Run, gone.URLs); err != nil {
		return false, err
	}
	switch {
	case gone.Unread > 0:
		e.note(fmt.Sprintf("the full export has %s that cannot be read: what is gone from the server stays in the tables until the next one", plural(gone.Unread, "line")))
	case n > 0:
		e.note(fmt.Sprintf("the full export lacks %s of earlier runs, of beneficiaries whom it lists: they are deleted", plural(n, "claim")))
	}
	return true, nil
}

// howToRestore says what to do about files of the log that are missing.
func (o *runOptions) howToRestore() string {
	if o.lake != nil {
		return "restore the files, export everything again with --full, or publish the rest with --allow-shrink"
	}
	return "restore the files, run a full export without --since, or convert the rest with --allow-shrink"
}

// earlierInputs returns the data files of earlier exports, with which a conversion
// can begin. There are none if a file is missing: the next export may replace
// it.
func (o *runOptions) earlierInputs() []string {
	log, err := o.log()
	if err != nil {
		return nil
	}
	in, err := log.Inputs()
	if err != nil || len(in.Missing) > 0 {
		return nil
	}
	return in.Data
}

// noteOthers names data files in the folder that belong to no run of the log.
func (o *runOptions) noteOthers(e *env, log *sync.Log) error {
	entries, err := blob.Entries(context.Background(), o.out)
	if err != nil {
		return &exitError{code: dataSetCode(err, exitcode.Input), err: o.failed(err)}
	}
	known := map[string]bool{}
	for _, run := range log.Runs {
		for _, file := range run.Files {
			known[blob.Base(file.Path)] = true
		}
	}
	var others []string
	for _, name := range slices.Sorted(maps.Keys(entries)) {
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
