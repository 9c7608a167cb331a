package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// resultFlags say in which format a command prints its result, and where.
type resultFlags struct {
	format  string   // empty until choose is called, if the flag is not set
	formats []string // of the command
	file    string   // standard output if empty or -
}

// flags returns -f and -o. The default is the format that the name of the file
// ends in, or else the first one.
func (r *resultFlags) flags(formats ...string) []cli.Flag {
	r.formats = formats
	return []cli.Flag{
		choice(&cli.StringFlag{
			Name: "format", Aliases: []string{"f"}, Usage: "output `FORMAT`: " + orList(formats),
			DefaultText: "by the name of FILE, or else " + formats[0], Destination: &r.format,
		}, formats...),
		r.outFlag(formats...),
	}
}

// outFlag returns -o alone. The name of a format is no path: that is how the flag
// was used once.
func (r *resultFlags) outFlag(formats ...string) cli.Flag {
	return &cli.StringFlag{
		Name: "out", Aliases: []string{"o"}, Usage: "write the result to `FILE` (default: standard output)",
		TakesFile: true, Destination: &r.file,
		Validator: func(s string) error {
			switch {
			case s == "":
				return errors.New("expected a file")
			case slices.Contains(formats, s):
				return fmt.Errorf("expected a file; for the format use -f %s, and for a file of this name -o ./%s", s, s)
			}
			return nil
		},
	}
}

// formatSuffixes are the formats of files, by the end of their names.
var formatSuffixes = map[string]string{
	".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson",
	".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xlsx": "xlsx", ".parquet": "parquet",
}

// choose sets the format, if the flag did not.
func (r *resultFlags) choose() error {
	if r.format != "" || len(r.formats) == 0 {
		return nil
	}
	r.format = r.formats[0]
	format, ok := formatSuffixes[strings.ToLower(filepath.Ext(blob.Clean(r.file)))]
	switch {
	case !ok:
	case slices.Contains(r.formats, format):
		r.format = format
	default:
		return &exitError{
			code: exitcode.Usage,
			err:  fmt.Errorf("cannot write the result: %s: the formats are %s", r.file, orList(r.formats)),
			hint: fmt.Sprintf("use another name, or -f %s to write it anyway", r.format),
		}
	}
	return nil
}

// write calls print with an environment whose standard output is the file of the
// flags. If print fails, a file that was there stays as it was.
func (r *resultFlags) write(ctx context.Context, e *env, print func(*env) error) error {
	if err := r.choose(); err != nil {
		return err
	}
	if binaryFormats[r.format] && (r.file == "" || r.file == "-") && e.isTerminal(e.stdout) {
		return &exitError{
			code: exitcode.Usage,
			err:  fmt.Errorf("cannot write the result: %s is not for a terminal", r.format),
			hint: "pass -o FILE",
		}
	}
	if r.file == "" || r.file == "-" {
		return print(e)
	}
	out, err := createResult(ctx, r.file)
	if err != nil {
		return resultError(err)
	}
	to := *e
	to.stdout, to.resultDirs, to.discardResult = out.file, out.dirs(), out.discard
	if err := print(&to); err != nil {
		out.discard()
		return err
	}
	if err := out.commit(ctx); err != nil {
		return resultError(err)
	}
	return nil
}

// resultError is the error of a result that cannot be written.
func resultError(err error) error {
	return &exitError{code: dataSetCode(err, exitcode.Output), err: fmt.Errorf("cannot write the result: %w", err)}
}

// binaryFormats are formats that are not text.
var binaryFormats = map[string]bool{"xlsx": true, "parquet": true}

// A resultFile is a file that gets its name when it is complete. If that is in an object
// store, the file is a temporary one until then.
type resultFile struct {
	file *os.File
	name string // to be, or empty if the file has it already
}

// createResult creates a file beside name. What is not a regular file, such as a
// pipe or /dev/null, is opened instead.
func createResult(ctx context.Context, name string) (*resultFile, error) {
	if blob.IsURL(name) {
		return createStored(ctx, name)
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder", name)
	case !info.Mode().IsRegular():
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		return &resultFile{file: file}, err
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".") // 0600
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("%s: %w", name, failed.Err) // without the temporary name
	}
	if err != nil {
		return nil, err
	}
	return &resultFile{file: file, name: name}, nil
}

// createStored creates the temporary file of a result in an object store, which must be
// within reach.
func createStored(ctx context.Context, name string) (*resultFile, error) {
	info, err := blob.Stat(ctx, name)
	switch {
	case err == nil && info.IsDir() || strings.HasSuffix(name, "/"):
		return nil, fmt.Errorf("%s is a folder", blob.Clean(name))
	case err != nil && !missingObject(err):
		return nil, err
	}
	file, err := os.CreateTemp("", "cclf-result-*") // 0600
	if err != nil {
		return nil, err
	}
	return &resultFile{file: file, name: blob.Clean(name)}, nil
}

// missingObject reports whether there is no object, but a bucket for it.
func missingObject(err error) bool {
	_, store := errors.AsType[*blob.Error](err)
	return errors.Is(err, fs.ErrNotExist) && !store
}

// dirs returns the folder in which the file is renamed or removed, and the object store
// that it is copied to, or none.
func (r *resultFile) dirs() []string {
	switch {
	case r.name == "":
		return nil
	case blob.IsURL(r.name):
		return []string{filepath.Dir(r.file.Name()), r.name}
	}
	return []string{filepath.Dir(r.name)}
}

// store copies the file to an object store, where it appears when it is complete.
func (r *resultFile) store(ctx context.Context) error {
	defer r.discard()
	bucket, key, err := blob.Resolve(r.name)
	if err != nil {
		return err
	}
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	staged, err := bucket.Stage(ctx, key, r.file, info.Size())
	if err == nil {
		if err = staged.Publish(ctx); err != nil {
			err = errors.Join(err, staged.Discard())
		}
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: r.name, Err: err}
	}
	return nil
}

func (r *resultFile) commit(ctx context.Context) error {
	if blob.IsURL(r.name) {
		return r.store(ctx)
	}
	if err := r.file.Close(); err != nil {
		r.discard()
		return err
	}
	if r.name == "" {
		return nil
	}
	err := os.Rename(r.file.Name(), r.name)
	if err != nil {
		r.discard()
	}
	return err
}

// discard removes the file. The error that was the reason is already reported.
func (r *resultFile) discard() {
	_ = r.file.Close()
	if r.name != "" {
		_ = os.Remove(r.file.Name())
	}
}
