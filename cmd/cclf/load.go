package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/load"
)

type loadOptions struct {
	dir    string
	url    string
	result resultFlags
	to     load.Options
}

func newLoadCommand(e *env) *cli.Command {
	var opts loadOptions
	return &cli.Command{
		Name:      "load",
		Usage:     "load a data set into PostgreSQL",
		UsageText: "cclf load [-d DIR] [options] postgres://USER@HOST/DATABASE",
		Description: cmdline.Describe(`
			Makes the tables of a PostgreSQL database equal to those of a data set, in
			one transaction. Missing tables are created, with keys and comments. Tables
			that have rows are compared with the data set, and only rows that differ
			are deleted and inserted, so the same command serves the first load and
			every later one. Columns that only the database has are left alone.

			The password is best kept out of the URL: in PGPASSWORD, in ~/.pgpass, or
			in a service file. For other databases, cclf schema --ddl and --load print
			the statements. See docs/load.md.`,
			"cclf load -d out postgres://aco@db.example.org/claims",
			"cclf load -d out --schema cclf 'postgres:///claims?host=/run/postgresql'",
		),
		Flags: append([]cli.Flag{
			dataFlag(&opts.dir),
			&cli.BoolFlag{
				Name: "changes", Usage: "apply only what changed since the last load, if DIR/_changes has it; see docs/load.md",
				Destination: &opts.to.Changes,
			},
			&cli.StringFlag{Name: "schema", Usage: "schema `NAME` of the tables, created if missing (default: that of the user, such as public)", Destination: &opts.to.Schema},
		}, opts.result.flags("table", "json")...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.NArg() != 1 {
				return usageErrorf("load: expected the URL of one database, got %s", plural(cmd.NArg(), "argument"))
			}
			if opts.url = cmd.Args().First(); !strings.HasPrefix(opts.url, "postgres://") && !strings.HasPrefix(opts.url, "postgresql://") {
				return &exitError{
					code: exitcode.Usage, err: fmt.Errorf("load: expected a URL that begins with postgres://"),
					hint: "cclf schema --load prints the statements for other databases",
				}
			}
			return runLoad(ctx, e, opts)
		},
	}
}

func runLoad(ctx context.Context, e *env, opts loadOptions) error {
	set, err := findSet("load", opts.dir)
	if err != nil {
		return err
	}
	tables, err := load.Postgres(ctx, set, opts.url, opts.to)
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("load: %w", err)
	}
	for _, t := range tables {
		if t.NoKey {
			e.note(t.Name + ": the rows violate its key, so it has an index instead")
		}
		if len(t.Added) > 0 {
			e.note(fmt.Sprintf("%s: added %s", t.Name, strings.Join(t.Added, ", ")))
		}
	}
	return opts.result.write(ctx, e, func(e *env) error { return writeLoaded(e, opts.result.format, tables) })
}

func writeLoaded(e *env, format string, tables []load.Table) error {
	if format == "json" {
		return writeJSON(e, tables)
	}
	t := e.newTable("table", "rows", "inserted", "deleted")
	for _, l := range tables {
		t.AppendRow(table.Row{l.Name, l.Rows, l.Inserted, l.Deleted})
	}
	_, err := fmt.Fprintln(e.stdout, t.Render())
	return err
}
