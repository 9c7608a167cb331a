//go:build cgo

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/reconcile"
)

// runMigrate writes the map of the IDs of two API versions.
func runMigrate(ctx context.Context, e *env, opts reconcileOptions) (err error) {
	if opts.out == "" {
		return usageErrorf("reconcile: --migrate: no folder for the map; pass -o MAP")
	}
	if opts.report.format == "html" {
		return usageErrorf("reconcile: --migrate: invalid --format html: expected table or json")
	}
	if opts.report.format == "html" {
		return usageErrorf("reconcile: --migrate has no report in html; use -f table or -f json")
	}
	if !opts.overwrite {
		if err := dataset.CheckEmpty(opts.out, dataset.Parquet); err != nil {
			return fmt.Errorf("reconcile: %w", err)
		}
	}
	m, err := reconcile.Migrate(ctx, opts.left, opts.right, opts.options)
	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	err = m.WriteMap(ctx, reconcile.MapOptions{Out: opts.out, Overwrite: opts.overwrite, Version: version()})
	if err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	return opts.report.write(ctx, e, func(e *env) error {
		if opts.report.format == "json" {
			enc := json.NewEncoder(e.stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(m.Report())
		}
		return m.Report().WriteTable(e.stdout)
	})
}
