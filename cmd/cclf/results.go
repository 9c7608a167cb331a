package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
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
			case blob.IsURL(s):
				return errors.New("expected a file on this machine")
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
	format, ok := formatSuffixes[strings.ToLower(filepath.Ext(r.file))]
	switch {
	case !ok:
	case slices.Contains(r.formats, format):
		r.format = format
	default:
		return &exitError{
			code: exitUsage,
			err:  fmt.Errorf("cannot write the result: %s: the formats are %s", r.file, orList(r.formats)),
			hint: fmt.Sprintf("use another name, or -f %s to write it anyway", r.format),
		}
	}
	return nil
}

// write calls print with an environment whose standard output is the file of the
// flags. If print fails, a file that was there stays as it was.
func (r *resultFlags) write(e *env, print func(*env) error) error {
	if err := r.choose(); err != nil {
		return err
	}
	if binaryFormats[r.format] && (r.file == "" || r.file == "-") && e.isTerminal(e.stdout) {
		return &exitError{
			code: exitUsage,
			err:  fmt.Errorf("cannot write the result: %s is not for a terminal", r.format),
			hint: "pass -o FILE",
		}
	}
	if r.file == "" || r.file == "-" {
		return print(e)
	}
	out, err := createResult(r.file)
	if err != nil {
		return &exitError{code: exitOutput, err: fmt.Errorf("cannot write the result: %w", err)}
	}
	to := *e
	to.stdout, to.resultDirs, to.discardResult = out.file, out.dirs(), out.discard
	if err := print(&to); err != nil {
		out.discard()
		return err
	}
	if err := out.commit(); err != nil {
		return &exitError{code: exitOutput, err: fmt.Errorf("cannot write the result: %w", err)}
	}
	return nil
}

// binaryFormats are formats that are not text.
var binaryFormats = map[string]bool{"xlsx": true, "parquet": true}

// A resultFile is a file that gets its name when it is complete.
type resultFile struct {
	file *os.File
	name string // to be, or empty if the file has it already
}

// createResult creates a file beside name. What is not a regular file, such as a
// pipe or /dev/null, is opened instead.
func createResult(name string) (*resultFile, error) {
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

// dirs returns the folder in which the file is renamed, or none.
func (r *resultFile) dirs() []string {
	if r.name == "" {
		return nil
	}
	return []string{filepath.Dir(r.name)}
}

func (r *resultFile) commit() error {
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
