package main

import (
	"flag"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// exitCodes are the exit codes of the program.
var exitCodes = exitcode.Only(exitcode.OK, exitcode.Failure, exitcode.Usage, exitcode.Rejects, exitcode.Input, exitcode.Output, exitcode.DiskFull,
	exitcode.TooManyRejects, exitcode.Auth, exitcode.Unavailable, exitcode.Truncated, exitcode.Shrink, exitcode.Drift, exitcode.Mixed,
	exitcode.Hangup, exitcode.Interrupted, exitcode.Terminated)

// newProgram returns the command line as help, manual pages and completions show it. The
// flags of cclf-beam are those of newFlags; the others in the set are Beam's.
func newProgram(set *flag.FlagSet) *cmdline.Program {
	var terminal *os.File
	if term.IsTerminal(int(os.Stdout.Fd())) {
		terminal = os.Stdout
	}
	root := &cli.Command{
		Name:      "cclf-beam",
		Usage:     "convert exports to CCLF tables on Apache Beam",
		UsageText: "cclf-beam --out OUT [options] INPUT...",
		Description: cmdline.Describe(`
			Converts FHIR NDJSON as cclf convert does, to the same tables, on a runner of
			Apache Beam: Prism, which is part of this program and for one machine, or
			Flink, Spark or Dataflow (--runner).

			An INPUT is a file, a zip or tar archive, a folder, an export folder of cclf
			fetch or a lake, on disk or in an object store, or a pattern with * for any part
			of a name. Large plain files are cut at line ends. See docs/scale.md.`,
			"cclf-beam --out out export",
			"cclf-beam --out s3://BUCKET/OUT --runner flink --endpoint HOST:PORT s3://BUCKET/EXPORT",
			"cclf-beam --man | man -l -",
			"source <(cclf-beam --completion bash)",
		),
		Metadata: cmdline.CompletesFiles(),
		Writer:   cmdline.HelpWriter{Writer: os.Stdout, Width: cmdline.HelpWidth(terminal), ExitCodes: exitCodes},
	}
	own := flag.NewFlagSet(root.Name, flag.ContinueOnError)
	own.SetOutput(io.Discard)
	newFlags(own)
	set.VisitAll(func(f *flag.Flag) {
		if _, refused := f.Value.(refusal); refused {
			return
		}
		root.Flags = append(root.Flags, shown(f, own.Lookup(f.Name) == nil))
	})
	return &cmdline.Program{Root: root, Version: version(), ExitCodes: exitCodes, Values: map[string]func() []string{
		"format":       func() []string { return []string{"parquet", "csv", "arrow"} },
		"versions":     func() []string { return []string{string(convert.FinalVersions), string(convert.AllVersions)} },
		"leavers":      func() []string { return []string{"keep", "drop"} },
		"api":          func() []string { return []string{"v1", "v2", "v3"} },
		"tables":       func() []string { return convert.TableNames(convert.PlainCCLF) },
		"partition-by": func() []string { return []string{"service-year", "service-month", "none"} },
		"runner":       func() []string { return []string{"prism", "flink", "spark", "dataflow"} },
		"completion":   cmdline.Shells,
	}}
}

// shown returns a flag as the library of cclf's command line has it.
func shown(f *flag.Flag, ofBeam bool) cli.Flag {
	category := ""
	if ofBeam {
		category = "OPTIONS OF BEAM"
	}
	if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
		return &cli.BoolFlag{Name: f.Name, Usage: f.Usage, Category: category}
	}
	return &cli.StringFlag{
		Name: f.Name, Usage: f.Usage, Category: category, TakesFile: slices.Contains([]string{"out", "intermediate", "extra-columns"}, f.Name),
		DefaultText: f.DefValue, HideDefault: f.DefValue == "" || f.DefValue == "0" || strings.Contains(f.Usage, "default"),
	}
}
