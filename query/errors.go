package query

import (
	"errors"
	"fmt"
	"strings"
)

// ErrOptions is what Open returns when DuckDB does not start with the given
// Options.
var ErrOptions = errors.New("DuckDB does not take the options")

// ErrOutOfMemory is what errors of queries wrap that needed more memory than
// DuckDB may use.
var ErrOutOfMemory = errors.New("out of memory")

// ErrReplaced is in the error of a query whose data set was replaced while it
// ran. The same query on a DB that is opened anew reads the new data set.
var ErrReplaced = errors.New("the data set was replaced")

// An Error is a query that failed or was refused. Its text says what DuckDB says,
// without what can be a value of a claim; Detail has it all.
type Error struct {
	Msg    string
	detail string // what DuckDB says, in its words; may have values
	hint   string
	err    error // for errors.Is; nil for a refusal
	file   bool  // DuckDB could not read a file, or may not
}

func (e *Error) Error() string { return e.Msg }

// Detail is the message of DuckDB as it is, with the values of claims that it
// quotes. It is for the eyes of those who may see the data.
func (e *Error) Detail() string {
	if e.detail == "" {
		return e.Msg
	}
	return e.detail
}

// Unwrap returns the cause, which is nil when this package refused to run the
// statement. It has no values in it.
func (e *Error) Unwrap() error { return e.err }

// Hint says what the user could do, or is empty.
func (e *Error) Hint() string { return e.hint }

// A DataSetError says why a folder could not be opened as a data set. It
// wraps fs.ErrNotExist and the like where a file operation failed.
type DataSetError struct {
	Dir  string
	Err  error
	hint string
}

func (e *DataSetError) Error() string { return fmt.Sprintf("data set %s: %v", e.Dir, e.Err) }

// Unwrap returns the cause.
func (e *DataSetError) Unwrap() error { return e.Err }

// Hint says what the user could do, or is empty.
func (e *DataSetError) Hint() string { return e.hint }

// A TableFile is a file that queries see as a table.
type TableFile struct {
	Name string // of the table
	Path string
}

// A TableFileError says why a TableFile cannot be read. It is ErrOptions if the
// name of its table is at fault.
type TableFileError struct {
	TableFile
	Err  error
	hint string
}

var (
	errTableName  = fmt.Errorf("%w: not a name that SQL takes without quotes", ErrOptions)
	errTableWord  = fmt.Errorf("%w: a word of SQL", ErrOptions)
	errTableKnown = fmt.Errorf("%w: the data set has a table of this name", ErrOptions)
	errTableTwice = fmt.Errorf("%w: two files have this name", ErrOptions)
)

func (e *TableFileError) Error() string {
	if errors.Is(e.Err, ErrOptions) {
		return fmt.Sprintf("invalid table name %q: %s", e.Name, strings.TrimPrefix(e.Err.Error(), ErrOptions.Error()+": "))
	}
	return fmt.Sprintf("table %s: %s: %v", e.Name, e.Path, e.Err)
}

// Unwrap returns the cause.
func (e *TableFileError) Unwrap() error { return e.Err }

// Hint says what the user could do, or is empty.
func (e *TableFileError) Hint() string { return e.hint }
