package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/cclf-tools/cclf/internal/config"
	"github.com/cclf-tools/cclf/internal/render"
)

// env is the process as a command sees it. Commands use no other streams and do
// not end the process, so tests can run them in their own process.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	isTerminal     func(stream any) bool // whether one of the above is a terminal

	// confine, if set, restricts the process to reading some files and folders,
	// working in some folders, and renaming and removing files in others.
	confine func(read, write, replace []string) error
	// exit, if set, ends the process at once.
	exit func(code int)

	// startPager, if set, starts a pager for a terminal. A screen is stdout, if
	// that is a terminal on which results are printed.
	startPager func(program string) (*pager, error)
	screen     *screen
	interrupts *interrupts

	// If stdout is a file that gets its name when it is complete: the folder it
	// is in, and what removes it.
	resultDirs    []string
	discardResult func()

	log     *slog.Logger // writes to stderr, in the format of the global flags, and to the log file
	logJSON bool         // stderr has JSON only
	quiet   bool         // stderr has warnings and errors only
	plain   bool         // no progress bars
	events  *eventLog
	beat    time.Duration // between heartbeats

	showValues bool // messages may quote values of the data

	getenv      func(string) string
	usualConfig string // configuration file that is read if it exists, or ""
	settings    settings
}

// processEnv returns the env of this process.
func processEnv() *env {
	e := newEnv(os.Stdin, os.Stdout, os.Stderr, func(stream any) bool {
		file, ok := stream.(*os.File)
		return ok && term.IsTerminal(int(file.Fd()))
	})
	e.confine, e.exit, e.startPager = confineProcess, os.Exit, startPager
	e.usualConfig = config.DefaultName()
	return e
}

func newEnv(stdin io.Reader, stdout, stderr io.Writer, isTerminal func(any) bool) *env {
	e := &env{stdin: stdin, stdout: stdout, stderr: stderr, isTerminal: isTerminal, interrupts: &interrupts{}, getenv: os.Getenv, beat: beat, events: &eventLog{}}
	e.log = e.newLogger(stderr)
	return e
}

// words returns stderr for messages in plain text. Escape sequences in names that
// the messages quote do not reach the terminal.
func (e *env) words() io.Writer { return render.Writer{W: e.stderr} }

// note prints a message that is not an error.
func (e *env) note(text string) {
	switch {
	case e.logJSON:
		e.log.Info(text)
		return
	case e.events.file != nil:
		e.events.log.Info(text)
	}
	if !e.quiet {
		fmt.Fprintf(e.words(), "note: %s\n", text)
	}
}

// ascii reports whether messages have ASCII characters only: the locale is set, and
// its characters are not UTF-8.
func (e *env) ascii() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(e.getenv(name)); locale != "" {
			return !strings.Contains(strings.ReplaceAll(locale, "-", ""), "utf8")
		}
	}
	return false
}
