// Command cclf turns the bulk exports of CMS's Beneficiary Claims Data API
// into Claim and Claim Line Feed (CCLF) tables, and queries them. Run
// "cclf --help" for what it can do.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal cancels the context. From then on signals have their
	// usual effect again, so that a second one kills.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, processEnv(), os.Args))
}
