package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/query"
)

// exitCode returns the exit code for an error, or for the signal that caused it.
func (e *env) exitCode(ctx context.Context, err error) int {
	code := exitCode(err)
	if signal, ok := exitcode.SignalOf(ctx); ok && code == exitcode.Interrupted {
		code = signal.Code()
	}
	return code
}

// report prints the error that ends the program.
func (e *env) report(err error, code int) {
	msg := err.Error()
	switch code {
	case exitcode.Interrupted:
		msg = "interrupted"
	case exitcode.Hangup:
		msg = "ended by SIGHUP"
	case exitcode.Terminated:
		msg = "ended by SIGTERM"
	}
	if sql, ok := errors.AsType[*query.Error](err); ok {
		if e.showValues || !e.logJSON && e.isTerminal(e.stderr) {
			msg = strings.Replace(msg, sql.Error(), sql.Detail(), 1)
		}
	}
	hint := hintOf(err)
	if e.events.file != nil {
		e.events.log.Error(msg, "hint", hint, "exit_code", code)
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
