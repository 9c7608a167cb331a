//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/duckdb/duckdb-go/v2"
)

// sqlError returns an error of the driver as an *Error. Cancellation is returned
// unchanged.
func sqlError(err error) error { return sqlErrorIn(err, "") }

// sqlErrorIn is sqlError for an error in an SQL text, whose words can be in the
// message.
func sqlErrorIn(err error, sql string) error {
	if err == nil || isCanceled(err) {
		return err
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	cause, ok := errors.AsType[*duckdb.Error](err)
	if !ok {
		return &Error{Msg: strings.TrimSpace(err.Error()), err: err}
	}
	if cause.Type == duckdb.ErrorTypeInterrupt { // only the end of a context interrupts
		return context.Canceled
	}
	e := &Error{Msg: redacted(cause, sql), detail: strings.TrimSpace(cause.Msg)}
	switch cause.Type {
	case duckdb.ErrorTypeIO:
		e.file = true
	case duckdb.ErrorTypePermission:
		e.err = ErrAccess
		e.file = true // behind the fence, DuckDB reports a missing file like this
	case duckdb.ErrorTypeCatalog, duckdb.ErrorTypeBinder:
		e.hint = "SHOW TABLES lists the tables, and DESCRIBE cclf1 the columns of one"
	case duckdb.ErrorTypeOutOfMemory:
		e.err = ErrOutOfMemory
		if strings.Contains(e.detail, "max_temp_directory_size") { // the free space on the disk
			e.err = syscall.ENOSPC
		}
		// The rest is advice to change settings, which are locked.
		e.Msg, _, _ = strings.Cut(e.Msg, "\n")
		e.detail, _, _ = strings.Cut(e.detail, "\n")
	}
	return e
}

// startError is the error of a database that cannot be opened. The driver reports its
// cause as text.
func startError(err error) error {
	if strings.Contains(err.Error(), "Out of Memory Error") {
		return fmt.Errorf("start DuckDB: %w", &Error{Msg: "Out of Memory Error", err: ErrOutOfMemory})
	}
	return fmt.Errorf("start DuckDB: %w", err)
}

func isCanceled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// aboutFile reports whether an error is about a file that cannot be read.
func aboutFile(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.file || errors.Is(err, fs.ErrNotExist)
}

// engineError returns a message of DuckDB as the driver's error.
func engineError(msg string) error {
	class, _, _ := strings.Cut(msg, ": ")
	return &duckdb.Error{Type: errorTypes[class], Msg: msg}
}

// errorTypes are the classes of errors that a running statement can have, by their
// names in messages.
var errorTypes = map[string]duckdb.ErrorType{
	"Binder Error":             duckdb.ErrorTypeBinder,
	"Catalog Error":            duckdb.ErrorTypeCatalog,
	"Constraint Error":         duckdb.ErrorTypeConstraint,
	"Conversion Error":         duckdb.ErrorTypeConversion,
	"Divide by Zero Error":     duckdb.ErrorTypeDivideByZero,
	"IO Error":                 duckdb.ErrorTypeIO,
	"INTERRUPT Error":          duckdb.ErrorTypeInterrupt,
	"INTERNAL Error":           duckdb.ErrorTypeInternal,
	"Invalid Input Error":      duckdb.ErrorTypeInvalidInput,
	"Mismatch Type Error":      duckdb.ErrorTypeMismatchType,
	"Missing Extension Error":  duckdb.ErrorTypeMissingExtension,
	"Not implemented Error":    duckdb.ErrorTypeNotImplemented,
	"Out of Memory Error":      duckdb.ErrorTypeOutOfMemory,
	"Out of Range Error":       duckdb.ErrorTypeOutOfRange,
	"Parser Error":             duckdb.ErrorTypeParser,
	"Permission Error":         duckdb.ErrorTypePermission,
	"Serialization Error":      duckdb.ErrorTypeSerialization,
	"TransactionContext Error": duckdb.ErrorTypeTransaction,
}
