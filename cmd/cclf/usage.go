package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// usageError rewords an error of the command line parser.
func usageError(_ context.Context, cmd *cli.Command, err error, _ bool) error {
	msg := err.Error()
	if name, ok := strings.CutPrefix(msg, "flag provided but not defined: -"); ok {
		msg = "unknown flag: " + cmdline.Dashes(name) + suggestFlag(cmd, name)
	} else if name, ok := strings.CutPrefix(msg, "flag needs an argument: "); ok {
		msg = "flag " + name + " needs a value"
	} else if name, ok := strings.CutPrefix(msg, "Required flag "); ok {
		name, _, _ = strings.Cut(strings.Trim(name, `"`), `"`)
		msg = "missing required flag: " + cmdline.Dashes(name)
	} else if value, rest, ok := strings.Cut(msg, " for flag -"); ok {
		name, reason, _ := strings.Cut(rest, ": ")
		value = strings.TrimPrefix(value, "invalid value ")
		msg = "invalid " + cmdline.Dashes(name) + " " + value + ": " + rewordReason(reason)
		if (name == "f" || name == "format") && hasFlag(cmd, "file") && strings.Contains(value, ".") {
			msg += "; for SQL in a file use --file"
		}
	}
	if _, sub, ok := strings.Cut(cmd.FullName(), " "); ok {
		msg = sub + ": " + msg
	}
	return &exitError{code: exitcode.Usage, err: errors.New(msg), hint: "see " + cmd.FullName() + " --help"}
}

// rewordReason rewords the reason why a value is invalid.
func rewordReason(reason string) string {
	call := strconvError().FindStringSubmatch(reason)
	switch {
	case reason == "can't duplicate this flag":
		return "the flag was given before"
	case call != nil && call[1] != "ParseBool":
		return "expected a whole number"
	case reason == "parse error", call != nil:
		return "expected true or false"
	case strings.HasPrefix(reason, "time: "):
		return "expected a duration such as 500ms, 90s or 1h30m"
	}
	return reason
}

// strconvError matches the errors of package strconv, with the function.
var strconvError = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^strconv\.(\w+): parsing `) })

// renamed has the flags of earlier versions, and those that took their place.
var renamed = map[string][]string{
	"output": {"out", "format"}, "threads": {"jobs"}, "parallel": {"jobs"}, "p": {"j"}, "data": {"export"},
}

// suggestFlag names the flags of the command that an unknown one may stand for.
func suggestFlag(cmd *cli.Command, name string) string {
	var names []string
	known := map[string]bool{}
	for _, c := range cmd.Lineage() {
		for _, flag := range c.Flags {
			for _, n := range flag.Names() {
				known[n] = true
				if len(n) > 1 {
					names = append(names, "--"+n)
				}
			}
		}
	}
	var now []string
	for _, n := range renamed[name] {
		if known[n] {
			now = append(now, cmdline.Dashes(n))
		}
	}
	if now != nil {
		return " (did you mean " + strings.Join(now, " or ") + "?)"
	}
	if len(name) == 1 {
		return ""
	}
	return didYouMean("--"+name, names)
}

func hasFlag(cmd *cli.Command, name string) bool {
	return slices.ContainsFunc(cmd.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
}

// stopAtCommand makes a command with subcommands parse no flags after the name of
// one, so that an unknown name is reported and not the flags after it.
func stopAtCommand(cmd *cli.Command) {
	one := 1
	cmd.StopOnNthArg = &one
}

// unknownCommand is the action where only subcommands have actions.
func unknownCommand(ctx context.Context, cmd *cli.Command) error {
	name := cmd.Args().First()
	switch {
	case name != "":
	case cmd == cmd.Root():
		return cli.ShowRootCommandHelp(cmd)
	default:
		return cli.ShowSubcommandHelp(cmd)
	}
	return usageError(ctx, cmd, unknownCommandError(cmd, name), false)
}

func unknownCommandError(cmd *cli.Command, name string) error {
	var names []string
	for _, c := range cmdline.VisibleCommands(cmd) {
		names = append(names, c.Name)
	}
	return fmt.Errorf("unknown command %q%s", name, didYouMean(name, names))
}

// noArguments refuses arguments.
func noArguments(cmd *cli.Command) error {
	if cmd.Args().Present() {
		return usageErrorf("%s: unexpected argument %q", cmd.Name, cmd.Args().First())
	}
	return nil
}
