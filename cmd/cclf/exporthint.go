package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cclf-tools/cclf/fetch"
)

// exportHint suggests what to do about an export that failed, or is empty.
// Result is nil if the export had not started.
func (o *fetchOptions) exportHint(err error, result *fetch.Result) string {
	var e *fetch.Error
	if !errors.As(err, &e) {
		return hintOf(err)
	}
	resume := "cclf fetch --resume " + shellWord(o.out)
	switch {
	case errors.Is(err, fetch.ErrOtherRequest):
		return "resume that one with " + resume + ", or use another folder"
	case e.Kind == fetch.ErrPartial && result != nil:
		return o.incompleteHint(e, result, resume)
	case o.resume != "" && (e.Kind == fetch.ErrExpired || e.Kind == fetch.ErrJobFailed):
		// This command never starts a new export.
		return "start the export again with -o"
	case o.resume != "" && e.Kind == fetch.ErrRejected && e.Status == 0:
		return "start the export again with -o and another request"
	case e.Kind == fetch.ErrExpired && result != nil && len(result.Files) > 0:
		return "the other files are kept. The same command starts a new export (--new does so at once)"
	case e.Kind == fetch.ErrExpired:
		return "the server keeps a job and its files for about a day; the same command starts a new export (--new does so at once)"
	case e.Kind == fetch.ErrJobFailed && e.Hint() == "":
		return "the same command starts the export again; if that fails as well, ask the server's support, and name the job"
	}
	return hintOf(err)
}

// incompleteHint is for an export that ended with files missing, flawed, or
// with errors that the server reported.
func (o *fetchOptions) incompleteHint(e *fetch.Error, r *fetch.Result, resume string) string {
	const sinceKept = "The next --since auto starts from the same time as before"
	switch {
	case r.Missing > 0 && e.Origin != "":
		return originHint(e) + "; then run " + resume
	case r.Missing > 0 && len(r.Files) > 0:
		return "the other files are kept. Try the missing ones again with " + resume
	case r.Missing > 0:
		return "try again with " + resume
	case r.Flawed > 0 && !o.flawed:
		kept := "all files are kept"
		if r.BadLines > 0 {
			kept += ", and cclf convert rejects the bad lines one by one"
		}
		return kept + ". " + sinceKept + ", unless you add --allow-flawed"
	default:
		return fmt.Sprintf("the error files (_%03d-error-*) have the details; they may name beneficiaries. %s", r.Run, sinceKept)
	}
}

// resumable adds to the error of an export how to resume it, if that is
// possible.
func (o *fetchOptions) resumable(ctx context.Context, err error, result *fetch.Result) error {
	hint := o.exportHint(err, result)
	last, readErr := fetch.ReadLastRun(o.out)
	if readErr != nil || last.Ended || errors.Is(err, fetch.ErrInUse) || errors.Is(err, fetch.ErrOtherRequest) || errors.Is(err, fetch.ErrPartial) {
		return &exitError{code: exitCode(err), err: err, hint: hint}
	}
	howTo := o.howToResume
	if howTo == "" {
		howTo = "resume with cclf fetch --resume " + shellWord(o.out)
	}
	switch {
	case ctx.Err() != nil && !last.HasJob:
		hint = howTo
	case ctx.Err() != nil:
		hint = "the job is still running on the server; " + howTo
	case hint == "":
		hint = howTo
	default:
		hint += "; then " + howTo
	}
	return &exitError{code: exitCode(err), err: err, hint: hint}
}
