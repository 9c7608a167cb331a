package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// fetchOptions are the flags of the commands that download an export.
type fetchOptions struct {
	server     serverOptions
	out        string
	resume     string
	request    fetch.Request
	types      []string
	jobs       int // 0: the default
	decompress bool
	startNew   bool
	wait       bool
	flawed     bool
	abandon    bool // an unfinished export of another request

	isSet       func(flag string) bool
	convertTo   string // data set that is made of the export, or ""
	onFile      func(fetch.File)
	howToResume string // if not by cclf fetch --resume
}

// A fetchNote is stored with an export.
type fetchNote struct {
	Server serverOptions `json:"server"`
	// ConvertTo is the data set that cclf run makes of the export. Converted reports
	// whether it is complete.
	ConvertTo string `json:"convert_to,omitempty"`
	Converted bool   `json:"converted,omitempty"`
}

// defaultDownloads is the default number of parallel downloads.
const defaultDownloads = 4

// requestFlags returns the flags of the request.
func (o *fetchOptions) requestFlags() []cli.Flag {
	return []cli.Flag{
		choice(&cli.StringFlag{
			Name: "endpoint", Usage: "export `ENDPOINT`: patient (all), group, or system for servers other than BCDA (default: patient, or group with --group)",
			Destination: &o.request.Endpoint,
		}, "patient", "group", "system"),
		&cli.StringFlag{Name: "group", Usage: "export `GROUP`: all or runout at BCDA (default: all, with --endpoint group)", Destination: &o.request.Group},
		&cli.StringSliceFlag{
			Name: "type", Aliases: []string{"t"}, Usage: "resource `TYPE` to export: ExplanationOfBenefit, Patient, Coverage (repeatable, or separated by commas; default: all)",
			Destination: &o.types,
		},
		&cli.StringFlag{
			Name: "since", Usage: "export only changes since `TIME`, such as 2026-01-31T00:00:00Z, or since the last complete export (auto)",
			Destination: &o.request.Since,
		},
		&cli.StringFlag{
			Name: "until", Usage: "export only changes until `TIME`, for servers other than BCDA that support _until",
			Destination: &o.request.Until,
		},
		&cli.StringSliceFlag{
			Name: "type-filter", Usage: "export only what matches `FILTER`, such as 'ExplanationOfBenefit?service-date=ge2026-01-01' (v3; repeatable)",
			Destination: &o.request.TypeFilters,
		},
		&cli.BoolFlag{
			Name: "new", Usage: "start a new export if the unfinished one cannot be resumed: its job failed or expired, or its files are gone",
			Destination: &o.startNew,
		},
		&cli.BoolFlag{
			Name: "wait", Usage: "wait while another export job of your organization is running", Destination: &o.wait,
		},
		&cli.BoolFlag{
			Name: "allow-flawed", Usage: "accept files with invalid lines, or with another length, checksum or count than announced",
			Destination: &o.flawed,
		},
		&cli.StringSliceFlag{
			Name: "allow-origin", Usage: "download files from `ORIGIN` (https://host) too, without sending the token (repeatable)",
			Category: serverCategory, Destination: &o.server.Origins,
		},
	}
}

func newFetchCommand(e *env) *cli.Command {
	var opts fetchOptions
	return &cli.Command{
		Name:      "fetch",
		Usage:     "download a bulk export",
		UsageText: "cclf fetch -o DIR [options]\ncclf fetch --resume DIR",
		Description: cmdline.Describe(`
			Downloads a bulk export: starts a job on the server, waits for it, and
			downloads its files to DIR. cclf names the files and keeps them compressed;
			cclf convert reads them as they are. A file whose name ends in .ndjson or
			.ndjson.gz is complete.

			After any interruption, the same command resumes the export; so does
			--resume DIR, which needs no other flags. After a complete export, the same
			command starts a new one and keeps the old files; --since auto then
			requests only what has changed. In scheduled jobs, add --new, so that an
			export that cannot be finished is replaced by a new one.
			`+credentialsHelp+`

			CCLF_POLL_INTERVAL, CCLF_BACKOFF, CCLF_STALL_TIMEOUT, CCLF_MAX_WAIT and
			CCLF_RETRY_BUDGET set the waits, as durations such as 500ms, 90s or 1h30m.
			With --log-format json, standard error has the events of the Bulk Data
			export log.`,
			"cclf fetch -o export --env sandbox --type Patient",
			"cclf fetch -o export --group all --since auto",
			"cclf fetch -o export --type-filter 'ExplanationOfBenefit?outcome=partial&_tag=https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|SharedSystem'",
			"cclf fetch -o export --base-url https://example.org/fhir --auth smart --key key.json",
			"cclf fetch -o export --base-url 'https://example.org/fhir/Group/17/$export?_type=Patient' --auth none",
			"cclf fetch --resume export",
		),
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "folder to write the files to, `DIR`, also s3://BUCKET/FOLDER",
				TakesFile: true, Validator: dataSetPath, Destination: &opts.out,
			},
			&cli.StringFlag{
				Name: "resume", Usage: "resume the export in `DIR`, and never start a new one",
				TakesFile: true, Destination: &opts.resume,
			},
			&cli.BoolFlag{Name: "decompress", Usage: "store files without compression", Destination: &opts.decompress},
			jobsFlag(&opts.jobs, fmt.Sprintf("number of workers, `N`: files downloaded at a time (default: %d)", defaultDownloads)),
		}, append(opts.requestFlags(), opts.server.flags()...)...),
		DisableSliceFlagSeparator: true, // filters have commas in them
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			opts.isSet = e.settings.onCommandLine(cmd)
			opts.out, opts.resume = blob.Clean(opts.out), blob.Clean(opts.resume)
			if _, err := runFetch(ctx, e, opts); err != nil {
				return fmt.Errorf("fetch: %w", err)
			}
			return nil
		},
	}
}

// prepare completes the request.
func (o *fetchOptions) prepare() error {
	for _, list := range o.types {
		o.request.Types = append(o.request.Types, strings.Split(list, ",")...)
	}
	o.types = nil
	return o.splitBaseURL()
}

// splitBaseURL accepts the address of an export as the base URL.
func (o *fetchOptions) splitBaseURL() error {
	base, r, ok, err := fetch.ParseExportURL(o.server.BaseURL)
	if !ok || err != nil {
		return err
	}
	for _, flag := range []string{"endpoint", "group", "type", "since", "until", "type-filter"} {
		if o.isSet(flag) {
			return usageErrorf("--base-url is a complete $export request; --%s cannot be combined with it", flag)
		}
	}
	o.server.BaseURL, o.request = base, r
	return nil
}

func runFetch(ctx context.Context, e *env, opts fetchOptions) (*fetch.Result, error) {
	if err := opts.prepare(); err != nil {
		return nil, err
	}
	resuming := opts.resume != ""
	switch {
	case resuming && opts.out != "" && cleanPath(opts.out) != cleanPath(opts.resume):
		return nil, usageErrorf("--out and --resume name different folders")
	case resuming && opts.startNew:
		return nil, usageErrorf("--resume never starts a new export; omit --new, or use -o")
	case resuming:
		opts.out = opts.resume
		if err := opts.useLastRun(); err != nil {
			return nil, err
		}
	case opts.out == "":
		return nil, &exitError{code: exitcode.Usage, err: errors.New("missing required flag: --out"), hint: "pass the folder to write to with -o, or the one to resume with --resume"}
	}
	stderr := &sharedWriter{w: e.stderr}
	show := newFetchProgress(e, stderr)
	defer show.stop()
	c, err := opts.server.client(ctx, e, show.log)
	if err != nil {
		return nil, err
	}
	note, err := json.Marshal(fetchNote{Server: opts.server, ConvertTo: opts.convertTo})
	if err != nil {
		return nil, err
	}
	export := fetch.ExportOptions{
		Dir: opts.out, Request: opts.request, Jobs: cmp.Or(opts.jobs, defaultDownloads), Decompress: opts.decompress,
		New: opts.startNew, Abandon: opts.abandon, Wait: opts.wait, AllowFlawed: opts.flawed,
		Note: string(note), Progress: show.update, File: opts.onFile,
	}
	if to := e.exportLog(stderr); to != nil {
		enc := json.NewEncoder(to)
		enc.SetEscapeHTML(false)
		export.Event = func(event fetch.Event) { _ = enc.Encode(event) }
	}
	start := time.Now()
	do := c.Export
	if resuming {
		do = c.Resume
	}
	result, err := do(ctx, export)
	show.stop()
	if err != nil {
		return result, opts.resumable(ctx, err, result)
	}
	e.summarizeFetch(result, opts.out, time.Since(start))
	return result, nil
}

// useLastRun takes flags that are not set from the export to resume.
func (o *fetchOptions) useLastRun() error {
	saved, err := fetch.ReadLastRun(o.resume)
	if err != nil {
		return err
	}
	if name := o.otherThan(saved); name != "" {
		return usageErrorf("--resume continues the original request; --%s cannot change it", name)
	}
	note := fetchNote{Server: serverOptions{Auth: "basic"}}
	if err := json.Unmarshal([]byte(saved.Note), &note); err != nil {
		return fmt.Errorf("%s: %w", o.resume, err)
	}
	given := o.server
	o.server = note.Server
	o.server.BaseURL, o.server.API = saved.BaseURL, saved.API
	for _, f := range []struct {
		name      string
		to, value *string
	}{
		{"auth", &o.server.Auth, &given.Auth}, {"credentials", &o.server.Credentials, &given.Credentials},
		{"key", &o.server.Key, &given.Key}, {"key-id", &o.server.KeyID, &given.KeyID},
		{"scope", &o.server.Scope, &given.Scope}, {"token-url", &o.server.TokenURL, &given.TokenURL},
	} {
		if o.isSet(f.name) {
			*f.to = *f.value
		}
	}
	if saved.Complete {
		// Nothing will be sent, so no credentials are needed.
		o.server.Auth, o.server.Key = "none", ""
	}
	if o.isSet("allow-origin") {
		o.server.Origins = given.Origins
	}
	return nil
}

// otherThan returns the name of a flag that differs from the export to resume, or
// "".
func (o *fetchOptions) otherThan(saved *fetch.LastRun) string {
	plain := func(base string) string {
		return strings.TrimRight(strings.TrimSuffix(strings.TrimRight(base, "/"), "/api/"+saved.API), "/")
	}
	base := o.server.BaseURL
	if base == os.Getenv("BCDA_BASE_URL") {
		base = saved.BaseURL // it may be meant for other exports
	}
	given, was := o.request, saved.Request
	for _, f := range []struct {
		name string
		same bool
	}{
		{"endpoint", given.Endpoint == was.Endpoint},
		{"group", given.Group == was.Group},
		{"type", slices.Equal(slices.Sorted(slices.Values(given.Types)), slices.Sorted(slices.Values(was.Types)))},
		{"since", given.Since == was.Since},
		{"until", given.Until == was.Until},
		{"type-filter", slices.Equal(given.TypeFilters, was.TypeFilters)},
		{"env", environments[o.server.environment] == saved.BaseURL},
		{"base-url", plain(base) == plain(saved.BaseURL)},
		{"api", o.server.API == saved.API},
	} {
		if o.isSet(f.name) && !f.same {
			return f.name
		}
	}
	return ""
}

// exportLog is where the events of the export log go, or nil: to the log, if that is
// JSON.
func (e *env) exportLog(stderr io.Writer) io.Writer {
	switch {
	case e.logJSON:
		return stderr
	case e.events.file != nil && e.events.json:
		return e.events.file
	}
	return nil
}

// summarizeFetch prints the outcome of an export.
func (e *env) summarizeFetch(r *fetch.Result, dir string, took time.Duration) {
	var resources, bytes int64
	files := 0
	messages := "" // first file with messages of the server
	for _, f := range r.Files {
		if f.Kind == fetch.KindError {
			if messages == "" {
				messages = blob.Base(f.Path)
			}
			continue
		}
		files++
		resources += f.Resources
		bytes += f.Size
	}
	said := r.Issues["warning"] + r.Issues["information"]
	if r.SystemTypes {
		said-- // reported below
	}
	e.event("fetched", "out", dir, "run", r.Run, "transaction_time", r.TransactionTime, "since", r.Since, "since_run", r.SinceRun,
		"default_system_types", r.SystemTypes, "nothing_to_do", r.AlreadyComplete, "seconds", took.Seconds(),
		countGroup(
			count{"files", int64(files)}, count{"resources", resources}, count{"bytes", bytes},
			count{"flawed_files", int64(r.Flawed)}, count{"bad_lines", r.BadLines}, count{"server_messages", int64(said)},
		))
	if e.quiet || e.logJSON {
		return
	}
	if r.AlreadyComplete {
		fmt.Fprintf(e.words(), "nothing to do: the export in %s is complete\n", dir)
		return
	}
	since := ""
	switch {
	case r.SinceRun != 0:
		since = fmt.Sprintf(", since %s, the transaction time of run %d", r.Since, r.SinceRun)
	case r.Since != "":
		since = ", since " + r.Since
	}
	fmt.Fprintf(e.words(), "%s, %s, %.1f MB in %s, written to %s (run %d, transaction time %s%s)\n",
		plural(files, "file"), plural(resources, "resource"), float64(bytes)/1e6, took.Round(100*time.Millisecond), dir, r.Run, r.TransactionTime, since)
	if r.Flawed > 0 {
		with := ""
		if r.BadLines > 0 {
			with = " with " + plural(r.BadLines, "bad line")
		}
		fmt.Fprintf(e.words(), "  %s%s accepted (--allow-flawed)\n", plural(r.Flawed, "flawed file"), with)
	}
	if said > 0 {
		fmt.Fprintf(e.words(), "  the server returned %s; see %s\n", plural(said, "message"), messages)
	}
	if r.SystemTypes {
		fmt.Fprintf(e.words(), "  note: API v3 sends only adjudicated claims, unless the request has System-Type tags. To get all claims:\n    --type-filter '%s'\n", allSystemTypes)
	}
}

// allSystemTypes is the type filter that requests the claims of all systems from v3.
const allSystemTypes = "ExplanationOfBenefit?_tag=" +
	"https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|NationalClaimsHistory," +
	"https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|DDPS," +
	"https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|SharedSystem"
