package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// run is the program: it runs the command that args name and returns the exit
// code.
func run(ctx context.Context, e *env, args []string) int {
	err := runApp(ctx, e, args)
	code := e.exitCode(ctx, err)
	if err != nil {
		e.report(err, code)
	}
	return code
}

// exitCode is that of an error, or of the signal that was its cause.
func (e *env) exitCode(ctx context.Context, err error) int {
	code := exitCode(err)
	if signal, ok := errors.AsType[*signalError](context.Cause(ctx)); ok && code == exitInterrupted {
		code = signal.exitCode()
	}
	return code
}

// runApp runs the command. A panic in it is an error; deferred functions have
// run by then, so that temporary data are gone.
func runApp(ctx context.Context, e *env, args []string) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = recovered(value)
		}
	}()
	return newApp(e).Run(ctx, args)
}

// newApp is the command line: global flags, and the commands.
func newApp(e *env) *cli.Command {
	app := &cli.Command{
		Name:      "cclf",
		Usage:     "turn BCDA exports into CCLF tables and query them",
		UsageText: "cclf [global options] command [options] [arguments]",
		Description: help(`
			cclf gets the bulk exports (FHIR NDJSON) of CMS's Beneficiary Claims Data
			API, turns them into Claim and Claim Line Feed (CCLF) tables, as Parquet,
			CSV, Arrow, a DuckDB file or the fixed-width files of CMS, and runs SQL
			over them.`,
			"cclf synth -o export",
			"cclf convert -o out export",
			"cclf query -d out 'SELECT count(*) FROM cclf1'",
			"cclf convert --help",
			"source <(cclf completion bash)",
		) + "\n\n" + exitCodeHelp,
		Version: version(),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name:      "log-format",
				Usage:     "`FORM` of messages on standard error: text or json",
				Value:     "text",
				Validator: oneOf("text", "json"),
			},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print no messages but warnings and errors"},
		},
		Commands: []*cli.Command{
			newFetchCommand(e),
			newConvertCommand(e),
			newRunCommand(e),
			newSynthCommand(e),
			newQueryCommand(e),
			newInspectCommand(e),
			newMetricsCommand(e),
			newVerifyCommand(e),
			newSchemaCommand(e),
			newTokenCommand(e),
			newMetadataCommand(e),
			newJobsCommand(e),
			newAttributionCommand(e),
			newSandboxCommand(e),
			newHelpCommand(),
		},
		Before: func(ctx context.Context, cmd *cli.Command) (context.Context, error) {
			e.logJSON = cmd.String("log-format") == "json"
			e.quiet = cmd.Bool("quiet")
			e.setLogger()
			return ctx, nil
		},
		Action:    noSuchCommand,
		Reader:    e.stdin,
		Writer:    e.stdout,
		ErrWriter: e.words(),
		// Errors are reported by run, after Run returns them.
		ExitErrHandler:        func(context.Context, *cli.Command, error) {},
		HideHelpCommand:       true, // the library's, which every command would have: there is one below
		EnableShellCompletion: true,
		ConfigureShellCompletionCommand: func(c *cli.Command) {
			c.Hidden = false
			c.Usage = "print a shell completion script"
			c.UsageText = "cclf completion bash|zsh|fish|pwsh"
			c.Description = help(`
				Prints a script that makes the shell complete the commands and flags of
				cclf.`,
				"source <(cclf completion bash)   # in ~/.bashrc",
				"source <(cclf completion zsh)    # in ~/.zshrc",
				"cclf completion fish > ~/.config/fish/completions/cclf.fish",
				"cclf completion pwsh > cclf.ps1  # and run it in $PROFILE",
			)
			c.OnUsageError = usageError
			c.Action = noSuchCommand
		},
	}
	app.OnUsageError = usageError
	for _, c := range app.Commands {
		c.OnUsageError = usageError
	}
	return app
}

func newHelpCommand() *cli.Command {
	return &cli.Command{
		Name:        "help",
		Usage:       "explain a command",
		UsageText:   "cclf help [command]",
		Description: help("Explains a command, or without one lists them.", "cclf help query"),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			name := cmd.Args().First()
			if name == "" {
				return cli.ShowRootCommandHelp(cmd.Root())
			}
			if cmd.Root().Command(name) == nil {
				return usageError(ctx, cmd, fmt.Errorf("there is no command %q", name), false)
			}
			return cli.ShowCommandHelp(ctx, cmd.Root(), name)
		},
	}
}

// noSuchCommand is the action where only subcommands have actions.
func noSuchCommand(ctx context.Context, cmd *cli.Command) error {
	name := cmd.Args().First()
	switch {
	case name != "":
	case cmd == cmd.Root():
		return cli.ShowRootCommandHelp(cmd)
	default:
		return cli.ShowSubcommandHelp(cmd)
	}
	return usageError(ctx, cmd, fmt.Errorf("there is no command %q", name), false)
}

// usageError puts the errors of the command line parser into the words of
// everyone else.
func usageError(_ context.Context, cmd *cli.Command, err error, _ bool) error {
	msg := err.Error()
	msg = strings.Replace(msg, "can't duplicate this flag", "only one data set is read at a time", 1)
	if name, ok := strings.CutPrefix(msg, "flag provided but not defined: -"); ok {
		msg = "there is no flag " + dashes(name)
	} else if name, ok := strings.CutPrefix(msg, "flag needs an argument: "); ok {
		msg = "flag " + name + " needs a value"
	} else if name, ok := strings.CutPrefix(msg, "Required flag "); ok {
		name, _, _ = strings.Cut(strings.Trim(name, `"`), `"`)
		msg = "flag " + dashes(name) + " is required"
	} else if value, rest, ok := strings.Cut(msg, " for flag -"); ok {
		name, reason, _ := strings.Cut(rest, ": ")
		reason = parsing.ReplaceAllString(reason, "")
		msg = value + " for flag " + dashes(name) + ": " + reason
	}
	if _, sub, ok := strings.Cut(cmd.FullName(), " "); ok {
		msg = sub + ": " + msg
	}
	return &exitError{code: exitUsage, err: errors.New(msg), hint: "see " + cmd.FullName() + " --help"}
}

// parsing is what the library for numbers says before what is wrong.
var parsing = regexp.MustCompile(`^strconv\.\w+: parsing "[^"]*": `)

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// oneOf is a flag validator.
func oneOf[T ~string](choices ...T) func(string) error {
	return func(s string) error {
		if slices.Contains(choices, T(s)) {
			return nil
		}
		names := make([]string, len(choices))
		for i, c := range choices {
			names[i] = string(c)
		}
		return fmt.Errorf("want one of %s", strings.Join(names, ", "))
	}
}

// positive is a flag validator.
func positive(n int) error {
	if n < 1 {
		return errors.New("want a number above 0")
	}
	return nil
}

// plural is a number of things: 1 line, 2 lines.
func plural[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// help is a command's description: text, with the indentation of the source
// taken off, and examples.
func help(text string, examples ...string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text)) {
		b.WriteString(strings.TrimLeft(line, "\t"))
	}
	b.WriteString("\n\nExamples:\n")
	for _, example := range examples {
		b.WriteString("  " + example + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
