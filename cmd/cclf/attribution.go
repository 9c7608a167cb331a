package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/cmdline"
)

func newAttributionCommand(e *env) *cli.Command {
	var server serverOptions
	var result resultFlags
	return &cli.Command{
		Name:      "attribution",
		Usage:     "show when BCDA last updated your attribution",
		UsageText: "cclf attribution [options]",
		Description: cmdline.Describe(`
			Prints when BCDA last received the attribution file and the run-out file of
			your organization.
			`+credentialsHelp,
			"cclf attribution --env sandbox",
			"cclf attribution -f json",
		),
		Flags: append(result.flags("table", "json"), server.flags()...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			c, err := server.client(ctx, e, e.log)
			if err != nil {
				return fmt.Errorf("attribution: %w", err)
			}
			dates, err := c.Attribution(ctx)
			if err != nil {
				return fmt.Errorf("attribution: %w", err)
			}
			return result.write(ctx, e, func(e *env) error { return writeAttribution(e, dates, result.format) })
		},
	}
}

func writeAttribution(e *env, dates []fetch.AttributionTime, format string) error {
	if format == "json" {
		return writeJSON(e, dates)
	}
	t := e.newTable("type", "time")
	for _, d := range dates {
		t.AppendRow(table.Row{d.Type, d.Time.Format(time.RFC3339)})
	}
	_, err := fmt.Fprintln(e.stdout, t.Render())
	return err
}

func writeJSON(e *env, value any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

func (e *env) newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	if t.SetStyle(table.StyleLight); e.ascii() {
		t.SetStyle(table.StyleDefault)
	}
	t.AppendHeader(columns)
	return t
}
