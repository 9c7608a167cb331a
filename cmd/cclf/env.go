package main

import (
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"
)

// env is what a command sees of the process around it. Commands use nothing
// else of it, so that tests can run them without one.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	isTerminal     func(stream any) bool // whether a person sits at one of the above

	log     *slog.Logger // to stderr, as the global flags want it
	logJSON bool         // stderr is for a machine
	quiet   bool         // no more than warnings and errors
}

// processEnv is the env of this process.
func processEnv() *env {
	return newEnv(os.Stdin, os.Stdout, os.Stderr, func(stream any) bool {
		file, ok := stream.(*os.File)
		return ok && term.IsTerminal(int(file.Fd()))
	})
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
