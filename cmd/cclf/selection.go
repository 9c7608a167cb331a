package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
)

// tablesFlag is the choice of tables to write. Its values go through parseTables.
func tablesFlag(tables *[]string, usage string) cli.Flag {
	return &cli.StringSliceFlag{Name: "tables", Usage: usage, Destination: tables}
}

// parseTables returns the tables that the values of a flag name.
func parseTables(command string, lists []string, profile convert.Profile) ([]string, error) {
	known := convert.TableNames(profile)
	var tables []string
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			name = strings.ToLower(strings.TrimSpace(name))
			if !slices.Contains(known, name) {
				return nil, &exitError{
					code: exitUsage,
					err:  fmt.Errorf("%s: unknown table %q in --tables%s", command, name, didYouMean(name, known)),
					hint: "the tables are " + strings.Join(known, ", "),
				}
			}
			tables = append(tables, name)
		}
	}
	return tables, nil
}
