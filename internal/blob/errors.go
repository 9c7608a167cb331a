package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
)

// Errors that callers tell apart. A missing object or bucket is fs.ErrNotExist.
var (
	// ErrChanged reports that the object is not the version that the condition of
	// a write or the beginning of a read refers to.
	ErrChanged = errors.New("the object was changed by somebody else")
	// ErrUnreachable reports a store that does not answer.
	ErrUnreachable = errors.New("the object store cannot be reached")
	// ErrDenied reports a request that the store refused.
	ErrDenied = errors.New("access denied")
	// ErrURL reports a URL that names no object store that this program knows.
	ErrURL = errors.New("not a URL of an object store")
)

// An Error says what is wrong with a name or with its store, and what to do.
type Error struct {
	Msg  string
	hint string
	err  error
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause, if there is one.
func (e *Error) Unwrap() error { return e.err }

// Hint is advice for the user, or empty.
func (e *Error) Hint() string { return e.hint }

// pathError names the object of an error.
func pathError(op, name string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// missingObject reports whether an error says that there is no object, but a bucket.
func missingObject(err error) bool {
	_, own := errors.AsType[*Error](err)
	return errors.Is(err, fs.ErrNotExist) && !own
}

// unreachable is the error of a store that gave no answer.
func unreachable(endpoint string, err error) error {
	if _, ok := errors.AsType[*url.Error](err); !ok {
		return err
	}
	if inner, ok := errors.AsType[*net.OpError](err); ok {
		err = inner
	}
	return &Error{
		Msg:  fmt.Sprintf("cannot reach the object store at %s: %v", endpoint, err),
		hint: "check the network and the endpoint, then run the same command again",
		err:  errors.Join(ErrUnreachable, err),
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
