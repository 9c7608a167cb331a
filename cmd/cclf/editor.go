//go:build cgo

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/reeflective/readline"
	"github.com/reeflective/readline/inputrc"
	"golang.org/x/term"

	"github.com/cclf-tools/cclf/query"
)

// What a prompt shows, on the first line and on the others.
const (
	promptFirst = "cclf> "
	promptMore  = " ...> "
)

// errInterrupted says that Ctrl-C was pressed at the prompt.
var errInterrupted = errors.New("interrupted")

// An editor reads statements from a terminal.
type editor struct {
	shell *readline.Shell
	lines *bufio.Reader // instead of shell, on a terminal that cannot move its cursor
	out   io.Writer
	state *term.State // of the terminal, before it was used
}

// newEditor returns an editor for the terminal that is standard input. Complete
// lists what the text before the cursor can become, without the part before the
// prefix that it returns.
func newEditor(e *env, h *history, complete func(text string) (prefix string, names []string)) *editor {
	ed := &editor{out: e.stdout}
	if os.Getenv("TERM") == "dumb" || e.stdin != io.Reader(os.Stdin) {
		ed.lines = bufio.NewReader(e.stdin)
		return ed
	}
	ed.state, _ = term.GetState(int(os.Stdin.Fd())) // restored only if there is one
	ed.shell = readline.NewShell(inputrc.WithApp("cclf"))
	// Some terminals do not answer where the cursor is.
	_ = ed.shell.Config.Set("cursor-position-probe", false) // a known name
	_ = ed.shell.Config.Set("completion-ignore-case", true)
	ed.shell.History.Delete()
	ed.shell.History.Add("cclf", h)
	ed.shell.Prompt.Primary(func() string { return promptFirst })
	ed.shell.Prompt.Secondary(func() string { return promptMore })
	ed.shell.AcceptMultiline = func(line []rune) bool { return isComplete(string(line)) }
	ed.shell.Completer = func(line []rune, cursor int) readline.Completions {
		prefix, names := complete(string(line[:cursor]))
		completions := readline.CompleteValues(names...)
		completions.PREFIX = prefix
		return completions
	}
	return ed
}

// isComplete reports whether what was typed is a statement, a command of the
// prompt, or nothing.
func isComplete(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || text[0] == '.' || isQuit(text) || query.Complete(text)
}

// isQuit reports whether a text is one of the words that people try to leave a
// prompt with.
func isQuit(text string) bool {
	switch strings.ToLower(strings.TrimRight(text, "; \n")) {
	case ".quit", ".exit", ".q", "quit", "exit", `\q`:
		return true
	}
	return false
}

// read returns the next statement or command. The error is errInterrupted after
// Ctrl-C, and io.EOF after Ctrl-D.
func (ed *editor) read() (string, error) {
	if ed.lines != nil {
		return ed.readLines()
	}
	text, err := ed.shell.Readline()
	if errors.Is(err, readline.ErrInterrupt) {
		err = errInterrupted
	}
	return text, err
}

// readLines reads lines as they come, until a statement is complete.
func (ed *editor) readLines() (string, error) {
	text, prompt := "", promptFirst
	for {
		fmt.Fprint(ed.out, prompt)
		line, err := ed.lines.ReadString('\n')
		if text += line; isComplete(text) || err != nil {
			return text, err
		}
		prompt = promptMore
	}
}

// restore makes the terminal what it was, for a program that ends while it waits
// for input.
func (ed *editor) restore() {
	if ed.state != nil {
		_ = term.Restore(int(os.Stdin.Fd()), ed.state) // there is nobody to tell
	}
}
