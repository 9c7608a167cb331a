package query

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// Causes of the errors of this package, for errors.Is.
var (
	// ErrOptions: an option is invalid. The error is an *OptionError, or a
	// *TableFileError with an invalid name.
	ErrOptions = errors.New("invalid options")
	// ErrNoManifest: a folder has no manifest, so cclf did not write it, or did
	// not finish.
	ErrNoManifest = dataset.ErrNoManifest
	// ErrFormat: the data set is in a format that cannot be queried.
	ErrFormat = errors.New("format cannot be queried")
	// ErrDatabase: a data set of a Pair is a database file.
	ErrDatabase = errors.New("a database file cannot be compared")
	// ErrRefused: a statement would do more than read the data set.
	ErrRefused = errors.New("statement refused")
	// ErrRefusedCopy: a statement would write its result to a file. It is
	// ErrRefused too.
	ErrRefusedCopy = fmt.Errorf("%w: writes a file", ErrRefused)
	// ErrAccess: a statement needs a file, network access or an extension.
	ErrAccess = errors.New("access denied")
	// ErrOutOfMemory: a query needs more memory than DuckDB may use.
	ErrOutOfMemory = errors.New("out of memory")
	// ErrEnded: a later statement ended the result before all rows were read.
	ErrEnded = errors.New("a later statement ended the result")
	// ErrReplaced: the data set was replaced while it was read. The same query
	// succeeds on a DB that is opened again.
	ErrReplaced = errors.New("data set replaced")
)

// An Error reports a statement that failed or was refused.
type Error struct {
	// Msg is DuckDB's message without anything that may be a value of a claim.
	Msg    string
	detail string // DuckDB's message, which may contain values
	hint   string
	err    error // for errors.Is; contains no values
	file   bool  // DuckDB could not read a file, or was not allowed to
}

func (e *Error) Error() string { return e.Msg }

// Detail returns DuckDB's complete message, including values of claims that it
// quotes. Only show it to people who are allowed to see the data.
func (e *Error) Detail() string {
	if e.detail == "" {
		return e.Msg
	}
	return e.detail
}

// Unwrap returns the cause, one of those above or a cause from outside this
// package, or nil. It contains no values.
func (e *Error) Unwrap() error { return e.err }

// Hint returns advice on the SQL, or the empty string.
func (e *Error) Hint() string { return e.hint }

// An OptionError reports a field of Options that DuckDB rejects. It wraps
// ErrOptions.
type OptionError struct {
	Option string // name of the field
	Value  string
}

func (e *OptionError) Error() string { return fmt.Sprintf("invalid %s %q", e.Option, e.Value) }

// Unwrap returns ErrOptions.
func (e *OptionError) Unwrap() error { return ErrOptions }

// A ParameterError reports parameters of a script and values that do not match. It
// wraps ErrOptions.
type ParameterError struct {
	Missing []string // parameters without a value
	Unknown []string // values without a parameter
}

func (e *ParameterError) Error() string {
	if len(e.Missing) > 0 {
		return fmt.Sprintf("no value for the parameter %s of the SQL", strings.Join(e.Missing, ", "))
	}
	return fmt.Sprintf("the SQL has no parameter $%s", strings.Join(e.Unknown, ", $"))
}

// Unwrap returns ErrOptions.
func (e *ParameterError) Unwrap() error { return ErrOptions }

// A DataSetError reports a folder or file that could not be opened as a data
// set.
type DataSetError struct {
	Dir string
	Err error
}

func (e *DataSetError) Error() string { return fmt.Sprintf("data set %s: %v", e.Dir, e.Err) }

// Unwrap returns the cause: ErrNoManifest, ErrFormat, or an error of the file
// system.
func (e *DataSetError) Unwrap() error { return e.Err }

// A TableFile is a file that queries can read as a table.
type TableFile struct {
	Name string // name of the table
	Path string
}

// A TableFileError reports a TableFile that cannot be read. It wraps ErrOptions
// if the name of the table is invalid.
type TableFileError struct {
	TableFile
	Err  error
	hint string
}

func (e *TableFileError) Error() string {
	if errors.Is(e.Err, ErrOptions) {
		return fmt.Sprintf("invalid table name %q: %v", e.Name, e.Err)
	}
	return fmt.Sprintf("table %s: %s: %v", e.Name, e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *TableFileError) Unwrap() error { return e.Err }

// Hint returns advice on the file or its name, or the empty string.
func (e *TableFileError) Hint() string { return e.hint }

// A nameError says why the name of a table is invalid. It is ErrOptions.
type nameError string

const (
	errTableName  nameError = "expected a letter followed by letters, digits and _"
	errTableWord  nameError = "it is an SQL keyword"
	errTableKnown nameError = "the data set has a table of this name"
	errTableTwice nameError = "two files have this name"
	errSetTwice   nameError = "two data sets have this name"
)

func (e nameError) Error() string        { return string(e) }
func (e nameError) Is(target error) bool { return target == ErrOptions }
