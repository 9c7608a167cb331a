package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/fetch/internal/memnet"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

func outcome(code, text string) string {
	return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":%q,"details":{"text":%q}}]}`, code, text)
}

func packed(text []byte) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text)
	_ = z.Close()
	return b.String()
}

// A passingFault is one that an export survives.
type passingFault struct {
	faults []bcdatest.Fault
	opts   bcdatest.Options
}

func passingFaults() map[string]passingFault {
	again := http.Header{"Retry-After": {"1"}} // MaxWait makes less of it
	gzipped := http.Header{"Content-Encoding": {"gzip"}, "Content-Type": {"application/fhir+ndjson"}}
	eob := packed(lines("ExplanationOfBenefit", 1, 300))
	return map[string]passingFault{
		"token slow":                 {faults: []bcdatest.Fault{{At: bcdatest.Token, Times: 3, Status: 503}}},
		"token connection closed":    {faults: []bcdatest.Fault{{At: bcdatest.Token, Times: 2, Lose: true}}},
		"token throttled":            {faults: []bcdatest.Fault{{At: bcdatest.Token, Times: 1, Status: 429, Header: http.Header{"Retry-After": {"300"}}, Body: "Too Many Requests"}}},
		"token reply is no token":    {faults: []bcdatest.Fault{{At: bcdatest.Token, Times: 1, Status: 200, Body: "<html>"}}},
		"token expires mid-poll":     {opts: bcdatest.Options{TokenLife: time.Second, JobTime: 1300 * time.Millisecond}},
		"token refused once":         {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 1, Status: 401, Body: outcome("forbidden", "Invalid Token")}}},
		"kick-off reply lost":        {faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 1, Lose: true}}, opts: bcdatest.Options{JobTime: 50 * time.Millisecond}},
		"kick-off reply lost, done":  {faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 1, Lose: true}}},
		"kick-off lost, jobs down":   {faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 1, Lose: true}, {At: bcdatest.Jobs, Times: 2, Status: 502}}},
		"kick-off 500":               {faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 2, Status: 500, Body: outcome("exception", "Internal Error")}}},
		"kick-off 503":               {faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 3, Status: 503}}},
		"kick-off throttled":         {faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 1, Status: 429, Header: again, Body: outcome("throttled", "slow down")}}},
		"kick-off busy, then not":    {faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Times: 2, Status: 429, Header: http.Header{"Retry-After": {"0"}}}}},
		"poll 502, 503, 504":         {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 2, Status: 502}, {At: bcdatest.Job, Skip: 2, Times: 2, Status: 503}, {At: bcdatest.Job, Skip: 4, Times: 2, Status: 504}}},
		"poll Internal Error":        {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 3, Status: 500, Body: outcome("exception", "Internal Error")}}},
		"poll 500, other reason":     {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 3, Status: 500, Body: outcome("processing", "Something broke!")}}},
		"poll throttled":             {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 2, Status: 429, Header: again, Body: outcome("throttled", "slow down")}}},
		"poll reply lost":            {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 2, Lose: true}}},
		"poll stalls":                {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 1, CutAfter: 10, Stall: time.Minute}}},
		"poll 200 with HTML":         {faults: []bcdatest.Fault{{At: bcdatest.Job, Times: 2, Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>sign in</html>"}}},
		"download throttled":         {faults: []bcdatest.Fault{{At: bcdatest.Data, Skip: 2, Times: 3, Status: 429, Header: again, Body: outcome("throttled", "slow down")}}},
		"download 503":               {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 6, Status: 503}}},
		"download 500":               {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 500}}},
		"download reset":             {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 4, CutAfter: 5000}}},
		"download reset at once":     {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 4, CutAfter: 1}}},
		"download stalls":            {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, CutAfter: 5000, Stall: time.Minute}}},
		"download never begins":      {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 1, Wait: 1500 * time.Millisecond}}},
		"download corrupt":           {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Corrupt: true}}},
		"download HTML":              {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>"}}},
		"download HTML, undeclared":  {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 200, Body: "<html>"}}},
		"download is an outcome":     {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 200, Body: outcome("exception", "x")}}},
		"download truncated gzip":    {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 200, Header: gzipped, Body: eob[:len(eob)-20]}}},
		"download empty gzip":        {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 200, Header: gzipped}}},
		"download 206 unasked":       {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 1, Status: 206, Header: http.Header{"Content-Range": {"bytes 0-5/6"}}, Body: "{}{}{}"}}},
		"download token refused":     {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 1, Status: 401}}},
		"error file reset":           {faults: []bcdatest.Fault{{At: bcdatest.ErrorFile, Times: 2, CutAfter: 30}}},
		"error file reset in a line": {faults: []bcdatest.Fault{{At: bcdatest.ErrorFile, Times: 1, CutAfter: 130}}},
		"other encoding":             {faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 1, Status: 200, Header: http.Header{"Content-Encoding": {"br"}}, Body: "x"}}},
	}
}

// TestFaultsThatPass: an export survives these faults and is complete, with one
// job.
func TestFaultsThatPass(t *testing.T) {
	for name, tt := range passingFaults() {
		run(t, name, func(t *testing.T) {
			opts := tt.opts
			opts.Faults, opts.Files = tt.faults, smallExport()
			s := serve(t, opts)
			dir := t.TempDir()
			if _, err := export(t, client(t, s.url), dir, fetch.Request{}); err != nil {
				t.Fatal(err)
			}
			wantSmallExport(t, dir)
			if s.JobCount() != 1 {
				t.Errorf("%d jobs", s.JobCount())
			}
		})
	}
}

// TestFaultsThatEnd: these faults end an export, with this kind of error and
// this text in it.
func TestFaultsThatEnd(t *testing.T) {
	synthtest.WithoutRace(t)
	for name, tt := range map[string]struct {
		faults []bcdatest.Fault
		opts   bcdatest.Options
		client func(*fetch.Options)
		kind   fetch.Kind
		says   string
		// ended: the same request starts a new job
		ended bool
	}{
		"wrong secret": {
			client: func(o *fetch.Options) { o.Auth = fetch.BasicAuth{ClientID: "x", ClientSecret: "y"} },
			kind:   fetch.ErrAuth, says: "Unauthorized",
		},
		"no secret": {
			client: func(o *fetch.Options) { o.Auth = fetch.BasicAuth{} },
			kind:   fetch.ErrAuth, says: "missing client id and client secret",
		},
		"second 401": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 401, Body: outcome("forbidden", "Invalid Token")}},
			kind:   fetch.ErrAuth, says: "401 (Unauthorized): Invalid Token",
		},
		"second 401 while downloading": {
			faults: []bcdatest.Fault{{At: bcdatest.Data, Status: 401}},
			kind:   fetch.ErrAuth, says: ".ndjson: the server returned 401",
		},
		"token 400": {faults: []bcdatest.Fault{{At: bcdatest.Token, Status: 400, Body: "Bad Request\nsecond line"}}, kind: fetch.ErrAuth, says: ": Bad Request"},
		"token down": {
			faults: []bcdatest.Fault{{At: bcdatest.Token, Status: 503}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = 100 * time.Millisecond },
			kind:   fetch.ErrUnavailable, says: "gave up",
		},
		"v3 denied": {opts: bcdatest.Options{NoV3: true}, kind: fetch.ErrRejected, says: "403", ended: true},
		"kick-off 400": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 400, Body: outcome("structure", "invalid resource type Foo")}},
			kind:   fetch.ErrRejected, says: "invalid resource type Foo", ended: true,
		},
		"no attribution": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 404, Body: outcome("not-found", "no up-to-date attribution") + outcome("x", "second")}},
			kind:   fetch.ErrRejected, says: "no up-to-date attribution", ended: true,
		},
		"kick-off down": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 503}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = 100 * time.Millisecond },
			kind:   fetch.ErrUnavailable, says: "gave up after",
		},
		"foreign job address": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 202, Header: http.Header{"Content-Location": {"http://127.0.0.1:9/api/v3/jobs/1"}}}},
			kind:   fetch.ErrOrigin, says: "http://127.0.0.1:9",
		},
		"job address without scheme": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 202, Header: http.Header{"Content-Location": {"//127.0.0.1/api/v3/jobs/1"}}}},
			kind:   fetch.ErrOrigin,
		},
		"kick-off redirected": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 307, Header: http.Header{"Location": {"/api/v3/Patient/$export"}}}},
			kind:   fetch.ErrOrigin,
		},
		"poll redirected to another port": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 302, Header: http.Header{"Location": {"http://127.0.0.1:9/x"}}}},
			kind:   fetch.ErrOrigin, says: "127.0.0.1:9",
		},
		"poll redirected in circles": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 302, Header: http.Header{"Location": {"/api/v3/jobs/1"}}}},
			kind:   fetch.ErrOrigin, says: "loop",
		},
		"job failed": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Skip: 1, Status: 500, Body: outcome("exception", "Job failed to complete.")}},
			opts:   bcdatest.Options{JobTime: time.Hour},
			kind:   fetch.ErrJobFailed, says: "Job failed to complete.",
		},
		"job failed, in the words of v2": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 500, Body: `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","details":{"coding":[{"code":"Job Failed"}],"text":"Ask for help"}}]}`}},
			kind:   fetch.ErrJobFailed, says: "Ask for help",
		},
		"job failed, not for now": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 500, Body: outcome("processing", "File generation failed")}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = time.Hour },
			kind:   fetch.ErrJobFailed, says: "File generation failed", ended: true,
		},
		"kick-off failed, not for now": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 500, Body: outcome("processing", "File generation failed")}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = time.Hour },
			kind:   fetch.ErrRejected, says: "File generation failed", ended: true,
		},
		"no export at that address": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 501}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = time.Hour },
			kind:   fetch.ErrRejected, says: "501", ended: true,
		},
		"beneficiary in the server's words": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 400, Body: outcome("processing", "claims of 1EG4-TE5-MK73 and 1S00E00AA00")}},
			kind:   fetch.ErrRejected, says: "claims of [redacted] and [redacted]", ended: true,
		},
		"job cancelled": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 404, Body: outcome("not-found", "Job has been cancelled.")}},
			kind:   fetch.ErrJobFailed, says: "cancelled", ended: true,
		},
		"job gone":          {faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 410}}, kind: fetch.ErrExpired, ended: true},
		"job never existed": {faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 404, Body: outcome("a", "Data not found.") + outcome("b", "zwei")}}, kind: fetch.ErrExpired, says: "Data not found.", ended: true},
		"poll down": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 503}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = 100 * time.Millisecond },
			kind:   fetch.ErrUnavailable, says: "gave up after",
		},
		"200 that is no manifest": {
			faults: []bcdatest.Fault{{At: bcdatest.Job, Status: 200, Body: `{"resourceType":"OperationOutcome","issue":[{"diagnostics":"hello"}]}`}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = 100 * time.Millisecond },
			kind:   fetch.ErrUnavailable, says: "not an export manifest: hello",
		},
		"job of somebody else": {
			faults: []bcdatest.Fault{{At: bcdatest.Kickoff, Status: 429, Header: http.Header{"Retry-After": {"0"}}}},
			client: func(o *fetch.Options) { o.Waits.RetryBudget = 100 * time.Millisecond },
			kind:   fetch.ErrDuplicate,
		},
		"files expired": {
			faults: []bcdatest.Fault{{At: bcdatest.Data, Skip: 2, Status: 404}, {At: bcdatest.Job, Skip: 1, Status: 404, Body: outcome("x", "Data not found.") + outcome("y", "z")}},
			kind:   fetch.ErrExpired, ended: true,
		},
		"one file missing": {
			faults: []bcdatest.Fault{{At: bcdatest.Data, Skip: 2, Times: 1, Status: 404}},
			kind:   fetch.ErrPartial, says: "1 of 8 files is missing",
		},
		"zero-byte file": {
			opts: bcdatest.Options{Files: append(smallExport(), bcdatest.Compressed("Patient", nil))},
			kind: fetch.ErrPartial, says: "1 of 9 files is missing: 001-Patient-00002.ndjson: the server returned 500",
		},
		"corrupt for good": {
			faults: []bcdatest.Fault{{At: bcdatest.ErrorFile, Status: 200, Body: "{"}},
			kind:   fetch.ErrPartial, says: "_001-error-00001.ndjson: line 1 is not valid JSON", ended: true,
		},
		"file 404, compressed words": {
			faults: []bcdatest.Fault{{At: bcdatest.Data, Skip: 2, Times: 1, Status: 404, Body: packed([]byte(outcome("not-found", "no such file")))}},
			kind:   fetch.ErrPartial, says: "no such file",
		},
		"error file gone, with the file behind it": {
			opts:   bcdatest.Options{Errors: []byte(outcome("exception", "x") + "\n")},
			faults: []bcdatest.Fault{{At: bcdatest.ErrorFile, Status: 404, Body: outcome("exception", "MBI 1S00E00AA00") + "\n"}},
			kind:   fetch.ErrPartial, says: "returned 404",
		},
		"error file fails, with the file behind it": {
			opts:   bcdatest.Options{Errors: []byte(outcome("exception", "x") + "\n")},
			faults: []bcdatest.Fault{{At: bcdatest.ErrorFile, Status: 500, Body: packed([]byte(outcome("exception", "MBI 1S00E00AA00") + "\n"))}},
			kind:   fetch.ErrPartial, says: "returned 500",
		},
		"error outcomes": {
			opts: bcdatest.Options{Errors: []byte(outcome("exception", "MBI 1S00E00AA00") + "\n")},
			kind: fetch.ErrPartial, says: "reported 1 error:", ended: true,
		},
		"foreign file": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Output[1].URL = "http://127.0.0.1:9/data/1/x.ndjson" }},
			kind: fetch.ErrPartial, says: "http://127.0.0.1:9 (the server is http://127.0.0.1", ended: true,
		},
		"file at another name of the host": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) {
				m.Output[1].URL = strings.Replace(m.Output[1].URL, "127.0.0.1", "localhost", 1)
			}},
			kind: fetch.ErrPartial, says: "http://localhost", ended: true,
		},
		"file with a user name": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) {
				m.Output[1].URL = strings.Replace(m.Output[1].URL, "http://", "http://me@", 1)
			}},
			kind: fetch.ErrPartial, says: "user name", ended: true,
		},
		"file without a scheme": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Output[1].URL = strings.TrimPrefix(m.Output[1].URL, "http:") }},
			kind: fetch.ErrPartial, says: "without a scheme", ended: true,
		},
		"type that is a path": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Output[1].Type = "../../../tmp/evil" }},
			kind: fetch.ErrPartial, says: "its resource type in the manifest is unknown", ended: true,
		},
		"type that is unknown": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Output[1].Type = "Spaceship" }},
			kind: fetch.ErrPartial, says: "its resource type in the manifest is unknown", ended: true,
		},
		"wrong type": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Output[0].Type = "Coverage" }},
			kind: fetch.ErrPartial, says: "line 1 is Patient, not Coverage", ended: true,
		},
		"wrong count": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Output[0].Count = new(int) }},
			kind: fetch.ErrPartial, says: "20 resources, but the manifest announces 0", ended: true,
		},
		"next page elsewhere": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Link = []bcdatest.Link{{Relation: "next", URL: "http://127.0.0.1:9/2"}} }},
			kind: fetch.ErrOrigin,
		},
		"pages in circles": {
			opts: bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Link = []bcdatest.Link{{Relation: "next", URL: "/api/v3/jobs/1"}} }},
			kind: fetch.ErrRejected, says: "loop",
		},
	} {
		run(t, name, func(t *testing.T) {
			opts := tt.opts
			if opts.Faults = tt.faults; opts.Files == nil {
				opts.Files = smallExport()
			}
			s := serve(t, opts)
			var log safeBuffer
			c := client(t, s.url, func(o *fetch.Options) {
				o.Log = slog.New(slog.NewTextHandler(&log, nil))
				if tt.client != nil {
					tt.client(o)
				}
			})
			dir := t.TempDir()
			start := time.Now()
			_, err := export(t, c, dir, fetch.Request{})
			wantKind(t, err, tt.kind)
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %q does not say %q", err, tt.says)
			}
			state, _ := os.ReadFile(filepath.Join(dir, stateFile))
			if strings.Contains(err.Error()+log.String()+string(state), "1S00E00AA00") {
				t.Errorf("what is in an error file was shown: %s", log.String())
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			for name, text := range dataFiles(t, dir) {
				if strings.Contains(text, "<html") || text == "" {
					t.Errorf("%s was saved: %.60q", name, text)
				}
			}
			if bytes.Contains(state, []byte(`"transaction_time": "`)) && bytes.Contains(state, []byte(`"since": {`)) {
				t.Errorf("the time of the next export was moved: %s", state)
			}
			before := s.exports()
			_, _ = export(t, c, dir, fetch.Request{})
			if got := s.exports() > before; got != tt.ended && tt.kind != fetch.ErrAuth && tt.kind != fetch.ErrDuplicate && tt.kind != fetch.ErrUnavailable && tt.kind != fetch.ErrJobFailed && tt.kind != fetch.ErrOrigin {
				t.Errorf("the same again starts a new job: %v, want %v", got, tt.ended)
			}
		})
	}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestAttach: an export attaches to a running job of the same request.
func TestAttach(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), JobTime: 3 * time.Second})
		first := make(chan error, 1)
		go func() {
			_, err := client(t, s.url).Export(t.Context(), fetch.ExportOptions{Dir: t.TempDir()})
			first <- err
		}()
		synctest.Wait()
		dir := t.TempDir()
		if _, err := export(t, client(t, s.url), dir, fetch.Request{}); err != nil {
			t.Error(err)
		}
		wantSmallExport(t, dir)
		if err := <-first; err != nil || s.JobCount() != 1 {
			t.Errorf("%v, %d jobs", err, s.JobCount())
		}
	})
}

// TestNotAttached: a job of another request is left alone, and named.
func TestNotAttached(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), JobTime: time.Minute})
		other := client(t, s.url)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err := other.Export(ctx, fetch.ExportOptions{Dir: t.TempDir(), Request: fetch.Request{Types: []string{"Patient"}}})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
		}()
		synctest.Wait()
		_, err := export(t, client(t, s.url), t.TempDir(), fetch.Request{})
		wantKind(t, err, fetch.ErrDuplicate)
		if !strings.Contains(err.Error(), "job 1") {
			t.Error(err)
		}
		cancel()
		<-done
		if s.count("DELETE") != 0 {
			t.Error("the job was cancelled")
		}
	})
}

// TestResumeByRange: an interrupted download continues where it ended, and its
// file is the same as one that arrived in one piece.
func TestResumeByRange(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		big := bcdatest.Text("ExplanationOfBenefit", lines("ExplanationOfBenefit", 5, 1500))
		whole := t.TempDir()
		c := client(t, serve(t, bcdatest.Options{Files: []bcdatest.File{big}}).url, func(o *fetch.Options) { o.API = "v2" })
		if _, err := export(t, c, whole, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		const name = "001-ExplanationOfBenefit-00001.ndjson.gz"
		want, err := os.ReadFile(filepath.Join(whole, name))
		if err != nil {
			t.Fatal(err)
		}
		var ranges []string
		var mu sync.Mutex
		s := serve(t, bcdatest.Options{
			Files:  []bcdatest.File{big},
			Faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 4, CutAfter: int64(len(want)) / 6}},
			Observe: func(r *http.Request) {
				if rng := r.Header.Get("Range"); rng != "" {
					mu.Lock()
					ranges = append(ranges, rng+" "+r.Header.Get("If-Range"))
					mu.Unlock()
				}
			},
		})
		dir := t.TempDir()
		if _, err := export(t, client(t, s.url, func(o *fetch.Options) { o.API = "v2" }), dir, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("the files differ: %d and %d bytes, %v", len(got), len(want), err)
		}
		if len(ranges) != 4 || !strings.HasSuffix(ranges[0], " GMT") {
			t.Errorf("ranges: %q", ranges)
		}
	})
}

// TestChangedFile: a file that has changed is downloaded from its start.
func TestChangedFile(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		var n atomic.Int32
		body := []string{packed(lines("Patient", 1, 400)), packed(lines("Patient", 2, 400))}
		s := memnet.NewServer(t, manifestOf(func(w http.ResponseWriter, r *http.Request) {
			i := n.Add(1)
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, min(i, 2)))
			if i == 1 {
				w.Header().Set("Content-Length", fmt.Sprint(len(body[0])))
				_, _ = io.WriteString(w, body[0][:9000])
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			if r.Header.Get("If-Range") != `"1"` {
				t.Errorf("If-Range: %q", r.Header.Get("If-Range"))
			}
			_, _ = io.WriteString(w, body[1])
		}))
		dir := t.TempDir()
		c := client(t, s.URL+"/fhir", func(o *fetch.Options) { o.Auth = nil })
		if _, err := export(t, c, dir, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		if got := dataFiles(t, dir)["001-Patient-00001.ndjson.gz"]; got != string(lines("Patient", 2, 400)) {
			t.Errorf("got %.80q", got)
		}
	})
}

// TestThrottledDownloads: after a 429, fewer downloads run at a time.
func TestThrottledDownloads(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		var active, before, after atomic.Int32
		var passed atomic.Bool
		full := make(chan struct{}) // closed once all downloads have started
		var files []bcdatest.File
		for i := range 24 {
			files = append(files, bcdatest.Text("Patient", lines("Patient", i, 3)))
		}
		server := bcdatest.New(bcdatest.Options{Files: files})
		s := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/data/") {
				now := active.Add(1)
				defer active.Add(-1)
				if passed.Load() {
					after.Store(max(after.Load(), now))
				} else {
					before.Store(max(before.Load(), now))
				}
				if now == 8 {
					close(full)
					time.AfterFunc(200*time.Millisecond, func() { passed.Store(true) })
					w.Header().Set("Retry-After", "0.4")
					w.WriteHeader(http.StatusTooManyRequests)
					return
				}
				<-full
				memnet.Wait(20 * time.Millisecond)
			}
			server.ServeHTTP(w, r)
		}))
		c := client(t, s.URL, func(o *fetch.Options) { o.Waits.MaxWait = time.Second; o.API = "v2" })
		if _, err := c.Export(t.Context(), fetch.ExportOptions{Dir: t.TempDir(), Jobs: 8}); err != nil {
			t.Fatal(err)
		}
		if before.Load() != 8 || after.Load() > 4 || after.Load() == 0 {
			t.Errorf("%d at a time before, %d after", before.Load(), after.Load())
		}
	})
}

// TestOneRefresh: all downloads share one request for a new token.
func TestOneRefresh(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		var s *fixture
		var once sync.Once
		s = serve(t, bcdatest.Options{Files: smallExport(), Observe: func(r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/data/") {
				once.Do(func() { s.RevokeTokens() })
			}
		}})
		if _, err := client(t, s.url).Export(t.Context(), fetch.ExportOptions{Dir: t.TempDir(), Jobs: 8}); err != nil {
			t.Fatal(err)
		}
		if n := s.count("POST /auth/token"); n != 2 {
			t.Errorf("%d tokens", n)
		}
	})
}

// TestShortTokens: a token that is valid for two seconds is used for more than
// one request.
func TestShortTokens(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), TokenLife: 2 * time.Second, JobTime: 100 * time.Millisecond})
		if _, err := export(t, client(t, s.url), t.TempDir(), fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		if n := s.count("POST /auth/token"); n != 1 {
			t.Errorf("%d tokens for %d requests", n, s.total())
		}
	})
}

// TestErrorFilesPass: an export with information and warnings is complete.
func TestErrorFilesPass(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		text := strings.ReplaceAll(outcome("informational", "x"), `"error"`, `"information"`) + "\n" + strings.ReplaceAll(outcome("informational", "x"), `"error"`, `"warning"`) + "\n"
		s := serve(t, bcdatest.Options{Files: smallExport(), Errors: []byte(text)})
		result, err := export(t, client(t, s.url), t.TempDir(), fetch.Request{})
		if err != nil || result.Issues["warning"] != 1 || result.Issues["information"] != 2 {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

func TestDuplicateURLs(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Manifest: func(m *bcdatest.Manifest) {
			for _, f := range m.Output {
				relative := f
				relative.URL = f.URL[strings.Index(f.URL, "/data/"):]
				m.Output = append(m.Output, f, relative)
			}
		}})
		dir := t.TempDir()
		if _, err := export(t, client(t, s.url), dir, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSmallExport(t, dir)
		if n := s.count("GET /data/"); n != 8 {
			t.Errorf("%d downloads", n)
		}
	})
}

func TestPages(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		page := 0
		var all []bcdatest.ManifestFile
		s := serve(t, bcdatest.Options{Files: smallExport(), Manifest: func(m *bcdatest.Manifest) {
			if page == 0 {
				all = m.Output
			}
			m.Output = all[page : page+1]
			m.Error = nil
			if page++; page < len(all) {
				m.Link = []bcdatest.Link{{Relation: "next", URL: fmt.Sprintf("/api/v3/jobs/1?page=%d", page)}}
			}
		}})
		dir := t.TempDir()
		if _, err := export(t, client(t, s.url), dir, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSmallExport(t, dir)
	})
}

func TestDeleted(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		bundle := lines("Bundle", 1, 3)
		s := serve(t, bcdatest.Options{Files: smallExport(), Manifest: func(m *bcdatest.Manifest) {
			m.Deleted = []bcdatest.ManifestFile{{Type: "Bundle", URL: "/bundle"}}
		}})
		proxy := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/bundle" {
				_, _ = w.Write(bundle)
				return
			}
			s.ServeHTTP(w, r)
		}))
		dir := t.TempDir()
		result, err := export(t, client(t, proxy.URL), dir, fetch.Request{})
		if err != nil {
			t.Fatal(err)
		}
		if got := dataFiles(t, dir)["_001-deleted-00001.ndjson"]; got != string(bundle) {
			t.Errorf("deleted: %.60q", got)
		}
		if !slices.ContainsFunc(result.Files, func(f fetch.File) bool { return f.Kind == "deleted" && f.Resources == 3 }) {
			t.Errorf("%+v", result.Files)
		}
		runs, err := fetch.CompleteRuns(dir)
		if err != nil || len(runs) != 1 || len(runs[0].Deleted) != 1 || filepath.Base(runs[0].Deleted[0].Path) != "_001-deleted-00001.ndjson" {
			t.Errorf("%+v, %v", runs, err)
		}
	})
}

// TestAllowedOrigin: files at an allowed origin are downloaded without the
// token.
func TestAllowedOrigin(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		text := lines("Patient", 3, 5)
		other := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				t.Error("the token was sent to another origin")
			}
			_, _ = w.Write(text)
		}))
		s := serve(t, bcdatest.Options{Files: smallExport(), Manifest: func(m *bcdatest.Manifest) { m.Output[0].URL = other.URL + "/x?signature=1" }})
		dir := t.TempDir()
		c := client(t, s.url, func(o *fetch.Options) { o.AllowOrigins = []string{other.URL} })
		if _, err := export(t, c, dir, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		if got := dataFiles(t, dir)["001-Patient-00001.ndjson"]; got != string(text) {
			t.Errorf("got %.60q", got)
		}
	})
}

// TestSymlinks: nothing is written through a symbolic link.
func TestSymlinks(t *testing.T) {
	for _, name := range []string{
		"_fetch.json", "_fetch.lock", "001-Patient-00001.ndjson.part", "001-Patient-00001.ndjson.part.json", "001-Patient-00001.ndjson.gz",
	} {
		run(t, name, func(t *testing.T) {
			s := serve(t, bcdatest.Options{Files: smallExport()})
			dir := t.TempDir()
			victim := filepath.Join(t.TempDir(), "victim")
			if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(victim, filepath.Join(dir, name)); err != nil {
				t.Skip(err)
			}
			_, err := export(t, client(t, s.url), dir, fetch.Request{})
			wantKind(t, err, fetch.ErrFolder)
			if text, err := os.ReadFile(victim); err != nil || string(text) != "precious" {
				t.Errorf("the victim is %q, %v", text, err)
			}
		})
	}
}

// TestExpired: an expired export keeps its files, and data sent with a 404 is not
// saved.
func TestExpired(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{{At: bcdatest.Data, Skip: 3, Times: 1, Status: 401}, {At: bcdatest.Data, Skip: 4, Times: 1, Status: 401}}})
		dir := t.TempDir()
		c := client(t, s.url)
		_, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Jobs: 1})
		wantKind(t, err, fetch.ErrAuth)
		kept := dataFiles(t, dir)
		if len(kept) != 3 {
			t.Fatalf("%d files", len(kept))
		}
		s.Archive(1)
		for range 2 {
			_, err = c.Resume(t.Context(), fetch.ExportOptions{Dir: dir})
			wantKind(t, err, fetch.ErrExpired)
		}
		if got := dataFiles(t, dir); len(got) != len(kept) || s.JobCount() != 1 {
			t.Errorf("%d files, before %d; %d jobs", len(got), len(kept), s.JobCount())
		}
	})
}

// TestDiskFull simulates a full disk.
func TestDiskFull(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()})
		dir := t.TempDir()
		c := client(t, s.url)
		fetch.SetFreeSpace(c, 4096)
		_, err := export(t, c, dir, fetch.Request{})
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "4.1 kB left") {
			t.Errorf("%v", err)
		}
		fetch.SetFreeSpace(c, 1<<40)
		if _, err := c.Resume(t.Context(), fetch.ExportOptions{Dir: dir}); err != nil {
			t.Error(err)
		}
		wantSmallExport(t, dir)
	})
}

// TestSecrets: no secret is shown or stored, even if the server repeats it.
func TestSecrets(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		const secret = "s3cr3t/with+signs=&%"
		var tokens []string
		var mu sync.Mutex
		echo := func(r *http.Request) string {
			return fmt.Sprintf("you sent %s and the secret %s, %s", r.Header.Get("Authorization"), secret, r.Header.Get("Authorization")[6:])
		}
		server := bcdatest.New(bcdatest.Options{Files: smallExport(), ClientSecret: secret})
		n := 0
		s := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			n++
			fail := n%3 == 0
			if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && !slices.Contains(tokens, token) {
				tokens = append(tokens, token)
			}
			mu.Unlock()
			if fail {
				w.Header().Set("X-Progress", echo(r))
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = io.WriteString(w, outcome("exception", echo(r)))
				return
			}
			server.ServeHTTP(w, r)
		}))
		var log safeBuffer
		var events []string
		c := client(t, s.URL, func(o *fetch.Options) {
			o.Auth = fetch.BasicAuth{ClientID: bcdatest.ClientID, ClientSecret: secret}
			o.Log = slog.New(slog.NewJSONHandler(&log, nil))
		})
		dir := t.TempDir()
		_, err := c.Export(t.Context(), fetch.ExportOptions{Dir: dir, Event: func(e fetch.Event) { events = append(events, fmt.Sprintf("%+v", e)) }})
		if err != nil {
			t.Fatal(err)
		}
		state, err := os.ReadFile(filepath.Join(dir, stateFile))
		if err != nil {
			t.Fatal(err)
		}
		token, _ := c.Token(t.Context())
		written := log.String() + strings.Join(events, "\n") + string(state) + fmt.Sprintf("%v %+v %#v", token, token, token)
		if !strings.Contains(written, "[redacted]") || len(tokens) == 0 {
			t.Error("the test shows nothing")
		}
		for _, hidden := range append(tokens, secret, "c2FuZGJveC1jbGllbnQ6", "s3cr3t") {
			if strings.Contains(written, hidden) {
				t.Errorf("%q was written", hidden)
			}
		}
	})
}

// TestShortRange: a partial reply that ends at the end of a line, but before the
// file does, is not mistaken for the rest of the file.
func TestShortRange(t *testing.T) {
	text := lines("Patient", 1, 400)
	lineEnd := 20000 + bytes.IndexByte(text[20000:], '\n') + 1
	for name, tt := range map[string]struct {
		contentRange string
		withLength   bool
	}{
		"the range is shorter":               {fmt.Sprintf("bytes 9000-%d/%d", lineEnd-1, len(text)), true},
		"the body is shorter than the range": {fmt.Sprintf("bytes 9000-%d/%d", len(text)-1, len(text)), false},
		"the length is not told again":       {fmt.Sprintf("bytes 9000-%d/*", lineEnd-1), true},
	} {
		run(t, name, func(t *testing.T) {
			var n atomic.Int32
			s := memnet.NewServer(t, manifestOf(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"1"`)
				from, to := 0, len(text)
				switch n.Add(1) {
				case 1:
					w.Header().Set("Content-Length", fmt.Sprint(len(text)))
					_, _ = w.Write(text[:9000])
					w.(http.Flusher).Flush()
					panic(http.ErrAbortHandler)
				case 2:
					from, to = 9000, lineEnd
					w.Header().Set("Content-Range", tt.contentRange)
					if tt.withLength {
						w.Header().Set("Content-Length", fmt.Sprint(to-from))
					}
				default:
					if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err != nil || from != lineEnd {
						t.Errorf("asked for %q", r.Header.Get("Range"))
					}
					w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(text)))
				}
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write(text[from:to])
			}))
			dir := t.TempDir()
			c := client(t, s.URL+"/fhir", func(o *fetch.Options) { o.Auth = nil })
			if _, err := export(t, c, dir, fetch.Request{}); err != nil {
				t.Fatal(err)
			}
			if got := dataFiles(t, dir)["001-Patient-00001.ndjson"]; got != string(text) {
				t.Errorf("got %d bytes of %d", len(got), len(text))
			}
		})
	}
}

// manifestOf is a server whose export is one file of Patients.
func manifestOf(file http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "$export"):
			w.Header().Set("Content-Location", "/status/1")
			w.WriteHeader(http.StatusAccepted)
		case r.URL.Path == "/status/1":
			_, _ = io.WriteString(w, `{"transactionTime":"2026-01-01T00:00:00Z","output":[{"type":"Patient","url":"/file"}]}`)
		case r.URL.Path == "/file":
			file(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// TestLongRetryAfter: Retry-After is obeyed up to MaxWait while a job runs, and
// the log says so.
func TestLongRetryAfter(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{
			{At: bcdatest.Job, Times: 1, Status: 202, Header: http.Header{"Retry-After": {"86400"}}},
		}})
		var log safeBuffer
		c := client(t, s.url, func(o *fetch.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		if _, err := export(t, c, t.TempDir(), fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "asked for 24h0m0s; the limit is 30ms") {
			t.Error(log.String())
		}
	})
}

// TestNoJobList: servers other than BCDA may have no job list, with any reply at
// its address.
func TestNoJobList(t *testing.T) {
	text := lines("Patient", 1, 3)
	for name, list := range map[string]http.HandlerFunc{
		"400":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
		"403":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"404":  http.NotFound,
		"HTML": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
	} {
		run(t, name, func(t *testing.T) {
			server := manifestOf(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) })
			var n atomic.Int32
			s := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/fhir/jobs":
					list(w, r)
				case strings.HasSuffix(r.URL.Path, "$export") && n.Add(1) <= 2:
					w.WriteHeader([]int{http.StatusBadGateway, http.StatusTooManyRequests}[n.Load()-1])
				default:
					server.ServeHTTP(w, r)
				}
			}))
			c := client(t, s.URL+"/fhir", func(o *fetch.Options) { o.Auth = nil })
			if _, err := export(t, c, t.TempDir(), fetch.Request{}); err != nil || n.Load() != 3 {
				t.Errorf("%v, %d kick-offs", err, n.Load())
			}
		})
	}
}

// TestWaitAtGate: a download that waits because the server throttles does not
// use up its retry budget while others make progress.
func TestWaitAtGate(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		server := bcdatest.New(bcdatest.Options{Files: []bcdatest.File{
			bcdatest.Text("Patient", lines("Patient", 1, 30)), bcdatest.Text("Coverage", lines("Coverage", 1, 30)),
		}})
		var n, failures atomic.Int32
		var slow atomic.Value
		s := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !strings.HasPrefix(r.URL.Path, "/data/"):
				server.ServeHTTP(w, r)
			case n.Add(1) == 1:
				slow.Store(r.URL.Path)
				w.WriteHeader(http.StatusTooManyRequests)
			case r.URL.Path == slow.Load():
				reply := httptest.NewRecorder()
				server.ServeHTTP(reply, r)
				w.Header().Set("Content-Encoding", "gzip")
				for chunk := range slices.Chunk(reply.Body.Bytes(), reply.Body.Len()/10) {
					_, _ = w.Write(chunk)
					w.(http.Flusher).Flush()
					memnet.Wait(50 * time.Millisecond)
				}
			case failures.Add(1) <= 2:
				w.WriteHeader(http.StatusServiceUnavailable)
			default:
				server.ServeHTTP(w, r)
			}
		}))
		c := client(t, s.URL, func(o *fetch.Options) { o.API, o.Waits.RetryBudget = "v2", 300*time.Millisecond })
		if _, err := c.Export(t.Context(), fetch.ExportOptions{Dir: t.TempDir(), Jobs: 2}); err != nil {
			t.Error(err)
		}
	})
}

// TestListedJobs: the job list is shown without secrets.
func TestListedJobs(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"resourceType":"Bundle","entry":[{"resource":{"id":"1\u001b[2J","status":"completed","input":[{"valueString":"GET /x?%s"}]}}]}`, r.Header.Get("Authorization"))
		}))
		tokens := memnet.NewServer(t, bcdatest.New(bcdatest.Options{}))
		auth := credentials
		auth.TokenURL = tokens.URL + "/auth/token"
		jobs, err := client(t, s.URL, func(o *fetch.Options) { o.Auth = auth }).Jobs(t.Context())
		if err != nil || len(jobs) != 1 || jobs[0].ID != "1 [2J" || !strings.Contains(jobs[0].Request, "[redacted]") {
			t.Errorf("%+v, %v", jobs, err)
		}
	})
}

// TestSlowStart: a process ends while the server is still processing its request
// to start a job. The next one finds that job.
func TestSlowStart(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		server := bcdatest.New(bcdatest.Options{Files: smallExport()})
		ctx, kill := context.WithCancel(t.Context())
		var once sync.Once
		started := make(chan struct{})
		s := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "$export") {
				once.Do(func() {
					kill()
					memnet.Wait(100 * time.Millisecond)
					server.ServeHTTP(httptest.NewRecorder(), r)
					close(started)
					panic(http.ErrAbortHandler)
				})
			}
			server.ServeHTTP(w, r)
		}))
		dir := t.TempDir()
		c := client(t, s.URL, func(o *fetch.Options) { o.Waits.Backoff = 200 * time.Millisecond })
		if _, err := c.Export(ctx, fetch.ExportOptions{Dir: dir}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		_, err := c.Resume(t.Context(), fetch.ExportOptions{Dir: dir})
		<-started
		if err != nil || server.JobCount() != 1 {
			t.Errorf("%v, %d jobs", err, server.JobCount())
		}
		wantSmallExport(t, dir)
	})
}

// TestByteOrderMark: some servers begin files with one.
func TestByteOrderMark(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		text := "\ufeff" + string(lines("Patient", 1, 2))
		s := memnet.NewServer(t, manifestOf(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
		dir := t.TempDir()
		c := client(t, s.URL+"/fhir", func(o *fetch.Options) { o.Auth = nil })
		if _, err := export(t, c, dir, fetch.Request{}); err != nil {
			t.Fatal(err)
		}
		if got := dataFiles(t, dir)["001-Patient-00001.ndjson"]; got != text {
			t.Errorf("%.60q", got)
		}
	})
}

// TestNoJobs: an empty job list may be only a message that there are none.
func TestNoJobs(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		for body, fails := range map[string]bool{
			outcome("exception", "no Jobs found for acoID"): false,
			"": true, "<html>": true, "404 page not found": true,
		} {
			s := serve(t, bcdatest.Options{Faults: []bcdatest.Fault{{At: bcdatest.Jobs, Status: 404, Body: body}}})
			jobs, err := client(t, s.url).Jobs(t.Context())
			if len(jobs) != 0 || (err != nil) != fails {
				t.Errorf("%q: %v, %v", body, jobs, err)
			}
		}
	})
}
