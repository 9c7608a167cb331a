package convert

import "fmt"

// checkInput reports a *ShrinkError if no resource was read.
func (r *run) checkInput() error {
	if r.opts.AllowShrink || r.counts.Resources > 0 {
		return nil
	}
	msg, first := "the input has no FHIR resources", &r.rejects.first
	switch r.counts.Rejected {
	case 0:
	case 1:
		msg = fmt.Sprintf("the only line of the input was rejected, in %s line %d: %s", first.File, first.Line, first.Reason)
	default:
		msg = fmt.Sprintf("all %d lines of the input were rejected, the first in %s line %d: %s",
			r.counts.Rejected, first.File, first.Line, first.Reason)
	}
	return newShrinkError(msg, false, r.set.Old() != nil)
}

// rejectedRun says which run of an export folder has lines, but only rejected ones, or
// is empty. A run that was so in the data set to be replaced was allowed.
func (r *run) rejectedRun() string {
	lines, rejects := map[int]int64{}, map[int]int64{}
	for input, run := range r.runs.ofInput {
		if input < len(r.sizes) {
			lines[run] += r.sizes[input].lines
			rejects[run] += r.sizes[input].rejects
		}
	}
	for i, run := range r.runs.list {
		if lines[i] > 0 && lines[i] == rejects[i] && !r.wasRejected(i) {
			return fmt.Sprintf("all %d lines of run %d were rejected: the tables would lack them", lines[i], run.Number)
		}
	}
	return ""
}

// wasRejected reports whether the data set to be replaced has a run, of which all lines were
// rejected.
func (r *run) wasRejected(run int) bool {
	if !r.isPublished(&r.runs.list[run]) {
		return false
	}
	var lines, rejects int64
	for input, of := range r.runs.ofInput {
		for _, in := range r.set.Old().Inputs {
			if of == run && in.Name == r.sources.shown(r.sources.list[input].Name) {
				lines, rejects = lines+in.Lines, rejects+in.Rejects
			}
		}
	}
	return lines > 0 && lines == rejects
}

// checkOutput reports a *ShrinkError for a data set without rows, for a run of an
// export folder of which nothing was understood, and for a data set of an increment in
// place of one of a full export.
func (r *run) checkOutput(m *Manifest) error {
	old := r.set.Old()
	switch {
	case r.opts.AllowShrink:
	case r.rows == 0 && (old == nil || old.TotalRows() > 0):
		msg := fmt.Sprintf("none of the %d resources of the input gives a row", r.counts.Resources)
		if r.counts.Resources == 1 {
			msg = "the only resource of the input gives no row"
		}
		return newShrinkError(msg, false, old != nil)
	case r.rejectedRun() != "":
		return newShrinkError(r.rejectedRun(), false, old != nil)
	case old != nil && m.Increment && !old.Increment:
		return newShrinkError("the export contains only changes, and would replace the data set of a full export", true, true)
	}
	return nil
}
