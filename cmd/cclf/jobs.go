package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/fetch"
)

func newJobsCommand(e *env) *cli.Command {
	var server serverOptions
	var output string
	var states []string
	// with runs an action with the client of the flags.
	with := func(action func(context.Context, *fetch.Client, *cli.Command) error) cli.ActionFunc {
		return func(ctx context.Context, cmd *cli.Command) error {
			c, err := server.client(ctx, e, e.log)
			if err == nil {
				err = action(ctx, c, cmd)
			}
			if err != nil {
				return fmt.Errorf("jobs: %w", err)
			}
			return nil
		}
	}
	list := func(ctx context.Context, c *fetch.Client, cmd *cli.Command) error {
		if name := cmd.Args().First(); name != "" {
			return usageErrorf("there is no command jobs %s", name)
		}
		jobs, err := c.Jobs(ctx, states...)
		if err != nil {
			return err
		}
		return e.writeJobs(jobs, output)
	}
	commands := []*cli.Command{
		{
			Name: "list", Usage: "list the jobs of your organisation", UsageText: "cclf jobs list [options]",
			Description: help("Lists the jobs of your organisation.", "cclf jobs list --env sandbox"),
			Action:      with(list),
		},
		{
			Name: "status", Usage: "show how a job is", UsageText: "cclf jobs status ID [options]",
			Description: help("Shows how a job is: running (and how far), completed, failed, cancelled or expired.", "cclf jobs status 42 --env sandbox"),
			Action: with(func(ctx context.Context, c *fetch.Client, cmd *cli.Command) error {
				id, err := oneJob(cmd)
				if err != nil {
					return err
				}
				status, err := c.JobStatus(ctx, id)
				if err != nil {
					return err
				}
				return e.writeStatus(status, output)
			}),
		},
		{
			Name: "cancel", Usage: "cancel a job", UsageText: "cclf jobs cancel ID [options]",
			Description: help("Cancels a job that has not ended.", "cclf jobs cancel 42 --env sandbox"),
			Action: with(func(ctx context.Context, c *fetch.Client, cmd *cli.Command) error {
				id, err := oneJob(cmd)
				if err != nil {
					return err
				}
				if err := c.CancelJob(ctx, id); err != nil {
					return err
				}
				_, err = fmt.Fprintf(e.stdout, "job %s is cancelled\n", id)
				return err
			}),
		},
	}
	for _, c := range commands {
		c.OnUsageError = usageError
	}
	return &cli.Command{
		Name:      "jobs",
		Usage:     "list, show and cancel the jobs of your organisation",
		UsageText: "cclf jobs [list] [options]\ncclf jobs status ID [options]\ncclf jobs cancel ID [options]",
		Description: help(`
			Lists the export jobs of your organisation, shows how one is, or cancels
			one.
			`+credentialsHelp,
			"cclf jobs --env sandbox",
			"cclf jobs --status Pending --status 'In Progress'",
			"cclf jobs status 42 --env sandbox",
			"cclf jobs cancel 42 --env sandbox",
		),
		Flags: append(server.flags(), formFlag(&output), &cli.StringSliceFlag{
			Name: "status", Usage: "list only jobs that are `SO`: Pending, In Progress, Completed, Failed, Cancelled, Expired, ... (repeatable)",
			Destination: &states,
		}),
		Commands: commands,
		Action:   with(list),
	}
}

func oneJob(cmd *cli.Command) (string, error) {
	if cmd.Args().Len() != 1 {
		return "", &exitError{code: exitUsage, err: fmt.Errorf("%s: %d arguments where the id of one job is expected", cmd.Name, cmd.Args().Len()), hint: "cclf jobs lists the jobs"}
	}
	return cmd.Args().First(), nil
}

func (e *env) writeJobs(jobs []fetch.Job, output string) error {
	if output == "json" {
		if jobs == nil {
			jobs = []fetch.Job{}
		}
		return writeJSON(e, jobs)
	}
	if len(jobs) == 0 {
		_, err := fmt.Fprintln(e.stdout, "there are no jobs")
		return err
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	t := newTable("id", "status", "created", "updated", "request")
	for _, j := range jobs {
		t.AppendRow(table.Row{j.ID, j.Status, when(j.Created), when(j.Updated), j.Request})
	}
	_, err := fmt.Fprintln(e.stdout, t.Render())
	return err
}

func (e *env) writeStatus(s *fetch.JobStatus, output string) error {
	if output == "json" {
		return writeJSON(e, s)
	}
	text := s.State
	switch {
	case s.State == "completed":
		text += fmt.Sprintf(": %d files, %d error files, transaction time %s", s.Files, s.ErrorFiles, s.TransactionTime)
		if s.Expires != "" {
			text += ", kept until " + s.Expires
		}
	case s.Progress != "":
		text += ": " + s.Progress
	case s.Message != "":
		text += ": " + s.Message
	}
	_, err := fmt.Fprintln(e.stdout, text)
	return err
}
