// Package app is the command line of cclf-iceberg. What --catalog and --warehouse can
// name besides SQLite and local folders, its caller registers.
package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"github.com/cclf-tools/cclf/iceberg/internal/lake"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// exitCodes are the exit codes of exitCode.
var exitCodes = exitcode.Only(exitcode.OK, exitcode.Failure, exitcode.Usage, exitcode.Input, exitcode.Output, exitcode.DiskFull, exitcode.Unavailable,
	exitcode.Hangup, exitcode.Interrupted, exitcode.Terminated)

// Run runs a command line and returns the exit code. Version is that of the program;
// if it is empty, the build says it.
func Run(ctx context.Context, version string, args []string, stdout, stderr io.Writer) int {
	program := newProgram(version, stdout, stderr)
	if words, ok := cmdline.CompletionRequest(args); ok {
		program.Complete(stdout, words)
		return exitcode.OK
	}
	err := program.Root.Run(ctx, args)
	code := exitCode(ctx, err)
	if code == exitcode.OK {
		return code
	}
	if signal, ok := exitcode.SignalOf(ctx); ok {
		err = signal
	}
	fmt.Fprintf(stderr, "cclf-iceberg: %v\n", err)
	if hint := lake.Hint(err); hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", hint)
	}
	return code
}

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

// options are the flags that all commands have.
type options struct {
	lake.Options
	properties []string
	format     string
}

func (o *options) flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "data", Aliases: []string{"d"}, Usage: "data set: a `DIR` that cclf wrote", Required: true, Destination: &o.Data},
		&cli.StringFlag{Name: "catalog", Usage: "`KIND` of catalog: sqlite (DIR/_iceberg/catalog.db), rest or glue", Value: lake.SQLite, Destination: &o.Catalog, Sources: cli.EnvVars("CCLF_ICEBERG_CATALOG")},
		&cli.StringFlag{Name: "warehouse", Usage: "folder or `URI` of the tables' files (default: DIR/_iceberg for sqlite, else what the catalog says)", Destination: &o.Warehouse, Sources: cli.EnvVars("CCLF_ICEBERG_WAREHOUSE")},
		&cli.StringFlag{Name: "namespace", Usage: "`NAME` of the tables' namespace", Value: lake.DefaultNamespace, Destination: &o.Namespace, Sources: cli.EnvVars("CCLF_ICEBERG_NAMESPACE")},
		&cli.StringSliceFlag{Name: "property", Usage: "`KEY=VALUE` of the catalog or the object store, such as uri=https://catalog.example.org (may be repeated)", Destination: &o.properties, Sources: cli.EnvVars("CCLF_ICEBERG_PROPERTIES")},
		&cli.StringFlag{Name: "format", Aliases: []string{"f"}, Usage: "`FORMAT` of the result: table or json", Value: "table", Destination: &o.format},
	}
}

// formats are the formats of results.
var formats = []string{"table", "json"}

// secrets are the properties that come from the environment, to keep them out of the
// list of processes.
var secrets = map[string]string{
	"CCLF_ICEBERG_CREDENTIAL": "credential",
	"CCLF_ICEBERG_TOKEN":      "token",
}

// check completes the options, and limits the modes of new files.
func (o *options) check(cmd *cli.Command) error {
	if err := noArguments(cmd); err != nil {
		return err
	}
	if !slices.Contains(formats, o.format) {
		return fmt.Errorf("%w: --format %s: expected %s", errUsage, o.format, strings.Join(formats, " or "))
	}
	if !slices.Contains(lake.Catalogs, o.Catalog) {
		return fmt.Errorf("%w: --catalog %s: expected %s", errUsage, o.Catalog, strings.Join(lake.Catalogs, ", "))
	}
	o.Properties = map[string]string{}
	for _, p := range o.properties {
		key, value, ok := strings.Cut(p, "=")
		if !ok || key == "" {
			return fmt.Errorf("%w: --property: expected KEY=VALUE", errUsage)
		}
		o.Properties[key] = value
	}
	for env, key := range secrets {
		if value := os.Getenv(env); value != "" {
			o.Properties[key] = value
		}
	}
	mode := os.FileMode(0o600)
	if info, err := os.Stat(filepath.Join(o.Data, "_manifest.json")); err == nil {
		mode = info.Mode().Perm()
	}
	limitModes(mode)
	return nil
}

func noArguments(cmd *cli.Command) error {
	if cmd.NArg() > 0 {
		return fmt.Errorf("%w: unexpected argument %q", errUsage, cmd.Args().First())
	}
	return nil
}

func unknownCommand(_ *cli.Command, name string) error {
	return fmt.Errorf("%w: unknown command %q", errUsage, name)
}

func newProgram(version string, stdout, stderr io.Writer) *cmdline.Program {
	cmdline.UseHelp()
	var terminal *os.File
	if file, ok := stdout.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		terminal = file
	}
	app := &cli.Command{
		Name:      "cclf-iceberg",
		Usage:     "publish data sets of cclf as Apache Iceberg tables",
		UsageText: "cclf-iceberg command [options]",
		Description: cmdline.Describe(`
			cclf-iceberg publishes the Parquet files of a data set that cclf wrote as
			tables of Apache Iceberg, without copying them.`,
			"cclf-iceberg publish -d LAKE",
			"cclf-iceberg snapshots -d LAKE",
			"cclf-iceberg expire -d LAKE --keep 12",
		),
		Version:         cmp.Or(version, buildVersion()),
		Writer:          cmdline.HelpWriter{Writer: stdout, Width: cmdline.HelpWidth(terminal), ExitCodes: exitCodes},
		ErrWriter:       stderr,
		Commands:        []*cli.Command{newPublish(stdout, stderr), newSnapshots(stdout), newExpire(stdout)},
		ExitErrHandler:  func(context.Context, *cli.Command, error) {},
		HideHelpCommand: true,
		OnUsageError: func(_ context.Context, _ *cli.Command, err error, _ bool) error {
			return fmt.Errorf("%w: %w", errUsage, err)
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.NArg() > 0 {
				return unknownCommand(cmd, cmd.Args().First())
			}
			return cli.ShowRootCommandHelp(cmd)
		},
	}
	program := &cmdline.Program{
		Root: app, Version: app.Version, ExitCodes: exitCodes,
		Values:      map[string]func() []string{"catalog": func() []string { return lake.Catalogs }, "format": func() []string { return formats }},
		NoArguments: noArguments, UnknownCommand: unknownCommand,
	}
	app.Commands = append(app.Commands, program.NewCompletionCommand(), program.NewManCommand())
	for _, c := range app.Commands {
		c.OnUsageError = app.OnUsageError
	}
	return program
}

func newPublish(stdout, stderr io.Writer) *cli.Command {
	o := &options{}
	return &cli.Command{
		Name:      "publish",
		Usage:     "publish the current state of a data set",
		UsageText: "cclf-iceberg publish -d DIR [options]",
		Description: `Makes the Iceberg tables equal to those of the data set. Each table whose files
changed gets one snapshot, with the run and its transaction time. Files are
linked, not copied, and unchanged files stay. If nothing changed, nothing is
done. See docs/iceberg.md.`,
		Flags: o.flags(),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			list, err := lake.Publish(ctx, o.Options)
			if err != nil {
				return fmt.Errorf("publish: %w", err)
			}
			return writePublished(stdout, stderr, o.format, list)
		},
	}
}

func writePublished(stdout, stderr io.Writer, format string, list []lake.Published) error {
	if format == "json" {
		return writeJSON(stdout, list)
	}
	for _, p := range list {
		for _, note := range p.Notes {
			fmt.Fprintf(stderr, "cclf-iceberg: %s: %s\n", p.Table, note)
		}
	}
	return writeTable(stdout, "table\trows\tfiles\tadded\tremoved\tsnapshot", func(w io.Writer) {
		for _, p := range list {
			snapshot := "unchanged"
			if p.Changed {
				snapshot = fmt.Sprint(p.Snapshot)
			}
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\n", p.Name, p.Rows, p.Files, p.Added, p.Removed, snapshot)
		}
	})
}

func newSnapshots(stdout io.Writer) *cli.Command {
	o := &options{}
	return &cli.Command{
		Name:        "snapshots",
		Usage:       "list the snapshots of all tables",
		UsageText:   "cclf-iceberg snapshots -d DIR [options]",
		Description: `Lists the states that queries can go back to, with the run of each.`,
		Flags:       o.flags(),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			list, err := lake.Snapshots(ctx, o.Options)
			if err != nil {
				return fmt.Errorf("snapshots: %w", err)
			}
			if o.format == "json" {
				return writeJSON(stdout, list)
			}
			return writeTable(stdout, "table\tsnapshot\tpublished\trun\ttransaction time\trows\tfiles\tcurrent", func(w io.Writer) {
				for _, s := range list {
					run, current := "", ""
					if s.Run > 0 {
						run = fmt.Sprint(s.Run)
					}
					if s.Current {
						current = "yes"
					}
					fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%d\t%d\t%s\n", s.Name, s.ID, s.Time.Format("2006-01-02T15:04:05.000Z"), run, s.TransactionTime, s.Rows, s.Files, current)
				}
			})
		},
	}
}

func newExpire(stdout io.Writer) *cli.Command {
	o, keep := &options{}, 0
	return &cli.Command{
		Name:      "expire",
		Usage:     "remove old snapshots and the files that only they need",
		UsageText: "cclf-iceberg expire -d DIR --keep N [options]",
		Description: `Keeps the N newest snapshots of each table, and those that a tag or a branch
names. Queries over older ones fail from then on. The files of the data set
itself are not touched.`,
		Flags: append(o.flags(), &cli.IntFlag{Name: "keep", Usage: "number of snapshots to keep, `N`", Required: true, Destination: &keep}),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			if keep < 1 {
				return fmt.Errorf("%w: --keep %d: expected 1 or more", errUsage, keep)
			}
			list, err := lake.Expire(ctx, o.Options, keep)
			if err != nil {
				return fmt.Errorf("expire: %w", err)
			}
			if o.format == "json" {
				return writeJSON(stdout, list)
			}
			return writeTable(stdout, "table\tsnapshots removed\tkept\tfiles removed\tbytes", func(w io.Writer) {
				for _, e := range list {
					fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", e.Table, e.Snapshots, e.Kept, e.Files, e.Bytes)
				}
			})
		},
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func writeTable(out io.Writer, header string, rows func(io.Writer)) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, err := fmt.Fprintln(w, header)
	rows(w)
	return errors.Join(err, w.Flush())
}
