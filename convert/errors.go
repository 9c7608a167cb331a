package convert

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
)

// ErrTooManyRejects reports that Options.MaxRejects was exceeded.
var ErrTooManyRejects = errors.New("too many rejected lines")

// ErrMixed reports inputs of API versions that do not go together in one data
// set: the same Patient and claim ids mean different beneficiaries and claims in
// v3 than in v1 and v2.
var ErrMixed = crosswalk.ErrMixed

// A BreakOffError reports an input that ended early, could not be read to its
// end, or changed while it was read.
type BreakOffError struct {
	File   string
	Line   int64 // the first that is missing
	Reason string
}

func (e *BreakOffError) Error() string {
	return fmt.Sprintf("%s broke off at line %d: what follows is missing (%s)", e.File, e.Line, e.Reason)
}

// newBreakOffError returns the error for an input that broke off at a reject.
func newBreakOffError(bad *Reject) error {
	return &BreakOffError{bad.File, bad.Line, strings.TrimPrefix(bad.Reason, "the input breaks off here: ")}
}

// A ShrinkError reports that a data set was not written because it would have no
// rows, or would replace a data set by less. Readers would take a data set without
// rows for "there are no claims", and usually the folder is the wrong one, or the
// export is not finished.
type ShrinkError struct {
	// Increment is true if the export contains only changes and would replace a
	// data set of a full export, and false if there are no rows.
	Increment bool
	msg       string
}

func (e *ShrinkError) Error() string { return e.msg }

// newShrinkError returns the error with a message. If replacing is true, there is
// a data set that stays.
func newShrinkError(msg string, increment, replacing bool) *ShrinkError {
	if replacing {
		msg += "; the existing data set is unchanged"
	}
	return &ShrinkError{increment, msg}
}
