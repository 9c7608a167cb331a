package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/query"
)

// The exit codes. exitCodeHelp documents them, and scripts depend on them:
// they never change their meaning.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitRejects     = 3
	exitInput       = 4
	exitOutput      = 5
	exitDiskFull    = 6
	exitTooManyBad  = 7
	exitQuery       = 8
	exitAuth        = 10
	exitRejected    = 11
	exitDuplicate   = 12
	exitJobFailed   = 13
	exitExpired     = 14
	exitPartial     = 15
	exitUnavailable = 16
	exitBrokeOff    = 17
	exitShrink      = 18
	exitDrift       = 19
	exitInternal    = 70
	exitNoMemory    = 71
	exitHangup      = 129
	exitInterrupted = 130
	exitTerminated  = 143
)

const exitCodeHelp = `Exit codes:
  0    success
  1    any failure that has no code of its own
  2    wrong usage: an unknown command or flag, a missing or impossible value
  3    finished, but some input lines were rejected, or values did not fit
  4    input missing or unreadable
  5    output folder not empty or not writable
  6    disk full
  7    stopped: more input lines were rejected than allowed
  8    query failed or refused
  10   server: credentials or token not accepted
  11   server: request rejected
  12   server: another export job is already running for your organization
  13   server: the job failed or was cancelled
  14   server: the files have expired
  15   export finished incomplete: files are missing, flawed or had errors
  16   server: no useful answer; the export can be resumed
  17   an input broke off, or changed while it was read
  18   refused: the data set would be replaced by nothing or by less
  19   with --strict-schema: all data were written, but the export has elements that
       are new, or lacks marks that it should have
  70   internal error: a defect of cclf
  71   out of memory
  129  ended by SIGHUP (the terminal was closed)
  130  interrupted
  143  ended by SIGTERM`

// An exitError gives an error the exit code that its type does not tell, and
// the user a hint.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }
func (e *exitError) Hint() string  { return e.hint }

// noDuckDB is the error of what needs DuckDB in a build without it.
func noDuckDB(what string) error {
	return &exitError{
		code: exitFailure,
		err:  errors.New(what + ": this cclf was built without DuckDB"),
		hint: "build it with CGO_ENABLED=1 and a C++ compiler",
	}
}

// exitCode is the one place where errors become exit codes.
func exitCode(err error) int {
	var (
		coded   *exitError
		dataSet *query.DataSetError
		table   *query.TableFileError
		sql     *query.Error
		server  *fetch.Error
		broke   *convert.BreakOffError
		shrink  *convert.ShrinkError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &coded):
		return coded.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, query.ErrOptions), errors.Is(err, convert.ErrOptions):
		return exitUsage
	case errors.Is(err, fetch.ErrOptions):
		return exitUsage
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return exitDiskFull
	case errors.Is(err, query.ErrOutOfMemory):
		return exitNoMemory
	case errors.Is(err, convert.ErrTooManyRejects):
		return exitTooManyBad
	case errors.Is(err, convert.ErrOutput):
		return exitOutput
	case errors.As(err, &broke):
		return exitBrokeOff
	case errors.As(err, &shrink):
		return exitShrink
	case errors.Is(err, ndjson.ErrNoInput):
		return exitInput
	case errors.As(err, &server):
		return serverExitCode(server)
	case errors.As(err, &dataSet), errors.As(err, &table):
		return exitInput
	case errors.As(err, &sql):
		return exitQuery
	case errors.Is(err, fs.ErrNotExist):
		return exitInput
	default:
		return exitFailure
	}
}

// serverExitCode is that of the errors of package fetch.
func serverExitCode(err *fetch.Error) int {
	code, ok := map[fetch.Kind]int{
		fetch.ErrAuth: exitAuth, fetch.ErrRejected: exitRejected, fetch.ErrDuplicate: exitDuplicate,
		fetch.ErrJobFailed: exitJobFailed, fetch.ErrExpired: exitExpired, fetch.ErrPartial: exitPartial,
		fetch.ErrUnavailable: exitUnavailable, fetch.ErrFolder: exitOutput,
	}[err.Kind]
	if !ok {
		return exitFailure
	}
	return code
}

// report tells the user about the error that ends the program.
func (e *env) report(err error, code int) {
	msg := err.Error()
	switch code {
	case exitInterrupted:
		msg = "interrupted"
	case exitHangup:
		msg = "ended by SIGHUP"
	case exitTerminated:
		msg = "ended by SIGTERM"
	}
	if sql, ok := errors.AsType[*query.Error](err); ok {
		if e.showValues || !e.logJSON && e.isTerminal(e.stderr) {
			msg = strings.Replace(msg, sql.Error(), sql.Detail(), 1)
		}
	}
	hint := ""
	var hinter interface{ Hint() string }
	if errors.As(err, &hinter) {
		hint = hinter.Hint()
	}
	if e.logJSON {
		e.log.Error(msg, "hint", hint, "exit_code", code)
		return
	}
	fmt.Fprintf(e.words(), "cclf: %s\n", msg)
	if hint != "" {
		fmt.Fprintf(e.words(), "hint: %s\n", hint)
	}
}
