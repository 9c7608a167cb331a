// Command cclf turns the bulk exports of CMS's Beneficiary Claims Data API
// into Claim and Claim Line Feed (CCLF) tables, and queries them. See cclf --help.
package main

//go:generate go run ../../internal/gen/licenses . ../../iceberg/cmd/cclf-iceberg ../../beam/cmd/cclf-beam

import (
	"os"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

func main() {
	hardenProcess()
	if len(os.Args) == 3 && os.Args[1] == pagerArgument {
		servePager(os.Args[2])
		os.Exit(exitcode.OK)
	}
	if len(os.Args) == 3 && os.Args[1] == removerArgument {
		os.Exit(serveRemover(os.Args[2], os.Stdin))
	}
	catchCrashes()
	e := processEnv()
	ctx, stop := exitcode.NotifyContext(e.interrupts.handled)
	defer stop()
	os.Exit(run(ctx, e, os.Args))
}
