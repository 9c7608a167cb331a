package cmdline

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
)

// NewManCommand returns the command that prints manual pages. Releases have them in files.
func (p *Program) NewManCommand() *cli.Command {
	var dir string
	name := p.Root.Name
	example := ""
	if len(p.Root.Commands) > 0 {
		example = " " + p.Root.Commands[0].Name
	}
	return &cli.Command{
		Name:      "man",
		Usage:     "print a manual page",
		UsageText: name + " man [COMMAND...]\n" + name + " man --all DIR",
		Description: Describe(`
			Prints the manual page of a command, or without one that of `+name+`, for the
			program man. The packages of a release install all pages; --all writes them
			to a folder.`,
			name+" man"+example+" | man -l -",
			name+" man --all ~/.local/share/man/man1",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "all", Usage: "write the pages of all commands to `DIR`", TakesFile: true, Destination: &dir},
		},
		Metadata: Completes(func(args []string) []string { return ArgumentValues(p.Root, args) }),
		Action: func(_ context.Context, cmd *cli.Command) error {
			if dir != "" {
				if err := p.NoArguments(cmd); err != nil {
					return err
				}
				return p.writeManPages(dir)
			}
			page := p.Root
			for _, name := range cmd.Args().Slice() {
				sub := page.Command(name)
				if sub == nil {
					return p.UnknownCommand(page, name)
				}
				page = sub
			}
			_, err := io.WriteString(p.Root.Writer, p.ManPage(page))
			return err
		},
	}
}

// writeManPages writes the pages of all commands to a folder.
func (p *Program) writeManPages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("man: %w", err)
	}
	return walk(p.Root, func(cmd *cli.Command) error {
		if err := os.WriteFile(filepath.Join(dir, manName(cmd)+".1"), []byte(p.ManPage(cmd)), 0o644); err != nil {
			return fmt.Errorf("man: %w", err)
		}
		return nil
	})
}

// walk calls visit for a command and for those below it.
func walk(cmd *cli.Command, visit func(*cli.Command) error) error {
	if err := visit(cmd); err != nil {
		return err
	}
	for _, c := range VisibleCommands(cmd) {
		if err := walk(c, visit); err != nil {
			return err
		}
	}
	return nil
}

// manName is the name of the page of a command, such as cclf-convert.
func manName(cmd *cli.Command) string { return strings.ReplaceAll(cmd.FullName(), " ", "-") }

// ManPage returns the manual page of a command, in the macros of man(7).
func (p *Program) ManPage(cmd *cli.Command) string {
	var r roff
	r.macro("TH", strings.ToUpper(manName(cmd)), "1", "", "cclf "+p.Version, "cclf manual")
	r.macro("SH", "NAME")
	r.text(manName(cmd) + " - " + cmd.Usage)
	r.macro("SH", "SYNOPSIS")
	r.verbatim(cmd.UsageText)
	text, examples, _ := strings.Cut(cmd.Description, "\n\nExamples:\n")
	r.macro("SH", "DESCRIPTION")
	r.prose(cmp.Or(text, sentenceOf(cmd.Usage)))
	if commands := VisibleCommands(cmd); len(commands) > 0 {
		r.macro("SH", "COMMANDS")
		for _, c := range commands {
			r.item(manName(c)+"(1)", c.Usage)
		}
	}
	r.flags("OPTIONS", cmd.VisibleFlags())
	if cmd != p.Root {
		r.flags("GLOBAL OPTIONS", cmd.VisiblePersistentFlags())
	}
	if examples != "" {
		r.macro("SH", "EXAMPLES")
		r.verbatim(examples)
	}
	r.macro("SH", "EXIT STATUS")
	if cmd == p.Root {
		for _, c := range p.ExitCodes {
			r.item(strconv.Itoa(c.Number), c.Text)
		}
	} else {
		r.text("See " + p.Root.Name + "(1).")
	}
	if also := p.seeAlso(cmd); also != "" {
		r.macro("SH", "SEE ALSO")
		r.text(also)
	}
	return r.b.String()
}

// seeAlso names the pages that a page refers to: of the program, and of cclf.
func (p *Program) seeAlso(cmd *cli.Command) string {
	var pages []string
	if cmd != p.Root {
		pages = append(pages, p.Root.Name+"(1)")
	}
	if p.Root.Name != "cclf" {
		pages = append(pages, "cclf(1)")
	}
	return strings.Join(pages, ", ")
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
