package fetch

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// A Kind of errors, for errors.Is.
type Kind string

func (k Kind) Error() string { return string(k) }

// The kinds of errors.
const (
	// ErrOptions: the request makes no sense, or the server would refuse it
	// or ignore a part of it. Nothing was sent.
	ErrOptions Kind = "impossible request"
	// ErrAuth: the credentials or the token are not accepted.
	ErrAuth Kind = "not authorized"
	// ErrRejected: the server refused the request.
	ErrRejected Kind = "rejected request"
	// ErrDuplicate: another job is in the way of this one.
	ErrDuplicate Kind = "another job is running"
	// ErrJobFailed: the job failed or was cancelled.
	ErrJobFailed Kind = "job failed"
	// ErrExpired: the server no longer has the files of the job.
	ErrExpired Kind = "export expired"
	// ErrPartial: the export ended, but not all of it is there.
	ErrPartial Kind = "incomplete export"
	// ErrUnavailable: the server did not answer usefully for as long as the
	// retry budget allows. The export can be resumed.
	ErrUnavailable Kind = "server unavailable"
	// ErrFolder: the folder is in use, belongs to another request, or does
	// not hold what is needed.
	ErrFolder Kind = "folder not usable"
	// ErrOrigin: the server pointed to a place that is not its own.
	ErrOrigin Kind = "foreign address"
)

// An Error says what went wrong and, in Hint, what to do about it. It holds no
// secrets and no protected health information.
type Error struct {
	Kind   Kind
	Op     string // what was being done, or empty
	Status int    // of the server's reply, or 0
	Msg    string
	hint   string
	err    error
}

func (e *Error) Error() string {
	msg := e.Msg
	if e.Op != "" {
		msg = e.Op + ": " + msg
	}
	return msg
}

// Is makes errors.Is find the kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.err }

// Hint says what the user could do, or is empty.
func (e *Error) Hint() string { return e.hint }

func optionsErrorf(hint, format string, args ...any) error {
	return &Error{Kind: ErrOptions, Msg: fmt.Sprintf(format, args...), hint: hint}
}

// A replyError is a reply that is not the one hoped for.
type replyError struct {
	op      string
	status  int
	header  http.Header
	outcome outcome
}

func (e *replyError) Error() string { return e.op + ": " + e.answer() }

// answer is what the server said.
func (e *replyError) answer() string {
	msg := fmt.Sprintf("the server answered %d", e.status)
	if text := http.StatusText(e.status); text != "" {
		msg += " (" + text + ")"
	}
	if e.outcome.text != "" {
		msg += ": " + e.outcome.text
	}
	return msg
}

// passing are the codes of issues that FHIR counts among the transient ones.
var passing = []string{"transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled"}

// internal makes the error of a reply with status 500, which may pass. Where
// the server gives a reason that does not pass by FHIR's rules, it is taken at
// its word before long.
func (e *replyError) internal(kind Kind) error {
	transient := &transientError{err: e.as(ErrUnavailable, ""), wait: retryAfter(e.header)}
	if e.outcome.code != "" && !slices.Contains(passing, e.outcome.code) {
		transient.final = e.as(kind, "if that happens again, ask the server's support")
	}
	return transient
}

// as makes the error that ends the operation.
func (e *replyError) as(kind Kind, hint string) *Error {
	return &Error{Kind: kind, Status: e.status, Msg: e.Error(), hint: hint, err: e}
}

// A transientError is one that may pass: the operation can be tried again.
type transientError struct {
	err  error
	wait time.Duration // at least, as the server said
	// final, unless it is nil, is the error that it is after max500 tries: the
	// server may mean it.
	final error
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }
