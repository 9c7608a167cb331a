package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/feed"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
	"github.com/cclf-tools/cclf/sync"
)

// A feedServer serves a feed as BCDA would.
type feedServer struct {
	*bcdatest.Server
	url string
	mu  gosync.Mutex
	feed.Feed
	states map[string]int // by transaction time
	api    string
}

// serveFeed serves a feed with some people, and sets the environment for it.
func serveFeed(t *testing.T, api schema.API, seed uint64, change ...func(*bcdatest.Options)) *feedServer {
	t.Helper()
	s := &feedServer{Feed: *feed.New(api, seed), states: map[string]int{}, api: api.String()}
	for range 3 {
		s.Arrive()
	}
	opts := bcdatest.Options{Export: s.export}
	for _, c := range change {
		c(&opts)
	}
	s.Server = bcdatest.New(opts)
	ts := httptest.NewServer(s.Server)
	t.Cleanup(ts.Close)
	s.url = ts.URL
	for name, value := range map[string]string{
		"BCDA_BASE_URL": ts.URL, "BCDA_CLIENT_ID": bcdatest.ClientID, "BCDA_CLIENT_SECRET": bcdatest.ClientSecret,
		"CCLF_POLL_INTERVAL": "1ms", "CCLF_BACKOFF": "1ms", "CCLF_RETRY_BUDGET": "100ms",
	} {
		t.Setenv(name, value)
	}
	return s
}

// export returns the files of a job: what changed, or everything.
func (s *feedServer) export(r bcdatest.ExportRequest) []bcdatest.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	after := -1
	if since := r.Query.Get("_since"); since != "" {
		after = s.states[since]
	}
	s.states[r.Time.Format(time.RFC3339Nano)] = s.State()
	resources, deleted := s.Changed(after)
	byType := map[string][]feed.Object{}
	for _, resource := range resources {
		name := resource["resourceType"].(string)
		byType[name] = append(byType[name], resource)
	}
	var files []bcdatest.File
	for _, name := range []string{"ExplanationOfBenefit", "Patient", "Coverage"} {
		if len(byType[name]) > 0 {
			files = append(files, bcdatest.Text(name, []byte(feed.Lines(byType[name]...))))
		}
	}
	if len(deleted) > 0 {
		files = append(files, bcdatest.Text("Bundle", []byte(feed.Lines(feed.DeletedBundle(deleted...)))))
	}
	s.Sent = s.State()
	return files
}

// sync runs cclf sync.
func (s *feedServer) sync(t *testing.T, lake string, flags ...string) (code int, stderr string) {
	t.Helper()
	code, _, stderr = cclf(t.Context(), strings.NewReader("x"), append([]string{"sync", "-o", lake, "--api", s.api, "--format", "csv"}, flags...)...)
	return code, stderr
}

// mustSync runs cclf sync, and fails unless it ends with a code.
func (s *feedServer) mustSync(t *testing.T, want int, lake string, flags ...string) (stderr string) {
	t.Helper()
	code, stderr := s.sync(t, lake, flags...)
	if code != want {
		t.Fatalf("exit code %d, want %d\n%s", code, want, stderr)
	}
	return stderr
}

// manifestOf returns the manifest of a data set.
func manifestOf(t *testing.T, dir string) *dataset.Manifest {
	t.Helper()
	m, err := readManifest(dir)
	if err != nil || m == nil {
		t.Fatalf("no manifest in %s: %v", dir, err)
	}
	return m
}

// changedTables returns the tables of which files differ.
func changedTables(before, after *dataset.Manifest) []string {
	var names []string
	for i, table := range after.Tables {
		same := func(a, b dataset.File) bool { return a.SHA256 == b.SHA256 }
		if !slices.EqualFunc(table.Files, before.Tables[i].Files, same) {
			names = append(names, table.Name)
		}
	}
	return names
}

// TestSync follows a server for some weeks.
func TestSync(t *testing.T) {
	s := serveFeed(t, schema.V2, 1)
	lake := filepath.Join(t.TempDir(), "lake")
	s.mustSync(t, exitcode.OK, lake)
	first := manifestOf(t, lake)
	file := filepath.Join(lake, filepath.FromSlash(first.Tables[0].Files[0].Name))
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(first.Inputs[0].Name, "export/001-") || first.Increment {
		t.Errorf("the first input is %s", first.Inputs[0].Name)
	}

	said := s.mustSync(t, exitcode.OK, lake)
	second := manifestOf(t, lake)
	if !strings.Contains(said, "nothing changed") || len(second.Runs) != 2 || s.JobCount() != 3 {
		t.Errorf("%d runs, %d jobs\n%s", len(second.Runs), s.JobCount(), said)
	}
	if changed := changedTables(first, second); !slices.Equal(changed, []string{schema.AttributionTable}) {
		t.Errorf("changed: %v", changed)
	}
	if now, err := os.Stat(file); err != nil || !now.ModTime().Equal(info.ModTime()) || !os.SameFile(now, info) {
		t.Errorf("an unchanged file was replaced: %v", err)
	}

	s.Arrive()
	if said := s.mustSync(t, exitcode.OK, lake); strings.Contains(said, "nothing changed") {
		t.Error(said)
	}
	if m := manifestOf(t, lake); m.Counts.Leavers != 0 || len(m.Runs) != 3 || m.Tables[7].Rows != 4 {
		t.Errorf("%+v, %d beneficiaries", m.Counts, m.Tables[7].Rows)
	}
	s.Move("p1")
	s.mustSync(t, exitcode.OK, lake, "--leavers", "drop")
	if m := manifestOf(t, lake); m.Counts.Leavers != 1 || m.Tables[7].Rows != 3 {
		t.Errorf("%d leavers, %d beneficiaries", m.Counts.Leavers, m.Tables[7].Rows)
	}
	said = s.mustSync(t, exitcode.OK, lake, "--full", "--leavers", "keep")
	if m := manifestOf(t, lake); m.Counts.Leavers != 1 || m.Tables[7].Rows != 4 {
		t.Errorf("%d leavers, %d beneficiaries\n%s", m.Counts.Leavers, m.Tables[7].Rows, said)
	}
}

// TestSyncPruned: a lake whose log was pruned goes on, and has the rows of a full export.
func TestSyncPruned(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 3)
	dir := t.TempDir()
	lake := filepath.Join(dir, "lake")
	prune := func() string {
		t.Helper()
		code, out, errOut := cclf(t.Context(), strings.NewReader("x"), "prune", lake)
		if code != exitcode.OK {
			t.Fatal(errOut)
		}
		return out
	}
	for range 3 {
		s.mustSync(t, exitcode.OK, lake, "--leavers", "drop")
		for range 8 {
			s.Change()
		}
		s.Arrive()
	}
	if out := prune(); strings.HasPrefix(out, "0 of") {
		t.Error(out)
	}
	s.mustSync(t, exitcode.OK, lake, "--leavers", "drop")
	s.mustSync(t, exitcode.OK, lake, "--leavers", "drop", "--full")
	prune()
	s.mustSync(t, exitcode.OK, lake, "--leavers", "drop")
	fresh := filepath.Join(dir, "fresh")
	s.mustSync(t, exitcode.OK, fresh, "--leavers", "drop")
	rows := func(dir string) string {
		var list []string
		for _, table := range manifestOf(t, dir).Tables {
			list = append(list, fmt.Sprint(table.Name, " ", table.Rows))
		}
		return strings.Join(list, ", ")
	}
	if got, want := rows(lake), rows(fresh); !strings.HasPrefix(got, strings.Split(want, ", attribution")[0]) {
		t.Errorf("rows of the lake: %s\nof a full export: %s", got, want)
	}
	log, err := sync.Open(lake)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.UpTo("2"); err == nil || !strings.Contains(err.Error(), "was pruned") {
		t.Errorf("the log up to a run that was pruned: %v", err)
	}
	// A full export that was pruned has not all that came before.
	if err := os.Remove(log.Runs[0].Files[0].Path); err != nil {
		t.Fatal(err)
	}
	if in, err := log.Inputs(); err != nil || len(in.Missing) != 1 {
		t.Errorf("missing: %v, %v", in.Missing, err)
	}
}

// TestSyncFull: after a full export, the tables have what it has, and what beneficiaries
// who left had. What was deleted before it, and what the server dropped without a word, is
// gone, now and later.
func TestSyncFull(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, api := range []schema.API{schema.V2, schema.V3} {
		s := serveFeed(t, api, 5)
		dir := t.TempDir()
		lake, fresh := filepath.Join(dir, "lake"), filepath.Join(dir, "fresh")
		left := s.Arrive()
		for range 5 {
			s.Arrive()
		}
		s.mustSync(t, exitcode.OK, lake)
		s.Move(left)
		s.mustSync(t, exitcode.OK, lake)
		was := claimsOf(t, lake)
		for s.Lose() == left {
		}
		for s.Delete() == left {
		}
		said := s.mustSync(t, exitcode.OK, lake, "--full")
		s.mustSync(t, exitcode.OK, fresh)
		if !strings.Contains(said, "2 claims of earlier runs") {
			t.Error(said)
		}
		ofLeft := map[string]string{}
		for id, patient := range was {
			if patient == left {
				ofLeft[id] = patient
			}
		}
		want := claimsOf(t, fresh)
		maps.Copy(want, ofLeft)
		for range 2 {
			if got := claimsOf(t, lake); !maps.Equal(got, want) || len(ofLeft) == 0 {
				t.Errorf("%s: claims %v, want %v", api, got, want)
			}
			code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "prune", lake)
			if code != exitcode.OK {
				t.Fatal(errOut)
			}
			s.mustSync(t, exitcode.OK, lake)
		}
		s.mustSync(t, exitcode.OK, lake, "--full", "--leavers", "drop")
		if got := claimsOf(t, lake); !maps.Equal(got, claimsOf(t, fresh)) {
			t.Errorf("%s, without leavers: claims %v", api, got)
		}
	}
}

// TestRunFull: after cclf run with another full export, the tables have what it has.
func TestRunFull(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 5)
	out := filepath.Join(t.TempDir(), "out")
	run := func(want int) string {
		t.Helper()
		code, _, said := cclf(t.Context(), strings.NewReader("x"), "run", "-o", out, "--api", s.api, "--format", "csv", "--new", "--overwrite",
			"--type", "Patient,ExplanationOfBenefit")
		if code != want {
			t.Fatalf("exit code %d\n%s", code, said)
		}
		return said
	}
	run(exitcode.OK)
	was := claimsOf(t, out)
	s.Lose()
	s.Delete()
	said := run(exitcode.OK)
	if got := claimsOf(t, out); len(got) != len(was)-2 || !strings.Contains(said, "2 claims of earlier runs") {
		t.Errorf("%d claims, %d before\n%s", len(got), len(was), said)
	}
	for range len(was) - 3 {
		s.Lose()
	}
	if said := run(exitcode.Shrink); !strings.Contains(said, "again with --new") {
		t.Error(said)
	}
}

// TestPruneUnpublished: what a full export shows to be gone is noted before the log is
// pruned, also if it was not published.
func TestPruneUnpublished(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 5)
	lake := filepath.Join(t.TempDir(), "lake")
	prune := func(want int) string {
		t.Helper()
		code, _, said := cclf(t.Context(), strings.NewReader("x"), "prune", lake)
		if code != want {
			t.Fatalf("exit code %d, want %d\n%s", code, want, said)
		}
		return said
	}
	s.mustSync(t, exitcode.OK, lake)
	was := claimsOf(t, lake)
	fetchFull := func() {
		t.Helper()
		code, _, said := cclf(t.Context(), strings.NewReader("x"), "fetch", "-o", filepath.Join(lake, sync.LogFolder), "--api", s.api, "--group", "all", "--new")
		if code != exitcode.OK {
			t.Fatal(said)
		}
	}
	s.Lose()
	fetchFull()
	prune(exitcode.OK)
	s.mustSync(t, exitcode.OK, lake)
	if n := len(claimsOf(t, lake)); n != len(was)-1 {
		t.Errorf("%d claims, %d before", n, len(was))
	}
	for range len(was) - 2 {
		s.Lose()
	}
	fetchFull()
	if said := prune(exitcode.Shrink); !strings.Contains(said, "publish the run first") {
		t.Error(said)
	}
}

// TestSyncFullLacksMost: a full export that lacks most of what there was is not believed.
func TestSyncFullLacksMost(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 5)
	lake := filepath.Join(t.TempDir(), "lake")
	s.mustSync(t, exitcode.OK, lake)
	was := claimsOf(t, lake)
	for range len(was) - 1 {
		s.Lose()
	}
	said := s.mustSync(t, exitcode.Shrink, lake, "--full")
	if !strings.Contains(said, "lacks") || !maps.Equal(claimsOf(t, lake), was) {
		t.Error(said)
	}
	s.mustSync(t, exitcode.Shrink, lake)
	s.mustSync(t, exitcode.OK, lake, "--allow-shrink")
	if n := len(claimsOf(t, lake)); n != 1 {
		t.Errorf("%d claims", n)
	}
}

// claimsOf returns the beneficiaries of the claims of a lake, by the id of the claim.
func claimsOf(t *testing.T, lake string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(lake, "claims", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]string{}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		id, patient := slices.Index(rows[0], "RESOURCE_ID"), slices.Index(rows[0], "PATIENT_ID")
		for _, row := range rows[1:] {
			claims[row[id]] = row[patient]
		}
	}
	return claims
}

// TestSyncIceberg runs the program for Iceberg tables after each publication.
func TestSyncIceberg(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 6)
	bin, lake := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	t.Setenv("PATH", bin)
	said := s.mustSync(t, exitcode.Usage, lake, "--iceberg", "--format", "parquet")
	if !strings.Contains(said, "sync: --iceberg: there is no program") || s.JobCount() != 0 {
		t.Errorf("%d jobs\n%s", s.JobCount(), said)
	}
	program := "#!/bin/sh\n" + `echo "[{\"table\":\"$*\",\"changed\":true,\"notes\":[\"called\"]}]"` + "\n"
	if err := os.WriteFile(filepath.Join(bin, icebergProgram), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		said := s.mustSync(t, exitcode.OK, lake, "--iceberg", "--format", "parquet")
		if !strings.Contains(said, "iceberg: publish -d "+lake+" -f json: called") {
			t.Error(said)
		}
	}
}

// TestSyncRefuses: nothing is asked of the server if the tables would lose data.
func TestSyncRefuses(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 1)
	dir := t.TempDir()
	synced, other, converted := filepath.Join(dir, "synced"), filepath.Join(dir, "other"), filepath.Join(dir, "converted")
	s.mustSync(t, exitcode.OK, synced)
	if err := errors.Join(os.Mkdir(other, 0o700), os.WriteFile(filepath.Join(other, "thesis.txt"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "convert", "-o", converted, "--api", "v2", synced); code != exitcode.OK {
		t.Fatal(errOut)
	}
	jobs := s.JobCount()
	for _, tt := range []struct {
		lake  string
		flags string
		code  int
		says  string
	}{
		{other, "", exitcode.Output, "it has thesis.txt"},
		{converted, "", exitcode.Shrink, "were not made of a log"},
		{converted, "--since 2026-01-01T00:00:00Z", exitcode.Shrink, "were not made of a log"},
		{filepath.Join(dir, "new"), "--since 2026-01-01T00:00:00Z", exitcode.Shrink, "has no full export"},
		{synced, "--group runout", exitcode.Mixed, "is of group all"},
		{synced, "--endpoint patient --full", exitcode.Mixed, "is of group all"},
		{synced, "--endpoint patient", exitcode.Usage, "without their earlier claims"},
		{filepath.Join(dir, "new"), "--leavers drop --type ExplanationOfBenefit", exitcode.Usage, "takes a list of all Patients"},
		{synced, "--full --since auto", exitcode.Usage, "cannot be combined"},
		{synced, "--format duckdb", exitcode.Usage, "a lake is a folder"},
		{synced, "--api v3", exitcode.Mixed, "has data of API v2"},
		{synced, "--until 2026-01-01T00:00:00Z", exitcode.Usage, "unknown flag"},
	} {
		code, errOut := s.sync(t, tt.lake, strings.Fields(tt.flags)...)
		if code != tt.code || !strings.Contains(errOut, tt.says) || s.JobCount() != jobs {
			t.Errorf("%s %s: exit code %d, want %d, %d new jobs\n%s", filepath.Base(tt.lake), tt.flags, code, tt.code, s.JobCount()-jobs, errOut)
		}
	}
	checkDamagedLogs(t, s, synced)
	// The flags that permit it.
	s.mustSync(t, exitcode.OK, converted, "--allow-shrink")
	s.mustSync(t, exitcode.OK, synced, "--group", "runout", "--allow-mixed")
	s.mustSync(t, exitcode.OK, synced) // both are in the log by now
	s.mustSync(t, exitcode.OK, synced, "--group", "runout")
	s.mustSync(t, exitcode.OK, filepath.Join(dir, "new"), "--since", "2026-01-01T00:00:00Z", "--allow-shrink")
	if !manifestOf(t, filepath.Join(dir, "new")).Increment {
		t.Error("the manifest does not say that it has an increment only")
	}
}

// checkDamagedLogs checks what is said about copies of a lake whose log is damaged.
func checkDamagedLogs(t *testing.T, s *feedServer, synced string) {
	t.Helper()
	damaged := func() (lake, log string) {
		lake = filepath.Join(t.TempDir(), "lake")
		if err := os.CopyFS(lake, os.DirFS(synced)); err != nil {
			t.Fatal(err)
		}
		return lake, filepath.Join(lake, sync.LogFolder)
	}
	check := func(code int, says string, args ...string) {
		t.Helper()
		got, _, errOut := cclf(t.Context(), strings.NewReader("x"), args...)
		if got != code || !strings.Contains(errOut, says) {
			t.Errorf("%s: exit code %d, want %d\n%s", args[0], got, code, errOut)
		}
	}
	lake, log := damaged()
	runs, err := fetch.ArrivedRuns(log)
	if err == nil {
		err = os.Remove(runs[0].Files[0].Path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if said := s.mustSync(t, exitcode.Shrink, lake); !strings.Contains(said, "with --full") {
		t.Error(said)
	}
	lake, log = damaged()
	i := slices.IndexFunc(runs[0].Files, func(f fetch.File) bool { return f.Type == "ExplanationOfBenefit" })
	claims := filepath.Join(log, filepath.Base(runs[0].Files[i].Path))
	text, err := os.ReadFile(claims)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(claims, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{nil, {"--full"}} {
		if said := s.mustSync(t, exitcode.Truncated, lake, flags...); !strings.Contains(said, "remove it, and export everything again") {
			t.Error(said)
		}
	}
	check(exitcode.Truncated, "remove it, and", "prune", lake)
	check(exitcode.Truncated, "remove it, and", "query", "-d", lake, "--as-of", "1", "SELECT 1")
	if err := os.Remove(claims); err != nil {
		t.Fatal(err)
	}
	s.mustSync(t, exitcode.OK, lake, "--full")
	lake, log = damaged()
	list := filepath.Join(log, "_fetch_runs.json")
	if err := os.Truncate(list, 100); err != nil {
		t.Fatal(err)
	}
	check(exitcode.Output, "_fetch_runs.json", "log", lake)
	check(exitcode.Output, "_fetch_runs.json", "prune", lake)
	check(exitcode.Output, "_fetch_runs.json", "query", "-d", lake, "--as-of", "1", "SELECT 1")
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	check(exitcode.Input, "no run is complete", "prune", lake)
}

// TestSyncOtherPeople: lists of Patients without anybody in common are of different
// organizations.
func TestSyncOtherPeople(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 1)
	lake := filepath.Join(t.TempDir(), "lake")
	s.mustSync(t, exitcode.OK, lake)
	before := manifestOf(t, lake)
	for _, id := range s.People() {
		s.Move(id)
	}
	s.Arrive()
	said := s.mustSync(t, exitcode.Mixed, lake)
	if !strings.Contains(said, "different organizations") || len(changedTables(before, manifestOf(t, lake))) > 0 {
		t.Error(said)
	}
	// The same again, next week.
	said = s.mustSync(t, exitcode.Mixed, lake, "--new")
	if m := manifestOf(t, lake); len(changedTables(before, m)) > 0 || len(m.Runs) != 1 {
		t.Error(said)
	}
	s.mustSync(t, exitcode.OK, lake, "--new", "--allow-mixed")
	s.mustSync(t, exitcode.OK, lake)
}

// TestSyncServerErrors: what the server could not export comes the next time.
func TestSyncServerErrors(t *testing.T) {
	synthtest.WithoutRace(t)
	failing := true
	s := serveFeed(t, schema.V2, 1, func(o *bcdatest.Options) {
		o.Errors = []byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}` + "\n")
		o.Manifest = func(m *bcdatest.Manifest) {
			if !failing {
				m.Error = nil
			}
		}
	})
	lake := filepath.Join(t.TempDir(), "lake")
	// Nobody is known to have left before there is a whole list.
	said := s.mustSync(t, exitcode.ServerErrors, lake, "--leavers", "drop")
	if m := manifestOf(t, lake); m.TotalRows() == 0 || len(m.Runs) != 1 || m.Leavers != "drop" || !strings.Contains(said, "published") {
		t.Errorf("%d rows, %d runs\n%s", m.TotalRows(), len(m.Runs), said)
	}
	failing = false
	s.mustSync(t, exitcode.OK, lake) // a full export again
	if runs, err := fetch.ArrivedRuns(filepath.Join(lake, sync.LogFolder)); err != nil || len(runs) != 2 || runs[1].Since != "" {
		t.Errorf("%+v, %v", runs, err)
	}
	since := manifestOf(t, lake).Runs[1].TransactionTime
	for range 2 {
		failing = true
		s.Arrive()
		s.mustSync(t, exitcode.ServerErrors, lake)
		runs, err := fetch.ArrivedRuns(filepath.Join(lake, sync.LogFolder))
		if last := runs[len(runs)-1]; err != nil || last.Since != since || manifestOf(t, lake).Counts.Leavers > 0 {
			t.Errorf("since %s, want %s, %v", last.Since, since, err)
		}
	}
}

// TestSyncUnpublished: an export that was not published is published by the next sync:
// without a new export if it is recent, and if there can be none.
func TestSyncUnpublished(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 1)
	lake := filepath.Join(t.TempDir(), "lake")
	log := filepath.Join(lake, sync.LogFolder)
	s.mustSync(t, exitcode.OK, lake)
	forget := func(ended time.Time) {
		t.Helper()
		s.Arrive()
		code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "fetch", "-o", log, "--api", s.api, "--group", "all", "--since", "auto")
		if code != exitcode.OK {
			t.Fatal(errOut)
		}
		// The export is that of sync.
		state := filepath.Join(log, "_fetch.json")
		text, err := os.ReadFile(state)
		if err != nil {
			t.Fatal(err)
		}
		edited := strings.Replace(string(text), `"since": "auto"`, `"since": "auto", "full_types": ["Patient"]`, 1)
		if at := strings.Index(edited, `"ended": "`); at > 0 {
			edited = edited[:at] + fmt.Sprintf(`"ended": %q`, ended.UTC().Format(time.RFC3339)) + edited[at+strings.Index(edited[at:], "\",")+1:]
		}
		if err := os.WriteFile(state, []byte(edited), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	forget(time.Now())
	jobs := s.JobCount()
	said := s.mustSync(t, exitcode.OK, lake)
	if m := manifestOf(t, lake); s.JobCount() != jobs || len(m.Runs) != 2 || !strings.Contains(said, "publishing it now") {
		t.Errorf("%d new jobs, %d runs\n%s", s.JobCount()-jobs, len(m.Runs), said)
	}
	forget(time.Now().Add(-24 * time.Hour))
	jobs = s.JobCount()
	s.mustSync(t, exitcode.OK, lake)
	if m := manifestOf(t, lake); s.JobCount() != jobs+2 || len(m.Runs) != 4 {
		t.Errorf("%d new jobs, %d runs", s.JobCount()-jobs, len(m.Runs))
	}
	forget(time.Now().Add(-24 * time.Hour))
	t.Setenv("BCDA_CLIENT_SECRET", "wrong")
	said = s.mustSync(t, exitcode.Auth, lake)
	if m := manifestOf(t, lake); len(m.Runs) != 5 || !strings.Contains(said, "publishing it without the new export") {
		t.Errorf("%d runs\n%s", len(m.Runs), said)
	}
}
