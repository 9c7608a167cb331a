package pipeline

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"syscall"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/disk"
)

// Errors of convert that have a type of their own.
var (
	ErrBrokeOff = errors.New("an input is truncated")
	ErrShrink   = errors.New("the data set would shrink")
)

// A runner passes on the text of an error only, among much else. So workers note errors
// that users can do something about in the folder of intermediate data.

// causes are those errors, special ones before general ones.
var causes = []error{
	syscall.ENOSPC, blob.ErrDenied, blob.ErrUnreachable, ErrBrokeOff, ErrShrink, convert.ErrMixed, convert.ErrUnrelated, convert.ErrTooManyRejects, convert.ErrShardLines, convert.ErrOutput, convert.ErrOptions, ErrInput,
}

// is reports whether an error is one of causes.
func is(err, cause error) bool {
	switch {
	case errors.Is(cause, syscall.ENOSPC):
		return disk.Full(err)
	case errors.Is(cause, ErrBrokeOff):
		_, ok := errors.AsType[*convert.BreakOffError](err)
		return ok
	case errors.Is(cause, ErrShrink):
		_, ok := errors.AsType[*convert.ShrinkError](err)
		return ok
	}
	return errors.Is(err, cause)
}

// A causedError is an error of a worker.
type causedError struct {
	cause error
	text  string
}

func (e *causedError) Error() string { return e.text }
func (e *causedError) Unwrap() error { return e.cause }

// noted notes the error of a worker in the folder of intermediate data, if it is one of
// causes, and returns it.
func noted(ctx context.Context, temp string, err error) error {
	for _, cause := range causes {
		if err != nil && is(err, cause) {
			return errors.Join(err, writeFile(ctx, newName(temp, errorPrefix), []byte(cause.Error()+"\n"+err.Error())))
		}
	}
	return err
}

// notedIn returns an error that a worker has noted, or nil.
func notedIn(ctx context.Context, temp string) error {
	names, err := filesOf(ctx, temp, errorPrefix)
	if err != nil || len(names) == 0 {
		return nil // what the runner reports is all there is
	}
	text, err := blob.ReadFile(ctx, names[0])
	if err != nil {
		return nil
	}
	kind, message, _ := strings.Cut(string(text), "\n")
	for _, cause := range causes {
		if kind == cause.Error() {
			return &causedError{cause, message}
		}
	}
	return nil
}

// filesOf returns the names in the folder of intermediate data that begin with a prefix.
func filesOf(ctx context.Context, temp, prefix string) (names []string, err error) {
	entries, err := blob.Entries(ctx, temp)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if strings.HasPrefix(name, prefix) {
			names = append(names, blob.Join(temp, name))
		}
	}
	return names, err
}
