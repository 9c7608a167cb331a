package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"github.com/cclf-tools/cclf/internal/confine"
	"github.com/cclf-tools/cclf/internal/render"
)

// env is what a command sees of the process around it. Commands use nothing
// else of it, so that tests can run them without one.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	isTerminal     func(stream any) bool // whether a person sits at one of the above

	// confine, if set, leaves the process no more than reading in some folders,
	// working in others, and renaming and removing files in a third kind.
	confine func(read, write, replace []string) error
	// exit, if it is there, ends the process at once.
	exit func(code int)

	result *resultFile // that stdout is, or nil

	log     *slog.Logger // to stderr, as the global flags want it
	logJSON bool         // stderr is for a machine
	quiet   bool         // no more than warnings and errors

	showValues bool // messages may quote values, whoever reads them
}

// processEnv is the env of this process.
func processEnv() *env {
	e := newEnv(os.Stdin, os.Stdout, os.Stderr, func(stream any) bool {
		file, ok := stream.(*os.File)
		return ok && term.IsTerminal(int(file.Fd()))
	})
	e.confine, e.exit = confine.ToReplacing, os.Exit
	return e
}

func newEnv(stdin io.Reader, stdout, stderr io.Writer, isTerminal func(any) bool) *env {
	e := &env{stdin: stdin, stdout: stdout, stderr: stderr, isTerminal: isTerminal}
	e.setLogger()
	return e
}

// setLogger makes the logger that the flags ask for.
func (e *env) setLogger() {
	opts := &slog.HandlerOptions{Level: slog.LevelInfo}
	if e.quiet {
		opts.Level = slog.LevelWarn
	}
	if e.logJSON {
		e.log = slog.New(slog.NewJSONHandler(e.stderr, opts))
	} else {
		e.log = slog.New(slog.NewTextHandler(e.stderr, opts))
	}
}

// words is where messages for people go: whatever they quote cannot steer a
// terminal.
func (e *env) words() io.Writer { return render.Writer{W: e.stderr} }

// note tells the user something that is no error.
func (e *env) note(text string) {
	switch {
	case e.logJSON:
		e.log.Info(text)
	case !e.quiet:
		fmt.Fprintf(e.words(), "note: %s\n", text)
	}
}
