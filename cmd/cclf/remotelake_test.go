package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/blob/blobtest"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// startStore starts an object store for this process, with short waits.
func startStore(t *testing.T) *blobtest.Server {
	t.Helper()
	s := blobtest.Start(t)
	s.Use(t)
	unit, longest, lease, renewal := minio.DefaultRetryUnit, minio.DefaultRetryCap, blob.LeaseTime, blob.LeaseRenewal
	minio.DefaultRetryUnit, minio.DefaultRetryCap = time.Millisecond, 5*time.Millisecond
	blob.LeaseTime, blob.LeaseRenewal = 240*time.Millisecond, 20*time.Millisecond
	t.Cleanup(func() {
		minio.DefaultRetryUnit, minio.DefaultRetryCap, blob.LeaseTime, blob.LeaseRenewal = unit, longest, lease, renewal
	})
	return s
}

// downloadSet copies the objects in a folder to a local one.
func downloadSet(t *testing.T, s *blobtest.Server, folder string) string {
	t.Helper()
	dir := t.TempDir()
	for _, key := range s.Keys(t, folder+"/") {
		name := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(key, folder+"/")))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, s.Object(t, key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// mustCCLF runs cclf, and fails unless it ends well.
func mustCCLF(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	code, stdout, stderr := cclf(t.Context(), strings.NewReader("x"), args...)
	if code != exitcode.OK {
		t.Fatalf("cclf %s: exit code %d\n%s", strings.Join(args, " "), code, stderr)
	}
	return stdout, stderr
}

// checkNothingLeft checks that no command left a lock, a journal or an upload.
func checkNothingLeft(t *testing.T, s *blobtest.Server) {
	t.Helper()
	if n := s.Uploads(t); n != 0 {
		t.Errorf("%d unfinished uploads", n)
	}
	for _, key := range s.Keys(t, "") {
		if name := key[strings.LastIndexByte(key, '/')+1:]; slices.Contains([]string{"_lock", "_fetch.lock", "_prune.json", "journal.json"}, name) {
			t.Errorf("%s is left over", key)
		}
	}
}

// TestLakeInObjectStore follows a server with a lake in an object store and one on disk.
// TestRunInObjectStore and TestSync start its goroutines for the race detector.
func TestLakeInObjectStore(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Setenv("TMPDIR", t.TempDir())
	store := startStore(t)
	s := serveFeed(t, schema.V2, 4)
	local, remote := filepath.Join(t.TempDir(), "lake"), store.Path("lake")
	compare := func(what string) {
		t.Helper()
		want, got := rowsOfTables(t, local, s.api), rowsOfTables(t, downloadSet(t, store, "lake"), s.api)
		delete(want, schema.AttributionTable) // it has times
		delete(got, schema.AttributionTable)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: on disk (-) and in the store (+):\n%s", what, diff)
		}
		checkNothingLeft(t, store)
	}
	var second map[string]string // files of the second run
	for run := range 3 {
		flags := []string{"--allow-mixed"}
		if run == 0 { // later runs keep the others
			flags = append(flags, "--leavers", "drop", "--partition-by", "service-year")
		}
		s.mustSync(t, exitcode.OK, local, flags...)
		s.mustSync(t, exitcode.OK, remote, flags...)
		compare(fmt.Sprint("after run ", run+1))
		if run == 1 {
			second = filesOf(t, downloadSet(t, store, "lake"))
		}
		for range 8 {
			s.Change()
		}
		s.Arrive()
	}
	if m := manifestOf(t, downloadSet(t, store, "lake")); !strings.HasPrefix(m.Inputs[0].Name, "export/001-") || m.Leavers != "drop" || m.PartitionBy != dataset.ServiceYear {
		t.Errorf("the first input is %s, leavers are %q, partitions %q", m.Inputs[0].Name, m.Leavers, m.PartitionBy)
	}

	was := filepath.Join(t.TempDir(), "was")
	mustCCLF(t, "convert", "-o", was, "--as-of", "2", remote)
	if diff := cmp.Diff(second, filesOf(t, was)); diff != "" {
		t.Errorf("as of run 2: published (-) and converted (+):\n%s", diff)
	}
	if counts := changeCounts(t, local); !slices.Equal(counts, changeCounts(t, remote)) || !slices.ContainsFunc(counts, func(c string) bool { return c > "0" }) {
		t.Errorf("changes on disk: %q, in the store: %q", counts, changeCounts(t, remote))
	}
	if out, _ := mustCCLF(t, "verify", "-d", remote); !strings.Contains(out, "sets of changes: 2, ") {
		t.Error(out)
	}
	if out, _ := mustCCLF(t, "schema", "--load", "snowflake", "--location", "@claims", "--changes-after", "2", "-d", remote); !strings.Contains(out, "_changes/3/cclf8") {
		t.Error(out)
	}

	out, _ := mustCCLF(t, "prune", "--dry-run", "-f", "json", remote)
	if pruned, _ := mustCCLF(t, "prune", "-f", "json", remote); strings.Contains(pruned, `"dropped_lines": 0`) || strings.Replace(out, "  \"dry_run\": true,\n", "", 1) != pruned {
		t.Errorf("pruned: %s, and before: %s", pruned, out)
	}
	checkNothingLeft(t, store)
	s.mustSync(t, exitcode.OK, local, "--leavers", "drop", "--allow-mixed")
	s.mustSync(t, exitcode.OK, remote, "--leavers", "drop", "--allow-mixed")
	compare("after pruning")
	if out, _ := mustCCLF(t, "prune", "--keep-changes", "1", remote); !strings.Contains(out, "2 sets of changes dropped: _changes/2 to _changes/3") {
		t.Error(out)
	}
	for _, key := range store.Keys(t, "lake/_changes/") {
		if !strings.HasPrefix(key, "lake/_changes/4/") {
			t.Errorf("%s is left", key)
		}
	}
	out, _ = mustCCLF(t, "log", remote, "-f", "csv")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 5 || !strings.HasPrefix(lines[4], "4,") {
		t.Error(out)
	}
	if exportDuckDB != nil {
		out, said := mustCCLF(t, "query", "-d", remote, "--as-of", "4", "-f", "csv", "SELECT count(*) > 0 AS some FROM cclf8")
		if out != "some\ntrue\n" || !strings.Contains(said, "as of run 4") {
			t.Errorf("%s%s", out, said)
		}
	}
	if out, _ := mustCCLF(t, "doctor", "--offline", "--export", remote+"/export", "-d", remote); !strings.Contains(out, remote+"/export; 4 runs") {
		t.Error(out)
	}
}

// changeCounts returns what each run of a lake changed.
func changeCounts(t *testing.T, lake string) []string {
	t.Helper()
	runs, err := runsOf(lake)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, r := range runs {
		if r.Added != nil {
			list = append(list, fmt.Sprint(*r.Added, *r.Changed, *r.Removed))
		}
	}
	return list
}

// TestLakeInObjectStoreRefuses: what would lose data, or cannot work, is refused before
// anything is asked of the server.
func TestLakeInObjectStoreRefuses(t *testing.T) {
	synthtest.WithoutRace(t)
	store := startStore(t)
	s := serveFeed(t, schema.V2, 1)
	lake := store.Path("lake")
	s.mustSync(t, exitcode.OK, lake)
	store.Put(t, "other/thesis.txt", []byte("x"))
	jobs := s.JobCount()
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"sync -o OTHER", exitcode.Output, "it has thesis.txt"},
		{"sync -o NEW --since 2026-01-01T00:00:00Z", exitcode.Shrink, "has no full export"},
		{"sync -o LAKE --group runout", exitcode.Mixed, "is of group all"},
		{"sync -o LAKE --iceberg", exitcode.Usage, "--iceberg takes a local path"},
		{"sync -o LAKE --file-mode 0640", exitcode.Usage, "have no mode"},
		{"run -o BUCKET", exitcode.Usage, "name one with --export"},
		{"run -o LAKE", exitcode.Output, "is not empty"},
		{"fetch -o s4://x/y", exitcode.Usage, "unknown scheme"},
		{"sync -o MISSING/lake", exitcode.Input, "no such bucket"},
		{"fetch -o MISSING/export", exitcode.Input, "no such bucket"},
		{"log OTHER", exitcode.Input, "has no log"},
		{"convert --as-of 3 -o NEW LAKE", exitcode.Input, "no run at 3"},
	} {
		replaced := strings.NewReplacer("OTHER", store.Path("other"), "NEW", store.Path("new"), "LAKE", lake, "BUCKET", "s3://"+store.Bucket, "MISSING", "s3://no-such-"+store.Bucket).Replace(tt.args)
		args := strings.Fields(replaced)
		if args[0] != "convert" && args[0] != "log" {
			args = append(args, "--api", "v2")
		}
		code, _, errOut := cclf(t.Context(), strings.NewReader("x"), args...)
		if code != tt.code || !strings.Contains(errOut, tt.says) || s.JobCount() != jobs {
			t.Errorf("%s: exit code %d, want %d, %d new jobs\n%s", tt.args, code, tt.code, s.JobCount()-jobs, errOut)
		}
	}
	store.Inject(func(*http.Request) blobtest.Fault { return blobtest.Deny })
	if code, errOut := s.sync(t, lake); code != exitcode.Auth || !strings.Contains(errOut, "hint: the credentials need a policy") || s.JobCount() != jobs {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
	store.Inject(nil)
	checkNothingLeft(t, store)
}

// TestRunInObjectStore fetches, and runs, to an object store.
func TestRunInObjectStore(t *testing.T) {
	synthtest.WithoutRace(t)
	store := startStore(t)
	s := serveFeed(t, schema.V2, 1)
	out := store.Path("out")
	t.Setenv("AWS_ENDPOINT_URL_S3", "")
	_, said := mustCCLF(t, "run", "-o", out+"?endpoint="+store.URL, "--api", "v2", "--type", "Patient,ExplanationOfBenefit", "-f", "csv")
	if strings.Contains(said, "endpoint=") || !strings.Contains(said, "written to "+out+"-export (run 1") {
		t.Error(said)
	}
	s.Arrive()
	mustCCLF(t, "fetch", "-o", out+"-export", "--api", "v2", "--type", "Patient,ExplanationOfBenefit", "--since", "auto")
	_, said = mustCCLF(t, "run", "-o", out, "--api", "v2", "--type", "Patient,ExplanationOfBenefit", "-f", "csv", "--overwrite", "--since", "auto", "--new")
	if m := manifestOf(t, downloadSet(t, store, "out")); len(m.Runs) != 3 {
		t.Errorf("%d runs\n%s", len(m.Runs), said)
	}
	_, said = mustCCLF(t, "fetch", "--resume", out+"-export")
	if !strings.Contains(said, "nothing to do: the export in "+out+"-export is complete") {
		t.Error(said)
	}
	if listed, _ := mustCCLF(t, "log", out, "-f", "csv"); strings.Count(listed, "\n") != 4 {
		t.Error(listed)
	}
	checkNothingLeft(t, store)
}

// TestLakeInObjectStoreKilled kills sync before requests to the object store. Readers find
// the old tables or the new ones, and the same command goes on, without other jobs.
func TestLakeInObjectStoreKilled(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Setenv("TMPDIR", t.TempDir())
	// Each request of an export and of a publication alone is tried where those are.
	const step = 41
	for n, all := int64(2), int64(1<<62); n < all; n += step {
		store := startStore(t)
		s := serveFeed(t, schema.V2, 3)
		lake := store.Path("lake")
		s.mustSync(t, exitcode.OK, lake)
		s.Change()
		s.Arrive()
		jobs := s.JobCount()
		var requests atomic.Int64
		store.Inject(func(*http.Request) blobtest.Fault {
			if requests.Add(1) >= n {
				return blobtest.Deny // the process is dead
			}
			return blobtest.None
		})
		code, _ := s.sync(t, lake)
		store.Inject(nil)
		set, err := dataset.Open(lake)
		if err != nil {
			t.Fatalf("after a kill at request %d, the tables cannot be read: %v", n, err)
		}
		if runs := len(set.Manifest.Runs); runs < 1 || runs > 2 {
			t.Errorf("after a kill at request %d, the tables have %d runs", n, runs)
		}
		if code == exitcode.OK {
			all = n
		}
		s.mustSync(t, exitcode.OK, lake)
		if len(set.Manifest.Runs) == 1 && s.JobCount() != jobs+2 {
			t.Errorf("after a kill at request %d: %d jobs", n, s.JobCount()-jobs)
		}
		if slices.Contains(store.Keys(t, ""), "lake/export/_fetch.lock") {
			// The process was killed after its export, and the next one only published it.
			s.mustSync(t, exitcode.OK, lake)
		}
		checkNothingLeft(t, store)
		want, got := rowsOfTables(t, s.fullExport(t), s.api), rowsOfTables(t, downloadSet(t, store, "lake"), s.api)
		delete(got, schema.AttributionTable)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after a kill at request %d: a full export (-) and the lake (+):\n%s", n, diff)
		}
		t.Logf("request %d: exit code %d", n, code)
	}
}
