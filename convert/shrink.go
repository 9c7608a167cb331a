package convert

import (
	"fmt"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// A ShrinkError reports a conversion that would replace a data set by nothing,
// or by less. An export without a single resource makes no new data set
// either: whoever reads it would take it for "there are no claims", and mostly
// the folder is the wrong one, or the export is not finished.
type ShrinkError struct {
	msg, hint string
}

func (e *ShrinkError) Error() string { return e.msg }

// Hint says what the user could do.
func (e *ShrinkError) Hint() string { return e.hint }

// NewShrinkError makes the error of a conversion that is refused for a reason.
// Replacing says whether there is a data set that stays.
func NewShrinkError(reason, hint string, replacing bool) *ShrinkError {
	if replacing {
		reason += "; the data set that is there stays"
	}
	return &ShrinkError{reason, hint}
}

const emptyHint = "check the input; --allow-shrink makes a data set without rows all the same"

// checkInput refuses input that nothing comes from, when all of it was read.
func (r *run) checkInput() error {
	if r.opts.AllowShrink || r.counts.Resources > 0 {
		return nil
	}
	reason := "the input has no FHIR resources"
	if r.counts.Rejected > 0 {
		reason = fmt.Sprintf("all %d lines of the input were rejected, the first in %s line %d: %s",
			r.counts.Rejected, r.firstBad.File, r.firstBad.Line, r.firstBad.Reason)
		if r.counts.Rejected == 1 {
			reason = fmt.Sprintf("the only line of the input was rejected, in %s line %d: %s", r.firstBad.File, r.firstBad.Line, r.firstBad.Reason)
		}
	}
	return NewShrinkError(reason, emptyHint, r.set.Old() != nil)
}

// checkOutput refuses a data set that is less than the one that it replaces.
func (r *run) checkOutput(m *dataset.Manifest) error {
	old := r.set.Old()
	switch {
	case r.opts.AllowShrink:
	case m.TotalRows() == 0 && (old == nil || old.TotalRows() > 0):
		reason := fmt.Sprintf("none of the %d resources of the input gives a row", r.counts.Resources)
		if r.counts.Resources == 1 {
			reason = "the only resource of the input gives no row"
		}
		return NewShrinkError(reason, emptyHint, old != nil)
	case old != nil && m.Increment && !old.Increment:
		return NewShrinkError("the export has only what changed since some time, and would replace all that there is",
			"fetch a full export into the same folder, without --since, or convert to another folder; --allow-shrink replaces it all the same", true)
	}
	return nil
}
