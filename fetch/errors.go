package fetch

import "fmt"

// A Kind classifies errors. Test for one with [errors.Is].
type Kind string

func (k Kind) Error() string { return string(k) }

// Every error of this package that is not the context's has one of these
// kinds.
const (
	// ErrOptions: the request is invalid, or the server would reject it or
	// ignore part of it. Nothing was sent.
	ErrOptions Kind = "invalid request"
	// ErrAuth: the server did not accept the credentials or the token.
	ErrAuth Kind = "not authorized"
	// ErrRejected: the server rejected the request.
	ErrRejected Kind = "rejected request"
	// ErrDuplicate: another job of the organization blocks this one.
	ErrDuplicate Kind = "another job is running"
	// ErrJobFailed: the job failed or was canceled.
	ErrJobFailed Kind = "job failed"
	// ErrExpired: the server no longer has the files of the job.
	ErrExpired Kind = "export expired"
	// ErrPartial: the export ended incomplete. What is missing is in the
	// Result.
	ErrPartial Kind = "incomplete export"
	// ErrUnavailable: the server gave no usable reply. The export can be
	// resumed.
	ErrUnavailable Kind = "server unavailable"
	// ErrFolder: the export folder cannot be used.
	ErrFolder Kind = "folder not usable"
	// ErrOrigin: the server pointed to an address that is not its own.
	ErrOrigin Kind = "foreign address"
)

// Some errors have one of these kinds as well. They tell a program what would
// help.
const (
	// ErrInUse, an ErrFolder: another process has locked the folder.
	ErrInUse Kind = "folder in use"
	// ErrNoExport, an ErrFolder: the folder has no export.
	ErrNoExport Kind = "no export"
	// ErrOtherRequest, an ErrFolder: the folder has an unfinished export of
	// another request.
	ErrOtherRequest Kind = "export of another request"
	// ErrMixed, an ErrFolder: the folder has data of another server, or of another
	// version of its API.
	ErrMixed Kind = "data of another server"
	// ErrRetryBudget, an ErrUnavailable: [Waits.RetryBudget] is used up.
	ErrRetryBudget Kind = "retry budget used up"
	// ErrProxy, an ErrUnavailable: a proxy could not be reached or refused to
	// connect.
	ErrProxy Kind = "proxy failed"
	// ErrNoTokenURL: the server does not say where it issues tokens.
	ErrNoTokenURL Kind = "no token URL"
)

// An Error describes a failure. Its text holds no secrets and no protected
// health information.
type Error struct {
	Kind   Kind
	Op     string // operation that failed, such as "start the export", or ""
	Status int    // HTTP status of the reply, or 0
	Msg    string
	// Job is the ID of the job that blocks this one (ErrDuplicate), or "".
	Job string
	// Origin is the foreign origin that the server pointed to for a file, or
	// "". With it in Options.AllowOrigins, the file would have been requested.
	Origin string

	detail Kind
	hint   string
	err    error
}

// Error returns the operation and what went wrong, on one line.
func (e *Error) Error() string {
	if e.Op == "" {
		return e.Msg
	}
	return e.Op + ": " + e.Msg
}

// Is reports whether target is one of the error's kinds.
func (e *Error) Is(target error) bool {
	return target == e.Kind || e.detail != "" && target == e.detail
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.err }

// Hint suggests what to do, or is empty.
func (e *Error) Hint() string { return e.hint }

// optionsErrorf makes an ErrOptions.
func optionsErrorf(hint, format string, args ...any) error {
	return &Error{Kind: ErrOptions, Msg: fmt.Sprintf(format, args...), hint: hint}
}
