package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
)

// fetchRuns returns the complete runs of an export folder for a conversion.
func fetchRuns(dir string) ([]convert.FetchRun, error) {
	runs, err := fetch.CompleteRuns(dir)
	var list []convert.FetchRun
	for _, run := range runs {
		r := convert.FetchRun{Number: run.Number, TransactionTime: run.TransactionTime, FullList: hasFullList(&run)}
		for _, file := range run.Files {
			r.Files = append(r.Files, file.Path)
		}
		for _, file := range run.Deleted {
			r.Files = append(r.Files, file.Path)
		}
		list = append(list, r)
	}
	return list, err
}

// hasFullList reports whether the Patients of a run are all that are attributed. Those of
// a run-out export were attributed last year.
func hasFullList(run *fetch.CompleteRun) bool {
	return run.HasAll("Patient") && run.Request.Group != "runout"
}

// leaversFlag is the flag for beneficiaries who left.
func leaversFlag(to *string) cli.Flag {
	return choice(&cli.StringFlag{
		Name: "leavers", Usage: "`CHOICE` for beneficiaries who are not in the newest full list of Patients: keep or drop their rows",
		Value: string(convert.KeepLeavers), Destination: to,
	}, convert.KeepLeavers, convert.DropLeavers)
}

// addDeletions adds the deletions in the folders of cclf fetch among the inputs. The
// data files of complete runs come in the order of the runs, and other files last.
func addDeletions(opts *convert.Options) error {
	if opts.Runs != nil { // cclf run has them
		return nil
	}
	var inputs []string
	var all []convert.FetchRun
	for _, in := range opts.Inputs {
		if _, err := fetch.ReadStatus(in); err == nil {
			runs, err := fetchRuns(in)
			if err != nil {
				return err
			}
			if inputs, err = appendRunFiles(inputs, runs, opts.AllowShrink); err != nil {
				return err
			}
			all = append(all, runs...)
		}
		inputs = append(inputs, in)
	}
	opts.Inputs = inputs
	if len(all) > 0 {
		opts.Runs = func() ([]convert.FetchRun, error) { return all, nil }
	}
	return nil
}

// appendRunFiles appends the files of runs that exist. Data files may have been moved
// away, but without the deletions what was deleted would come back.
func appendRunFiles(inputs []string, runs []convert.FetchRun, allowMissing bool) ([]string, error) {
	for _, run := range runs {
		for _, name := range run.Files {
			_, err := blob.Stat(context.Background(), name)
			deletions := blob.Base(name)[0] == '_'
			switch {
			case err == nil:
				inputs = append(inputs, name)
			case deletions && errors.Is(err, os.ErrNotExist) && !allowMissing:
				return nil, &exitError{
					code: exitShrink,
					err:  fmt.Errorf("%s is missing: what the server deleted would come back", name),
					hint: "restore it, or convert without it with --allow-shrink",
				}
			}
		}
	}
	return inputs, nil
}
