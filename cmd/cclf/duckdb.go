//go:build cgo

package main

import (
	"context"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/query"
)

// exportDuckDB makes a database file of a folder of tables.
var exportDuckDB = func(ctx context.Context, tables, file string, opts *convert.Options) error {
	return query.Export(ctx, tables, file, query.Options{Threads: opts.Jobs, ExtraColumns: opts.ExtraColumns})
}
