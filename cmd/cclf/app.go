package main

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// run runs the command in args and returns the exit code.
func run(ctx context.Context, e *env, args []string) int {
	err := runApp(ctx, e, args)
	code := e.exitCode(ctx, err)
	if err != nil {
		e.report(err, code)
	}
	if err := e.finish(code); err != nil {
		if code == exitcode.OK {
			code = exitCode(err)
		}
		e.report(err, code)
	}
	return code
}

// runApp runs the command. A panic becomes an error after deferred functions have
// run, so temporary data are removed.
func runApp(ctx context.Context, e *env, args []string) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = recovered(value)
		}
	}()
	program := newProgram(e)
	if words, ok := cmdline.CompletionRequest(args); ok {
		program.Complete(e.stdout, words)
		return nil
	}
	err = program.Root.Run(ctx, args)
	if err != nil && e.events.started.IsZero() {
		err = errors.Join(err, e.beginAnyway(program.Root))
	}
	return err
}

// newApp returns the command of newProgram.
func newApp(e *env) *cli.Command { return newProgram(e).Root }

// newProgram returns the command line: the global flags and the commands.
func newProgram(e *env) *cmdline.Program {
	cmdline.UseHelp()
	app := &cli.Command{
		Name:      "cclf",
		Usage:     "turn BCDA exports into CCLF tables and query them",
		UsageText: "cclf [global options] command [options] [arguments]",
		Description: cmdline.Describe(`
			cclf downloads bulk exports (FHIR NDJSON) of CMS's Beneficiary Claims Data
			API (BCDA), converts them into Claim and Claim Line Feed (CCLF) tables, as
			Parquet, CSV, Arrow, a DuckDB file or fixed-width CMS files, and runs SQL
			over them.`,
			"cclf synth -o export",
			"cclf convert -o out export",
			"cclf query -d out 'SELECT count(*) FROM cclf1'",
			"cclf convert --help",
			"source <(cclf completion bash)",
		),
		Version: version(),
		Flags: []cli.Flag{
			choice(&cli.StringFlag{Name: "log-format", Usage: "log `FORMAT`: text or json", Value: "text"}, "text", "json"),
			&cli.StringFlag{
				Name: "config", Usage: "read settings from the TOML file `FILE` (default: " + configVariable + ", or ~/.config/cclf/config.toml; see cclf config)",
				TakesFile: true, Validator: thisMachine,
			},
			&cli.StringFlag{
				Name: "log-file", Usage: "append the log to `FILE`; standard error then has words for people, whatever --log-format is",
				TakesFile: true, Validator: thisMachine,
			},
			&cli.StringFlag{Name: "metrics-file", Usage: "write metrics of the run to `FILE`, in the OpenMetrics text format, at its start, every 30 seconds and at its end", TakesFile: true, Validator: thisMachine},
			&cli.StringFlag{Name: "run-id", Usage: "`ID` of the run in the log and in metrics, such as that of a scheduler (default: random)"},
			&cli.BoolFlag{Name: "no-progress", Usage: "show no progress bars"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print warnings and errors only"},
		},
		Commands: []*cli.Command{
			newFetchCommand(e),
			newConvertCommand(e),
			newImportCommand(e),
			newSyncCommand(e),
			newLogCommand(e),
			newRunCommand(e),
			newSynthCommand(e),
			newQueryCommand(e),
			newInspectCommand(e),
			newMetricsCommand(e),
			newReportCommand(e),
			newReconcileCommand(e),
			newDiffCommand(e),
			newVerifyCommand(e),
			newPruneCommand(e),
			newLoadCommand(e),
			newSchemaCommand(e),
			newTokenCommand(e),
			newMetadataCommand(e),
			newJobsCommand(e),
			newAttributionCommand(e),
			newSandboxCommand(e),
			newConfigCommand(e),
			newDoctorCommand(e),
		},
		Before: func(ctx context.Context, cmd *cli.Command) (context.Context, error) {
			if err := e.useGlobalSettings(cmd); err != nil {
				return ctx, err
			}
			return ctx, e.beginFrom(cmd)
		},
		Action:    unknownCommand,
		Reader:    e.stdin,
		Writer:    cmdline.HelpWriter{Writer: e.stdout, Width: e.helpWidth(), ExitCodes: exitcode.All},
		ErrWriter: e.words(),
		// Errors are reported by run, after Run returns them.
		ExitErrHandler:  func(context.Context, *cli.Command, error) {},
		HideHelpCommand: true, // that of the library would be in every command
		OnUsageError:    usageError,
	}
	program := &cmdline.Program{
		Root: app, Version: readBuildInfo().Version, ExitCodes: exitcode.All, Values: knownValues,
		NoArguments: noArguments,
		UnknownCommand: func(parent *cli.Command, name string) error {
			return usageError(context.Background(), parent, unknownCommandError(parent, name), false)
		},
	}
	app.Commands = append(app.Commands, program.NewCompletionCommand(), newVersionCommand(e), program.NewManCommand(), newHelpCommand(app))
	for _, c := range app.Commands {
		c.OnUsageError = usageError
		if !slices.Contains(withoutSettings, c.Name) {
			e.useSettings(c, c.Name)
		}
	}
	stopAtCommand(app)
	checkPaths(app)
	return program
}

// helpWidth is the width of help on standard output.
func (e *env) helpWidth() int {
	if file, ok := e.stdout.(*os.File); ok && e.isTerminal(file) {
		return cmdline.HelpWidth(file)
	}
	return cmdline.HelpWidth(nil)
}

// beginFrom begins the log and the metrics of a command line.
func (e *env) beginFrom(app *cli.Command) error {
	e.quiet, e.plain = app.Bool("quiet"), app.Bool("no-progress")
	return e.begin(commandName(app), logOptions{
		format: app.String("log-format"), file: app.String("log-file"), metricsFile: app.String("metrics-file"), runID: app.String("run-id"),
	})
}

// beginAnyway does so for a command line or settings with an error, as far as the
// rest of them says how: a job that cannot start is in its log, too.
func (e *env) beginAnyway(app *cli.Command) error {
	if e.useGlobalSettings(app) != nil {
		_ = e.settings.apply(app, nil)
	}
	return e.beginFrom(app)
}

// commandName is the name of the command in a command line, or empty.
func commandName(app *cli.Command) string {
	if cmd := app.Command(app.Args().First()); cmd != nil {
		return cmd.Name
	}
	return ""
}

func newHelpCommand(app *cli.Command) *cli.Command {
	return &cli.Command{
		Name:        "help",
		Usage:       "show the help of a command",
		UsageText:   "cclf help [command]",
		Description: cmdline.Describe("Shows the help of a command, or without one lists the commands.", "cclf help query"),
		Metadata: cmdline.Completes(func(args []string) []string {
			return cmdline.ArgumentValues(app, args)
		}),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			name := cmd.Args().First()
			if name == "" {
				return cli.ShowRootCommandHelp(app)
			}
			if app.Command(name) == nil {
				return usageError(ctx, cmd, unknownCommandError(app, name), false)
			}
			return cli.ShowCommandHelp(ctx, app, name)
		},
	}
}
