package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// newManCommand prints manual pages. Releases have them in files.
func newManCommand(app *cli.Command, e *env) *cli.Command {
	var dir string
	return &cli.Command{
		Name:      "man",
		Usage:     "print a manual page",
		UsageText: "cclf man [COMMAND...]\ncclf man --all DIR",
		Description: help(`
			Prints the manual page of a command, or without one that of cclf, for the
			program man. The packages of a release install all pages; --all writes them
			to a folder.`,
			"cclf man convert | man -l -",
			"cclf man --all ~/.local/share/man/man1",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "all", Usage: "write the pages of all commands to `DIR`", TakesFile: true, Destination: &dir},
		},
		Metadata: completes(func(args []string) []string { return argumentValues(app, args) }),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if dir != "" {
				if err := noArguments(cmd); err != nil {
					return err
				}
				return writeManPages(dir, app)
			}
			page := app
			for _, name := range cmd.Args().Slice() {
				sub := page.Command(name)
				if sub == nil {
					return usageError(ctx, cmd, unknownCommandError(page, name), false)
				}
				page = sub
			}
			_, err := io.WriteString(e.stdout, manPage(app, page))
			return err
		},
	}
}

// writeManPages writes the pages of a command and of those below it to a folder.
func writeManPages(dir string, app *cli.Command) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("man: %w", err)
	}
	return walkCommands(app, func(cmd *cli.Command) error {
		if err := os.WriteFile(filepath.Join(dir, manName(cmd)+".1"), []byte(manPage(app, cmd)), 0o644); err != nil {
			return fmt.Errorf("man: %w", err)
		}
		return nil
	})
}

// walkCommands calls visit for a command and for those below it.
func walkCommands(cmd *cli.Command, visit func(*cli.Command) error) error {
	if err := visit(cmd); err != nil {
		return err
	}
	for _, c := range visibleCommands(cmd) {
		if err := walkCommands(c, visit); err != nil {
			return err
		}
	}
	return nil
}

// manName is the name of the page of a command, such as cclf-convert.
func manName(cmd *cli.Command) string { return strings.ReplaceAll(cmd.FullName(), " ", "-") }

// manPage returns the manual page of a command, in the macros of man(7).
func manPage(app, cmd *cli.Command) string {
	var p roff
	p.macro("TH", strings.ToUpper(manName(cmd)), "1", "", "cclf "+readBuildInfo().Version, "cclf manual")
	p.macro("SH", "NAME")
	p.text(manName(cmd) + " - " + cmd.Usage)
	p.macro("SH", "SYNOPSIS")
	p.verbatim(cmd.UsageText)
	text, examples, _ := strings.Cut(cmd.Description, "\n\nExamples:\n")
	p.macro("SH", "DESCRIPTION")
	p.prose(cmp.Or(text, sentenceOf(cmd.Usage)))
	if commands := visibleCommands(cmd); len(commands) > 0 {
		p.macro("SH", "COMMANDS")
		for _, c := range commands {
			p.item(manName(c)+"(1)", c.Usage)
		}
	}
	p.flags("OPTIONS", cmd.VisibleFlags())
	if cmd != app {
		p.flags("GLOBAL OPTIONS", cmd.VisiblePersistentFlags())
	}
	if examples != "" {
		p.macro("SH", "EXAMPLES")
		p.verbatim(examples)
	}
	p.macro("SH", "EXIT STATUS")
	if cmd == app {
		for _, c := range exitcode.All {
			p.item(strconv.Itoa(c.Number), c.Text)
		}
	} else {
		p.text("See cclf(1).")
	}
	if cmd != app {
		p.macro("SH", "SEE ALSO")
		p.text("cclf(1)")
	}
	return p.b.String()
}

func sentenceOf(usage string) string { return strings.ToUpper(usage[:1]) + usage[1:] + "." }

// A roff is a manual page on its way.
type roff struct{ b strings.Builder }

// roffText makes text harmless: hyphens stay ASCII, so that options can be copied.
var roffText = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// line writes a line of text.
func (p *roff) line(text string) {
	text = roffText.Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	p.b.WriteString(text + "\n")
}

// macro writes a request with its arguments.
func (p *roff) macro(name string, args ...string) {
	p.b.WriteString("." + name)
	for _, arg := range args {
		p.b.WriteString(` "` + strings.ReplaceAll(roffText.Replace(arg), `"`, `\(dq`) + `"`)
	}
	p.b.WriteByte('\n')
}

func (p *roff) text(text string) { p.line(text) }

// verbatim writes lines as they are, without what all are indented by.
func (p *roff) verbatim(text string) {
	p.macro("PP")
	p.macro("EX")
	for line := range strings.Lines(text) {
		p.line(strings.TrimPrefix(strings.TrimRight(line, "\n"), "  "))
	}
	p.macro("EE")
}

// prose writes paragraphs. Indented lines stay as they are: they are lists.
func (p *roff) prose(text string) {
	var block []string
	flush := func() {
		if block != nil {
			p.verbatim(strings.Join(block, "\n"))
			p.macro("PP")
		}
		block = nil
	}
	for line := range strings.Lines(text) {
		switch line = strings.TrimRight(line, "\n"); {
		case line == "":
			flush()
			p.macro("PP")
		case line[0] == ' ':
			block = append(block, line)
		default:
			flush()
			p.line(line)
		}
	}
	flush()
}

// item writes a term and its text.
func (p *roff) item(term, text string) {
	p.macro("TP")
	p.macro("B", strings.TrimSpace(term))
	p.line(cmp.Or(text, " "))
}

// flags writes the flags, by category.
func (p *roff) flags(title string, flags []cli.Flag) {
	titles, rows := flagRows(title, flags)
	for _, t := range titles {
		p.macro("SH", strings.ToUpper(t))
		for _, row := range rows[t] {
			p.item(row[0], row[1])
		}
	}
}
