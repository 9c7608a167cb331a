package fetch_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/fetch/internal/memnet"
)

// kickoffs returns the queries of the requests that start jobs, in their order.
func (f *fixture) kickoffs() []url.Values {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []url.Values
	for _, r := range f.requests {
		if strings.HasSuffix(r.URL.Path, "$export") {
			list = append(list, r.URL.Query())
		}
	}
	return list
}

// changes is a request for what changed, and for the list of all Patients.
func changes() fetch.Request {
	return fetch.Request{Group: "all", Since: fetch.SinceAuto, FullTypes: []string{"Patient"}}
}

// TestFullTypes exports what changed and all Patients, in two jobs of one run.
func TestFullTypes(t *testing.T) {
	for api, limited := range map[string]string{"v1": "Coverage,ExplanationOfBenefit", "v2": "", "v3": "Coverage,ExplanationOfBenefit"} {
		run(t, api, func(t *testing.T) {
			s := serve(t, bcdatest.Options{Files: smallExport()})
			dir := t.TempDir()
			c := client(t, s.url, func(o *fetch.Options) { o.API = api })
			first, err := export(t, c, dir, changes())
			if err != nil || first.Since != "" || s.JobCount() != 1 {
				t.Fatalf("%+v, %v, %d jobs", first, err, s.JobCount())
			}
			for number := 2; number < 4; number++ {
				before, _ := fetch.ArrivedRuns(dir)
				result, err := export(t, c, dir, changes())
				if err != nil || s.JobCount() != 2*number-1 || result.Run != number || result.Missing > 0 {
					t.Fatalf("%+v, %v, %d jobs", result, err, s.JobCount())
				}
				runs, err := fetch.ArrivedRuns(dir)
				if err != nil || len(runs) != number {
					t.Fatalf("%d runs, %v", len(runs), err)
				}
				r := &runs[number-1]
				asked := s.kickoffs()[2*number-3:]
				if asked[0].Get("_type") != limited || asked[0].Get("_since") != before[number-2].TransactionTime {
					t.Errorf("the first job has %v", asked[0])
				}
				if asked[1].Get("_type") != "Patient" || asked[1].Has("_since") {
					t.Errorf("the second job has %v", asked[1])
				}
				if r.Since != before[number-2].TransactionTime || r.TransactionTime != result.TransactionTime || !r.HasAll("Patient") || r.HasAll("Coverage") {
					t.Errorf("%+v", r)
				}
				if len(r.Files) != 1 || r.Files[0].Resources != 20 || r.Files[0].Type != "Patient" {
					t.Errorf("files: %+v", r.Files)
				}
			}
			status, err := fetch.ReadStatus(dir)
			if err != nil || *status != (fetch.Status{}) {
				t.Errorf("%+v, %v", status, err)
			}
		})
	}
}

// TestFullTypesInterrupted stops an export with two jobs at each of its requests. The
// next attempt continues, with the same two jobs.
func TestFullTypesInterrupted(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		var stop func()
		var left atomic.Int64
		s := serve(t, bcdatest.Options{Files: smallExport(), Observe: func(*http.Request) {
			if left.Add(-1) == 0 {
				stop()
			}
		}})
		dir := t.TempDir()
		c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		if _, err := export(t, c, dir, fetch.Request{Since: fetch.SinceAuto}); err != nil {
			t.Fatal(err)
		}
		request := fetch.Request{Since: fetch.SinceAuto, FullTypes: []string{"Patient", "Coverage"}}
		for attempt := int64(1); ; attempt++ {
			ctx, cancel := context.WithCancel(t.Context())
			stop = cancel
			left.Store(1 + attempt%7)
			result, err := c.Export(ctx, fetch.ExportOptions{Dir: dir, Request: request, Jobs: 1})
			left.Store(0)
			cancel()
			if err != nil && attempt < 40 {
				continue
			}
			if err != nil || result.Run != 2 || len(result.Files) != 2 || attempt < 3 {
				t.Fatalf("attempt %d: %+v, %v", attempt, result, err)
			}
			break
		}
		if s.JobCount() != 3 {
			t.Errorf("%d jobs", s.JobCount())
		}
	})
}

// TestOnlyFullTypes: an export of full types alone is a full one.
func TestOnlyFullTypes(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()})
		dir := t.TempDir()
		c := client(t, s.url)
		for range 2 {
			result, err := export(t, c, dir, fetch.Request{Since: fetch.SinceAuto, Types: []string{"Patient"}, FullTypes: []string{"Patient"}})
			if err != nil || result.Since != "" {
				t.Errorf("%+v, %v", result, err)
			}
		}
		for _, bad := range []fetch.Request{
			{FullTypes: []string{"Patient", "Patient"}}, {FullTypes: []string{"Claim"}}, {Types: []string{"Coverage"}, FullTypes: []string{"Patient"}},
		} {
			_, err := export(t, c, dir, bad)
			wantKind(t, err, fetch.ErrOptions)
		}
	})
}

// TestArrivedWithErrors: a run with errors of the server is in the list of runs, but
// the next one asks again from the time before it.
func TestArrivedWithErrors(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		good := serve(t, bcdatest.Options{Files: smallExport()})
		bad := serve(t, bcdatest.Options{
			Files:  []bcdatest.File{bcdatest.Text("Patient", []byte(`{"resourceType":"Patient","id":"x","meta":{"lastUpdated":"2099-01-01T00:00:00Z"}}`+"\n"))},
			Errors: []byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}` + "\n"),
		})
		first, err := export(t, client(t, good.url), dir, fetch.Request{})
		if err != nil {
			t.Fatal(err)
		}
		rename(t, dir, good.url, bad.url)
		_, err = export(t, client(t, bad.url), dir, fetch.Request{Since: fetch.SinceAuto})
		wantKind(t, err, fetch.ErrPartial)
		all, err := fetch.ArrivedRuns(dir)
		if err != nil || len(all) != 2 || all[1].ServerErrors != 1 || all[1].HasAll("Patient") || len(all[1].Files) != 1 {
			t.Errorf("%+v, %v", all, err)
		}
		complete, err := fetch.CompleteRuns(dir)
		if err != nil || len(complete) != 1 || complete[0].Number != 1 {
			t.Errorf("%+v, %v", complete, err)
		}
		rename(t, dir, bad.url, good.url)
		third, err := export(t, client(t, good.url), dir, fetch.Request{Since: fetch.SinceAuto})
		if err != nil || third.Run != 3 || third.Since != first.TransactionTime || third.SinceRun != 1 {
			t.Errorf("%+v, %v", third, err)
		}
	})
}

// rename changes the address of the server in the state of a folder.
func rename(t *testing.T, dir, from, to string) {
	t.Helper()
	name := filepath.Join(dir, stateFile)
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, bytes.ReplaceAll(text, []byte(from), []byte(to)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAbandon gives up an unfinished export of another request.
func TestAbandon(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), JobTime: 2 * time.Second})
		dir := t.TempDir()
		c := client(t, s.url)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Export(ctx, fetch.ExportOptions{Dir: dir, Request: fetch.Request{Types: []string{"Coverage"}}}); err == nil {
			t.Fatal("the job has ended")
		}
		other := fetch.ExportOptions{Dir: dir, Request: fetch.Request{Types: []string{"Patient"}}}
		_, err := c.Export(t.Context(), other)
		wantKind(t, err, fetch.ErrOtherRequest)
		other.Abandon = true
		result, err := c.Export(t.Context(), other)
		if err != nil || result.Run != 2 || s.JobCount() != 2 {
			t.Errorf("%+v, %v, %d jobs", result, err, s.JobCount())
		}
	})
}
