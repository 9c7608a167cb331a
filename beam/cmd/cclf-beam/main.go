// Command cclf-beam converts exports to CCLF tables on a runner of Apache Beam. See
// cclf-beam --help and docs/scale.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/cclf-tools/cclf/beam/internal/pipeline"
	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/disk"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/sync"
)

// release is set by the linker.
var release string

// collectAt is the growth of the heap in percent at which garbage is collected, unless
// GOGC is set. Little is alive for long: 270 MB instead of 170 save an eighth of the CPU.
const collectAt = 400

func main() { os.Exit(run()) }

func run() int {
	c := newFlags(flag.CommandLine)
	program := newProgram(flag.CommandLine)
	if words, ok := cmdline.CompletionRequest(os.Args); ok {
		program.Complete(os.Stdout, words)
		return exitcode.OK
	}
	flag.CommandLine.Init(os.Args[0], flag.ContinueOnError)
	flag.Usage = func() {} // this program says itself what is wrong
	flag.CommandLine.SetOutput(io.Discard)
	switch err := flag.CommandLine.Parse(os.Args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		cmdline.PrintHelp(program.Root.Writer, program.Root)
		return exitcode.OK
	case err != nil:
		return report(exitcode.Usage, err)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	slog.SetLogLoggerLevel(slog.LevelWarn)
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	beam.Init() // on a worker, this does not return
	switch {
	case c.version:
		fmt.Println(version())
		return exitcode.OK
	case c.man:
		fmt.Print(program.ManPage(program.Root))
		return exitcode.OK
	case c.completion != "":
		fmt.Print(cmdline.CompletionScript(program.Root.Name, c.completion))
		return exitcode.OK
	}
	if err := c.parse(flag.Args()); err != nil {
		return report(exitcode.Usage, err)
	}
	ctx, stop := exitcode.NotifyContext(nil)
	defer stop()
	m, err := pipeline.Run(ctx, c.options, beamx.Run)
	if signal, ok := exitcode.SignalOf(ctx); ok && err != nil {
		return report(signal.Code(), signal)
	}
	if err != nil {
		return report(codeOf(err), err)
	}
	return summarize(m, c.strict)
}

// summarize reports a data set that was written.
func summarize(m *dataset.Manifest, strict bool) int {
	fmt.Fprintf(os.Stderr, "%d resources in %d files, %d rows\n", m.Counts.Resources, len(m.Inputs), m.TotalRows())
	var failed []string
	if n := m.Counts.Rejected; n > 0 {
		failed = append(failed, fmt.Sprintf("%d of %d lines were rejected: see %s", n, m.Counts.Lines, convert.RejectsFile))
	}
	if n := m.Counts.BrokenOff; n > 0 {
		failed = append(failed, fmt.Sprintf("%d inputs are truncated", n))
	}
	code := exitcode.Rejects
	if fresh, missing := len(m.New()), len(m.Missing); strict && fresh+missing > 0 {
		if failed == nil {
			code = exitcode.Drift
		}
		failed = append(failed, fmt.Sprintf("%d kinds of elements are new, and %d expected markers missing: see %s", fresh, missing, convert.ManifestFile))
	}
	if failed == nil {
		return exitcode.OK
	}
	return report(code, fmt.Errorf("finished, but %s", strings.Join(failed, " and ")))
}

// codeOf returns the exit code of an error.
func codeOf(err error) int {
	_, incomplete := errors.AsType[*sync.IncompleteError](err)
	_, noDeletions := errors.AsType[*sync.MissingDeletionsError](err)
	_, noFiles := errors.AsType[*sync.MissingFilesError](err)
	_, other := errors.AsType[*ndjson.FormError](err)
	switch {
	case disk.Full(err):
		return exitcode.DiskFull
	case errors.Is(err, blob.ErrDenied):
		return exitcode.Auth
	case errors.Is(err, blob.ErrUnreachable):
		return exitcode.Unavailable
	case errors.Is(err, pipeline.ErrBrokeOff):
		return exitcode.Truncated
	case errors.Is(err, pipeline.ErrShrink), incomplete, noDeletions, noFiles:
		return exitcode.Shrink
	case errors.Is(err, convert.ErrUnrelated):
		return exitcode.Mixed
	case errors.Is(err, convert.ErrTooManyRejects):
		return exitcode.TooManyRejects
	case errors.Is(err, pipeline.ErrInput), errors.Is(err, ndjson.ErrNoInput), errors.Is(err, convert.ErrShardLines), other:
		return exitcode.Input
	case errors.Is(err, pipeline.ErrOutput):
		return exitcode.Output
	case errors.Is(err, convert.ErrOptions):
		return exitcode.Usage
	}
	return exitcode.Failure
}

func report(code int, err error) int {
	fmt.Fprintf(os.Stderr, "cclf-beam: %v\n", err)
	return code
}

func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}
