// Command cclf turns the bulk exports of CMS's Beneficiary Claims Data API
// into Claim and Claim Line Feed (CCLF) tables, and queries them. See cclf --help.
package main

//go:generate go run ../../internal/gen/licenses ../../THIRD-PARTY-LICENSES ../../NOTICE

import "os"

func main() {
	hardenProcess()
	catchCrashes()
	ctx, stop := notifySignals()
	defer stop()
	os.Exit(run(ctx, processEnv(), os.Args))
}
