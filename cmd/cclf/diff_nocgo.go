//go:build !cgo

package main

import "github.com/urfave/cli/v3"

// newDiffCommand returns a command that reports why it is missing.
func newDiffCommand(*env) *cli.Command {
	return withoutDuckDB("diff", "show what changed from one data set to another")
}
