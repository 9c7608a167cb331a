package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/blob/blobtest"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// useObjectStores sets what this process needs to use object stores of blobtest.
func useObjectStores() {
	os.Setenv("AWS_ACCESS_KEY_ID", "test-id")
	os.Setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
	minio.DefaultRetryUnit, minio.DefaultRetryCap = time.Millisecond, 5*time.Millisecond
	blob.LeaseTime, blob.LeaseRenewal = 180*time.Millisecond, 15*time.Millisecond
}

// An objectFolder is an export folder in an object store.
type objectFolder struct {
	*blobtest.Server
	dir string
}

func newObjectFolder(t testing.TB) *objectFolder {
	t.Helper()
	s := blobtest.Start(t)
	return &objectFolder{s, s.Path("lake/export") + "?endpoint=" + url.QueryEscape(s.URL)}
}

// download copies the objects of the folder to a local one.
func (o *objectFolder) download(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, key := range o.Keys(t, "lake/export/") {
		if err := os.WriteFile(filepath.Join(dir, strings.TrimPrefix(key, "lake/export/")), o.Object(t, key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// check checks that the folder has exactly the data of smallExport, and nothing that is
// unfinished.
func (o *objectFolder) check(t testing.TB) {
	t.Helper()
	wantSmallExport(t, o.download(t))
	o.checkClean(t)
}

func (o *objectFolder) checkClean(t testing.TB) {
	t.Helper()
	if n := o.Uploads(t); n != 0 {
		t.Errorf("%d unfinished uploads", n)
	}
	for _, name := range []string{"_fetch.lock", "_prune.json"} {
		if slices.Contains(o.Keys(t, ""), "lake/export/"+name) {
			t.Errorf("%s is left over", name)
		}
	}
}

// wholeFiles checks that all files with final names are whole.
func (o *objectFolder) wholeFiles(t testing.TB) {
	t.Helper()
	for _, key := range o.Keys(t, "lake/export/0") {
		text := o.Object(t, key)
		if strings.HasSuffix(key, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(text))
			if err == nil {
				text, err = io.ReadAll(z)
			}
			if err != nil {
				t.Errorf("%s: %v", key, err)
			}
		}
		if !bytes.HasSuffix(text, []byte("}\n")) {
			t.Errorf("%s has not all of its lines", key)
		}
	}
}

// TestObjectFolder runs exports to an object store.
func TestObjectFolder(t *testing.T) {
	t.Parallel()
	s := serveTCP(t, bcdatest.Options{Files: smallExport()})
	o := newObjectFolder(t)
	c := client(t, s.url)
	first, err := export(t, c, o.dir, fetch.Request{})
	if err != nil {
		t.Fatal(err)
	}
	o.check(t)
	if path := first.Files[0].Path; path != "s3://"+o.Bucket+"/lake/export/001-Patient-00001.ndjson.gz" {
		t.Errorf("the path of the first file is %s", path)
	}
	for _, key := range o.Keys(t, "") {
		text := string(o.Object(t, key))
		if strings.Contains(text, bcdatest.ClientSecret) || strings.Contains(text, "test-secret") || strings.Contains(text, "endpoint=") {
			t.Errorf("%s has a secret, or the options of the URL", key)
		}
	}
	if n := countRequests(o.Requests(), "GET", "uploads"); n != 1 {
		t.Errorf("%d searches for unfinished uploads", n)
	}

	second, err := export(t, c, o.dir, fetch.Request{Since: fetch.SinceAuto})
	if err != nil {
		t.Fatal(err)
	}
	if second.Run != 2 || second.Since != first.TransactionTime || second.SinceRun != 1 {
		t.Errorf("the second run is %+v", second)
	}
	runs, err := fetch.CompleteRuns(o.dir)
	if err != nil || len(runs) != 2 || len(runs[0].Files) != 7 {
		t.Errorf("runs %+v, %v", runs, err)
	}
	again, err := c.Resume(t.Context(), fetch.ExportOptions{Dir: o.dir})
	if err != nil || !again.AlreadyComplete {
		t.Errorf("resumed: %+v, %v", again, err)
	}
	if err := fetch.SetNote(o.dir, 2, `{"note":1}`); err != nil {
		t.Fatal(err)
	}
	last, err := fetch.ReadLastRun(o.dir)
	if err != nil || last.Note != `{"note":1}` || !last.Complete {
		t.Errorf("the last run is %+v, %v", last, err)
	}
	o.checkClean(t)
}

func countRequests(list []string, parts ...string) int {
	n := 0
	for _, r := range list {
		if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(r, part) }) {
			n++
		}
	}
	return n
}

// TestObjectFolderDecompress stores files without compression.
func TestObjectFolderDecompress(t *testing.T) {
	t.Parallel()
	s := serveTCP(t, bcdatest.Options{Files: smallExport(), Faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 3, CutAfter: 5000}, {At: bcdatest.Data, Skip: 5, Times: 1, Corrupt: true}}})
	o := newObjectFolder(t)
	result, err := client(t, s.url).Export(t.Context(), fetch.ExportOptions{Dir: o.dir, Decompress: true})
	if err != nil {
		t.Fatal(err)
	}
	o.check(t)
	for _, f := range result.Files {
		if size := len(o.Object(t, "lake/export/"+filepath.Base(f.Path))); strings.HasSuffix(f.Path, ".gz") || f.Size != int64(size) {
			t.Errorf("%s has %d bytes, and the result says %d", f.Path, size, f.Size)
		}
	}
}

// TestObjectFolderServerFaults: faults of the server that hit downloads are survived as
// on a disk.
func TestObjectFolderServerFaults(t *testing.T) {
	synthtest.WithoutRace(t)
	for name, tt := range passingFaults() {
		if !strings.HasPrefix(name, "download") && !strings.HasPrefix(name, "error file") || strings.Contains(name, "never begins") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := tt.opts
			opts.Faults, opts.Files = tt.faults, smallExport()
			s := serveTCP(t, opts)
			o := newObjectFolder(t)
			c := client(t, s.url, func(o *fetch.Options) { o.Waits.StallTimeout = 300 * time.Millisecond })
			if _, err := export(t, c, o.dir, fetch.Request{}); err != nil {
				t.Fatal(err)
			}
			o.check(t)
			if s.JobCount() != 1 {
				t.Errorf("%d jobs", s.JobCount())
			}
		})
	}
}

// TestObjectFolderFlaws: files with bad lines are kept if they are as the server has them,
// and one without good lines is not.
func TestObjectFolderFlaws(t *testing.T) {
	t.Parallel()
	s := serveTCP(t, bcdatest.Options{Files: []bcdatest.File{
		bcdatest.Text("Patient", append(lines("Patient", 1, 5), "{\n"...)),
		bcdatest.Text("Coverage", []byte("nothing\n")),
	}})
	o := newObjectFolder(t)
	result, err := export(t, client(t, s.url), o.dir, fetch.Request{})
	wantKind(t, err, fetch.ErrPartial)
	if result.Flawed != 1 || result.Missing != 1 || result.BadLines != 1 {
		t.Errorf("%+v", result)
	}
	if keys := o.Keys(t, "lake/export/0"); !slices.Equal(keys, []string{"lake/export/001-Patient-00001.ndjson.gz"}) {
		t.Errorf("files %q", keys)
	}
	o.checkClean(t)
}

// TestObjectFolderStoreFaults: faults of the store that pass do no harm.
func TestObjectFolderStoreFaults(t *testing.T) {
	for _, fault := range []blobtest.Fault{blobtest.SlowDown, blobtest.Reset, blobtest.Cut, blobtest.Lost} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			s := serveTCP(t, bcdatest.Options{Files: smallExport()})
			o := newObjectFolder(t)
			var requests atomic.Int64
			o.Inject(func(*http.Request) blobtest.Fault {
				if requests.Add(1)%3 == 0 {
					return fault
				}
				return blobtest.None
			})
			if _, err := export(t, client(t, s.url), o.dir, fetch.Request{}); err != nil {
				t.Fatal(err)
			}
			o.Inject(nil)
			o.check(t)
			if runs, err := fetch.CompleteRuns(o.dir); err != nil || len(runs) != 1 {
				t.Errorf("%d runs, %v", len(runs), err)
			}
		})
	}
}

// TestObjectFolderLargeFile: a download that breaks off goes on in the same upload of
// several parts.
func TestObjectFolderLargeFile(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	const size = 9 << 20 // more than a part
	some := lines("ExplanationOfBenefit", 1, 100)
	var stored bytes.Buffer
	z, err := gzip.NewWriterLevel(&stored, gzip.NoCompression)
	for err == nil && stored.Len() < size {
		_, err = z.Write(some)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	s := serveTCP(t, bcdatest.Options{
		Files:  []bcdatest.File{bcdatest.Compressed("ExplanationOfBenefit", stored.Bytes())},
		Faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, CutAfter: size / 3}},
	})
	o := newObjectFolder(t)
	c := client(t, s.url, func(o *fetch.Options) { o.API = "v2" }) // BCDA's filters of v3 would write the file anew
	if _, err := export(t, c, o.dir, fetch.Request{}); err != nil {
		t.Fatal(err)
	}
	if got := o.Object(t, "lake/export/001-ExplanationOfBenefit-00001.ndjson.gz"); !bytes.HasPrefix(got, stored.Bytes()) || len(got) != stored.Len()+23 { // an empty member, as BCDA sends it
		t.Errorf("%d bytes, want %d and 23", len(got), stored.Len())
	}
	if n := s.count("GET /data/"); n != 3 {
		t.Errorf("%d requests for the file", n)
	}
	o.checkClean(t)
	requests := o.Requests()
	if begun, parts := countRequests(requests, "POST", "?uploads"), countRequests(requests, "PUT", "partNumber"); begun != 1 || parts != 2 {
		t.Errorf("%d uploads, %d parts", begun, parts)
	}
}

// TestObjectFolderKilled kills an export before each request to the store. What has its
// final name then is whole, and the same command goes on, with the one job.
func TestObjectFolderKilled(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	s := serveTCP(t, bcdatest.Options{Files: smallExport()})
	for n := int64(1); ; n++ {
		o := newObjectFolder(t)
		jobs := s.JobCount()
		var requests atomic.Int64
		o.Inject(func(*http.Request) blobtest.Fault {
			if requests.Add(1) >= n {
				return blobtest.Deny // the process is dead
			}
			return blobtest.None
		})
		_, err := export(t, client(t, s.url), o.dir, fetch.Request{})
		o.Inject(nil)
		if err == nil && requests.Load() < n {
			o.check(t)
			if n < 20 {
				t.Errorf("only %d requests", n)
			}
			return
		}
		o.wholeFiles(t)
		if err != nil {
			if !errors.Is(err, blob.ErrDenied) {
				t.Fatalf("killed at request %d: %v", n, err)
			}
			if _, err := export(t, client(t, s.url), o.dir, fetch.Request{}); err != nil {
				t.Fatalf("after a kill at request %d: %v", n, err)
			}
		} // else only the lease is left
		wantSmallExport(t, o.download(t))
		runs, err := fetch.CompleteRuns(o.dir)
		if got := s.JobCount() - jobs; err != nil || got != 1 || len(runs) != 1 {
			t.Errorf("killed at request %d: %d jobs, %d runs, %v", n, got, len(runs), err)
		}
		if err := fetch.SetNote(o.dir, 1, fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
		o.checkClean(t)
	}
}

// TestObjectFolderInterrupted interrupts an export in a download. Nothing is left that is
// unfinished, and the next process goes on.
func TestObjectFolderInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	s := serveTCP(t, bcdatest.Options{
		Files:  smallExport(),
		Faults: []bcdatest.Fault{{At: bcdatest.Data, Type: "ExplanationOfBenefit", Skip: 2, Times: 1, CutAfter: 5000, Stall: time.Minute}},
		Observe: func(r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/data/") {
				time.AfterFunc(30*time.Millisecond, interrupt)
			}
		},
	})
	o := newObjectFolder(t)
	_, err := client(t, s.url).Export(ctx, fetch.ExportOptions{Dir: o.dir, Jobs: 4})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	o.checkClean(t)
	o.wholeFiles(t)
	last, err := fetch.ReadLastRun(o.dir)
	if err != nil || last.Ended || !last.HasJob {
		t.Errorf("the last run is %+v, %v", last, err)
	}
	if _, err := export(t, client(t, s.url), o.dir, fetch.Request{}); err != nil {
		t.Fatal(err)
	}
	o.check(t)
	if s.JobCount() != 1 {
		t.Errorf("%d jobs", s.JobCount())
	}
}

// TestObjectFolderInUse: one process at a time uses a folder. One that is thought to be
// dead cannot write any more.
func TestObjectFolderInUse(t *testing.T) {
	t.Parallel()
	inside, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := serveTCP(t, bcdatest.Options{Files: smallExport(), Observe: func(r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/data/") {
			once.Do(func() {
				close(inside)
				<-goOn
			})
		}
	}})
	o := newObjectFolder(t)
	ended := make(chan error, 1)
	go func() {
		_, err := client(t, s.url).Export(t.Context(), fetch.ExportOptions{Dir: o.dir, Jobs: 1})
		ended <- err
	}()
	<-inside
	_, err := export(t, client(t, s.url), o.dir, fetch.Request{})
	wantKind(t, err, fetch.ErrInUse)
	// The first process hangs, seen from the store.
	o.Inject(func(r *http.Request) blobtest.Fault {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "_fetch.lock") {
			return blobtest.Deny
		}
		return blobtest.None
	})
	time.Sleep(2 * blob.LeaseRenewal) // requests on their way
	lock := bytes.TrimSpace(o.Object(t, "lake/export/_fetch.lock"))
	o.Put(t, "lake/export/_fetch.lock", bytes.ReplaceAll(lock, []byte(`"owner":"`), []byte(`"owner":"another`)))
	renewing := make(chan struct{})
	var first sync.Once
	o.Inject(func(r *http.Request) blobtest.Fault {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "_fetch.lock") {
			first.Do(func() { close(renewing) })
		}
		return blobtest.None
	})
	<-renewing
	time.Sleep(2 * blob.LeaseRenewal) // the answer on its way
	close(goOn)
	err = <-ended
	wantKind(t, err, fetch.ErrInUse)
	if runs, err := fetch.CompleteRuns(o.dir); err != nil || len(runs) != 0 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
}
