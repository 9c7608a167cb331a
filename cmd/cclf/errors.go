package main

import (
	"errors"
	"fmt"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// An exitError is an error with an exit code and a hint of its own, which take
// precedence over those of its cause.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usageErrorf returns an error in the command line.
func usageErrorf(format string, args ...any) error {
	return &exitError{code: exitcode.Usage, err: fmt.Errorf(format, args...)}
}

// noDuckDB returns the error for a command that this build cannot run.
func noDuckDB(what string) error {
	return &exitError{
		code: exitcode.Failure,
		err:  errors.New(what + ": this cclf was built without DuckDB"),
		hint: "install cclf instead of cclf-lite, or build it with CGO_ENABLED=1 and a C++ compiler",
	}
}
