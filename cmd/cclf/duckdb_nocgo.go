//go:build !cgo

package main

import (
	"context"

	"github.com/cclf-tools/cclf/convert"
)

// exportDuckDB is missing: DuckDB needs cgo.
var exportDuckDB func(ctx context.Context, tables, file string, opts *convert.Options) error
