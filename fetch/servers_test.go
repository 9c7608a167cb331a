package fetch_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/fetch/internal/memnet"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// elsewhere makes a client of the server's plain FHIR API.
func elsewhere(t testing.TB, s *fixture, change ...func(*fetch.Options)) *fetch.Client {
	return client(t, s.url+"/fhir", append([]func(*fetch.Options){func(o *fetch.Options) {
		auth := credentials
		auth.TokenURL = s.url + "/auth/token"
		o.Auth = auth
	}}, change...)...)
}

// withStorage starts a server whose files are at another origin.
func withStorage(t testing.TB, opts bcdatest.Options) *fixture {
	t.Helper()
	var s *fixture
	storage := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.StorageHandler().ServeHTTP(w, r) }))
	opts.Storage = storage.URL
	s = serve(t, opts)
	s.storageURL = storage.URL
	return s
}

// TestSignedAddresses: when the signature of an address expires, the download
// continues at a new address of the same job.
func TestSignedAddresses(t *testing.T) {
	for _, status := range []int{400, 401, 403} {
		for _, storage := range []bool{true, false} {
			if !storage && status == 401 {
				continue // at the server itself it is about the token
			}
			run(t, fmt.Sprintf("%d storage %v", status, storage), func(t *testing.T) {
				opts := bcdatest.Options{
					Files: smallExport(), SignedUses: 1, SignedStatus: status,
					// Downloads are interrupted, and then their signatures are used up.
					Faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 3, CutAfter: 6000}},
				}
				var s *fixture
				if storage {
					s = withStorage(t, opts)
				} else {
					s = serve(t, opts)
				}
				dir := t.TempDir()
				c := client(t, s.url, func(o *fetch.Options) {
					o.API = "v2"
					if storage {
						o.AllowOrigins = []string{s.storageURL}
					}
				})
				if _, err := export(t, c, dir, fetch.Request{}); err != nil {
					t.Fatal(err)
				}
				wantSmallExport(t, dir)
				if s.JobCount() != 1 {
					t.Errorf("%d jobs", s.JobCount())
				}
			})
		}
	}
}

// TestResumeOutdated: an export that is resumed after its addresses have expired
// gets new ones.
func TestResumeOutdated(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := withStorage(t, bcdatest.Options{
			Files: smallExport(), SignedUses: 1,
			Faults: []bcdatest.Fault{{At: bcdatest.Data, Skip: 2, Times: 12, CutAfter: 10}},
		})
		allow := func(o *fetch.Options) { o.API, o.AllowOrigins = "v2", []string{s.storageURL} }
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		done := 0
		_, err := client(t, s.url, allow).Export(ctx, fetch.ExportOptions{Dir: dir, Jobs: 1, File: func(fetch.File) {
			if done++; done == 2 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		// Use up all signatures.
		state, err := os.ReadFile(filepath.Join(dir, stateFile))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(state), `"url": "`)[1:] {
			address, _, _ := strings.Cut(part, `"`)
			if strings.Contains(address, "signature=") {
				if resp, err := (&http.Client{Transport: memnet.NewTransport(t)}).Get(address); err == nil {
					resp.Body.Close()
				}
			}
		}
		result, err := client(t, s.url, allow).Resume(t.Context(), fetch.ExportOptions{Dir: dir})
		if err != nil || result.Missing != 0 || s.JobCount() != 1 {
			t.Fatalf("%+v, %v, %d jobs", result, err, s.JobCount())
		}
		wantSmallExport(t, dir)
	})
}

// TestRedirectedFiles: a redirect to a storage host is followed without the token,
// and again when its signature has expired.
func TestRedirectedFiles(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		text := lines("Patient", 1, 30)
		var asked atomic.Int32
		storage := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("Authorization") != "":
				t.Error("the token went to the storage host")
			case asked.Add(1) == 1:
				w.WriteHeader(http.StatusForbidden)
			default:
				_, _ = w.Write(text)
			}
		}))
		s := memnet.NewServer(t, manifestOf(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, storage.URL+"/x?signature=1", http.StatusFound)
		}))
		dir := t.TempDir()
		c := client(t, s.URL+"/fhir", func(o *fetch.Options) { o.Auth, o.AllowOrigins = nil, []string{storage.URL} })
		if _, err := export(t, c, dir, fetch.Request{}); err != nil || dataFiles(t, dir)["001-Patient-00001.ndjson"] != string(text) {
			t.Error(err)
		}
		// If the host is not allowed, the error names it.
		_, err := export(t, client(t, s.URL+"/fhir", func(o *fetch.Options) { o.Auth = nil }), t.TempDir(), fetch.Request{})
		wantKind(t, err, fetch.ErrPartial)
		var e *fetch.Error
		if !errors.As(err, &e) || e.Origin != storage.URL {
			t.Errorf("%v, origin %q", err, e.Origin)
		}
	})
}

// TestRefusedForGood: a file whose new addresses are refused as well is given up,
// and the other files are downloaded.
func TestRefusedForGood(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := withStorage(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{{At: bcdatest.Data, Type: "Patient", Status: 403}}})
		c := client(t, s.url, func(o *fetch.Options) { o.API, o.AllowOrigins = "v2", []string{s.storageURL} })
		dir := t.TempDir()
		_, err := export(t, c, dir, fetch.Request{})
		wantKind(t, err, fetch.ErrPartial)
		if !strings.Contains(err.Error(), "1 of 7 files is missing: 001-Patient-00001.ndjson") || len(dataFiles(t, dir)) != 6 {
			t.Error(err)
		}
	})
}

// TestFlawedFiles: a flawed file is kept, counted and named, and the export is
// incomplete unless flaws are allowed.
func TestFlawedFiles(t *testing.T) {
	synthtest.WithoutRace(t)
	good := string(lines("Patient", 1, 1000))
	half := len(good)/2 + strings.IndexByte(good[len(good)/2:], '\n') + 1
	zero := 0
	for name, tt := range map[string]struct {
		text string
		opts bcdatest.Options
		says string
		bad  int64
	}{
		"bad line":    {text: good[:half] + `{"resourceType":"Patient",` + "\n" + good[half:], says: "1 file has flaws: 001-Patient-00001.ndjson.gz: line 502 is not valid JSON", bad: 1},
		"other types": {text: good[:half] + string(lines("Coverage", 1, 3)) + good[half:], says: "line 502 is Coverage, not Patient, and 2 more bad lines", bad: 3},
		"count": {text: good, says: "1000 resources, but the manifest announces 0", opts: bcdatest.Options{
			Manifest: first(func(f *bcdatest.ManifestFile) { f.Count = &zero }),
		}},
		"length": {text: good, says: "the manifest announces 0", opts: bcdatest.Options{Integrity: true, Manifest: first(func(f *bcdatest.ManifestFile) {
			f.Extension[1].ValueDecimal = &zero
		})}},
		"checksum": {text: good, says: "the checksum differs from the manifest", opts: bcdatest.Options{Integrity: true, Manifest: first(func(f *bcdatest.ManifestFile) {
			f.Extension[0].ValueString = "sha256:" + strings.Repeat("0", 64)
		})}},
	} {
		run(t, name, func(t *testing.T) {
			tt.opts.Files = append(smallExport()[1:], bcdatest.Text("Patient", []byte(tt.text)))
			slices.Reverse(tt.opts.Files)
			s := serve(t, tt.opts)
			var log safeBuffer
			c := client(t, s.url, func(o *fetch.Options) { o.API, o.Log = "v2", slog.New(slog.NewTextHandler(&log, nil)) })
			dir := t.TempDir()
			result, err := export(t, c, dir, fetch.Request{Since: fetch.SinceAuto})
			wantKind(t, err, fetch.ErrPartial)
			if !strings.Contains(err.Error(), tt.says) || result.Flawed != 1 || result.BadLines != tt.bad || result.Missing != 0 {
				t.Errorf("%v, %+v", err, result)
			}
			if dataFiles(t, dir)["001-Patient-00001.ndjson.gz"] != tt.text || !strings.Contains(log.String(), "001-Patient-00001.ndjson.gz was kept, but ") {
				t.Errorf("the file is not what the server has, or not named: %s", log.String())
			}
			if runs, err := fetch.CompleteRuns(dir); err != nil || len(runs) != 0 {
				t.Errorf("%+v, %v", runs, err)
			}
			// With AllowFlawed the export is complete, without another request.
			before := s.total()
			accept := fetch.ExportOptions{Dir: dir, Request: fetch.Request{Since: fetch.SinceAuto}, AllowFlawed: true}
			do := c.Resume
			if tt.bad > 0 {
				do = c.Export // the same command, with the flag
			}
			if result, err = do(t.Context(), accept); err != nil || result.Flawed != 1 || s.total() != before {
				t.Errorf("%+v, %v, %d requests", result, err, s.total()-before)
			}
			if result, err = export(t, c, dir, fetch.Request{Since: fetch.SinceAuto}); err != nil || result.Since == "" || result.SinceRun != 1 {
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
}

// first changes the first file of a manifest, if there is one.
func first(change func(*bcdatest.ManifestFile)) func(*bcdatest.Manifest) {
	return func(m *bcdatest.Manifest) {
		if len(m.Output) > 0 {
			change(&m.Output[0])
		}
	}
}

// TestIntegrityHolds: a file that was damaged by the network is downloaded again,
// and one with the right length and checksum has no flaw.
func TestIntegrityHolds(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		text := lines("Patient", 1, 40)
		spoiled := bytes.Replace(slices.Clone(text), []byte("filler"), []byte("fuller"), 1)
		s := serve(t, bcdatest.Options{
			Files: []bcdatest.File{bcdatest.Text("Patient", text)}, Integrity: true,
			Faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 1, Status: 200, Header: http.Header{"Content-Encoding": {"gzip"}}, Body: packed(spoiled)}},
		})
		for _, decompress := range []bool{false, true} {
			dir := t.TempDir()
			c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
			result, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Decompress: decompress})
			if err != nil || result.Flawed != 0 {
				t.Errorf("%+v, %v", result, err)
			}
			for name, got := range dataFiles(t, dir) {
				if got != string(text) {
					t.Errorf("%s is not what the server has", name)
				}
			}
		}
	})
}

// TestKickoffReplies: servers send the address of a job in several ways.
func TestKickoffReplies(t *testing.T) {
	for name, opts := range map[string]bcdatest.Options{
		"202 and Location":         {Location: "Location"},
		"200 and Content-Location": {Accepted: 200},
		"201 and Location":         {Accepted: 201, Location: "Location"},
	} {
		run(t, name, func(t *testing.T) {
			opts.Files, opts.Base, opts.NoJobList = smallExport(), "/fhir", true
			s := serve(t, opts)
			dir := t.TempDir()
			if _, err := export(t, elsewhere(t, s), dir, fetch.Request{}); err != nil || s.JobCount() != 1 {
				t.Errorf("%v, %d jobs", err, s.JobCount())
			}
			wantSmallExport(t, dir)
		})
	}
}

// TestUnnamedJob: a job without an address is looked for in the job list, and
// not started again.
func TestUnnamedJob(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		opts := bcdatest.Options{Files: smallExport(), Base: "/fhir", NoJobList: true, Location: "-"}
		s := serve(t, opts)
		_, err := export(t, elsewhere(t, s), t.TempDir(), fetch.Request{})
		wantKind(t, err, fetch.ErrUnavailable)
		if !strings.Contains(err.Error(), "without the address of its job; the job may be running") || s.exports() != 1 {
			t.Errorf("%v, %d kick-offs", err, s.exports())
		}
		// It is in the job list.
		s = serve(t, bcdatest.Options{Files: smallExport(), Location: "-"})
		dir := t.TempDir()
		if _, err := export(t, client(t, s.url), dir, fetch.Request{}); err != nil || s.exports() != 1 {
			t.Errorf("%v, %d kick-offs", err, s.exports())
		}
		wantSmallExport(t, dir)
	})
}

// TestLostStarts: requests that may have started a job are repeated only twice.
func TestLostStarts(t *testing.T) {
	for name, fault := range map[string]bcdatest.Fault{
		"lost": {At: bcdatest.Kickoff, Lose: true},
		"504":  {At: bcdatest.Kickoff, Status: 504},
	} {
		run(t, name, func(t *testing.T) {
			s := serve(t, bcdatest.Options{Files: smallExport(), Base: "/fhir", NoJobList: true, Faults: []bcdatest.Fault{fault}})
			c := elsewhere(t, s, func(o *fetch.Options) { o.Waits.RetryBudget = time.Hour })
			_, err := export(t, c, t.TempDir(), fetch.Request{})
			wantKind(t, err, fetch.ErrUnavailable)
			if !strings.Contains(err.Error(), "jobs may be running") || s.exports() != 3 {
				t.Errorf("%v, %d kick-offs", err, s.exports())
			}
		})
	}
	// A request that certainly started none is repeated for the whole budget.
	run(t, "503", func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Base: "/fhir", NoJobList: true, Faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 5, Status: 503}}})
		if _, err := export(t, elsewhere(t, s), t.TempDir(), fetch.Request{}); err != nil || s.exports() != 6 {
			t.Errorf("%v, %d kick-offs", err, s.exports())
		}
	})
}

// TestManifestForms: manifests of known servers are accepted. An invalid one ends
// the export after a few polls, with an error that names the member.
func TestManifestForms(t *testing.T) {
	without := func(change func(map[string]any)) func([]byte) []byte {
		return func(text []byte) []byte {
			var m map[string]any
			_ = json.Unmarshal(text, &m)
			change(m)
			text, _ = json.Marshal(m)
			return text
		}
	}
	for name, tt := range map[string]struct {
		change func(map[string]any)
		says   string
		files  int
	}{
		"no output":        {change: func(m map[string]any) { delete(m, "output") }},
		"output null":      {change: func(m map[string]any) { m["output"] = nil }},
		"error null":       {change: func(m map[string]any) { m["error"] = nil }, files: 7},
		"output no list":   {change: func(m map[string]any) { m["output"] = "none" }, says: `member "output" of the manifest is not a list`},
		"no time":          {change: func(m map[string]any) { delete(m, "transactionTime") }, says: `member "transactionTime" of the manifest is missing`},
		"address no text":  {change: func(m map[string]any) { m["output"].([]any)[2].(map[string]any)["url"] = 5 }, says: `member "output[2].url"`},
		"relative address": {change: relative, files: 7},
	} {
		run(t, name, func(t *testing.T) {
			s := serve(t, bcdatest.Options{Files: smallExport(), Base: "/fhir", RawManifest: without(tt.change)})
			c := elsewhere(t, s, func(o *fetch.Options) { o.Waits.RetryBudget = time.Hour })
			result, err := export(t, c, t.TempDir(), fetch.Request{})
			if tt.says == "" {
				if err != nil || len(result.Files) != tt.files {
					t.Errorf("%+v, %v", result, err)
				}
				return
			}
			wantKind(t, err, fetch.ErrUnavailable)
			if !strings.Contains(err.Error(), tt.says) || s.count("GET /fhir/jobs/") > 5 {
				t.Errorf("%v, %d polls", err, s.count("GET /fhir/jobs/"))
			}
		})
	}
}

// relative makes addresses relative to the manifest's, /fhir/jobs/1.
func relative(m map[string]any) {
	for _, file := range m["output"].([]any) {
		f := file.(map[string]any)
		address := f["url"].(string)
		f["url"] = "../.." + address[strings.Index(address, "/data/"):]
	}
}

// TestGoneFiles: an export whose files are gone, although its job is not, ends at
// the second attempt.
func TestGoneFiles(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		for status, requests := range map[int]int{404: 1, 410: 1, 500: 4} {
			for _, again := range []bool{false, true} {
				s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{
					{At: bcdatest.Data, Type: "Patient", Times: 2 * requests, Status: status},
				}})
				dir := t.TempDir()
				c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
				daily := func() error {
					_, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, New: again})
					return err
				}
				wantKind(t, daily(), fetch.ErrPartial)
				err := daily()
				if !again {
					wantKind(t, err, fetch.ErrExpired)
					_, err = c.Resume(t.Context(), fetch.ExportOptions{Dir: dir})
					wantKind(t, err, fetch.ErrExpired)
					err = daily()
				}
				// With New, the second attempt starts a new export.
				if err != nil || s.JobCount() != 2 {
					t.Errorf("%d, again %v: %v, %d jobs", status, again, err, s.JobCount())
				}
			}
		}
	})
}

// TestNewAfterExpiry: with New, an export whose job has expired is replaced by a
// new one at once.
func TestNewAfterExpiry(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 401}, {At: bcdatest.Data, Skip: 1, Times: 1, Status: 401}}})
		dir := t.TempDir()
		c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		_, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Jobs: 1})
		wantKind(t, err, fetch.ErrAuth)
		s.Archive(1)
		if _, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, New: true}); err != nil || s.JobCount() != 2 {
			t.Errorf("%v, %d jobs", err, s.JobCount())
		}
	})
}

// TestWaitForOthers: with Wait, an export waits for a job that blocks it, beyond
// the retry budget.
func TestWaitForOthers(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), JobTime: 300 * time.Millisecond})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		other := make(chan error, 1)
		go func() {
			_, err := client(t, s.url).Export(ctx, fetch.ExportOptions{Dir: t.TempDir(), Request: fetch.Request{Types: []string{"Patient"}}})
			other <- err
		}()
		synctest.Wait()
		dir := t.TempDir()
		var log safeBuffer
		c := client(t, s.url, func(o *fetch.Options) {
			o.Waits.RetryBudget, o.Log = 20*time.Millisecond, slog.New(slog.NewTextHandler(&log, nil))
		})
		if _, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Wait: true}); err != nil || s.JobCount() != 2 {
			t.Errorf("%v, %d jobs", err, s.JobCount())
		}
		wantSmallExport(t, dir)
		if n := strings.Count(log.String(), "job 1 of your organization is still running"); n != 1 {
			t.Errorf("told %d times: %s", n, log.String())
		}
		if err := <-other; err != nil {
			t.Error(err)
		}
	})
}

// TestMixedFolder: a folder does not mix data of two API versions.
func TestMixedFolder(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Base: "/fhir"})
		dir := t.TempDir()
		v2 := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		if _, err := export(t, v2, dir, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		before := s.exports()
		for _, c := range []*fetch.Client{client(t, s.url), elsewhere(t, s)} {
			_, err := export(t, c, dir, fetch.Request{})
			wantKind(t, err, fetch.ErrFolder)
			if !strings.Contains(err.Error(), "has data of API v2") || s.exports() != before {
				t.Error(err)
			}
		}
		// A rejected export left no data.
		s = serve(t, bcdatest.Options{Files: smallExport(), NoV3: true})
		dir = t.TempDir()
		_, err := export(t, client(t, s.url), dir, fetch.Request{})
		wantKind(t, err, fetch.ErrRejected)
		if _, err := export(t, client(t, s.url, func(o *fetch.Options) { o.API = "v2" }), dir, fetch.Request{}); err != nil {
			t.Error(err)
		}
	})
}

// TestCompleteRuns lists complete exports, with their files in manifest order.
func TestCompleteRuns(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{{At: bcdatest.Data, Skip: 7, Times: 1, Status: 403}}})
		dir := t.TempDir()
		c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		_, err1 := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Note: "first"})
		_, err2 := export(t, c, dir, fetch.Request{})
		_, err3 := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Request: fetch.Request{Since: fetch.SinceAuto}, Note: "third"})
		if err1 != nil || err3 != nil {
			t.Fatal(err1, err3)
		}
		wantKind(t, err2, fetch.ErrPartial)
		runs, err := fetch.CompleteRuns(dir)
		if err != nil || len(runs) != 2 || runs[0].Number != 1 || runs[1].Number != 3 || runs[0].Since != "" || runs[1].Since == "" {
			t.Fatalf("%+v, %v", runs, err)
		}
		names := []string{}
		for _, f := range runs[0].Files {
			names = append(names, filepath.Base(f.Path))
			if info, err := os.Stat(f.Path); err != nil || info.Size() != f.Size {
				t.Errorf("%+v: %v", f, err)
			}
		}
		if len(names) != 7 || names[0] != "001-Patient-00001.ndjson.gz" || names[6] != "001-ExplanationOfBenefit-00005.ndjson.gz" {
			t.Error(names)
		}
		saved, err := fetch.ReadLastRun(dir)
		if err != nil || saved.Note != "third" || !saved.Matches(c, fetch.Request{Since: fetch.SinceAuto}) || saved.Matches(c, fetch.Request{}) {
			t.Errorf("%+v, %v", saved, err)
		}
		for i, want := range []string{"third", "changed"} {
			if err := fetch.SetNote(dir, 2+i, "changed"); err != nil {
				t.Error(err)
			}
			if saved, err := fetch.ReadLastRun(dir); err != nil || saved.Note != want {
				t.Errorf("%+v, %v", saved, err)
			}
		}
	})
}

// TestSystemTypes recognizes v3's message about system types.
func TestSystemTypes(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()})
		result, err := export(t, client(t, s.url), t.TempDir(), fetch.Request{})
		if err != nil || !result.SystemTypes {
			t.Errorf("%+v, %v", result, err)
		}
		result, err = export(t, client(t, s.url), t.TempDir(), fetch.Request{TypeFilters: []string{
			"ExplanationOfBenefit?_tag=https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|NationalClaimsHistory"}})
		if err != nil || result.SystemTypes {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

// TestScope: AB2D requires a scope.
func TestScope(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Base: "/fhir", Scope: "clientCreds"})
		for scope, kind := range map[string]fetch.Kind{"clientCreds": "", "": fetch.ErrAuth} {
			auth := credentials
			auth.TokenURL, auth.Scope = s.url+"/auth/token", scope
			_, err := client(t, s.url+"/fhir", func(o *fetch.Options) { o.Auth = auth }).Token(t.Context())
			if kind == "" && err != nil {
				t.Error(err)
			} else if kind != "" {
				wantKind(t, err, kind)
			}
		}
		_, err := client(t, s.url, func(o *fetch.Options) {
			auth := credentials
			auth.Scope = "x"
			o.Auth = auth
		}).Token(t.Context())
		wantKind(t, err, fetch.ErrOptions)
	})
}

func TestUntil(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Base: "/fhir"})
		c := elsewhere(t, s)
		dir := t.TempDir()
		if _, err := export(t, c, dir, fetch.Request{Until: "2026-05-04T00:00:00+05:00"}); err != nil {
			t.Fatal(err)
		}
		if n := s.count("GET /fhir/Patient/$export"); n != 1 {
			t.Errorf("%d kick-offs", n)
		}
		// Such an export is not the base of an increment without Until.
		if result, err := export(t, c, dir, fetch.Request{Since: fetch.SinceAuto}); err != nil || result.Since != "" {
			t.Errorf("%+v, %v", result, err)
		}
		for _, bad := range []fetch.Request{{Until: "2026-05-04"}, {Until: "2026-05-04T00:00:00Z", Since: "2026-05-04T00:00:00Z"}} {
			_, err := export(t, c, dir, bad)
			wantKind(t, err, fetch.ErrOptions)
		}
		_, err := export(t, client(t, s.url), dir, fetch.Request{Until: "2026-05-04T00:00:00Z"})
		wantKind(t, err, fetch.ErrOptions)
	})
}

// TestForbidden: a 403 is the same kind of error in every request.
func TestForbidden(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		refuse := func(at bcdatest.Place) bcdatest.Fault {
			return bcdatest.Fault{At: at, Status: 403, Body: outcome("forbidden", "denied")}
		}
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{refuse(bcdatest.Kickoff), refuse(bcdatest.Jobs), refuse(bcdatest.Job), refuse(bcdatest.Attribution), refuse(bcdatest.Cancel)}})
		c := client(t, s.url)
		_, err1 := export(t, c, t.TempDir(), fetch.Request{})
		_, err2 := c.Jobs(t.Context())
		_, err3 := c.JobStatus(t.Context(), "1")
		_, err4 := c.Attribution(t.Context())
		for _, err := range []error{err1, err2, err3, err4, c.CancelJob(t.Context(), "1")} {
			wantKind(t, err, fetch.ErrRejected)
		}
	})
}

// TestProxy: the refusal of a proxy is reported as such, and not retried if that
// would not help.
func TestProxy(t *testing.T) {
	var requests int
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, "https://192.0.2.1", func(o *fetch.Options) {
		o.Waits.RetryBudget = time.Hour
		transport := fetch.NewTransport(t, o.Waits)
		transport.Proxy = http.ProxyURL(address)
		o.Transport = transport
	})
	_, err = c.Metadata(t.Context())
	wantKind(t, err, fetch.ErrUnavailable)
	if !strings.Contains(err.Error(), "the proxy "+address.Host+" returned 407") || requests != 1 {
		t.Errorf("%v, %d requests", err, requests)
	}
}

// TestCertificates: the error says what is wrong with a certificate, without
// retries.
func TestCertificates(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	later := func() time.Time { return s.Certificate().NotAfter.Add(time.Hour) }
	for says, config := range map[string]*tls.Config{
		"is not trusted":                       {},
		"is for another name":                  {RootCAs: pool, ServerName: "elsewhere.example"},
		"has expired or is not valid yet":      {RootCAs: pool, Time: later},
		"the server returned 404 (Not Found):": {RootCAs: pool},
	} {
		c := client(t, s.URL, func(o *fetch.Options) {
			o.Waits.RetryBudget = time.Hour
			o.Transport = &http.Transport{TLSClientConfig: config}
		})
		if _, err := c.Metadata(t.Context()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

// TestFacts checks the facts in errors from which programs make hints.
func TestFacts(t *testing.T) {
	run(t, "origin of files", func(t *testing.T) {
		s := withStorage(t, bcdatest.Options{Files: smallExport()})
		_, err := export(t, client(t, s.url, func(o *fetch.Options) { o.API = "v2" }), t.TempDir(), fetch.Request{})
		wantKind(t, err, fetch.ErrPartial)
		var e *fetch.Error
		if !errors.As(err, &e) || e.Origin != s.storageURL {
			t.Errorf("%v, origin %q", err, e.Origin)
		}
	})
	run(t, "expired while resuming", func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 2, Status: 401}, {At: bcdatest.Job, Status: 410}}})
		c := client(t, s.url)
		dir := t.TempDir()
		_, err := export(t, c, dir, fetch.Request{})
		wantKind(t, err, fetch.ErrAuth)
		for range 2 { // from the server, and from the state
			_, err = c.Resume(t.Context(), fetch.ExportOptions{Dir: dir})
			wantKind(t, err, fetch.ErrExpired)
		}
	})
	run(t, "unknown job", func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()})
		_, err := client(t, s.url).JobStatus(t.Context(), "99")
		var e *fetch.Error
		if !errors.As(err, &e) || e.Kind != fetch.ErrExpired || !strings.Contains(e.Hint(), "check the id") {
			t.Errorf("%v, hint %q", err, e.Hint())
		}
	})
	run(t, "no token URL", func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()})
		_, err := client(t, s.url+"/none", func(o *fetch.Options) { o.Auth = credentials }).Token(t.Context())
		if !errors.Is(err, fetch.ErrNoTokenURL) {
			t.Error(err)
		}
	})
	run(t, "blocking job", func(t *testing.T) {
		s := serve(t, bcdatest.Options{JobTime: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := client(t, s.url).Export(ctx, fetch.ExportOptions{Dir: t.TempDir(), Request: fetch.Request{Types: []string{"Patient"}}})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		_, err = export(t, client(t, s.url), t.TempDir(), fetch.Request{})
		var e *fetch.Error
		if !errors.As(err, &e) || e.Kind != fetch.ErrDuplicate || e.Job != "1" {
			t.Errorf("%v, job %q", err, e.Job)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		c := client(t, "http://127.0.0.1:1", func(o *fetch.Options) { o.Waits.RetryBudget = time.Millisecond })
		_, err := c.Token(t.Context())
		if !errors.Is(err, fetch.ErrRetryBudget) || !strings.HasPrefix(err.Error(), "cannot reach the server (connection refused); gave up after 1 attempt in") {
			t.Error(err)
		}
	})
}

// TestTokenIsHTML: a token address that returns something else is given up after a
// few attempts, before the retry budget is used up.
func TestTokenIsHTML(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Faults: []bcdatest.Fault{{At: bcdatest.Token, Status: 200, Body: "<html>"}}})
		c := client(t, s.url, func(o *fetch.Options) { o.Waits.RetryBudget = time.Hour })
		_, err := c.Token(t.Context())
		wantKind(t, err, fetch.ErrUnavailable)
		if n := s.count("POST /auth/token"); n != 4 || !strings.Contains(err.Error(), "not JSON") {
			t.Errorf("%v after %d requests", err, n)
		}
	})
}

// A roundTripper is a function that sends a request.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestInterruptedReply: when the context ends while a reply is read, that is the
// error, and there is no retry.
func TestInterruptedReply(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		server := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "{")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}))
		var words bytes.Buffer
		c := client(t, server.URL+"/fhir", func(o *fetch.Options) {
			o.Auth, o.Log = nil, slog.New(slog.NewTextHandler(&words, nil))
			transport := memnet.NewTransport(t)
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				resp, err := transport.RoundTrip(r)
				cancel(errors.New("stopped by a signal"))
				return resp, err
			})
		})
		if _, err := c.Metadata(ctx); !errors.Is(err, context.Canceled) || words.Len() > 0 {
			t.Errorf("%v, log %q", err, words.String())
		}
	})
}
