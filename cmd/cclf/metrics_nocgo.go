//go:build !cgo

package main

import "github.com/urfave/cli/v3"

// newMetricsCommand returns a command that reports why it is missing.
func newMetricsCommand(*env) *cli.Command {
	return withoutDuckDB("metrics", "compute built-in metrics: spending, utilization, member months")
}
