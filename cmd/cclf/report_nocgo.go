//go:build !cgo

package main

import "github.com/urfave/cli/v3"

// newReportCommand returns a command that reports why it is missing.
func newReportCommand(*env) *cli.Command {
	return withoutDuckDB("report", "write a report of a data set as one HTML page")
}
