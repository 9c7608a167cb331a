//go:build !cgo

package main

import (
	"context"
	"errors"

	"github.com/urfave/cli/v3"
)

// newQueryCommand makes a command that says why it is missing: DuckDB needs
// cgo.
func newQueryCommand(*env) *cli.Command {
	return &cli.Command{
		Name:            "query",
		Usage:           "run SQL over a converted data set (not in this build)",
		SkipFlagParsing: true,
		Action: func(context.Context, *cli.Command) error {
			return &exitError{
				code: exitFailure,
				err:  errors.New("query: this cclf was built without DuckDB"),
				hint: "build it with CGO_ENABLED=1 and a C++ compiler",
			}
		},
	}
}
