//go:build !cgo

package main

import "github.com/urfave/cli/v3"

// newReconcileCommand returns a command that reports why it is missing.
func newReconcileCommand(*env) *cli.Command {
	return withoutDuckDB("reconcile", "compare the claims of two data sets, and explain every dollar of difference")
}
