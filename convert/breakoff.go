package convert

import (
	"fmt"
	"strings"
)

// A BreakOffError ends a run over an input that ended before its time, that
// could not be read to its end, or that changed while it was read.
type BreakOffError struct {
	File   string
	Line   int64 // the first that is missing
	Reason string
}

func (e *BreakOffError) Error() string {
	return fmt.Sprintf("%s broke off at line %d: what follows is missing (%s)", e.File, e.Line, e.Reason)
}

// Hint says what to do.
func (e *BreakOffError) Hint() string {
	return "get the file again, or convert what there is with --allow-partial"
}

// breakOff is the error for an input that broke off where a reject says.
func breakOff(bad *Reject) error {
	return &BreakOffError{bad.File, bad.Line, strings.TrimPrefix(bad.Reason, "the input breaks off here: ")}
}
