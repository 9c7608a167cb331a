// Command cclf-iceberg publishes data sets of cclf as Apache Iceberg tables. See
// cclf-iceberg --help.
package main

import (
	"os"

	"github.com/cclf-tools/cclf/iceberg/internal/app"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// release is set by the linker.
var release string

func main() {
	ctx, stop := exitcode.NotifyContext(nil)
	code := app.Run(ctx, release, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
