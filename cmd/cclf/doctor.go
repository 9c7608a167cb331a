package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/disk"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
	"github.com/cclf-tools/cclf/sync"
)

// A finding is the outcome of one check of cclf doctor.
type finding struct {
	Check  string `json:"check"`
	Status status `json:"status"`
	Text   string `json:"text"`
	Fix    string `json:"fix,omitempty"` // what to do about it
}

// A status is what a check found.
type status string

const (
	statusOK      status = "ok"
	statusWarning status = "warning"
	statusProblem status = "problem"
	statusSkipped status = "skipped"
)

type doctorOptions struct {
	server      serverOptions
	dir, export string
	offline     bool
	result      resultFlags

	choosesServer bool
}

func newDoctorCommand(e *env) *cli.Command {
	var opts doctorOptions
	return &cli.Command{
		Name:      "doctor",
		Usage:     "check the machine, the settings, the server and the data, and say what to fix",
		UsageText: "cclf doctor [options]",
		Description: cmdline.Describe(`
			Checks the version, the settings, the temporary folder, the credentials, the
			server (reachable, its certificate trusted, the clocks equal, a token), a
			data set and an export folder, and says what to do about each problem. The
			server is checked if there are credentials or server options, unless
			--offline is given; checking starts no job and changes nothing.

			The exit code is 0 if there are no problems; warnings are none.`,
			"cclf doctor",
			"cclf doctor --env sandbox -d out --export export",
			"cclf doctor -f json",
		),
		Flags: append(append([]cli.Flag{
			dataFlag(&opts.dir),
			&cli.StringFlag{Name: "export", Usage: "export folder to check, `DIR`", TakesFile: true, Destination: &opts.export},
			&cli.BoolFlag{Name: "offline", Usage: "do not check the server", Destination: &opts.offline},
		}, opts.result.flags("text", "json")...), opts.server.flags()...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			opts.export = blob.Clean(opts.export)
			for _, flag := range []string{"env", "base-url", "credentials", "key"} {
				opts.choosesServer = opts.choosesServer || cmd.IsSet(flag)
			}
			return runDoctor(ctx, e, &opts)
		},
	}
}

func runDoctor(ctx context.Context, e *env, opts *doctorOptions) error {
	var found []finding
	for _, check := range []func(context.Context, *env, *doctorOptions) []finding{
		checkVersion, checkSettingsFile, checkTemp, checkServer, checkData, checkExport,
	} {
		found = append(found, check(ctx, e, opts)...)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	problems := 0
	for _, f := range found {
		if f.Status == statusProblem {
			problems++
		}
	}
	if err := opts.result.write(ctx, e, func(e *env) error { return writeFindings(e, found, opts.result.format) }); err != nil {
		return err
	}
	if problems > 0 {
		return &exitError{code: exitcode.Unhealthy, err: fmt.Errorf("doctor: %s", plural(problems, "problem"))}
	}
	return nil
}

func writeFindings(e *env, found []finding, format string) error {
	if format == "json" {
		return writeJSON(e, struct {
			Findings []finding `json:"findings"`
		}{found})
	}
	const column = len("warning  certificate  ")
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%-8s %-12s %s\n", f.Status, f.Check, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(&b, "%*s%s\n", column, "", f.Fix)
		}
	}
	_, err := io.WriteString(e.stdout, b.String())
	return err
}

// problem is the finding of a check that failed.
func problem(check string, err error) finding {
	return finding{check, statusProblem, err.Error(), hintOf(err)}
}

func checkVersion(ctx context.Context, _ *env, _ *doctorOptions) []finding {
	text := "cclf " + version()
	var apis []string
	for _, api := range schema.APIs {
		apis = append(apis, api.String())
	}
	layouts := schema.Layouts()
	known := fmt.Sprintf("; BCDA %s; CCLF layouts %s to %s", strings.Join(apis, ", "), layouts[0], layouts[len(layouts)-1])
	if duckDBVersion == nil {
		return []finding{{"version", statusWarning, text + ", without DuckDB" + known, "queries, metrics and reports need a build with DuckDB"}}
	}
	engine, err := duckDBVersion(ctx)
	if err != nil {
		return []finding{problem("version", err)}
	}
	return []finding{{"version", statusOK, text + ", DuckDB " + engine + known, ""}}
}

func checkSettingsFile(_ context.Context, e *env, _ *doctorOptions) []finding {
	text := "no configuration file"
	if file := e.settings.file; file != nil {
		text = fmt.Sprintf("%s: %s", file.Name, plural(len(file.Settings), "setting")) // it was checked before the command ran
	}
	if unknown := unknownVariables(os.Environ(), newApp(e)); unknown != nil {
		return []finding{{"settings", statusWarning, text + "; " + strings.Join(unknown, "; "), "correct or unset them: they have no effect"}}
	}
	return []finding{{"settings", statusOK, text, ""}}
}

// Free space below which a disk is called full, and nearly full.
const (
	fullDisk  = 1 << 30
	smallDisk = 10 << 30
)

func checkTemp(context.Context, *env, *doctorOptions) []finding {
	dir := os.TempDir()
	probe, err := os.MkdirTemp(dir, "cclf-doctor-")
	if err != nil {
		return []finding{{"temp folder", statusProblem, err.Error(), "set TMPDIR to a folder that you can write, with free space"}}
	}
	_ = os.Remove(probe)
	return []finding{freeSpace("temp folder", dir, "set TMPDIR to a folder with more space: large queries and conversions need it")}
}

// freeSpace is the finding about the disk of a folder that is fine otherwise. An object
// store has room.
func freeSpace(check, dir, fix string) finding {
	free, known := disk.Free(dir)
	known = known && !blob.IsURL(dir)
	text := dir
	if known {
		text += fmt.Sprintf(": %.1f GB free", float64(free)/1e9)
	}
	switch {
	case known && free < fullDisk:
		return finding{check, statusProblem, text, fix}
	case known && free < smallDisk:
		return finding{check, statusWarning, text, fix}
	}
	return finding{check, statusOK, text, ""}
}

// checkServer checks what a request needs, one after the other, until one fails.
func checkServer(ctx context.Context, e *env, opts *doctorOptions) []finding {
	const check = "server"
	if opts.offline {
		return []finding{{check, statusSkipped, "--offline", ""}}
	}
	hasID := os.Getenv("BCDA_CLIENT_ID") != ""
	if _, ok := e.settings.find(serverSection, clientSecret); !ok && !hasID && !opts.choosesServer {
		return []finding{{check, statusSkipped, "no credentials and no server options", "set BCDA_CLIENT_ID and BCDA_CLIENT_SECRET, or try --env sandbox"}}
	}
	open := opts.server
	open.Auth, open.Key = "none", ""
	c, err := open.client(ctx, e, e.log)
	if err != nil {
		return []finding{problem(check, err)}
	}
	info, err := c.Probe(ctx)
	if err != nil {
		return []finding{unreachable(err)}
	}
	return append(describeServer(info), checkToken(ctx, e, opts))
}

// unreachable is the finding about a server that does not answer as one.
func unreachable(err error) finding {
	f := problem("server", err)
	refused, ok := errors.AsType[*fetch.Error](err)
	if ok && f.Fix == "" && (refused.Status == 0 || refused.Status == 403) {
		f.Fix = "check the network and HTTPS_PROXY; BCDA's production answers only to addresses on its allow-list, so give BCDA the public address of this machine"
	}
	return f
}

// The difference of clocks from which tokens may be refused.
const (
	mostAhead = time.Minute
	fairAhead = 10 * time.Second
)

func describeServer(info *fetch.ServerInfo) []finding {
	text := info.Software
	if text == "" {
		text = "it answers"
	}
	if info.FHIRVersion != "" {
		text += ", FHIR " + info.FHIRVersion
	}
	found := []finding{{"server", statusOK, text, ""}}
	clock := finding{"clock", statusOK, "as the server's, to " + info.Ahead.Abs().Round(time.Second).String(), ""}
	direction := "behind"
	if info.Ahead < 0 {
		direction = "ahead of"
	}
	if off := info.Ahead.Abs(); off > fairAhead {
		clock.Status = statusWarning
		if off > mostAhead {
			clock.Status = statusProblem
		}
		clock.Text = fmt.Sprintf("%s %s the server's", off.Round(time.Second), direction)
		clock.Fix = "synchronize the clock of this machine: signed requests are refused when clocks differ"
	}
	return append(found, clock)
}

func checkToken(ctx context.Context, e *env, opts *doctorOptions) finding {
	const check = "token"
	if opts.server.Auth == "none" {
		return finding{check, statusSkipped, "--auth none", ""}
	}
	c, err := opts.server.client(ctx, e, e.log)
	if err != nil {
		return problem(check, err)
	}
	token, err := c.Token(ctx)
	if err != nil {
		f := problem(check, err)
		if errors.Is(err, fetch.ErrAuth) && f.Fix == "" {
			f.Fix = "check the client id and secret; BCDA's expire after 90 days and are renewed in its portal"
		}
		return f
	}
	if token.Expires.IsZero() {
		return finding{check, statusOK, "the credentials are accepted", ""}
	}
	return finding{check, statusOK, "the credentials are accepted; a token is valid for " + time.Until(token.Expires).Round(time.Second).String(), ""}
}

func checkData(_ context.Context, _ *env, opts *doctorOptions) []finding {
	const check = "data set"
	dir, err := findDataSet("doctor", opts.dir)
	if err != nil {
		return []finding{{check, statusSkipped, "none given", ""}}
	}
	set, err := dataset.Open(dir)
	if err != nil {
		fix := cmp.Or(hintOf(err), dataSetHint(err), "check the name, and that you may read it")
		return []finding{{check, statusProblem, cleanPath(dir) + ": " + err.Error(), fix}}
	}
	m := set.Manifest
	f := freeSpace(check, cleanPath(dir), "a new version needs as much space as the old one")
	f.Text += fmt.Sprintf("; %s in %s, all files there", plural(m.TotalRows(), "row"), plural(len(m.Tables), "table"))
	if readOnly(dir) {
		f.Text += "; read-only for you"
	}
	found := []finding{f}
	if n := m.Counts.Rejected; n > 0 && m.Rejects != nil {
		found = append(found, finding{check, statusWarning, plural(n, "line") + " of its export rejected", "see " + rejectsPath(dir, m)})
	}
	return found
}

// readOnly reports whether this user cannot make files in a folder. It is false if
// that is not a local folder.
func readOnly(dir string) bool {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	writable, known := disk.Writable(dir)
	return known && !writable
}

func checkExport(ctx context.Context, _ *env, opts *doctorOptions) []finding {
	const check = "export"
	if opts.export == "" {
		return []finding{{check, statusSkipped, "none given (--export)", ""}}
	}
	status, err := fetch.ReadStatus(opts.export)
	if errors.Is(err, fetch.ErrNoExport) {
		return []finding{{check, statusProblem, err.Error(), "check the name, or start an export with cclf fetch -o " + shellWord(opts.export)}}
	}
	if err != nil {
		return []finding{problem(check, err)}
	}
	if status.Incomplete != "" {
		return []finding{{check, statusProblem, opts.export + " is incomplete: " + status.Incomplete, "resume it with cclf fetch --resume " + shellWord(opts.export)}}
	}
	log, err := sync.Read(opts.export)
	if err != nil {
		return []finding{problem(check, err)}
	}
	in, err := log.Inputs()
	if err != nil {
		return []finding{problem(check, err)}
	}
	if missing := in.Missing; len(missing) > 0 {
		text := blob.Join(opts.export, missing[0])
		if _, err := blob.Stat(ctx, text); err == nil {
			text += " has another size"
		} else {
			text += " is missing"
		}
		if more := len(missing) - 1; more > 0 {
			text += fmt.Sprintf(", and %d more", more)
		}
		return []finding{{check, statusProblem, text, "restore it from a copy, or fetch a full export"}}
	}
	f := freeSpace(check, cleanPath(opts.export), "make room before the next export")
	f.Text += "; " + plural(len(log.Runs), "run")
	if n := len(log.Runs); n > 0 {
		f.Text += ", the last one of " + log.Runs[n-1].TransactionTime
	}
	found := []finding{f}
	if readOnly(opts.export) {
		found = append(found, finding{check, statusWarning, "you cannot write in " + opts.export, "the next export needs to: run cclf as the user who owns it"})
	}
	if info, err := os.Stat(opts.export); err == nil && info.Mode().Perm()&0o007 != 0 && os.PathSeparator == '/' {
		found = append(found, finding{check, statusWarning, "other users can open " + opts.export, "run chmod o-rwx on it"})
	}
	return found
}
