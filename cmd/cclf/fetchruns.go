package main

import (
	"errors"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/sync"
)

// leaversFlag is the flag for beneficiaries who left.
func leaversFlag(to *string) cli.Flag {
	return choice(&cli.StringFlag{
		Name: "leavers", Usage: "`CHOICE` for beneficiaries who are not in the newest full list of Patients: keep or drop their rows",
		Value: string(convert.KeepLeavers), Destination: to,
	}, convert.KeepLeavers, convert.DropLeavers)
}

// useExports adds what the export folders among the inputs say. It refuses incomplete
// ones.
func useExports(opts *convert.Options) error {
	if opts.Runs != nil { // cclf run has all of it
		return nil
	}
	x, err := sync.ReadExports(opts.Inputs, opts.AllowShrink)
	if e, ok := errors.AsType[*sync.IncompleteError](err); ok {
		return &exitError{
			code: exitcode.Shrink, err: err,
			hint: "resume it with cclf fetch --resume " + e.Dir + "; --allow-shrink converts the files that are there",
		}
	}
	_, noDeletions := errors.AsType[*sync.MissingDeletionsError](err)
	if _, ok := errors.AsType[*sync.MissingFilesError](err); ok || noDeletions {
		return &exitError{code: exitcode.Shrink, err: err, hint: "restore it, or convert without it with --allow-shrink"}
	}
	if err != nil {
		return err
	}
	opts.Inputs, opts.Ignore = x.Inputs, append(opts.Ignore, x.Ignore...)
	opts.Increment = x.Increment && !opts.AllowShrink
	if len(x.Runs) > 0 {
		opts.Runs = func() ([]convert.FetchRun, error) { return x.Runs, nil }
	}
	return nil
}
