//go:build cgo

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/query"
)

// dataSetsFlag is the data set that a command reads, or several with names.
func dataSetsFlag(sets *[]string) cli.Flag {
	return &cli.StringSliceFlag{
		Name: "data", Aliases: []string{"d"},
		Usage: "data set to read: the `DIR` that cclf convert wrote, or a DuckDB file (default: " + dataVariable +
			", or . if it is a data set); several as NAME=DIR, whose tables are NAME.cclf1",
		TakesFile: true, Destination: sets,
	}
}

// findDataSets returns the data sets to read: those of the flags, or that of
// findDataSet.
func findDataSets(command string, flags []string) ([]query.NamedSet, error) {
	if len(flags) == 0 {
		dir, err := findDataSet(command, "")
		return []query.NamedSet{{Dir: dir}}, err
	}
	var sets []query.NamedSet
	for _, flag := range flags {
		name, dir, named := strings.Cut(flag, "=")
		named = named && !strings.ContainsAny(name, `/\:`) // a folder such as s3://claims/env=prod/lake
		_, err := os.Stat(flag)
		switch {
		case flag == "" || named && dir == "":
			return nil, usageErrorf("%s: invalid -d %q: expected a folder or a DuckDB file", command, flag)
		case named && (len(flags) > 1 || err != nil):
			sets = append(sets, query.NamedSet{Name: name, Dir: dir})
		case len(flags) == 1:
			return []query.NamedSet{{Dir: flag}}, nil
		default:
			return nil, &exitError{
				code: exitcode.Usage,
				err:  fmt.Errorf("%s: data set %s has no name, which each of several needs", command, flag),
				hint: "name them: -d jan=A -d feb=B; their tables are jan.cclf1 and feb.cclf1",
			}
		}
	}
	return sets, nil
}

// parquetOutput returns the path of the file that standard output is, if the flags
// named one, or "".
func (e *env) parquetOutput() (string, error) {
	file, ok := e.stdout.(*os.File)
	if !ok || len(e.resultDirs) == 0 {
		return "", nil
	}
	return filepath.Abs(file.Name())
}
