package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/fetch/internal/memnet"
)

// stateFile is the file that holds the state of a folder.
const stateFile = "_fetch.json"

// quick are waits for tests.
var quick = fetch.Waits{
	PollInterval: 5 * time.Millisecond,
	Backoff:      5 * time.Millisecond,
	StallTimeout: time.Second,
	MaxWait:      30 * time.Millisecond,
	RetryBudget:  3 * time.Second,
}

// lines makes a file of n synthetic resources that does not compress well.
func lines(resourceType string, seed, n int) []byte {
	var b bytes.Buffer
	x := uint64(seed)*2654435761 + 12345
	for i := range n {
		fmt.Fprintf(&b, `{"resourceType":%q,"id":"%d-%d","meta":{"lastUpdated":"2026-05-0%dT00:00:00Z","tag":[{"system":"https://bluebutton.cms.gov/fhir/CodeSystem/System-Type","code":"NationalClaimsHistory"}]},"filler":"`, resourceType, seed, i, i%9+1)
		for range 12 {
			x = x*6364136223846793005 + 1442695040888963407
			fmt.Fprintf(&b, "%016x", x)
		}
		b.WriteString("\"}\n")
	}
	return b.Bytes()
}

// smallTexts are the texts of smallExport.
var smallTexts = sync.OnceValue(func() (texts []string) {
	texts = append(texts, string(lines("Patient", 1, 20)), string(lines("Coverage", 2, 20)))
	for i := range 5 {
		texts = append(texts, string(lines("ExplanationOfBenefit", 10+i, 80)))
	}
	return texts
})

// smallExport is an export of seven files, with all three resource types.
var smallExport = sync.OnceValue(func() []bcdatest.File {
	var files []bcdatest.File
	for i, text := range smallTexts() {
		kind := []string{"Patient", "Coverage", "ExplanationOfBenefit"}[min(i, 2)]
		files = append(files, bcdatest.Text(kind, []byte(text)))
	}
	return slices.Clip(files)
})

// A fixture is a server that records its requests.
type fixture struct {
	*bcdatest.Server
	url string
	// storageURL is the origin of the files, unless it is the server's.
	storageURL string

	mu       sync.Mutex
	requests []*http.Request
}

// run runs a subtest in a bubble, in parallel with others.
func run(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		memnet.Test(t, test)
	})
}

// serve starts a server in memory.
func serve(t testing.TB, opts bcdatest.Options) *fixture {
	t.Helper()
	f := newFixture(opts)
	f.url = memnet.NewServer(t, f).URL
	return f
}

// serveTCP starts a server that other processes can reach.
func serveTCP(t testing.TB, opts bcdatest.Options) *fixture {
	t.Helper()
	f := newFixture(opts)
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func newFixture(opts bcdatest.Options) *fixture {
	f := &fixture{}
	observe := opts.Observe
	opts.Observe = func(r *http.Request) {
		f.mu.Lock()
		f.requests = append(f.requests, r)
		f.mu.Unlock()
		if observe != nil {
			observe(r)
		}
	}
	f.Server = bcdatest.New(opts)
	return f
}

// count counts the requests whose method and path have a prefix, such as "GET
// /data/".
func (f *fixture) count(prefix string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, r := range f.requests {
		if strings.HasPrefix(r.Method+" "+r.URL.Path, prefix) {
			n++
		}
	}
	return n
}

func (f *fixture) exports() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, r := range f.requests {
		if strings.HasSuffix(r.URL.Path, "$export") {
			n++
		}
	}
	return n
}

func (f *fixture) total() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.requests)
}

var credentials = fetch.BasicAuth{ClientID: bcdatest.ClientID, ClientSecret: bcdatest.ClientSecret}

func client(t testing.TB, address string, change ...func(*fetch.Options)) *fetch.Client {
	t.Helper()
	opts := fetch.Options{BaseURL: address, Auth: credentials, Waits: quick}
	if u, err := url.Parse(address); err == nil && memnet.Has(u.Host) {
		opts.Transport = memnet.NewTransport(t)
	}
	for _, c := range change {
		c(&opts)
	}
	c, err := fetch.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func export(t testing.TB, c *fetch.Client, dir string, request fetch.Request) (*fetch.Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	return c.Export(ctx, fetch.ExportOptions{Dir: dir, Request: request})
}

// dataFiles returns the decompressed finished files of a folder by name.
func dataFiles(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".ndjson") && !strings.HasSuffix(name, ".ndjson.gz") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(text))
			if err == nil {
				text, err = io.ReadAll(z)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		files[name] = string(text)
	}
	return files
}

// wantSmallExport checks that a folder has exactly the data of smallExport.
func wantSmallExport(t testing.TB, dir string) {
	t.Helper()
	var got []string
	for name, text := range dataFiles(t, dir) {
		if !strings.Contains(name, "-error-") {
			got = append(got, text)
		}
	}
	want := slices.Sorted(slices.Values(smallTexts()))
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %d files, not the %d of the export, or others", len(got), len(want))
	}
	leftovers, err := filepath.Glob(filepath.Join(dir, "*.part*"))
	if err != nil || len(leftovers) > 0 {
		t.Errorf("leftovers: %v %v", leftovers, err)
	}
}

// wantKind checks the kind of an error.
func wantKind(t testing.TB, err, kind error) {
	t.Helper()
	var e *fetch.Error
	if !errors.As(err, &e) || !errors.Is(err, kind) {
		t.Fatalf("error %v (%T), want one of the kind %q", err, err, kind)
	}
}
