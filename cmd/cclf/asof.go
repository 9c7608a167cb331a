package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/sync"
)

// asOfFlag is the flag for an earlier state of a data set.
func asOfFlag(at *string) cli.Flag {
	return &cli.StringFlag{
		Name: "as-of", Usage: "use the data set as it was after `RUN`: a run of its log, or a time, which is that of the last run before; see cclf log",
		Destination: at,
	}
}

// useAsOf makes the data set in dir as it was after a run, or at a time, and returns its
// folder. If at is empty, that is dir. The caller calls done at the end.
func (e *env) useAsOf(ctx context.Context, command, dir, at, tempDir string) (folder string, done func(), err error) {
	if at == "" {
		return dir, func() {}, nil
	}
	fail := func(err error) (string, func(), error) {
		return "", nil, fmt.Errorf("%s: --as-of %s: %w", command, at, err)
	}
	set, err := dataset.Open(dir)
	if err != nil {
		return fail(err)
	}
	log, err := sync.Open(dir)
	if err != nil {
		return fail(err)
	}
	if log, err = log.UpTo(at); err != nil {
		return fail(err)
	}
	opts, err := asOfOptions(dir, set.Manifest, log)
	if err != nil {
		return fail(err)
	}
	temp, done, err := e.privateFolder(tempDir)
	if err != nil {
		return fail(err)
	}
	opts.Out = filepath.Join(temp, "data")
	bar := newProgressBar(e)
	bound := boundMemory()
	opts.Progress = func(p convert.Progress) {
		bound(inputBytes(p.Phase, p.Total))
		bar.update(p)
	}
	_, err = convert.Run(ctx, opts)
	bar.stop()
	unboundMemory()
	if err != nil {
		done()
		return fail(ofLog(err, ""))
	}
	last := log.Runs[len(log.Runs)-1]
	e.note(fmt.Sprintf("%s as of run %d, transaction time %s", dir, last.Number, last.TransactionTime))
	return opts.Out, done, nil
}

// asOfOptions returns the options by which a log gives the tables of then.
func asOfOptions(dir string, m *dataset.Manifest, log *sync.Log) (opts convert.Options, err error) {
	in, err := log.Inputs()
	if err != nil {
		return opts, err
	}
	if len(in.Missing) > 0 {
		return opts, &exitError{
			code: exitcode.Shrink, err: fmt.Errorf("%s of the log %s missing or changed: %s", plural(len(in.Missing), "file"), wasOrWere(int64(len(in.Missing))), in.Missing[0]),
			hint: "restore the files",
		}
	}
	if err := opts.Restore(m); err != nil {
		return opts, err
	}
	opts.Inputs, opts.Version, opts.MaxRejects = in.All(), version(), -1
	opts.AllowShrink, opts.AllowUnrelated = true, true // it was published
	opts.Runs = func() ([]convert.FetchRun, error) { return log.FetchRuns(), nil }
	if log.Dir == blob.Join(dir, sync.LogFolder) {
		opts.Root = blob.Clean(dir)
	}
	return opts, nil
}

// asOfPrefix begins the names of folders for data sets of earlier times.
const asOfPrefix = "cclf-as-of-"

// privateFolder makes a folder for temporary data. It is removed by done, or when the
// process ends, however it does.
func (e *env) privateFolder(in string) (dir string, done func(), err error) {
	if dir, err = os.MkdirTemp(in, asOfPrefix); err != nil {
		return "", nil, err
	}
	if e.confine == nil {
		return dir, func() { _ = os.RemoveAll(dir) }, nil
	}
	// This process will no longer be able to remove it.
	self, err := os.Executable()
	var guard io.WriteCloser
	cmd := exec.Command(self, removerArgument, dir)
	if err == nil {
		guard, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, func() {
		_ = guard.Close()
		if cmd.Wait() != nil { // it was killed
			_ = os.RemoveAll(dir)
		}
	}, nil
}

// removerArgument makes this program the process that removes a temporary folder.
const removerArgument = "__remove"

// serveRemover removes a folder when standard input ends, which is when the process that
// uses it ends.
func serveRemover(dir string, stdin io.Reader) int {
	// These are for the process that uses the folder. The end of a service or a terminal
	// sends them to all processes.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	_, _ = io.Copy(io.Discard, stdin)
	if !strings.HasPrefix(filepath.Base(dir), asOfPrefix) || os.RemoveAll(dir) != nil {
		return exitcode.Failure
	}
	return exitcode.OK
}

// useLogAsOf makes the log of the only input the input, up to a run. Options of which
// rows there are, and that no flag on the command line sets, are those of the data set of
// the log, and so is the form of the files, unless a flag or a setting gives it.
func useLogAsOf(opts *convert.Options, at string, isSet, isGiven func(string) bool) error {
	if len(opts.Inputs) != 1 {
		return usageErrorf("convert: --as-of takes one input, a lake or an export folder; got %d", len(opts.Inputs))
	}
	dir := opts.Inputs[0]
	log, err := sync.Open(dir)
	if err == nil {
		log, err = log.UpTo(at)
	}
	if err != nil {
		return fmt.Errorf("convert: --as-of %s: %w", at, err)
	}
	m, err := readManifest(dir)
	if err != nil {
		return fmt.Errorf("convert: --as-of %s: %w", at, err)
	}
	if m == nil { // an export folder
		m = &dataset.Manifest{Versions: string(opts.Versions)}
		isSet = func(string) bool { return true }
	}
	was, err := asOfOptions(dir, m, log)
	if err != nil {
		return fmt.Errorf("convert: --as-of %s: %w", at, err)
	}
	opts.Inputs, opts.Runs, opts.Root = was.Inputs, was.Runs, was.Root
	restore := map[string]func(){
		"extra-columns": func() { opts.ExtraColumns = was.ExtraColumns },
		"limit":         func() { opts.Limits = was.Limits },
		"api":           func() { opts.API = was.API },
		"allow-partial": func() { opts.AllowPartial = was.AllowPartial },
	}
	for _, f := range keptFlags() {
		if !f.files {
			restore[f.name] = func() { f.take(opts, &was) }
		}
	}
	if isSet("profile") && opts.Profile != was.Profile {
		// The tables and columns of one profile are none of the other.
		delete(restore, "tables")
		delete(restore, "extra-columns")
	}
	for flag, set := range restore {
		if !isSet(flag) {
			set()
		}
	}
	if err := useFormOf(opts, m, isGiven); err != nil {
		return fmt.Errorf("convert: --as-of %s: %w", at, err)
	}
	return nil
}

// useFormOf makes the files have the form of a data set, as far as no flag is given, and
// the format has it: then they equal those that were published.
func useFormOf(opts *convert.Options, m *dataset.Manifest, isGiven func(string) bool) error {
	if m.Format == "" || m.Format == convert.DuckDB {
		return nil
	}
	was := &convert.Options{}
	if err := was.RestoreFiles(m); err != nil {
		return err
	}
	for _, f := range keptFlags() {
		if f.files && !isGiven(f.name) && (f.fits == nil || f.fits(opts.Format)) {
			f.take(opts, was)
		}
	}
	return nil
}
