package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/sync"
)

type pruneOptions struct {
	lake        string
	dryRun      bool
	keepChanges int // -1 for all
	jobs        int
	result      resultFlags
}

func newPruneCommand(e *env) *cli.Command {
	opts := pruneOptions{}
	return &cli.Command{
		Name:      "prune",
		Usage:     "drop what no table needs from the log of a lake",
		UsageText: "cclf prune [options] LAKE",
		Description: cmdline.Describe(`
			Rewrites the files in LAKE/export so that each claim is there once, in its
			newest version, and Patients and Coverages only in versions that differ. The
			tables do not change, now or after more runs, except for the line numbers
			in SOURCE_LINE, and the file names in SOURCE_FILE. What the server deleted
			stays, because later deletions depend on it.

			The new files are written before the old ones go, so the disk needs room for
			both. If cclf prune is interrupted, the next command finishes or undoes it.
			After it, the log cannot be read as it was after an earlier run.`,
			"cclf prune --dry-run lake",
			"cclf prune lake",
			"cclf prune --keep-changes 26 lake",
		),
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "change nothing, and say what would be dropped", Destination: &opts.dryRun},
			&cli.IntFlag{
				Name: "keep-changes", Usage: "remove all but the newest `N` sets of changes in LAKE/_changes (default: keep all)", HideDefault: true,
				Value: -1, Destination: &opts.keepChanges, Validator: notNegative,
			},
			jobsFlag(&opts.jobs, "number of workers, `N` (default: one per core)"),
		}, opts.result.flags("text", "json")...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.NArg() != 1 {
				return usageErrorf("prune: expected the folder of one lake, got %s", plural(cmd.NArg(), "argument"))
			}
			opts.lake = cmd.Args().First()
			return runPrune(ctx, e, opts)
		},
	}
}

func notNegative(n int) error {
	if n < 0 {
		return errors.New("expected a number that is not negative")
	}
	return nil
}

// A pruneResult is what cclf prune did, or would do.
type pruneResult struct {
	DryRun    bool          `json:"dry_run,omitempty"`
	Log       *fetch.Pruned `json:"log"`
	Resources int64         `json:"resources"` // of the log before
	Changes   []string      `json:"removed_changes,omitempty"`
}

func runPrune(ctx context.Context, e *env, opts pruneOptions) error {
	log, err := openLog(opts.lake)
	if err == nil && !opts.dryRun {
		log, err = noteAllGone(ctx, e, log)
	}
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	if log.Last() == 0 {
		return fmt.Errorf("prune: %s has %w: no run is complete", log.Dir, sync.ErrNoLog)
	}
	inputs, err := log.Inputs()
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	if len(inputs.Missing) > 0 {
		return &exitError{
			code: exitcode.Shrink, err: fmt.Errorf("prune: files of the log are missing or have another size: %s", strings.Join(inputs.Missing, ", ")),
			hint: "restore them first",
		}
	}
	tables, err := readManifest(opts.lake)
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	format := convert.Parquet // any that is a folder
	if tables != nil && tables.Format == convert.DuckDB {
		format = convert.DuckDB
	}
	bar := newProgressBar(e)
	conversion := convert.Options{
		Inputs: inputs.All(), Out: opts.lake, Format: format, Jobs: opts.jobs, MaxRejects: -1, Progress: bar.update,
		Runs: func() ([]convert.FetchRun, error) { return log.FetchRuns(), nil },
	}
	done := pruneResult{DryRun: opts.dryRun}
	err = convert.FindObsolete(ctx, conversion, func(found *convert.Obsolete) (err error) {
		bar.stop()
		done.Resources = found.Resources()
		done.Log, err = fetch.Prune(ctx, log.Dir, fetch.PruneOptions{Obsolete: found.Lines, DryRun: opts.dryRun})
		if err == nil && opts.keepChanges >= 0 && format != convert.DuckDB {
			done.Changes, err = dataset.RemoveChanges(opts.lake, opts.keepChanges, opts.dryRun)
		}
		return err
	})
	bar.stop()
	if err != nil {
		return ofLog(fmt.Errorf("prune: %w", err), "")
	}
	return opts.result.write(ctx, e, func(e *env) error { return writePruned(e, opts.result.format, &done) })
}

// noteAllGone adds to the log what its last full export shows to be gone, if the tables were
// not published since: what was pruned can no longer be compared.
func noteAllGone(ctx context.Context, e *env, log *sync.Log) (*sync.Log, error) {
	noted, err := noteGone(ctx, e, log, false, "publish the run first, or export again: see what cclf sync says")
	if err != nil || !noted {
		return log, err
	}
	return sync.Read(log.Dir)
}

// openLog opens the log of a lake.
func openLog(lake string) (*sync.Log, error) {
	dir, ok, err := sync.Find(lake)
	if err != nil {
		return nil, err
	}
	if ok && cleanPath(dir) == cleanPath(lake) {
		return nil, &exitError{
			code: exitcode.Usage, err: fmt.Errorf("%s is a log itself", lake), hint: "name the lake, which has the log in its folder " + sync.LogFolder,
		}
	}
	return sync.Open(lake)
}

func writePruned(e *env, format string, done *pruneResult) error {
	if format == "json" {
		return writeJSON(e, done)
	}
	verb := "dropped"
	if done.DryRun {
		verb = "would be dropped"
	}
	log := done.Log
	fmt.Fprintf(e.stdout, "%s of %s %s: %.1f MB instead of %.1f MB in %s, %s rewritten and %s removed\n",
		thousands(log.Dropped), plural(done.Resources, "resource"), verb, float64(log.After)/1e6, float64(log.Before)/1e6,
		plural(log.Files, "file"), thousands(int64(log.Rewritten)), thousands(int64(log.Removed)))
	if n := len(done.Changes); n > 0 {
		_, err := fmt.Fprintf(e.stdout, "%s %s: %s to %s\n", plural(n, "set"), "of changes "+verb, done.Changes[0], done.Changes[n-1])
		return err
	}
	return nil
}
