package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// tablesFlag is the choice of tables to write. Its values go through parseTables.
func tablesFlag(tables *[]string, usage string) cli.Flag {
	return &cli.StringSliceFlag{Name: "tables", Usage: usage, Destination: tables}
}

// allTables is the value of --tables for all of them.
const allTables = "all"

// parseTables returns the tables that the values of a flag name, or nil for all.
func parseTables(command string, lists []string, profile convert.Profile) ([]string, error) {
	known := convert.TableNames(profile)
	var tables []string
	all := false
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name == allTables {
				all = true
				continue
			}
			if !slices.Contains(known, name) {
				return nil, &exitError{
					code: exitcode.Usage,
					err:  fmt.Errorf("%s: unknown table %q in --tables%s", command, name, didYouMean(name, known)),
					hint: "the tables are " + strings.Join(known, ", "),
				}
			}
			tables = append(tables, name)
		}
	}
	if all {
		return nil, nil
	}
	return tables, nil
}
