//go:build !cgo

package main

import "context"

// exportDuckDB is missing: DuckDB needs cgo.
var exportDuckDB func(ctx context.Context, tables, file string, threads int) error
