package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
)

func newMetadataCommand(e *env) *cli.Command {
	var server serverOptions
	var result resultFlags
	return &cli.Command{
		Name:      "metadata",
		Usage:     "print the server's CapabilityStatement",
		UsageText: "cclf metadata [options]",
		Description: cmdline.Describe(`
			Prints the server's CapabilityStatement, as JSON. It needs no credentials.`,
			"cclf metadata --env sandbox",
			"cclf metadata --base-url https://example.org/fhir",
		),
		Flags: append([]cli.Flag{result.outFlag()}, server.flags()...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			server.Auth = "none"
			c, err := server.client(ctx, e, e.log)
			if err != nil {
				return fmt.Errorf("metadata: %w", err)
			}
			statement, err := c.Metadata(ctx)
			if err != nil {
				return fmt.Errorf("metadata: %w", err)
			}
			var text bytes.Buffer
			if err := json.Indent(&text, statement, "", "  "); err != nil {
				return fmt.Errorf("metadata: %w", err)
			}
			return result.write(ctx, e, func(e *env) error {
				_, err := fmt.Fprintln(e.stdout, text.String())
				return err
			})
		},
	}
}
