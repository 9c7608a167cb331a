//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/results"
	"github.com/cclf-tools/cclf/query"
)

// A promptCommand is a command of the prompt that is not SQL.
type promptCommand struct {
	name, argument string
	help           string
	run            func(p *prompt, ctx context.Context, argument string) error
	isList         bool // its output is not paged: what is typed next is often about it
}

// promptCommands are the commands, besides those that leave.
var promptCommands = []promptCommand{
	{".tables", "", "list the tables, with their rows", (*prompt).showTables, true},
	{".schema", "[TABLE]", "list the columns of a table, or of all", (*prompt).showSchema, false},
	{".metrics", "[NAME]", "compute a metric, or list them", (*prompt).showMetrics, false},
	{".mode", "[FORMAT]", "show results as " + orList(promptModes), (*prompt).setMode, true},
	{".timer", "on|off", "show how long statements take", (*prompt).setTimer, true},
	{".help", "", "show this list", nil, true},
	{".quit", "", "leave (or Ctrl-D)", nil, true},
}

// command runs a command.
func (p *prompt) command(ctx context.Context, text string) error {
	name, argument, _ := strings.Cut(strings.TrimRight(text, "; \n"), " ")
	argument = strings.TrimSpace(argument)
	if name == ".help" {
		return p.help()
	}
	var names []string
	for _, c := range promptCommands {
		if c.name == name {
			if c.argument == "" && argument != "" {
				return usageErrorf("%s takes no argument", name)
			}
			defer p.e.screen.unpaged(c.isList || argument == "" && name == ".metrics")()
			return c.run(p, ctx, argument)
		}
		names = append(names, c.name)
	}
	return &exitError{
		code: exitcode.Usage, err: fmt.Errorf("unknown command %q%s", name, didYouMean(name, names)),
		hint: ".help lists the commands",
	}
}

func (p *prompt) help() error {
	for _, c := range promptCommands {
		fmt.Fprintf(p.e.stdout, "%-20s %s\n", c.name+" "+c.argument, c.help)
	}
	_, err := fmt.Fprintln(p.e.stdout, "\nStatements of SQL end with a semicolon, and can have several lines. Tab completes\n"+
		"names. Ctrl-C stops a statement, or clears what was typed.")
	return err
}

func (p *prompt) showTables(ctx context.Context, _ string) error {
	rows, err := p.db.Tables(ctx)
	if err != nil {
		return err
	}
	return errors.Join(p.print(rows), rows.Close())
}

func (p *prompt) showSchema(ctx context.Context, table string) error {
	sql := "DESCRIBE " + table
	if table == "" {
		sql = `SELECT CASE WHEN schema_name = 'main' THEN '' ELSE schema_name || '.' END || table_name AS "table",
			column_name AS "column", data_type AS type, comment
			FROM duckdb_columns() WHERE NOT internal ORDER BY schema_name <> 'main', table_oid, column_index`
	}
	rows, err := p.db.Query(ctx, sql)
	if err != nil {
		return err
	}
	return errors.Join(p.print(rows), rows.Close())
}

func (p *prompt) showMetrics(ctx context.Context, name string) error {
	if name == "" {
		return results.WriteMetricList(p.e.stdout, render.Table, query.Metrics())
	}
	picked, err := pickMetrics([]string{name})
	if err != nil {
		return err
	}
	run, err := p.db.StartMetrics(ctx, query.MetricOptions{})
	if err != nil {
		return err
	}
	warnings, err := run.Warnings(ctx, picked, 0)
	if err != nil {
		return err
	}
	noteMetrics(p.e, results.MetricInfo{Warnings: warnings})
	rows, err := run.Query(ctx, picked[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(p.e.stdout, "%s: %s (%s)\n\n", picked[0].Name, picked[0].Title, picked[0].Units)
	return errors.Join(p.print(rows), rows.Close())
}

func (p *prompt) setMode(_ context.Context, mode string) error {
	switch {
	case mode == "":
		_, err := fmt.Fprintln(p.e.stdout, p.opts.result.format)
		return err
	case !slices.Contains(promptModes, mode):
		return usageErrorf("unknown format %q: expected %s%s", mode, orList(promptModes), didYouMean(mode, promptModes))
	}
	p.opts.result.format = mode
	return nil
}

func (p *prompt) setTimer(_ context.Context, state string) error {
	if state != "on" && state != "off" {
		return usageErrorf(".timer: expected on or off")
	}
	p.timer = state == "on"
	return nil
}
