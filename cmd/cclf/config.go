package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
)

func newConfigCommand(e *env) *cli.Command {
	check := &cli.Command{
		Name: "check", Usage: "name what is unknown or invalid in the configuration file", UsageText: "cclf config check [FILE]",
		Description: cmdline.Describe(`
			Reads FILE, or else the configuration file that other commands read, and
			names sections, keys and values that cclf does not know, secrets that are
			written into the file, and environment variables that begin with CCLF_ and
			set nothing.`,
			"cclf config check",
			"cclf --config aco.toml config check",
		),
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.NArg() > 1 {
				return usageErrorf("config check: expected one file, got %d", cmd.NArg())
			}
			return e.checkConfig(cmd.Args().First(), cmd.String("config"))
		},
	}
	template := &cli.Command{
		Name: "template", Usage: "print a configuration file with every setting, as comments", UsageText: "cclf config template",
		Description: cmdline.Describe(`
			Prints a configuration file in which every setting is a comment, with what
			it means. To set one, remove the # before it.`,
			"cclf config template > ~/.config/cclf/config.toml",
		),
		Action: func(_ context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			return writeTemplate(e.stdout, newApp(e))
		},
	}
	for _, c := range []*cli.Command{check, template} {
		c.OnUsageError = usageError
	}
	cmd := &cli.Command{
		Name:      "config",
		Usage:     "check the configuration file, or print a template",
		UsageText: "cclf config check [FILE]\ncclf config template",
		Description: cmdline.Describe(`
			Every flag can be set in the configuration file, a TOML file: that of
			--config, or of the environment variable CCLF_CONFIG, or
			~/.config/cclf/config.toml (in XDG_CONFIG_HOME, if that is set; on Windows
			%AppData%\cclf\config.toml). It has a section for each command, and the
			section [server] for the server options of all commands; global options are
			at its top.

			Each flag also has an environment variable, such as CCLF_FETCH_OUT or
			CCLF_LOG_FORMAT. The command line comes first, then the environment, then
			the section of the command, then [server].

			Secrets are not in the file. In [server], client-secret refers to one:
			env:NAME, file:PATH or cmd:COMMAND.`,
			"cclf config template > ~/.config/cclf/config.toml",
			"cclf config check",
		),
		Commands: []*cli.Command{check, template},
		Action:   unknownCommand,
	}
	stopAtCommand(cmd)
	return cmd
}

// checkConfig prints what is wrong with the configuration file and the environment.
func (e *env) checkConfig(argument, flag string) error {
	name := argument
	if name == "" {
		name = flag
	}
	if name == "" {
		name = e.getenv(configVariable)
	}
	file, err := e.readConfig(name)
	if err != nil {
		return err
	}
	app := newApp(e)
	problems := unknownVariables(os.Environ(), app)
	if file == nil {
		fmt.Fprintf(e.stdout, "no configuration file: %s does not exist\n", e.usualConfig)
	} else {
		problems = append(checkSettings(file, app), problems...)
	}
	for _, p := range problems {
		fmt.Fprintln(e.stdout, p)
	}
	if problems != nil {
		return usageErrorf("config check: %s", plural(len(problems), "problem"))
	}
	if file != nil {
		fmt.Fprintf(e.stdout, "%s: %s, nothing unknown\n", file.Name, plural(len(file.Settings), "setting"))
	}
	return nil
}

// otherVariables are variables that begin as those of flags do.
var otherVariables = []string{
	configVariable, dataVariable, "CCLF_POLL_INTERVAL", "CCLF_BACKOFF", "CCLF_STALL_TIMEOUT", "CCLF_MAX_WAIT", "CCLF_RETRY_BUDGET",
}

// unknownVariables names the environment variables that look like settings and set
// nothing.
func unknownVariables(environment []string, app *cli.Command) []string {
	known := slices.Concat(otherVariables, icebergVariables)
	for section, flags := range sectionsOf(app) {
		var path []string
		if section == serverSection {
			continue
		}
		if section != "" {
			path = strings.Split(section, ".")
		}
		for _, f := range flags {
			known = append(known, variableOf(path, f.Names()[0]))
		}
	}
	slices.Sort(known)
	var problems []string
	for _, line := range environment {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "CCLF_") && value != "" && !slices.Contains(known, name) {
			problems = append(problems, fmt.Sprintf("environment: unknown variable %s%s", name, didYouMean(name, known)))
		}
	}
	return problems
}

// writeTemplate prints a configuration file with all settings as comments.
func writeTemplate(w io.Writer, app *cli.Command) error {
	sections := sectionsOf(app)
	names := []string{"", serverSection}
	var add func(commands []*cli.Command, prefix string)
	add = func(commands []*cli.Command, prefix string) {
		for _, cmd := range commands {
			if name := prefix + cmd.Name; len(sections[name]) > 0 {
				names = append(names, name)
			}
			add(cmd.Commands, prefix+cmd.Name+".")
		}
	}
	add(app.Commands, "")
	var b strings.Builder
	b.WriteString("# Configuration of cclf. cclf config check names what is unknown in it.\n\n")
	for _, name := range names {
		if name != "" {
			fmt.Fprintf(&b, "\n[%s]\n", name)
		}
		if name == serverSection {
			b.WriteString("# For all commands that use a server; the section of a command counts first.\n\n")
			b.WriteString("# client id: itself, or a reference as below\n#client-id = \"\"\n\n")
			b.WriteString("# client secret: a reference, env:NAME, file:PATH or cmd:COMMAND\n#client-secret = \"env:BCDA_CLIENT_SECRET\"\n\n")
		}
		for _, f := range sections[name] {
			if name == serverSection || !isServerFlag(f) {
				writeTemplateSetting(&b, f)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeTemplateSetting(b *strings.Builder, f cli.Flag) {
	row := cmdline.FlagRow(f)
	value := ""
	if doc, ok := f.(cli.DocGenerationFlag); ok {
		value = strings.Trim(doc.GetValue(), `"`)
	}
	switch f.(type) {
	case *cli.BoolFlag, *cli.IntFlag, *cli.Int64Flag, *cli.Uint64Flag, *cli.FloatFlag:
	case *cli.StringSliceFlag:
		value = "[]"
	default:
		value = strconv.Quote(value)
	}
	for _, line := range cmdline.WrapText(row[1], cmdline.DefaultWidth-2) {
		b.WriteString("# " + line + "\n")
	}
	fmt.Fprintf(b, "#%s = %s\n\n", f.Names()[0], value)
}
