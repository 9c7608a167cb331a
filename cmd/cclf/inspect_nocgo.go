//go:build !cgo

package main

import "github.com/urfave/cli/v3"

// newInspectCommand returns a command that reports why it is missing.
func newInspectCommand(*env) *cli.Command {
	return withoutDuckDB("inspect", "profile a data set: fill rates, and why columns are empty")
}
