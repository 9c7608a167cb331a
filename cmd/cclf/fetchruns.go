package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/sync"
)

// leaversFlag is the flag for beneficiaries who left.
func leaversFlag(to *string) cli.Flag {
	return choice(&cli.StringFlag{
		Name: "leavers", Usage: "`CHOICE` for beneficiaries who are not in the newest full list of Patients: keep or drop their rows",
		Value: string(convert.KeepLeavers), Destination: to,
	}, convert.KeepLeavers, convert.DropLeavers)
}

// useLogs replaces lakes among the inputs by their logs.
func useLogs(inputs []string) []string {
	inputs = slices.Clone(inputs)
	for i, in := range inputs {
		log := blob.Join(in, sync.LogFolder)
		if _, err := fetch.ReadStatus(in); err == nil {
			continue
		}
		if _, err := fetch.ReadStatus(log); err == nil {
			inputs[i] = log
		}
	}
	return inputs
}

// addDeletions adds the deletions in the folders of cclf fetch among the inputs. The
// data files of complete runs come in the order of the runs, and other files last.
func addDeletions(opts *convert.Options) error {
	var inputs []string
	var all []convert.FetchRun
	for _, in := range opts.Inputs {
		if _, err := fetch.ReadStatus(in); err == nil {
			log, err := sync.Read(in)
			if err != nil {
				return err
			}
			runs := log.FetchRuns()
			if inputs, err = appendRunFiles(inputs, in, runs, opts.AllowShrink); err != nil {
				return err
			}
			all = append(all, runs...)
			stale, err := fetch.StaleFiles(in)
			if err != nil {
				return err
			}
			opts.Ignore = append(opts.Ignore, stale...)
		}
		inputs = append(inputs, in)
	}
	opts.Inputs = inputs
	if len(all) > 0 {
		opts.Runs = func() ([]convert.FetchRun, error) { return all, nil }
	}
	return nil
}

// finder returns a function that says whether a file of an export folder is there. In an
// object store, it makes one request for a thousand files.
func finder(dir string) (exists func(name string) error, err error) {
	if !blob.IsURL(dir) {
		return func(name string) error {
			_, err := os.Stat(name)
			return err
		}, nil
	}
	entries, err := blob.Entries(context.Background(), dir)
	return func(name string) error {
		if _, there := entries[blob.Base(name)]; !there {
			return fs.ErrNotExist
		}
		return nil
	}, err
}

// appendRunFiles appends the files of the runs of a folder that exist. Data files may have been moved
// away, but without the deletions what was deleted would come back.
func appendRunFiles(inputs []string, in string, runs []convert.FetchRun, allowMissing bool) ([]string, error) {
	exists, err := finder(in)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		for _, name := range run.Files {
			err := exists(name)
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
