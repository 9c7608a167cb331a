package fetch

import (
	"fmt"
	"strings"
)

// A Result is the outcome of an export.
type Result struct {
	// Run is the number of the run in the folder, from 1. File names begin with
	// it.
	Run int
	// TransactionTime is the server's time of the export, as it wrote it.
	TransactionTime string
	// Since is the time that was sent, or "". For SinceAuto it is the
	// transaction time of the run SinceRun, which is 0 otherwise.
	Since    string
	SinceRun int
	// Files are the finished files, in manifest order. Missing counts the
	// others.
	Files   []File
	Missing int
	// Gone counts the missing files that the server no longer has.
	Gone int
	// Flawed counts the finished files that have bad lines, or differ from what
	// the manifest says about them. BadLines is the number of these lines.
	Flawed   int
	BadLines int64
	// SystemTypes reports that BCDA left out the claims of some systems, as v3
	// does for a request without a System-Type tag in its filter.
	SystemTypes bool
	// Issues counts what the server reported in error files, by severity.
	Issues map[string]int
	// AlreadyComplete reports that there was nothing to resume.
	AlreadyComplete bool
}

// errorIssues is the number of errors that the server reported.
func (r *Result) errorIssues() int { return r.Issues["error"] + r.Issues["fatal"] }

// newResult is the outcome of a run so far.
func newResult(run *runState, dir string) *Result {
	r := &Result{Run: run.Number, TransactionTime: run.TransactionTime, Since: run.Since, SinceRun: run.SinceRun, Issues: map[string]int{}}
	for _, f := range run.Files {
		if !f.Done {
			r.Missing++
			if f.Gone > 1 {
				r.Gone++
			}
			continue
		}
		r.Files = append(r.Files, f.file(dir))
		if f.Flaw != "" {
			r.Flawed++
			r.BadLines += f.BadLines
		}
		r.SystemTypes = r.SystemTypes || f.SystemTypes
		for severity, n := range f.Issues {
			r.Issues[severity] += n
		}
	}
	return r
}

// isComplete reports whether the export has everything. AllowFlawed ignores
// flaws.
func (r *Result) isComplete(allowFlawed bool) bool {
	return r.errorIssues() == 0 && r.hasAllFiles(allowFlawed)
}

// hasAllFiles reports whether the files have all arrived, whatever the server could
// not export.
func (r *Result) hasAllFiles(allowFlawed bool) bool {
	return r.Missing == 0 && (r.Flawed == 0 || allowFlawed)
}

// failure makes the error of a run that is not complete.
func (r *Result) failure(run *runState, allowFlawed bool) *Error {
	var (
		e               = &Error{Kind: ErrPartial}
		parts           []string
		missing, flawed []string
	)
	for _, f := range run.Files {
		switch {
		case !f.Done:
			missing = append(missing, f.Name+": "+f.Failed)
			if e.Origin == "" {
				e.Origin = f.origin
			}
		case f.Flaw != "":
			flawed = append(flawed, f.Name+": "+f.Flaw)
		}
	}
	if n := r.errorIssues(); n > 0 {
		parts = append(parts, fmt.Sprintf("the server reported %s: it could not export everything", plural(n, "error", "errors")))
	}
	if n := len(flawed); n > 0 && !allowFlawed {
		parts = append(parts, fmt.Sprintf("%s flaws: %s", plural(n, "file has", "files have"), listFirst(flawed)))
	}
	if n := len(missing); n > 0 {
		verb := "are"
		if n == 1 {
			verb = "is"
		}
		parts = append(parts, fmt.Sprintf("%d of %s %s missing: %s", n, plural(len(run.Files), "file", "files"), verb, listFirst(missing)))
	}
	if r.Gone > 0 {
		// They were missing the last time too, so a retry will not help.
		e.Kind = ErrExpired
		parts = append(parts, "the server still has the job, but no longer all of its files")
	}
	e.Msg = strings.Join(parts, "; ")
	return e
}

// canRetry reports whether downloading the missing files again may help.
func (r *runState) canRetry() bool {
	for _, f := range r.Files {
		if !f.Done && !f.Permanent {
			return true
		}
	}
	return false
}

// listFirst lists the first of several reasons.
func listFirst(reasons []string) string {
	const shown = 3
	text := strings.Join(reasons[:min(len(reasons), shown)], "; ")
	if n := len(reasons); n > shown {
		text += fmt.Sprintf("; and %d more", n-shown)
	}
	return text
}
