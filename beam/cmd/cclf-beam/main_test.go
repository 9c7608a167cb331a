package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/cclf-tools/cclf/beam/internal/pipeline"
	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// TestCodes checks that errors have the exit codes that they have in cclf.
func TestCodes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{fmt.Errorf("%w: %w", convert.ErrOutput, &fs.PathError{Err: syscall.ENOSPC}), exitcode.DiskFull},
		{fmt.Errorf("%w: %w", convert.ErrOutput, &fs.PathError{Err: syscall.EDQUOT}), exitcode.DiskFull},
		{fmt.Errorf("%w: %w", convert.ErrOutput, blob.ErrDenied), exitcode.Auth},
		{fmt.Errorf("%w: %w", pipeline.ErrInput, blob.ErrUnreachable), exitcode.Unavailable},
		{fmt.Errorf("%w: is not empty", convert.ErrOutput), exitcode.Output},
		{fmt.Errorf("%w: x", pipeline.ErrInput), exitcode.Input},
		{errors.New("x"), exitcode.Failure},
	} {
		if got := codeOf(tt.err); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.err, got, tt.want)
		}
	}
}

// TestShell checks help, the manual page and completions, which are made by the code of cclf
// from the flags.
func TestShell(t *testing.T) {
	set := flag.NewFlagSet("cclf-beam", flag.ContinueOnError)
	newFlags(set)
	set.String("runner", "", "runner of Beam")
	program := newProgram(set)
	var help strings.Builder
	cmdline.PrintHelp(&help, program.Root)
	page := program.ManPage(program.Root)
	for text, patterns := range map[string][]string{
		help.String(): {`\nOPTIONS:\n`, `--max-rejects N +stop when .*\n +\(default: never\)\n`, `--file-size SIZE .*\(default: 256MB\)`, `\nOPTIONS OF BEAM:\n +--runner +runner of Beam\n`},
		page:          {`^\.TH "CCLF\\-BEAM" "1" `, `\.B "\\-\\-out OUT"\n`, `\.SH "EXIT STATUS"\n`, `\.B "24"\n`, `\ncclf\(1\)\n$`},
	} {
		for _, pattern := range patterns {
			if !regexp.MustCompile(pattern).MatchString(text) {
				t.Errorf("no %q in\n%s", pattern, text)
			}
		}
		if strings.Contains(text, "metrics-file") {
			t.Errorf("a refused flag is in\n%s", text)
		}
	}
	for words, want := range map[string]string{
		"--partition-by service-y": "service-year\n", "--out ": ":folders\n", "--extra-columns ": ":files\n", "--out o in": ":files\n", "--runner f": "flink\n",
		"--overwrite --allow-s": "--allow-shrink:convert an export that is empty or incomplete\n",
	} {
		var got strings.Builder
		if program.Complete(&got, strings.Split(words, " ")); got.String() != want {
			t.Errorf("%s becomes %q, want %q", words, got.String(), want)
		}
	}
}
