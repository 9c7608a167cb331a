package cmdline

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// Describe returns a command's description: text, without the indentation of the
// source, and examples.
func Describe(text string, examples ...string) string {
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

// A HelpWriter is the writer of a program that UseHelp is for: standard output, how wide
// help is on it, and the exit codes in the help of the program.
type HelpWriter struct {
	io.Writer
	Width     int
	ExitCodes []exitcode.Code
}

// The width of help, in columns.
const (
	DefaultWidth = 80
	leastWidth   = 40
	mostWidth    = 100
)

// HelpWidth returns the value of COLUMNS, or the width of a terminal, within bounds; it is
// DefaultWidth if terminal is nil.
func HelpWidth(terminal *os.File) int {
	width, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil || width < 1 {
		width = DefaultWidth
		if terminal != nil {
			if columns, _, err := term.GetSize(int(terminal.Fd())); err == nil && columns > 0 {
				width = columns
			}
		}
	}
	return min(max(width, leastWidth), mostWidth)
}

// UseHelp makes the library for command lines print help with PrintHelp.
var UseHelp = sync.OnceFunc(func() {
	cli.HelpPrinter = func(w io.Writer, _ string, data any) {
		if cmd, ok := data.(*cli.Command); ok {
			PrintHelp(w, cmd)
		}
	}
})

// PrintHelp prints the help of a command, in sections. The writer is a HelpWriter.
func PrintHelp(w io.Writer, cmd *cli.Command) {
	p, codes := &helpPage{width: DefaultWidth}, []exitcode.Code(nil)
	if hw, ok := w.(HelpWriter); ok {
		p.width, codes = hw.Width, hw.ExitCodes
	}
	p.section("NAME")
	p.prose(cmd.FullName() + " - " + cmd.Usage)
	p.section("USAGE")
	for usage := range strings.Lines(cmd.UsageText) {
		p.command(helpIndent, usage)
	}
	if cmd.Description != "" {
		p.section("DESCRIPTION")
		p.prose(cmd.Description)
	}
	if commands := VisibleCommands(cmd); len(commands) > 0 {
		p.section("COMMANDS")
		var rows [][2]string
		for _, c := range commands {
			rows = append(rows, [2]string{c.Name, c.Usage})
		}
		p.list(rows)
	}
	p.options(cmd)
	if cmd == cmd.Root() && codes != nil {
		p.b.WriteString("\nExit codes:\n")
		var rows [][2]string
		for _, c := range codes {
			rows = append(rows, [2]string{fmt.Sprintf("%-3d", c.Number), c.Text})
		}
		p.list(rows)
	}
	_, _ = io.WriteString(w, p.b.String())
}

// helpIndent is the indentation of the text of a section.
const helpIndent = 3

// A helpPage is help on its way to the terminal.
type helpPage struct {
	b     strings.Builder
	width int
}

func (p *helpPage) section(title string) {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	p.b.WriteString(title + ":\n")
}

// options lists the flags of a command, by category, and then the global ones, in
// the order in which they are declared.
func (p *helpPage) options(cmd *cli.Command) {
	const global = "GLOBAL OPTIONS"
	title := "OPTIONS"
	if cmd == cmd.Root() && len(cmd.Commands) > 0 {
		title = global
	}
	p.flags(title, cmd.VisibleFlags())
	p.flags(global, cmd.VisiblePersistentFlags())
}

// flags lists flags under the title of their category, or under that given.
func (p *helpPage) flags(title string, flags []cli.Flag) {
	titles, rows := flagRows(title, flags)
	for _, t := range titles {
		p.section(t)
		p.list(rows[t])
	}
}

// flagRows returns the rows of flags under the titles of their categories, or that
// given, which comes first.
func flagRows(title string, flags []cli.Flag) (titles []string, rows map[string][][2]string) {
	rows = map[string][][2]string{}
	for _, flag := range flags {
		under := title
		if c, ok := flag.(cli.CategorizableFlag); ok {
			under = cmp.Or(c.GetCategory(), title)
		}
		if rows[under] == nil {
			titles = append(titles, under)
		}
		rows[under] = append(rows[under], FlagRow(flag))
	}
	if i := slices.Index(titles, title); i > 0 {
		titles = slices.Insert(slices.Delete(titles, i, i+1), 0, title)
	}
	return titles, rows
}

// FlagRow is the name of a flag, and its text.
func FlagRow(flag cli.Flag) [2]string {
	doc, ok := flag.(cli.DocGenerationFlag)
	if !ok {
		return [2]string{Dashes(flag.Names()[0]), ""}
	}
	names := slices.SortedFunc(slices.Values(flag.Names()), func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	for i, name := range names {
		names[i] = Dashes(name)
	}
	name := strings.Join(names, ", ")
	if len(names) == 1 && strings.HasPrefix(name, "--") {
		name = "    " + name
	}
	text := doc.GetUsage()
	if before, rest, ok := strings.Cut(text, "`"); ok {
		metavar, after, _ := strings.Cut(rest, "`")
		text = before + metavar + after
		name += " " + metavar
	}
	if value := cmp.Or(doc.GetDefaultText(), doc.GetValue()); doc.TakesValue() && doc.IsDefaultVisible() && value != "" && value != "[]" {
		text += " (default: " + strings.Trim(value, `"`) + ")"
	}
	if vars := doc.GetEnvVars(); len(vars) > 0 {
		text += " [" + strings.Join(vars, ", ") + "]"
	}
	return [2]string{name, text}
}

// list prints rows of a term and its text, in two columns. A term that is too long
// for its column has a line of its own.
func (p *helpPage) list(rows [][2]string) {
	const gap = 2
	column, most := 0, p.width*2/5
	for _, row := range rows {
		if n := len(row[0]); n > column && n <= most {
			column = n
		}
	}
	for _, row := range rows {
		name, text := row[0], WrapText(row[1], p.width-helpIndent-column-gap)
		if len(name) > column {
			fmt.Fprintf(&p.b, "%*s%s\n", helpIndent, "", name)
			name = ""
		}
		for _, line := range text {
			p.line(helpIndent, fmt.Sprintf("%-*s%*s%s", column, name, gap, "", line))
			name = ""
		}
	}
}

// prose prints paragraphs, filled to the width. Indented lines stay as they are:
// they are lists and examples.
func (p *helpPage) prose(text string) {
	var paragraph []string
	flush := func() {
		if paragraph == nil {
			return
		}
		for _, line := range WrapText(strings.Join(paragraph, " "), p.width-helpIndent) {
			p.line(helpIndent, line)
		}
		paragraph = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "":
			flush()
			p.b.WriteByte('\n')
		case line[0] == ' ':
			flush()
			indent := len(line) - len(strings.TrimLeft(line, " "))
			p.command(helpIndent+indent, line)
		default:
			paragraph = append(paragraph, line)
		}
	}
	flush()
}

// command prints a command. One that is too long is continued on further lines
// as a shell would read it.
func (p *helpPage) command(indent int, text string) {
	text = strings.TrimSpace(text)
	for first := true; ; first = false {
		if !first {
			indent = helpIndent + 4
		}
		at, quoted := lineBreak(text, p.width-indent-len(` \`))
		if len(text) <= p.width-indent || at < 0 {
			p.line(indent, text)
			return
		}
		head := text[:at]
		if !quoted {
			head += ` \`
		}
		p.line(indent, head)
		text = text[at+1:]
	}
}

// lineBreak finds the last blank within the width, or else the first, and whether
// it is in quotes, where a new line is as good as a blank for SQL.
func lineBreak(text string, width int) (at int, quoted bool) {
	at = -1
	var quote byte
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ' && (at < 0 || i <= width):
			at, quoted = i, quote != 0
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		}
	}
	return at, quoted
}

func (p *helpPage) line(indent int, text string) {
	fmt.Fprintf(&p.b, "%*s%s\n", indent, "", strings.TrimRight(text, " "))
}

// WrapText cuts text into lines of at most width bytes. A longer word has a line
// of its own.
func WrapText(text string, width int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len(*last)+1+len(word) <= width:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// VisibleCommands returns the subcommands that are not hidden, with help, which
// cli.Command.VisibleCommands leaves out.
func VisibleCommands(cmd *cli.Command) []*cli.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands), func(c *cli.Command) bool { return c.Hidden })
}

// Dashes returns a flag as it is typed.
func Dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
