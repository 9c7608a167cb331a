package fetch_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/fetch/internal/memnet"
)

func TestJobs(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport(), JobTime: time.Hour})
		for _, api := range []string{"v1", "v2", "v3"} {
			c := client(t, s.url, func(o *fetch.Options) { o.API = api })
			if api == "v1" {
				if jobs, err := c.Jobs(t.Context()); err != nil || len(jobs) != 0 {
					t.Fatalf("none: %v, %v", jobs, err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			_, err := c.Export(ctx, fetch.ExportOptions{Dir: t.TempDir()})
			cancel()
			if err == nil {
				t.Fatal("no error of an export that was stopped")
			}
		}
		c := client(t, s.url)
		jobs, err := c.Jobs(t.Context())
		if err != nil || len(jobs) != 3 || jobs[2].ID != "3" || !strings.HasSuffix(jobs[2].Request, "/api/v3/Patient/$export") || jobs[0].Created.IsZero() {
			t.Fatalf("%+v, %v", jobs, err)
		}
		status, err := c.JobStatus(t.Context(), "1")
		if err != nil || status.State != "running" || status.Progress == "" {
			t.Errorf("%+v, %v", status, err)
		}
		if err := c.CancelJob(t.Context(), "1"); err != nil {
			t.Error(err)
		}
		if status, err = c.JobStatus(t.Context(), s.url+"/api/v3/jobs/1"); err != nil || status.State != "cancelled" {
			t.Errorf("%+v, %v", status, err)
		}
		wantKind(t, c.CancelJob(t.Context(), "1"), fetch.ErrRejected)
		if jobs, err = c.Jobs(t.Context(), "Cancelled", "Failed"); err != nil || len(jobs) != 1 {
			t.Errorf("%+v, %v", jobs, err)
		}
		_, err = c.JobStatus(t.Context(), fmt.Sprint(s.ForeignJob()))
		wantKind(t, err, fetch.ErrAuth)
		_, err = c.JobStatus(t.Context(), "999")
		wantKind(t, err, fetch.ErrExpired)
		for _, bad := range []string{"../1", "a b", "", "http://127.0.0.1:9/jobs/1"} {
			_, err = c.JobStatus(t.Context(), bad)
			wantKind(t, err, fetch.ErrOptions)
		}
	})
}

func TestMetadataAndAttribution(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{})
		c := client(t, s.url)
		if text, err := c.Metadata(t.Context()); err != nil || !strings.Contains(string(text), "CapabilityStatement") {
			t.Errorf("%s, %v", text, err)
		}
		if s.count("POST /auth/token") != 0 {
			t.Error("metadata took a token")
		}
		dates, err := c.Attribution(t.Context())
		if err != nil || len(dates) != 2 || dates[0].Type != "last_attribution_update" || dates[0].Time.IsZero() {
			t.Errorf("%+v, %v", dates, err)
		}
		if token, err := c.Token(t.Context()); err != nil || time.Until(token.Expires) < 19*time.Minute {
			t.Errorf("%v, %v", token, err)
		}
	})
}

// TestConcurrentUse: concurrent requests share one token.
func TestConcurrentUse(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{})
		c := client(t, s.url)
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if _, err := c.Attribution(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := s.count("POST /auth/token"); n != 1 {
			t.Errorf("%d tokens", n)
		}
	})
}

// bulkServer is a plain FHIR bulk data server: SMART authentication unless key is
// nil, other paths than BCDA's, a manifest of two pages.
func bulkServer(t *testing.T, key *ecdsa.PublicKey) *memnet.Server {
	polls := 0
	mux := http.NewServeMux()
	s := memnet.NewServer(t, mux)
	mux.HandleFunc("GET /r4/.well-known/smart-configuration", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"token_endpoint":"%s/auth/issue"}`, s.URL)
	})
	mux.HandleFunc("POST /auth/issue", func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.PostFormValue("client_assertion"), ".")
		claims, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil || !strings.Contains(string(claims), `"aud":"`+s.URL+`/auth/issue"`) || r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") == "" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
			return
		}
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, `{"access_token":"tok.en","expires_in":300,"token_type":"Bearer"}`)
	})
	guarded := func(serve http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if key != nil && r.Header.Get("Authorization") != "Bearer tok.en" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			serve(w, r)
		}
	}
	mux.HandleFunc("GET /r4/Group/{id}/$export", guarded(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Location", s.URL+"/bulkstatus/"+r.PathValue("id"))
		w.WriteHeader(http.StatusAccepted)
	}))
	mux.HandleFunc("GET /bulkstatus/{id}", guarded(func(w http.ResponseWriter, r *http.Request) {
		if polls++; polls < 3 {
			w.Header().Set("X-Progress", "40% complete")
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusAccepted)
			return
		}
		page := map[string]any{
			"transactionTime": "2026-02-03T04:05:06+00:00", "requiresAccessToken": key != nil,
			"output": []any{map[string]any{"type": "Patient", "url": s.URL + "/files/1", "count": 3}}, "error": []any{},
			"link": []any{map[string]string{"relation": "next", "url": s.URL + "/bulkstatus/x?page=2"}},
		}
		if r.URL.RawQuery != "" {
			page["output"] = []any{map[string]any{"type": "Observation", "url": s.URL + "/files/2", "count": 2}}
			page["deleted"] = []any{map[string]any{"type": "Bundle", "url": s.URL + "/files/3", "count": 1}}
			delete(page, "link")
		}
		_ = json.NewEncoder(w).Encode(page)
	}))
	files := [][]byte{lines("Patient", 1, 3), lines("Observation", 2, 2), lines("Bundle", 3, 1)}
	mux.HandleFunc("GET /files/{n}", guarded(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/fhir+ndjson")
		_, _ = w.Write(files[r.PathValue("n")[0]-'1'])
	}))
	return s
}

func TestAnyServer(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		auth fetch.Auth
		key  *ecdsa.PublicKey
	}{
		"smart": {fetch.SMARTAuth{ClientID: "me", Key: key, KeyID: "k"}, &key.PublicKey},
		"none":  {nil, nil},
	} {
		run(t, name, func(t *testing.T) {
			s := bulkServer(t, tt.key)
			dir := t.TempDir()
			c := client(t, s.URL+"/r4", func(o *fetch.Options) { o.Auth = tt.auth })
			result, err := export(t, c, dir, fetch.Request{Group: "g.1"})
			if err != nil || len(result.Files) != 3 || result.TransactionTime != "2026-02-03T04:05:06+00:00" {
				t.Fatalf("%+v, %v", result, err)
			}
			names := []string{"001-Observation-00001.ndjson", "001-Patient-00001.ndjson", "_001-deleted-00001.ndjson"}
			got := dataFiles(t, dir)
			for _, name := range names {
				if got[name] == "" {
					t.Errorf("there is no %s", name)
				}
			}
		})
	}
}

// TestBasicElsewhere: servers other than BCDA get the OAuth 2 client credentials
// grant, and the secret without escapes.
func TestBasicElsewhere(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := memnet.NewServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, secret, _ := r.BasicAuth()
			if id != "i/d" || secret != "s+e%c=" || r.PostFormValue("grant_type") != "client_credentials" || r.Header.Get("Accept") != "application/json" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			_, _ = io.WriteString(w, `{"access_token":"x","token_type":"bearer"}`)
		}))
		c := client(t, s.URL+"/fhir", func(o *fetch.Options) {
			o.Auth = fetch.BasicAuth{ClientID: "i/d", ClientSecret: "s+e%c=", TokenURL: s.URL + "/t"}
		})
		if token, err := c.Token(t.Context()); err != nil || !token.Expires.IsZero() {
			t.Errorf("%v, %v", token, err)
		}
	})
}

func TestTLS(t *testing.T) {
	server := bcdatest.New(bcdatest.Options{Files: smallExport()})
	s := httptest.NewUnstartedServer(server)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	defer s.Close()
	dir := t.TempDir()
	_, err := client(t, s.URL).Token(t.Context())
	wantKind(t, err, fetch.ErrUnavailable) // at once, without retries
	if !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if _, err := export(t, client(t, s.URL, func(o *fetch.Options) { o.RootCAs = roots }), dir, fetch.Request{}); err != nil {
		t.Fatal(err)
	}
	wantSmallExport(t, dir)
}

// TestPlainHTTP: nothing is sent unencrypted to another machine.
func TestPlainHTTP(t *testing.T) {
	_, err := fetch.New(fetch.Options{BaseURL: "http://192.0.2.1", Transport: noTransport{t}})
	wantKind(t, err, fetch.ErrOptions)
	if !strings.Contains(err.Error(), "plain http is refused") {
		t.Error(err)
	}
	c, err := fetch.New(fetch.Options{BaseURL: "https://192.0.2.1", Transport: noTransport{t}, Auth: fetch.BasicAuth{ClientID: "a", ClientSecret: "b", TokenURL: "http://192.0.2.1/token"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Token(t.Context())
	wantKind(t, err, fetch.ErrOptions)
}

type noTransport struct{ t *testing.T }

func (n noTransport) RoundTrip(*http.Request) (*http.Response, error) {
	n.t.Error("something was sent")
	return nil, io.EOF
}

// TestEvents checks the order of events.
func TestEvents(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		s := serve(t, bcdatest.Options{Files: smallExport()[:1], Faults: []bcdatest.Fault{
			{At: bcdatest.Data, Times: 1, Status: 503},
			{At: bcdatest.Job, Times: 1, Status: 502},
			{At: bcdatest.Job, Skip: 1, Times: 1, Status: 202, Header: http.Header{"X-Progress": {"Pending"}}},
		}})
		var got []string
		c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" })
		_, err := c.Export(t.Context(), fetch.ExportOptions{Dir: t.TempDir(), Event: func(e fetch.Event) {
			if e.ExportID == "" || e.Timestamp.IsZero() {
				t.Errorf("%+v", e)
			}
			if len(got) == 0 || got[len(got)-1] != e.ID {
				got = append(got, e.ID)
			}
			if text, err := json.Marshal(e); e.ID == "kickoff" && (err != nil ||
				!strings.Contains(string(text), `"softwareName":"Synthetic Beneficiary Claims Data API","softwareVersion":"latest","softwareReleaseDate":null,"fhirVersion":"4.0.1"`)) {
				t.Errorf("%s, %v", text, err)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"kickoff", "status_error", "status_progress", "status_complete", "status_page_complete", "manifest_complete", "download_request", "download_error", "download_complete", "export_complete"}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
}

// TestCancel: a canceled export ends at once and does not cancel the job.
func TestCancel(t *testing.T) {
	memnet.Test(t, func(t *testing.T) {
		for _, fault := range []bcdatest.Fault{
			{At: bcdatest.Job, Status: 503},
			{At: bcdatest.Data, Times: 4, CutAfter: 6000, Stall: time.Hour},
			{At: bcdatest.Data, Times: 6, Status: 429, Header: http.Header{"Retry-After": {"60"}}},
			{At: bcdatest.Token, Times: 4, Status: 429, Header: http.Header{"Retry-After": {"60"}}},
		} {
			s := serve(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{fault}})
			dir := t.TempDir()
			c := client(t, s.url, func(o *fetch.Options) {
				o.Waits.StallTimeout, o.Waits.MaxWait, o.Waits.RetryBudget, o.Waits.Backoff = time.Minute, time.Minute, time.Hour, 50*time.Millisecond
			})
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			start := time.Now()
			_, err := c.Export(ctx, fetch.ExportOptions{Dir: dir})
			cancel()
			if took := time.Since(start); err == nil || took > 3*time.Second {
				t.Errorf("%s: %v after %s", fault.At, err, took)
			}
			if s.count("DELETE") > 0 {
				t.Errorf("%s: the job was cancelled", fault.At)
			}
		}
	})
}
