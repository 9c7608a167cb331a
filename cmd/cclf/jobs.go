package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

func newJobsCommand(e *env) *cli.Command {
	var server serverOptions
	var result resultFlags
	var states []string
	// with makes the client for an action.
	with := func(action func(context.Context, *fetch.Client, *cli.Command) error) cli.ActionFunc {
		return func(ctx context.Context, cmd *cli.Command) error {
			server := server
			if cmd.Args().Len() == 1 {
				server.takeFrom(cmd.Args().First())
			}
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
	list := func(ctx context.Context, c *fetch.Client, _ *cli.Command) error {
		jobs, err := c.Jobs(ctx, states...)
		if err != nil {
			return err
		}
		return result.write(ctx, e, func(e *env) error { return e.writeJobs(jobs, result.format) })
	}
	commands := []*cli.Command{
		{
			Name: "list", Usage: "list the jobs of your organization", UsageText: "cclf jobs list [options]",
			Description: cmdline.Describe("Lists the jobs of your organization.", "cclf jobs list --env sandbox"),
			Action:      with(list),
		},
		{
			Name: "status", Usage: "show the status of a job", UsageText: "cclf jobs status ID|URL [options]",
			Description: cmdline.Describe("Shows the status of a job, by its id or its URL: running (and its progress),\ncompleted, failed, canceled or expired.", "cclf jobs status 42 --env sandbox", "cclf jobs status https://sandbox.bcda.cms.gov/api/v3/jobs/42"),
			Action: with(func(ctx context.Context, c *fetch.Client, cmd *cli.Command) error {
				id, err := oneJob(cmd)
				if err != nil {
					return err
				}
				status, err := c.JobStatus(ctx, id)
				if err != nil {
					return err
				}
				return result.write(ctx, e, func(e *env) error { return e.writeStatus(status, result.format) })
			}),
		},
		{
			Name: "cancel", Usage: "cancel a job", UsageText: "cclf jobs cancel ID|URL [options]",
			Description: cmdline.Describe("Cancels a job that is still running, by its id or its URL.", "cclf jobs cancel 42 --env sandbox", "cclf jobs cancel https://example.org/fhir/jobs/42"),
			Action: with(func(ctx context.Context, c *fetch.Client, cmd *cli.Command) error {
				id, err := oneJob(cmd)
				if err != nil {
					return err
				}
				if err := c.CancelJob(ctx, id); err != nil {
					return err
				}
				_, err = fmt.Fprintf(e.stdout, "job %s canceled\n", id)
				return err
			}),
		},
	}
	for _, c := range commands {
		c.OnUsageError = usageError
	}
	cmd := &cli.Command{
		Name:      "jobs",
		Usage:     "list, show and cancel the jobs of your organization",
		UsageText: "cclf jobs [list] [options]\ncclf jobs status ID|URL [options]\ncclf jobs cancel ID|URL [options]",
		Description: cmdline.Describe(`
			Lists the export jobs of your organization, oldest first, shows the status
			of one, or cancels one.
			`+credentialsHelp,
			"cclf jobs --env sandbox",
			"cclf jobs --status Pending --status 'In Progress'",
			"cclf jobs status 42 --env sandbox",
			"cclf jobs cancel 42 --env sandbox",
		),
		Flags: append(slices.Concat(result.flags("table", "json"), server.flags()), &cli.StringSliceFlag{
			Name: "status", Usage: "filter by `STATE`: Pending, In Progress, Completed, Failed, Cancelled, Expired, ... (repeatable)",
			Destination: &states,
		}),
		Commands: commands,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.Args().Present() {
				return unknownCommand(ctx, cmd)
			}
			return with(list)(ctx, cmd)
		},
	}
	stopAtCommand(cmd)
	return cmd
}

func oneJob(cmd *cli.Command) (string, error) {
	if cmd.Args().Len() != 1 {
		return "", &exitError{code: exitcode.Usage, err: fmt.Errorf("%s: expected one job id, got %s", cmd.Name, plural(cmd.Args().Len(), "argument")), hint: "cclf jobs lists the jobs"}
	}
	return cmd.Args().First(), nil
}

// jobAddress matches the URL of a job, and the base URL of its API in it.
var jobAddress = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(https?://.*)/[Jj]obs?/[^/]+(?:/\$status)?/?$`) })

// takeFrom sets the base URL to that of the URL of a job, unless a flag sets it.
func (o *serverOptions) takeFrom(job string) {
	if m := jobAddress().FindStringSubmatch(job); m != nil && o.BaseURL == "" && o.environment == "" {
		o.BaseURL = m[1]
	}
}

func (e *env) writeJobs(jobs []fetch.Job, output string) error {
	if output == "json" {
		if jobs == nil {
			jobs = []fetch.Job{}
		}
		return writeJSON(e, jobs)
	}
	if len(jobs) == 0 {
		_, err := fmt.Fprintln(e.stdout, "no jobs")
		return err
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	t := e.newTable("id", "status", "created", "updated", "request")
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
		text += fmt.Sprintf(": %s, %s, transaction time %s", plural(s.Files, "file"), plural(s.ErrorFiles, "error file"), s.TransactionTime)
		if s.Expires != "" {
			text += ", files kept until " + s.Expires
		}
	case s.Progress != "":
		text += ": " + s.Progress
	case s.Message != "":
		text += ": " + s.Message
	}
	_, err := fmt.Fprintln(e.stdout, text)
	return err
}
