package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v3"
)

func newAttributionCommand(e *env) *cli.Command {
	var server serverOptions
	var output string
	return &cli.Command{
		Name:      "attribution",
		Usage:     "show when BCDA last took in who your beneficiaries are",
		UsageText: "cclf attribution [options]",
		Description: help(`
			Prints the times of the last attribution file and the last runout file of
			your organization.
			`+credentialsHelp,
			"cclf attribution --env sandbox",
			"cclf attribution -o json",
		),
		Flags: append(server.flags(), formFlag(&output)),
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
			if output == "json" {
				return writeJSON(e, dates)
			}
			t := newTable("type", "time")
			for _, d := range dates {
				t.AppendRow(table.Row{d.Type, d.Time.Format(time.RFC3339)})
			}
			_, err = fmt.Fprintln(e.stdout, t.Render())
			return err
		},
	}
}

// formFlag is the form in which lists are printed.
func formFlag(output *string) cli.Flag {
	return &cli.StringFlag{
		Name: "output", Aliases: []string{"o"}, Usage: "`FORM` of the result: table or json",
		Value: "table", Validator: oneOf("table", "json"), Destination: output,
	}
}

func writeJSON(e *env, value any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

func newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.AppendHeader(columns)
	return t
}
