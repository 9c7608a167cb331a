package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
)

func newTokenCommand(e *env) *cli.Command {
	var server serverOptions
	return &cli.Command{
		Name:      "token",
		Usage:     "check the credentials of a server",
		UsageText: "cclf token [options]",
		Description: cmdline.Describe(`
			Gets a token with the credentials and prints how long it is valid. The
			token itself is not printed; other commands get their own.
			`+credentialsHelp,
			"cclf token --env sandbox",
			"cclf token --credentials bcda.env",
		),
		Flags: server.flags(),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			c, err := server.client(ctx, e, e.log)
			if err != nil {
				return fmt.Errorf("token: %w", err)
			}
			token, err := c.Token(ctx)
			if err != nil {
				return fmt.Errorf("token: %w", err)
			}
			if token.Expires.IsZero() {
				fmt.Fprintln(e.stdout, "the server does not report when the token expires")
				return nil
			}
			fmt.Fprintf(e.stdout, "expires %s (in %s)\n", token.Expires.UTC().Format(time.RFC3339), time.Until(token.Expires).Round(time.Second))
			return nil
		},
	}
}
