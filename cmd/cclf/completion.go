package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/schema"
)

//go:embed completion
var completionScripts embed.FS

// newCompletionCommand prints the scripts that complete command lines in shells.
// They call cclf with the words before the cursor, the word at the cursor, and
// completionFlag; see complete.
func newCompletionCommand(e *env) *cli.Command {
	var shells []*cli.Command
	for _, shell := range [][2]string{{"bash", "bash"}, {"zsh", "zsh"}, {"fish", "fish"}, {"pwsh", "ps1"}} {
		shells = append(shells, &cli.Command{
			Name:         shell[0],
			Usage:        "print the script for " + shell[0],
			UsageText:    "cclf completion " + shell[0],
			OnUsageError: usageError,
			Action: func(_ context.Context, cmd *cli.Command) error {
				if err := noArguments(cmd); err != nil {
					return err
				}
				script, err := completionScripts.ReadFile("completion/cclf." + shell[1])
				if err != nil {
					return err
				}
				_, err = e.stdout.Write(script)
				return err
			},
		})
	}
	cmd := &cli.Command{
		Name:      "completion",
		Usage:     "print a shell completion script",
		UsageText: "cclf completion bash|zsh|fish|pwsh",
		Description: help(`
			Prints a script with which the shell completes the commands, flags and
			values of cclf.`,
			"source <(cclf completion bash)   # in ~/.bashrc",
			"source <(cclf completion zsh)    # in ~/.zshrc, after compinit",
			"cclf completion fish > ~/.config/fish/completions/cclf.fish",
			"cclf completion pwsh > cclf.ps1  # and run it in $PROFILE",
		),
		Commands: shells,
		Action:   unknownCommand,
	}
	stopAtCommand(cmd)
	return cmd
}

// completionFlag is the last argument of a request for completions.
const completionFlag = "--generate-shell-completion"

// completionRequest returns the words of a request, without the program and the
// flag. The last is the word at the cursor.
func completionRequest(args []string) ([]string, bool) {
	last := len(args) - 1
	if last < 1 || args[last] != completionFlag {
		return nil, false
	}
	if last == 1 {
		return []string{""}, true
	}
	return args[1:last], true
}

// complete prints what the last of words can become, a line each: a value, with a
// description after a colon; or what the shell has to complete by itself, after a
// colon: folders, files, or data (folders and DuckDB files).
func complete(w io.Writer, app *cli.Command, words []string) {
	last := len(words) - 1
	line := parseWords(app, words[:last])
	current, prefix := strings.TrimSpace(words[last]), ""
	if current == "=" && line.flag != nil { // bash makes a word of it
		current = ""
	}
	if name, value, ok := strings.Cut(current, "="); ok && line.flag == nil && strings.HasPrefix(name, "-") {
		line.flag, current, prefix = line.findFlag(name), value, name+"="
	}
	var values []string
	switch {
	case line.flag != nil:
		values = flagValues(line.flag)
	case strings.HasPrefix(current, "-"):
		values = line.flagNames(strings.HasPrefix(current, "--"))
	default:
		values = argumentValues(line.command(), line.args)
	}
	for _, value := range values {
		if strings.HasPrefix(value, ":") {
			fmt.Fprintln(w, value)
		} else if strings.HasPrefix(value, current) {
			fmt.Fprintln(w, prefix+value)
		}
	}
}

// A commandLine is what is known of a command line before the cursor.
type commandLine struct {
	commands []*cli.Command // the program, the command, its subcommand
	args     []string
	flag     cli.Flag // that the word at the cursor is the value of, or nil
}

func parseWords(app *cli.Command, words []string) *commandLine {
	l := &commandLine{commands: []*cli.Command{app}}
	for _, word := range words {
		switch {
		case l.flag != nil:
			if word != "=" {
				l.flag = nil
			}
		case len(word) > 1 && word[0] == '-':
			name, _, hasValue := strings.Cut(word, "=")
			if f := l.findFlag(name); f != nil && !hasValue && takesValue(f) {
				l.flag = f
			}
		default:
			if sub := l.command().Command(word); sub != nil && l.args == nil {
				l.commands = append(l.commands, sub)
			} else {
				l.args = append(l.args, word)
			}
		}
	}
	return l
}

func (l *commandLine) command() *cli.Command { return l.commands[len(l.commands)-1] }

// flags returns the flags of the command, and those of the commands above it.
func (l *commandLine) flags() []cli.Flag {
	var flags []cli.Flag
	for _, c := range slices.Backward(l.commands) {
		flags = append(flags, c.Flags...)
	}
	return flags
}

// findFlag finds a flag by its name, with dashes.
func (l *commandLine) findFlag(name string) cli.Flag {
	flags := l.flags()
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), strings.TrimLeft(name, "-")) })
	if i < 0 {
		return nil
	}
	return flags[i]
}

// flagNames lists the names of flags, with their texts.
func (l *commandLine) flagNames(longOnly bool) []string {
	var names []string
	for _, flag := range l.flags() {
		for _, name := range flag.Names() {
			if len(name) > 1 || !longOnly {
				names = append(names, dashes(name)+":"+flagRow(flag)[1])
			}
		}
	}
	return append(names, "--help:show help")
}

func takesValue(flag cli.Flag) bool {
	doc, ok := flag.(cli.DocGenerationFlag)
	return ok && doc.TakesValue()
}

// flagValues lists the values of a flag.
func flagValues(flag cli.Flag) []string {
	switch f := flag.(type) {
	case *choiceFlag:
		return f.choices
	case *cli.StringSliceFlag:
		if f.Name == "data" {
			return []string{":data"}
		}
	case *cli.StringFlag:
		switch metavar := flagMetavar(f.Usage); {
		case f.Name == "data":
			return []string{":data"}
		case f.TakesFile && (metavar == "DIR" || metavar == "OUT"):
			return []string{":folders"}
		case f.TakesFile:
			return []string{":files"}
		}
	}
	if values := knownValues[flag.Names()[0]]; values != nil {
		return values()
	}
	return nil
}

// flagMetavar returns what a flag's text has in backquotes.
func flagMetavar(usage string) string {
	_, rest, _ := strings.Cut(usage, "`")
	metavar, _, _ := strings.Cut(rest, "`")
	return metavar
}

// knownValues are usual values of flags that take others too.
var knownValues = map[string]func() []string{
	"type":   func() []string { return []string{"ExplanationOfBenefit", "Patient", "Coverage"} },
	"since":  func() []string { return []string{"auto"} },
	"group":  func() []string { return []string{"all", "runout"} },
	"tables": func() []string { return convert.TableNames(convert.PlainCCLF) },
	"fault":  bcdatest.Presets,
	"status": func() []string {
		return []string{"Pending", "In Progress", "Completed", "Failed", "Cancelled", "Expired"}
	},
	"field": func() []string {
		var labels []string
		for _, t := range schema.AllTables() {
			labels = append(labels, fieldLabels(t)...)
		}
		slices.Sort(labels)
		return slices.Compact(labels)
	},
}

// argumentValuesKey is where a command's metadata has the values of arguments: a
// func(args []string) []string, of the arguments before.
const argumentValuesKey = "argument values"

// argumentValues lists the subcommands of a command, or the values of its next
// argument.
func argumentValues(cmd *cli.Command, args []string) []string {
	if values, ok := cmd.Metadata[argumentValuesKey].(func([]string) []string); ok {
		return values(args)
	}
	var names []string
	if len(args) == 0 {
		for _, c := range visibleCommands(cmd) {
			names = append(names, c.Name+":"+c.Usage)
		}
	}
	return names
}

// completes is the metadata of a command whose arguments have values.
func completes(values func(args []string) []string) map[string]any {
	return map[string]any{argumentValuesKey: values}
}

// completesFiles is the metadata of a command whose arguments are files.
func completesFiles() map[string]any {
	return completes(func([]string) []string { return []string{":files"} })
}

// tableNames lists the tables as the first argument of a command.
func tableNames(args []string) []string {
	if len(args) > 0 {
		return nil
	}
	var names []string
	for _, t := range schema.AllTables() {
		names = append(names, t.Name)
	}
	return names
}

func fieldLabels(t *schema.Table) []string {
	var labels []string
	for _, f := range t.Fields {
		labels = append(labels, f.Label)
	}
	return labels
}
