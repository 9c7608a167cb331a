package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/sync"
)

func newLogCommand(e *env) *cli.Command {
	var result resultFlags
	return &cli.Command{
		Name:      "log",
		Usage:     "list the runs of a lake, and what each changed",
		UsageText: "cclf log LAKE [options]",
		Description: cmdline.Describe(`
			Lists the runs of the log of a data set that cclf sync or cclf run keeps, or
			of an export folder of cclf fetch, the oldest first: the number and the
			transaction time of each, as --as-of takes them; whether it was a full
			export or what changed since a time; its files, as stored, and resources;
			and the lines that were rejected.

			Added, changed and removed count keys of the tables whose rows the
			publication of the run added, changed and removed: of all tables together,
			but attribution, which says when everybody was seen. They are empty where
			that is not known. A star marks runs that are not published, and
			a plus those of which the server could not export everything.`,
			"cclf log lake",
			"cclf log export -f json",
			"cclf log lake -f csv -o runs.csv",
		),
		Flags:    result.flags("table", "csv", "tsv", "json", "markdown"),
		Metadata: cmdline.CompletesFiles(),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.Args().Len() != 1 {
				return usageErrorf("log: expected a lake or an export folder, got %s", plural(cmd.Args().Len(), "argument"))
			}
			runs, err := runsOf(cmd.Args().First())
			if err != nil {
				return fmt.Errorf("log: %w", err)
			}
			return result.write(ctx, e, func(e *env) error { return writeRuns(e, result.format, runs) })
		},
	}
}

// runsOf describes the runs of a lake, or of an export folder.
func runsOf(dir string) ([]sync.RunSummary, error) {
	log, err := sync.Open(dir)
	if err != nil {
		return nil, err
	}
	if _, err := fetch.ReadStatus(dir); err == nil {
		return log.Summarize(nil, nil), nil
	}
	tables, err := readManifest(dir)
	if err != nil || tables == nil || !dataset.CanCompare(tables.Format) {
		return log.Summarize(tables, nil), err
	}
	changes, err := dataset.ListChanges(dir)
	return log.Summarize(tables, changes), err
}

// runColumns are the columns of the list of runs.
var runColumns = []render.Column{
	{Name: "run", Number: true}, {Name: "transaction_time"}, {Name: "kind"}, {Name: "files", Number: true},
	{Name: "bytes", Number: true}, {Name: "resources", Number: true}, {Name: "added", Number: true}, {Name: "changed", Number: true},
	{Name: "removed", Number: true}, {Name: "rejected", Number: true}, {Name: "server_errors", Number: true},
}

func writeRuns(e *env, format string, runs []sync.RunSummary) error {
	rows := &runRows{runs: runs}
	switch format {
	case "json":
		return writeJSON(e, runs)
	case "csv", "tsv":
		return render.WriteCSV(e.stdout, runColumns, rows, render.CSVOptions{Tabs: format == "tsv"})
	case "markdown":
		return render.WriteMarkdown(e.stdout, runColumns, rows)
	}
	if len(runs) == 0 {
		_, err := fmt.Fprintln(e.stdout, "no complete runs")
		return err
	}
	t := e.newTable("run", "transaction time", "kind", "files", "bytes", "resources", "added", "changed", "removed", "rejected")
	var right []table.ColumnConfig
	for _, n := range []int{1, 4, 5, 6, 7, 8, 9, 10} {
		right = append(right, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	for _, r := range runs {
		mark := ""
		if r.ServerErrors > 0 {
			mark += "+"
		}
		if !r.Published && r.Rejected == nil && published(runs) {
			mark += "*"
		}
		t.AppendRow(table.Row{
			fmt.Sprint(r.Run, mark), r.TransactionTime, r.Kind, r.Files, thousands(r.Bytes), thousands(r.Resources),
			optional(r.Added), optional(r.Changed), optional(r.Removed), optional(r.Rejected),
		})
	}
	_, err := fmt.Fprintln(e.stdout, t.Render())
	return err
}

// published reports whether the tables have a run.
func published(runs []sync.RunSummary) bool {
	for _, r := range runs {
		if r.Published {
			return true
		}
	}
	return false
}

func optional(n *int64) string {
	if n == nil {
		return ""
	}
	return thousands(*n)
}

// runRows are the rows of the list of runs.
type runRows struct {
	runs []sync.RunSummary
	next int
}

func (r *runRows) Next() bool {
	r.next++
	return r.next <= len(r.runs)
}

func (r *runRows) Values() []any {
	s := &r.runs[r.next-1]
	values := []any{int64(s.Run), s.TransactionTime, s.Kind, int64(s.Files), s.Bytes, s.Resources}
	for _, n := range []*int64{s.Added, s.Changed, s.Removed, s.Rejected} {
		if n == nil {
			values = append(values, nil)
		} else {
			values = append(values, *n)
		}
	}
	return append(values, int64(s.ServerErrors))
}

func (r *runRows) Err() error { return nil }
