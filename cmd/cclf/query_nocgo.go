//go:build !cgo

package main

import (
	"context"

	"github.com/urfave/cli/v3"
)

// newQueryCommand returns a command that reports why it is missing.
func newQueryCommand(*env) *cli.Command {
	return withoutDuckDB("query", "run SQL over a converted data set")
}

// withoutDuckDB returns a placeholder for a command that needs DuckDB, and so cgo.
func withoutDuckDB(name, usage string) *cli.Command {
	return &cli.Command{
		Name:            name,
		Usage:           usage + " (not in this build)",
		SkipFlagParsing: true,
		Action:          func(context.Context, *cli.Command) error { return noDuckDB(name) },
	}
}
