package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
	"github.com/cclf-tools/cclf/sync"
)

// lakeOptions are what cclf sync has besides cclf run.
type lakeOptions struct {
	full         bool
	serverErrors error            // the server could not export everything
	was          *convert.Options // of the tables that there are, if there are any
}

func newSyncCommand(e *env) *cli.Command {
	opts := runOptions{flags: convertFlags{command: "sync"}, lake: &lakeOptions{}}
	return &cli.Command{
		Name:      "sync",
		Usage:     "keep a data set up to date: export what changed, and publish",
		UsageText: "cclf sync -o LAKE [options]",
		Description: cmdline.Describe(`
			Keeps LAKE up to date, week after week: the tables, as cclf convert writes
			them, and in LAKE/export the log of all exports. The first time it exports
			everything, then what changed since the last complete run, together with
			the whole list of Patients, which shows who left. The tables are made from
			the whole log, and equal those of a full export of this moment.

			Readers see the former tables until the new ones are complete. Files of
			tables that did not change keep their bytes, names and times. However sync
			ends, the same command goes on from there.

			Flags that say which tables and rows there are, and in what files, are
			kept: they need to be given once, and again to change them.

			At BCDA, the default is --group all: with a time, its other endpoint sends
			newly attributed beneficiaries without their earlier claims.

			If the server could not export everything, the tables have what came, the
			exit code is 23, and the next sync asks again from the former time. See
			docs/lake.md for timers, exit codes and readers.
			`+credentialsHelp,
			"cclf sync -o lake --env sandbox",
			"cclf sync -o lake --wait --new",
			"cclf sync -o lake --file-mode 0640 --leavers drop",
			"cclf sync -o lake --full",
		),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "folder of the tables and the log, `LAKE`, also s3://BUCKET/FOLDER (required)",
				Required: true, TakesFile: true, Validator: dataSetPath, Destination: &opts.flags.opts.Out,
			},
			&cli.BoolFlag{Name: "full", Usage: "export everything again, and not only what changed; claims that the server no longer has are gone then", Destination: &opts.lake.full},
			opts.workersFlag(),
			&cli.BoolFlag{Name: "decompress", Usage: "store files of the log without compression", Destination: &opts.decompress},
			&cli.BoolFlag{
				Name: "allow-shrink", Usage: "publish less than there was: without a full export, without files that are missing, or in place of tables that the log did not make",
				Destination: &opts.flags.opts.AllowShrink,
			},
			&cli.BoolFlag{
				Name: "allow-unfinished", Usage: "give up the unfinished export of another request in the log, and start a new one",
				Destination: &opts.abandon,
			},
		}, opts.flags.tableFlags(), opts.flags.inputFlags(), opts.flags.fixedWidth(), opts.lakeRequestFlags(), opts.server.flags()),
		DisableSliceFlagSeparator: true,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := opts.lake.keep(e, cmd); err != nil {
				return fmt.Errorf("sync: %w", err)
			}
			if err := opts.take(e, cmd); err != nil {
				return err
			}
			opts.lake.keepColumns(cmd, &opts.to)
			opts.howToResume = "run the same command to resume"
			opts.out = blob.Join(opts.to.Out, sync.LogFolder)
			opts.to.Overwrite, opts.to.Root = true, opts.to.Out
			opts.to.Changes = dataset.CanCompare(opts.to.Format)
			return opts.sync(ctx, e)
		},
	}
}

// lakeRequestFlags returns the flags of the request. An export until some time does not
// reach to its transaction time, so the next one could not begin there.
func (o *runOptions) lakeRequestFlags() []cli.Flag {
	flags := slices.DeleteFunc(o.requestFlags(), func(f cli.Flag) bool { return f.Names()[0] == "until" })
	for _, f := range flags {
		switch f.Names()[0] {
		case "endpoint":
			f.(*choiceFlag).Usage = "export `ENDPOINT`: group, or patient (all) or system for servers other than BCDA (default: group at BCDA, else patient)"
		case "group":
			f.(*cli.StringFlag).Usage = "export `GROUP`: all or runout at BCDA (default: all)"
		case "since":
			f.(*cli.StringFlag).Usage = "export what changed since `TIME`, such as 2026-01-31T00:00:00Z, and not since the last complete run"
		}
	}
	return flags
}

// sync brings a lake up to date.
func (o *runOptions) sync(ctx context.Context, e *env) error {
	if err := o.completeRequest(ctx, e); err != nil {
		return o.failed(err)
	}
	if err := o.checkLake(); err != nil {
		return o.failed(err)
	}
	o.to.Runs = func() ([]convert.FetchRun, error) {
		log, err := o.log()
		if err != nil {
			return nil, err
		}
		return log.FetchRuns(), nil
	}
	o.lake.noteChanges(e, &o.to)
	pending, err := o.unpublished()
	if err != nil {
		return o.failed(err)
	}
	if pending > 0 && o.isRecent(ctx, e, pending) {
		e.note(fmt.Sprintf("run %d is complete but was not published; publishing it now", pending))
		return o.publish(ctx, o.convertLog(ctx, e))
	}
	fetched, err := o.fetchAndConvert(ctx, e)
	if fetched {
		return o.publish(ctx, err)
	}
	if errors.Is(err, fetch.ErrMixed) {
		err = &exitError{code: exitcode.Mixed, err: err, hint: "use another folder for it"}
	}
	if pending > 0 && ctx.Err() == nil && !errors.Is(err, fetch.ErrInUse) {
		e.note(fmt.Sprintf("run %d was not published; publishing it without the new export", pending))
		if published := o.convertLog(ctx, e); !isPublished(exitCode(published)) {
			e.log.Error(published.Error())
		}
	}
	return err
}

// publish returns the error of a lake whose log was converted with err.
func (o *runOptions) publish(ctx context.Context, err error) error {
	code := exitCode(err)
	switch {
	case errors.Is(err, convert.ErrUnrelated):
		return &exitError{
			code: exitcode.Mixed, err: err,
			hint: "check the credentials; restore LAKE/export as it was before that run, begin a new lake, or publish all together with --allow-mixed",
		}
	case isPublished(code) && o.lake.serverErrors != nil:
		why := o.lake.serverErrors
		if err != nil {
			why = fmt.Errorf("%w; and %w", why, err)
		}
		return &exitError{
			code: exitcode.ServerErrors, err: o.failed(fmt.Errorf("published, but without what the server could not export: %w", why)),
			hint: "the next sync asks again from the former time; the error files in " + o.out + " have the details, and may name beneficiaries",
		}
	case ctx.Err() != nil && !isPublished(code):
		return &exitError{code: code, err: err, hint: "the export is complete; run the same command to publish it"}
	}
	return ofLog(err, "--allow-partial publishes what can be read")
}

// ofLog adds to an error about a file of a log that breaks off what to do. Or is what else can be
// done, or empty.
func ofLog(err error, or string) error {
	if !errors.As(err, new(*convert.BreakOffError)) {
		return err
	}
	hint := "restore the file from a copy; or remove it, and export everything again with cclf sync --full"
	if or != "" {
		hint += "; " + or
	}
	return &exitError{code: exitcode.Truncated, err: err, hint: hint}
}

// completeRequest sets what a lake needs to follow a server.
func (o *runOptions) completeRequest(ctx context.Context, e *env) error {
	// Nothing is sent, so no credentials are needed.
	server := o.server
	server.Auth, server.Key = "none", ""
	c, err := server.client(ctx, e, e.log)
	if err != nil {
		return err
	}
	if c.IsBCDA() {
		api, err := schema.ParseAPI(c.API())
		if err != nil {
			return err
		}
		o.to.API = &api
	}
	r := &o.request
	if c.IsBCDA() && r.Endpoint == "" && r.Group == "" {
		r.Group = "all"
	}
	switch {
	case o.lake.full && r.Since != "":
		return usageErrorf("--full and --since cannot be combined")
	case !o.lake.full && r.Since == "":
		r.Since = fetch.SinceAuto
	}
	if r.Group != "runout" && (len(r.Types) == 0 || slices.Contains(r.Types, patientType)) {
		r.FullTypes = []string{patientType}
	}
	if *r, err = c.Check(*r); err != nil {
		return err
	}
	if c.IsBCDA() && r.Endpoint == "patient" && r.Since != "" {
		return &exitError{
			code: exitcode.Usage, err: errors.New("at the endpoint patient, BCDA sends newly attributed beneficiaries without their earlier claims, if a time limits the export"),
			hint: "use --group all, or --full each time",
		}
	}
	return nil
}

const patientType = "Patient"

// checkLake refuses what would lose data, before anything is sent.
func (o *runOptions) checkLake() error {
	if o.to.Format == convert.DuckDB {
		return usageErrorf("the format duckdb is one file, and a lake is a folder; make a database of a lake with cclf convert --format duckdb -o FILE %s", o.to.Out)
	}
	tables, err := readManifest(o.to.Out)
	if err != nil {
		return err
	}
	log, err := o.log()
	if errors.Is(err, fs.ErrNotExist) {
		log, err = &sync.Log{Dir: o.out}, nil
	}
	if err != nil {
		return err
	}
	_, notBegun := fetch.ReadStatus(o.out)
	switch {
	case tables == nil && errors.Is(notBegun, fetch.ErrNoExport):
		if err := o.checkNew(); err != nil {
			return err
		}
	case tables != nil && (len(log.Runs) == 0 || len(tables.Runs) == 0) && !o.to.AllowShrink:
		return &exitError{
			code: exitcode.Shrink, err: fmt.Errorf("%s has tables that were not made of a log in %s: an export would replace them", o.to.Out, o.out),
			hint: "name another folder; --allow-shrink replaces the tables",
		}
	}
	var published []dataset.Run
	if tables != nil {
		published = tables.Runs
	}
	if other := log.OtherSource(o.request, published); other != nil && !o.to.AllowUnrelated {
		return &exitError{
			code: exitcode.Mixed, err: fmt.Errorf("the log in %s is of %s: beneficiaries who are only in one of the two would seem to leave", o.out, sourceOf(other.Request)),
			hint: "name another folder for " + sourceOf(o.request) + "; --allow-mixed puts both into one log",
		}
	}
	if o.to.Leavers == convert.DropLeavers && len(o.request.FullTypes) == 0 && !slices.ContainsFunc(log.FetchRuns(), func(r convert.FetchRun) bool { return r.FullList }) &&
		(o.request.Group == "runout" || len(o.request.Types) > 0 && !slices.Contains(o.request.Types, patientType)) {
		return usageErrorf("--leavers drop takes a list of all Patients, which this request does not ask for")
	}
	o.to.Increment = o.to.AllowShrink && !log.HasBase() && o.request.Since != "" && o.request.Since != fetch.SinceAuto
	return nil
}

// sourceOf names what a request exports.
func sourceOf(r fetch.Request) string {
	if r.Group != "" {
		return "group " + r.Group
	}
	return "the endpoint " + r.Endpoint
}

// checkNew refuses a folder with other things in it.
func (o *runOptions) checkNew() error {
	entries, err := blob.Entries(context.Background(), o.to.Out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &exitError{code: dataSetCode(err, exitcode.Output), err: err}
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if name != sync.LogFolder && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".") {
			return &exitError{
				code: exitcode.Output, err: fmt.Errorf("folder %s is neither empty nor a lake: it has %s", o.to.Out, name),
				hint: "name another folder",
			}
		}
	}
	return nil
}

// readManifest returns the manifest of a data set, or nil if there is none.
func readManifest(dir string) (*dataset.Manifest, error) {
	set, err := dataset.Open(dir)
	switch {
	case errors.Is(err, dataset.ErrNoManifest), errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, &exitError{code: dataSetCode(err, exitcode.Output), err: err}
	}
	return set.Manifest, nil
}

// unpublished returns the number of the last run of the log, if the tables do not have
// it, or 0.
func (o *runOptions) unpublished() (int, error) {
	log, err := o.log()
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	tables, err := readManifest(o.to.Out)
	if err != nil {
		return 0, err
	}
	last := log.Last()
	if tables != nil && slices.ContainsFunc(tables.Runs, func(r dataset.Run) bool { return r.Number == last }) {
		return 0, nil
	}
	if in, err := log.Inputs(); err != nil || len(in.Data) == 0 {
		return 0, err
	}
	return last, nil
}

// recently is how old an export may be that is published without a new one: the server
// would hardly have more.
const recently = 12 * time.Hour

// isRecent reports whether a run is the last one, of this request, complete and recent.
func (o *runOptions) isRecent(ctx context.Context, e *env, run int) bool {
	saved, err := fetch.ReadLastRun(o.out)
	if err != nil || !saved.Complete || saved.Number != run || o.startNew || time.Since(saved.EndedAt) > recently {
		return false
	}
	same, err := o.isSameRequest(ctx, e, saved)
	return same && err == nil
}

// lacksOnly reports whether the files of an export have arrived, and lack only what the
// server could not export. Then they belong to the log of a lake.
func (o *runOptions) lacksOnly(err error, result *fetch.Result) bool {
	if o.lake == nil || result == nil || !errors.Is(err, fetch.ErrPartial) {
		return false
	}
	log, readErr := o.log()
	if readErr != nil || log.Last() != result.Run {
		return false
	}
	o.lake.serverErrors = err
	return true
}

// noteUnchanged says that no table has changed, except for who was seen when.
func (e *env) noteUnchanged(old, m *dataset.Manifest) {
	if old == nil || len(old.Tables) != len(m.Tables) {
		return
	}
	for i, t := range m.Tables {
		was := &old.Tables[i]
		same := func(a, b dataset.File) bool { return a.Name == b.Name && a.SHA256 == b.SHA256 }
		if t.Name != was.Name || t.Name != schema.AttributionTable && !slices.EqualFunc(t.Files, was.Files, same) {
			return
		}
	}
	e.note("nothing changed, except for when everybody was seen last (" + schema.AttributionTable + ")")
}
