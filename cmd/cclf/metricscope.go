//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/codes"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/query"
)

// metricScope are the flags that say for whom and when metrics are computed, and by
// what they are grouped.
type metricScope struct {
	options query.MetricOptions
	tables  []string
	people  string // the population: a file, or the table of assignment
	icd10   string // order file of ICD-10-CM, with titles of conditions
}

func (s *metricScope) flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "from", Usage: "first `MONTH`, such as 2025-01", Destination: &s.options.From},
		&cli.StringFlag{Name: "to", Usage: "last `MONTH`, such as 2025-12", Destination: &s.options.To},
		&cli.StringSliceFlag{Name: "by", Usage: "group by `GROUP`: month, quarter, year, state, npi and others, or TABLE.COLUMN (repeatable)", Destination: &s.options.By},
		&cli.IntFlag{Name: "top", Usage: "only the `N` highest rows", HideDefault: true, Destination: &s.options.Top, Validator: positive},
		&cli.StringFlag{Name: "population", Usage: "only the beneficiaries of `FILE`, a CSV file with the column mbi and possibly month, tin, npi, or of the table assignment", TakesFile: true, Destination: &s.people},
		tableFlag(&s.tables),
		&cli.StringFlag{Name: "icd10-titles", Usage: "titles of conditions, from CMS's `FILE` icd10cm-order-YEAR.txt", TakesFile: true, Destination: &s.icd10},
	}
}

// populationTable is the name that the file of --population has as a table.
const populationTable = "population"

// settle checks the flags, and adds the files that they name to the options of the
// data set.
func (s *metricScope) settle(ctx context.Context, command string, options *query.Options) error {
	var groups []string
	for _, list := range s.options.By {
		for group := range strings.SplitSeq(list, ",") {
			groups = append(groups, strings.TrimSpace(group))
		}
	}
	s.options.By = groups
	if err := scopeError(command, s.options.Validate()); err != nil {
		return err
	}
	if err := s.readTitles(ctx, command); err != nil {
		return err
	}
	files, err := tableFiles(command, s.tables)
	if err != nil {
		return err
	}
	options.TableFiles = files
	switch s.people {
	case "":
	case query.AssignmentTable:
		s.options.Population = query.AssignmentTable
	default:
		s.options.Population = populationTable
		options.TableFiles = append(options.TableFiles, query.TableFile{Name: populationTable, Path: s.people})
	}
	return nil
}

// readTitles reads the titles of conditions, if there is a file of them.
func (s *metricScope) readTitles(ctx context.Context, command string) error {
	if s.icd10 == "" {
		return nil
	}
	f, err := blob.Open(ctx, s.icd10)
	if err != nil {
		return usageErrorf("%s: invalid --icd10-titles: %w", command, err)
	}
	defer f.Close()
	if s.options.ConditionTitles, err = codes.ReadICD10Categories(f); err != nil {
		return usageErrorf("%s: invalid --icd10-titles %q: %v", command, s.icd10, err)
	}
	return nil
}

// scopeError returns a wrong option as a usage error that names the flag.
func scopeError(command string, err error) error {
	option, ok := errors.AsType[*query.MetricOptionError](err)
	if !ok {
		return err
	}
	near := ""
	if groups := query.MetricDimensions(); option.Option == "By" && !slices.Contains(groups, strings.ToLower(option.Value)) {
		near = didYouMean(option.Value, groups)
	}
	return &exitError{
		code: exitcode.Usage,
		err:  fmt.Errorf("%s: invalid --%s %q: %s%s", command, strings.ToLower(option.Option), option.Value, option.Reason, near),
		hint: option.Hint(),
	}
}
