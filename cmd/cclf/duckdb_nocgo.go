//go:build !cgo

package main

import (
	"context"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/dataset"
)

// exportDuckDB is missing: DuckDB needs cgo.
var exportDuckDB func(ctx context.Context, tables, file string, opts *convert.Options) error

// duckDBVersion is missing.
var duckDBVersion func(context.Context) (string, error)

// countDatabase is missing as well.
var countDatabase func(ctx context.Context, dir string, m *dataset.Manifest) ([]error, error)
