// Command cclf-beam converts exports to CCLF tables on a runner of Apache Beam. See
// cclf-beam -help and docs/scale.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/cclf-tools/cclf/beam/internal/pipeline"
	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/dataset"
)

// release is set by the linker.
var release string

// The exit codes are those of cclf.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitRejects     = 3
	exitInput       = 4
	exitOutput      = 5
	exitInterrupted = 130
)

const usage = `usage: cclf-beam -out OUT [options] PATTERN...

Converts FHIR NDJSON as cclf convert does, to the same tables, on a runner of Apache
Beam: Prism, which is part of this program and for one machine, or Flink, Spark or
Dataflow (-runner). A PATTERN is the name of a file, plain or compressed by gzip, in a
folder or in an object store (s3://), with * for any part of its name. Large plain
files are cut at line ends. See docs/scale.md.

`

func main() { os.Exit(run()) }

func run() int {
	var o pipeline.Options
	size := flag.String("shard-size", "64MB", "bytes of a plain file that one task reads, such as 64MB; 0 does not cut files")
	flag.StringVar(&o.Out, "out", "", "folder of the data set, new or empty; all workers must see it")
	flag.StringVar(&o.Temp, "intermediate", "", "new folder for intermediate data, which all workers must see (default OUT-shards)")
	flag.StringVar(&o.Versions, "versions", "final", "claim versions to include: final or all")
	flag.Int64Var(&o.MaxRejects, "max-rejects", -1, "stop when more lines of a shard are rejected (default: never)")
	flag.BoolVar(&o.Overwrite, "overwrite", false, "replace the data set in OUT")
	flag.BoolVar(&o.AllowPartial, "allow-partial", false, "convert what can be read of truncated inputs")
	flag.BoolVar(&o.AllowShrink, "allow-shrink", false, "write a data set without rows")
	flag.BoolVar(&o.KeepRejectedLines, "keep-rejected-lines", false, "write the text of rejected lines, which is PHI, to _rejects.ndjson too")
	showVersion := flag.Bool("version", false, "print the version")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	slog.SetLogLoggerLevel(slog.LevelWarn)
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	beam.Init() // on a worker, this does not return
	if *showVersion {
		fmt.Println(version())
		return exitOK
	}
	var err error
	if o.ShardSize, err = parseSize(*size); err != nil {
		return report(exitUsage, fmt.Errorf("-shard-size %s: %w", *size, err))
	}
	o.Inputs, o.Version = flag.Args(), version()
	switch {
	case o.Out == "":
		return report(exitUsage, errors.New("-out is missing"))
	case len(o.Inputs) == 0:
		return report(exitUsage, errors.New("no input given"))
	case o.Versions != "final" && o.Versions != "all":
		return report(exitUsage, fmt.Errorf("-versions %s: expected final or all", o.Versions))
	}
	if o.Temp == "" {
		o.Temp = strings.TrimRight(o.Out, "/") + "-shards"
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	m, err := pipeline.Run(ctx, o, beamx.Run)
	if err != nil {
		return report(codeOf(ctx, err), err)
	}
	return summarize(m)
}

// summarize reports a data set that was written.
func summarize(m *dataset.Manifest) int {
	fmt.Fprintf(os.Stderr, "%d resources in %d files, %d rows\n", m.Counts.Resources, len(m.Inputs), m.TotalRows())
	if n := m.Counts.Rejected; n > 0 {
		return report(exitRejects, fmt.Errorf("finished, but %d of %d lines were rejected: see %s", n, m.Counts.Lines, convert.RejectsFile))
	}
	if n := m.Counts.BrokenOff; n > 0 {
		return report(exitRejects, fmt.Errorf("finished, but %d inputs are truncated", n))
	}
	return exitOK
}

func codeOf(ctx context.Context, err error) int {
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, pipeline.ErrInput), errors.Is(err, convert.ErrMixed):
		return exitInput
	case errors.Is(err, pipeline.ErrOutput):
		return exitOutput
	case errors.Is(err, convert.ErrOptions):
		return exitUsage
	}
	return exitFailure
}

func report(code int, err error) int {
	fmt.Fprintf(os.Stderr, "cclf-beam: %v\n", err)
	return code
}

// parseSize parses a size such as 64MB.
func parseSize(text string) (int64, error) {
	units := []struct {
		name string
		size int64
	}{{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}, {"", 1}}
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.name); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
			if err != nil || n < 0 || n > 1<<40 {
				return 0, errors.New("expected a size such as 64MB")
			}
			return n * u.size, nil
		}
	}
	return 0, errors.New("expected a size such as 64MB")
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
