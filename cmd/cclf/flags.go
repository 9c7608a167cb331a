package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// A choiceFlag takes one of some values.
type choiceFlag struct {
	*cli.StringFlag
	choices []string
}

// choice makes a flag accept only some values.
func choice[T ~string](flag *cli.StringFlag, choices ...T) *choiceFlag {
	c := &choiceFlag{StringFlag: flag}
	for _, value := range choices {
		c.choices = append(c.choices, string(value))
	}
	flag.Validator = oneOf(c.choices)
	return c
}

// Choices are the values that the shell completes.
func (c *choiceFlag) Choices() []string { return c.choices }

// oneOf returns a flag validator.
func oneOf(choices []string) func(string) error {
	return func(s string) error {
		if slices.Contains(choices, s) {
			return nil
		}
		return fmt.Errorf("expected %s%s", orList(choices), didYouMean(s, choices))
	}
}

// mostJobs bounds the number of workers: each costs the system a thread.
const mostJobs = 1024

// positive is a flag validator.
func positive(n int) error {
	if n < 1 {
		return errors.New("expected a number above 0")
	}
	return nil
}

// jobsFlag is the number of workers of a command.
func jobsFlag(jobs *int, usage string) cli.Flag {
	return &cli.IntFlag{
		Name: "jobs", Aliases: []string{"j"}, Usage: usage, HideDefault: true,
		Destination: jobs,
		Validator: func(n int) error {
			if n < 1 || n > mostJobs {
				return fmt.Errorf("expected a number from 1 to %d", mostJobs)
			}
			return nil
		},
	}
}

// apiFlag is an API version of BCDA.
func apiFlag(api *string, usage string) cli.Flag {
	return choice(&cli.StringFlag{Name: "api", Usage: usage, HideDefault: true, Destination: api}, "v1", "v2", "v3")
}

// localPath is a flag validator. It refuses values that would become a folder with
// an odd name.
func localPath(s string) error {
	switch {
	case s == "":
		return errors.New("expected a path")
	case s == "-":
		return errors.New("cannot write to standard output; expected a local path")
	case blob.IsURL(s):
		return errors.New("cannot write to a URL; write to a local path and copy it from there")
	}
	return nil
}

// dataSetPath is a flag validator of data sets that are written. commandPaths checks
// URLs.
func dataSetPath(s string) error {
	if blob.IsURL(s) {
		return nil
	}
	return localPath(s)
}

// dataVariable is the environment variable with the data set to read.
const dataVariable = "CCLF_DATA"

// dataFlag is the data set that a command reads. Its value goes through
// findDataSet.
func dataFlag(dir *string) cli.Flag {
	return &cli.StringFlag{
		Name: "data", Aliases: []string{"d"},
		Usage:     "data set to read: the `DIR` that cclf convert wrote, also s3://BUCKET/FOLDER, or a DuckDB file (default: " + dataVariable + ", or . if it is a data set)",
		TakesFile: true, OnlyOnce: true, Destination: dir,
		Validator: func(s string) error {
			if s == "" {
				return errors.New("expected a folder or a DuckDB file")
			}
			return nil
		},
	}
}

// findDataSet returns the data set to read: that of the flag, that of the
// environment, or the current folder if it is one.
func findDataSet(command, flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if dir := os.Getenv(dataVariable); dir != "" {
		return dir, nil
	}
	if isDataSet(".") {
		return ".", nil
	}
	return "", &exitError{
		code: exitcode.Usage,
		err:  fmt.Errorf("%s: no data set given; pass -d DIR", command),
		hint: "or set " + dataVariable + ", or run the command in the folder that cclf convert wrote",
	}
}

// findSet opens the data set that findDataSet finds, for a command that reads its
// files without queries.
func findSet(command, flag string) (*dataset.Set, error) {
	dir, err := findDataSet(command, flag)
	if err != nil {
		return nil, err
	}
	set, err := dataset.Open(dir)
	if err != nil {
		return nil, &exitError{code: dataSetCode(err, exitcode.Input), err: fmt.Errorf("%s: data set %s: %w", command, dir, err), hint: hintOf(err)}
	}
	return set, nil
}

// isDataSet reports whether a folder has a manifest in it.
func isDataSet(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, dataset.ManifestFile))
	return err == nil
}
