package cmdline

import (
	"context"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

//go:embed completion
var completionScripts embed.FS

// shells are the shells that have a completion script, with the extension of its file.
var shells = [][2]string{{"bash", "bash"}, {"zsh", "zsh"}, {"fish", "fish"}, {"pwsh", "ps1"}}

// Shells are the names of the shells that have a completion script.
func Shells() []string {
	var names []string
	for _, shell := range shells {
		names = append(names, shell[0])
	}
	return names
}

// CompletionScript returns the script that completes command lines of a program in a
// shell, which is one of Shells. It calls the program with the words before the cursor, the
// word at the cursor, and completionFlag; see Program.Complete.
func CompletionScript(program, shell string) string {
	for _, s := range shells {
		if s[0] == shell {
			text, err := completionScripts.ReadFile("completion/program." + s[1])
			if err != nil {
				panic("cmdline: internal error: " + err.Error())
			}
			return strings.ReplaceAll(string(text), "PROGRAM", program)
		}
	}
	panic("cmdline: internal error: no script for " + shell)
}

// NewCompletionCommand returns the command that prints completion scripts.
func (p *Program) NewCompletionCommand() *cli.Command {
	name, one := p.Root.Name, 1
	var commands []*cli.Command
	for _, shell := range Shells() {
		commands = append(commands, &cli.Command{
			Name:         shell,
			Usage:        "print the script for " + shell,
			UsageText:    name + " completion " + shell,
			OnUsageError: p.Root.OnUsageError,
			Action: func(_ context.Context, cmd *cli.Command) error {
				if err := p.NoArguments(cmd); err != nil {
					return err
				}
				_, err := io.WriteString(p.Root.Writer, CompletionScript(name, shell))
				return err
			},
		})
	}
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a shell completion script",
		UsageText: name + " completion " + strings.Join(Shells(), "|"),
		Description: Describe(`
			Prints a script with which the shell completes the commands, flags and
			values of `+name+`.`,
			"source <("+name+" completion bash)   # in ~/.bashrc",
			"source <("+name+" completion zsh)    # in ~/.zshrc, after compinit",
			name+" completion fish > ~/.config/fish/completions/"+name+".fish",
			name+" completion pwsh > "+name+".ps1  # and run it in $PROFILE",
		),
		Commands:     commands,
		StopOnNthArg: &one, // so that an unknown shell is reported, and not flags after it
		Action: func(_ context.Context, cmd *cli.Command) error {
			if name := cmd.Args().First(); name != "" {
				return p.UnknownCommand(cmd, name)
			}
			return cli.ShowSubcommandHelp(cmd)
		},
	}
}

// completionFlag is the last argument of a request for completions.
const completionFlag = "--generate-shell-completion"

// CompletionRequest returns the words of a request, without the program and the
// flag. The last is the word at the cursor.
func CompletionRequest(args []string) ([]string, bool) {
	last := len(args) - 1
	if last < 1 || args[last] != completionFlag {
		return nil, false
	}
	if last == 1 {
		return []string{""}, true
	}
	return args[1:last], true
}

// Complete prints what the last of words can become, a line each: a value, with a
// description after a colon; or what the shell has to complete by itself, after a
// colon: folders, files, or data (folders and DuckDB files).
func (p *Program) Complete(w io.Writer, words []string) {
	last := len(words) - 1
	line := parseWords(p.Root, words[:last])
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
		values = p.flagValues(line.flag)
	case strings.HasPrefix(current, "-"):
		values = line.flagNames(strings.HasPrefix(current, "--"))
	default:
		values = ArgumentValues(line.command(), line.args)
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
				names = append(names, Dashes(name)+":"+FlagRow(flag)[1])
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
func (p *Program) flagValues(flag cli.Flag) []string {
	switch f := flag.(type) {
	case interface{ Choices() []string }:
		return f.Choices()
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
	if values := p.Values[flag.Names()[0]]; values != nil {
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

// argumentValuesKey is where a command's metadata has the values of arguments: a
// func(args []string) []string, of the arguments before.
const argumentValuesKey = "argument values"

// ArgumentValues lists the subcommands of a command, or the values of its next
// argument.
func ArgumentValues(cmd *cli.Command, args []string) []string {
	if values, ok := cmd.Metadata[argumentValuesKey].(func([]string) []string); ok {
		return values(args)
	}
	var names []string
	if len(args) == 0 {
		for _, c := range VisibleCommands(cmd) {
			names = append(names, c.Name+":"+c.Usage)
		}
	}
	return names
}

// Completes is the metadata of a command whose arguments have values.
func Completes(values func(args []string) []string) map[string]any {
	return map[string]any{argumentValuesKey: values}
}

// CompletesFiles is the metadata of a command whose arguments are files.
func CompletesFiles() map[string]any {
	return Completes(func([]string) []string { return []string{":files"} })
}
