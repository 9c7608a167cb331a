// Package cmdline is what the command lines of cclf, cclf-iceberg and cclf-beam share: help,
// manual pages, and completion in shells.
package cmdline

import (
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// A Program is the command line of a program, with what manual pages and completions need
// besides.
type Program struct {
	Root      *cli.Command
	Version   string                     // on manual pages
	ExitCodes []exitcode.Code            // in the order of their numbers
	Values    map[string]func() []string // usual values of flags that take others too, by name

	NoArguments    func(cmd *cli.Command) error                 // refuses arguments
	UnknownCommand func(parent *cli.Command, name string) error // is the error of a command that is not there
}
