// Command cclf-iceberg publishes data sets of cclf as Apache Iceberg tables. See
// cclf-iceberg --help.
package main

import (
	"os"

	"github.com/cclf-tools/cclf/iceberg/internal/app"
)

// release is set by the linker.
var release string

func main() {
	os.Exit(app.Run(app.NotifySignals(), release, os.Args, os.Stdout, os.Stderr))
}
