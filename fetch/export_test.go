package fetch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/fetch/internal/memnet"
)

func TestExport(t *testing.T) {
	for _, api := range []string{"v1", "v2", "v3"} {
		run(t, api, func(t *testing.T) {
			s := serve(t, bcdatest.Options{Files: smallExport(), JobTime: 30 * time.Millisecond})
			dir := filepath.Join(t.TempDir(), "export")
			c := client(t, s.url, func(o *fetch.Options) { o.API = api })
			result, err := export(t, c, dir, fetch.Request{})
			if err != nil {
				t.Fatal(err)
			}
			wantSmallExport(t, dir)
			if result.Missing != 0 || result.TransactionTime == "" || result.Run != 1 {
				t.Errorf("result: %+v", result)
			}
			for _, f := range result.Files {
				if info, err := os.Stat(f.Path); err != nil || info.Size() != f.Size || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v %v", f.Path, info, err)
				}
			}
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("folder: %v %v", info.Mode(), err)
			}
			for _, name := range []string{"_fetch.json", "_fetch.lock"} {
				if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v %v", name, info, err)
				}
			}
			if n := s.count("POST /auth/token"); n != 1 {
				t.Errorf("%d tokens", n)
			}

			// Resuming a complete export sends nothing.
			before := s.total()
			again, err := c.Resume(t.Context(), fetch.ExportOptions{Dir: dir})
			if err != nil || !again.AlreadyComplete || len(again.Files) != len(result.Files) || s.total() != before {
				t.Errorf("resume: %+v, %v, %d requests", again, err, s.total()-before)
			}

			// The same request is a new export now; the files of the first stay.
			second, err := export(t, c, dir, fetch.Request{})
			if err != nil || second.Run != 2 {
				t.Fatalf("second: %+v, %v", second, err)
			}
			if n := len(dataFiles(t, dir)); n != 2*len(result.Files) || s.JobCount() != 2 {
				t.Errorf("%d files, %d jobs", n, s.JobCount())
			}
		})
	}
}

func TestDecompress(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()})
		dir := t.TempDir()
		c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		if _, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Decompress: true}); err != nil {
			t.Fatal(err)
		}
		wantSmallExport(t, dir)
		if packed, _ := filepath.Glob(filepath.Join(dir, "*.gz")); len(packed) > 0 {
			t.Errorf("compressed: %v", packed)
		}
	})
}

func TestEmptyExport(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{})
		dir := t.TempDir()
		c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		result, err := export(t, c, dir, fetch.Request{})
		if err != nil || len(result.Files) != 0 {
			t.Fatalf("%+v, %v", result, err)
		}
		// An empty export counts: the next one is an increment.
		if result, err = export(t, c, dir, fetch.Request{Since: fetch.SinceAuto}); err != nil || result.Since == "" {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

func TestSinceAuto(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		// With nanoseconds and an offset, and in the future by the local clock.
		const odd = "2031-02-03T04:05:06.123456789+05:30"
		s := serve(t, bcdatest.Options{Files: smallExport(), Manifest: func(m *bcdatest.Manifest) { m.TransactionTime = odd }})
		dir, other := t.TempDir(), t.TempDir()
		v2 := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		v3 := client(t, s.url)
		auto := fetch.Request{Since: fetch.SinceAuto}
		for i, tt := range []struct {
			c       *fetch.Client
			request fetch.Request
			want    string
		}{
			{v2, auto, ""},
			{v2, fetch.Request{Since: fetch.SinceAuto, Types: []string{"Patient"}}, ""},                            // per types
			{v2, fetch.Request{Since: fetch.SinceAuto, Types: []string{"Patient", "Coverage"}, Group: "all"}, ""},  // per endpoint
			{v2, fetch.Request{Since: "2026-05-04T00:00:00Z", Types: []string{"Patient"}}, "2026-05-04T00:00:00Z"}, //
			{v2, fetch.Request{Types: []string{"Patient"}}, ""},                                                    //
			{v3, fetch.Request{Since: fetch.SinceAuto, Types: []string{"ExplanationOfBenefit"}, TypeFilters: []string{"ExplanationOfBenefit?outcome=complete"}}, ""},
		} {
			dir := dir
			if tt.c == v3 {
				dir = other
			}
			result, err := export(t, tt.c, dir, tt.request)
			if err != nil || result.Since != tt.want {
				t.Fatalf("%d: since %q, %v", i, result.Since, err)
			}
		}
		// The server rejects that time, but it was sent as it is.
		_, err := export(t, v2, dir, fetch.Request{Since: fetch.SinceAuto, Types: []string{"Coverage", "Patient"}, Group: "all"})
		wantKind(t, err, fetch.ErrRejected)
		last := s.requests[len(s.requests)-1]
		if got := last.URL.Query().Get("_since"); got != odd {
			t.Errorf("sent since %q", got)
		}
		if !strings.Contains(last.URL.RawQuery, "%2B05:30") && !strings.Contains(last.URL.RawQuery, "%2B05%3A30") {
			t.Errorf("sent %s", last.URL.RawQuery)
		}
	})
}

func TestUnfinishedOfAnotherRequest(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 1, Status: 401}, {At: bcdatest.Job, Skip: 1, Times: 1, Status: 401}}})
		dir := t.TempDir()
		c := client(t, s.url)
		_, err := export(t, c, dir, fetch.Request{})
		wantKind(t, err, fetch.ErrAuth)
		_, err = export(t, c, dir, fetch.Request{Types: []string{"Patient"}})
		wantKind(t, err, fetch.ErrFolder)
		if _, err := export(t, c, dir, fetch.Request{}); err != nil {
			t.Error(err)
		}
		if s.exports() != 1 {
			t.Errorf("%d kick-offs", s.exports())
		}
		wantSmallExport(t, dir)
	})
}

func TestResumeNothing(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		_, err := client(t, "https://127.0.0.1:1").Resume(t.Context(), fetch.ExportOptions{Dir: dir})
		wantKind(t, err, fetch.ErrFolder)
		_, err = fetch.ReadLastRun(dir)
		wantKind(t, err, fetch.ErrFolder)
	})
}

func TestTwoRuns(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), JobTime: 300 * time.Millisecond})
		dir := t.TempDir()
		first := make(chan error, 1)
		go func() {
			_, err := client(t, s.url).Export(t.Context(), fetch.ExportOptions{Dir: dir})
			first <- err
		}()
		synctest.Wait()
		before := s.exports()
		_, err := client(t, s.url).Export(t.Context(), fetch.ExportOptions{Dir: dir})
		wantKind(t, err, fetch.ErrFolder)
		if !strings.Contains(err.Error(), "in use") || s.exports() != before {
			t.Errorf("%v", err)
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
		wantSmallExport(t, dir)
	})
}

// TestStateLost: a new run does not mistake files that the state does not list
// for its own.
func TestStateLost(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()})
		dir := t.TempDir()
		old := string(lines("Patient", 99, 2))
		halves := []string{"007-Coverage-00001.ndjson.part", "007-Coverage-00001.ndjson.part.json", "_007-error-00001.ndjson.plain.part"}
		for _, name := range append(halves, "001-Patient-00001.ndjson", "mine.part") {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(old), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		result, err := export(t, client(t, s.url), dir, fetch.Request{})
		if err != nil || result.Run != 8 {
			t.Fatalf("%+v, %v", result, err)
		}
		files := dataFiles(t, dir)
		if files["001-Patient-00001.ndjson"] != old || files["008-Patient-00001.ndjson.gz"] != string(lines("Patient", 1, 20)) {
			t.Errorf("%d files", len(files))
		}
		// Partial files of earlier runs are removed.
		left, err := filepath.Glob(filepath.Join(dir, "*.part*"))
		if err != nil || len(left) != 1 || filepath.Base(left[0]) != "mine.part" {
			t.Errorf("left over: %v, %v", left, err)
		}
	})
}

// TestProgressOfTheRest: files that an earlier process downloaded do not count
// in the estimate.
func TestProgressOfTheRest(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{
			{At: bcdatest.Data, Skip: 4, Times: 2, Status: 401},
			{At: bcdatest.Data, Wait: 300 * time.Millisecond},
		}})
		dir := t.TempDir()
		c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		_, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Jobs: 1})
		wantKind(t, err, fetch.ErrAuth)
		var seen []fetch.Progress
		_, err = c.Resume(t.Context(), fetch.ExportOptions{Dir: dir, Jobs: 1, Progress: func(p fetch.Progress) { seen = append(seen, p) }})
		if err != nil || len(seen) < 2 {
			t.Fatalf("%d reports, %v", len(seen), err)
		}
		for _, p := range seen {
			if p.FilesDone == 5 && (p.Files != 7 || p.Remaining < 2*p.Elapsed-time.Millisecond || p.Remaining > 2*p.Elapsed) {
				t.Errorf("%+v", p)
			}
		}
		if last := seen[len(seen)-1]; last.FilesDone != 7 || last.Resources != 440 {
			t.Errorf("at the end: %+v", last)
		}
	})
}
