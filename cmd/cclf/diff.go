//go:build cgo

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/reconcile"
)

type diffOptions struct {
	result  resultFlags
	options query.Options
}

func newDiffCommand(e *env) *cli.Command {
	var opts diffOptions
	return &cli.Command{
		Name:      "diff",
		Usage:     "show what changed from one data set to another",
		UsageText: "cclf diff [options] A B",
		Description: cmdline.Describe(`
			Compares two data sets of one kind, such as the conversions of last week's
			export and of today's: the rows that were added, removed and changed in
			each table, the columns that changed, and the difference in dollars. Rows
			are the same if they have the same key. The columns that say which file a
			row is from are not compared.

			The exit code is 0 whether or not the data sets differ, and 22 if they are
			of different kinds: BCDA and CCLF (see cclf reconcile), other API versions
			or profiles, or an increment and a full export. See docs/diff.md.`,
			"cclf diff last-week out",
			"cclf diff -f json last-week out | jq '.tables[] | select(.changed > 0)'",
		),
		Flags: slices.Concat(opts.result.flags("table", "json"), duckDBFlags(e, &opts.options)),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.NArg() != 2 {
				return usageErrorf("diff: expected two data sets, got %d", cmd.NArg())
			}
			return runDiff(ctx, e, cmd.Args().Get(0), cmd.Args().Get(1), opts)
		},
	}
}

func runDiff(ctx context.Context, e *env, first, second string, opts diffOptions) error {
	changes, err := reconcile.Diff(ctx, first, second, opts.options)
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	return opts.result.write(ctx, e, func(e *env) error {
		if opts.result.format == "json" {
			enc := json.NewEncoder(e.stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(changes)
		}
		return changes.WriteTable(e.stdout)
	})
}
