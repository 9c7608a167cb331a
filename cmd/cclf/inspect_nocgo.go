//go:build !cgo

package main

import "github.com/urfave/cli/v3"

// newInspectCommand makes a command that says why it is missing.
func newInspectCommand(*env) *cli.Command {
	return withoutDuckDB("inspect", "report how full a converted data set is")
}
