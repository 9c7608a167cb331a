package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/blob/blobtest"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

func init() {
	minio.DefaultRetryUnit, minio.DefaultRetryCap, blob.RetryDelay = time.Millisecond, time.Millisecond, time.Millisecond
	blob.LeaseTime, blob.LeaseRenewal = 240*time.Millisecond, 20*time.Millisecond
}

// readAll returns the texts of the files of a data set, by folder, and its rejects.
func readAll(s *Set) (content, error) {
	c := content{format: s.Manifest.Format, parts: map[string][]string{}}
	text := func(name string) (string, error) {
		f, err := blob.Open(context.Background(), s.Path(name))
		if err != nil {
			return "", err
		}
		defer f.Close()
		text, err := io.ReadAll(f)
		return string(text), err
	}
	for _, t := range s.Manifest.Tables {
		for _, f := range t.Files {
			content, err := text(f.Name)
			if err != nil {
				return c, err
			}
			c.parts[path.Dir(f.Name)] = append(c.parts[path.Dir(f.Name)], content)
		}
	}
	if s.Manifest.Rejects != nil {
		var err error
		if c.rejects, err = text(s.Manifest.Rejects.Name); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c content) equals(d content) bool {
	return fmt.Sprint(c.parts, c.rejects) == fmt.Sprint(d.parts, d.rejects)
}

// mustBe checks that the data set at url is c, and nothing else is there.
func mustBe(t *testing.T, server *blobtest.Server, url string, c content) {
	t.Helper()
	v, err := Verify(t.Context(), url)
	if err != nil || len(v.Problems) > 0 {
		t.Fatalf("verify: %v, %v", err, v)
	}
	set, err := Open(url)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readAll(set); err != nil || !got.equals(c) {
		t.Errorf("the data set is %v, %v, want %v", got, err, c)
	}
	want := []string{ManifestFile}
	for _, f := range set.Manifest.List() {
		want = append(want, f.Name)
	}
	sets, err := set.Changes("")
	if err != nil || len(sets) != max(0, c.run-1) {
		t.Errorf("%d sets of changes, %v", len(sets), err)
	}
	for _, s := range sets {
		want = append(want, s.Folder+"/"+ManifestFile)
		for name := range s.files() {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	var got []string
	for _, key := range server.Keys(t, "lake/") {
		if name := strings.TrimPrefix(key, "lake/"); !strings.HasPrefix(name, "export/") {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("objects %q\nwant %q", got, want)
	}
	if n := server.Uploads(t); n != 0 {
		t.Errorf("%d unfinished uploads", n)
	}
}

func remoteContents() map[string][2]content {
	all := contents()
	chosen := map[string][2]content{
		"parts": all["parts"], "appears": all["appears"], "same": all["same"], "partitions": all["partitions"], "divided": all["divided"],
	}
	for _, pair := range chosen {
		for _, c := range pair {
			for _, texts := range c.parts {
				for i := range texts {
					texts[i] = "x\n" + texts[i] + "\n" // a header and a row
				}
			}
		}
	}
	changes := all["changes"]
	changes[0].parts["cclf2"] = []string{"x\n9\n"} // a row, as the manifest says
	chosen["changes"] = changes
	return chosen
}

func TestRemotePublish(t *testing.T) {
	for scheme, start := range map[string]func(testing.TB) *blobtest.Server{
		"s3": blobtest.Start, "gs": blobtest.StartGCS, "azblob": blobtest.StartAzure,
	} {
		t.Run(scheme, func(t *testing.T) { testRemotePublish(t, start) })
	}
}

func testRemotePublish(t *testing.T, start func(testing.TB) *blobtest.Server) {
	t.Setenv("TMPDIR", t.TempDir())
	for name, pair := range remoteContents() {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			server.Use(t)
			url := server.Path("lake")
			server.Put(t, "lake2/cclf1/part-00000-0123456789ab.csv", []byte("of another data set"))
			if err := pair[0].write(url, Options{}); err != nil {
				t.Fatal(err)
			}
			mustBe(t, server, url, pair[0])
			if err := pair[1].write(url, Options{}); !errors.Is(err, ErrOutput) || !strings.Contains(err.Error(), "is not empty") {
				t.Errorf("replaced without Overwrite: %v", err)
			}
			server.Put(t, "lake/export/001-Patient-00001.ndjson", []byte("{}"))
			server.Requests()
			if err := pair[1].write(url+"/", Options{Overwrite: true}); err != nil {
				t.Fatal(err)
			}
			for _, request := range server.Requests() {
				if name == "same" && strings.Contains(request, "part-") && !strings.HasPrefix(request, "GET") {
					t.Errorf("an unchanged part file was written: %s", request)
				}
			}
			mustBe(t, server, url, pair[1])
			if n := len(server.Keys(t, "lake/export/")); n != 1 {
				t.Error("the log was removed")
			}
			if n := len(server.Keys(t, "lake2/")); n != 1 {
				t.Error("a data set with a similar name was removed")
			}
		})
	}
}

// remoteLake writes a data set to a server of its own.
func remoteLake(t *testing.T, c content) (server *blobtest.Server, url string) {
	t.Helper()
	server = blobtest.Start(t)
	server.Use(t)
	url = server.Path("lake")
	if err := c.write(url, Options{}); err != nil {
		t.Fatal(err)
	}
	return server, url
}

// A writer that is killed at any request leaves the old data set or the new one, and
// the next writer cleans up.
func TestRemoteKilled(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Setenv("TMPDIR", t.TempDir())
	t.Run("parts", func(t *testing.T) { testRemoteKilled(t, remoteContents()["parts"]) })
	t.Run("partitions", func(t *testing.T) { testRemoteKilled(t, remoteContents()["partitions"]) })
	t.Run("changes", func(t *testing.T) { testRemoteKilled(t, remoteContents()["changes"]) })
}

func testRemoteKilled(t *testing.T, pair [2]content) {
	for n := int64(0); ; n++ {
		server, url := remoteLake(t, pair[0])
		var calls atomic.Int64
		var mu sync.Mutex // guards last
		last := ""
		err := pair[1].write(url, Options{Overwrite: true, Hook: func(op, name string) error {
			if !isRemoteOp(op) || calls.Add(1) <= n {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if last == "" {
				last = op + " " + name
				// From now on, the process does nothing.
				server.Inject(func(*http.Request) blobtest.Fault { return blobtest.Deny })
			}
			return errKilled
		}})
		server.Inject(nil)
		if err == nil {
			if last != "" {
				t.Errorf("killed at %s, and no error", last)
			}
			mustBe(t, server, url, pair[1])
			break
		}
		set, openErr := Open(url)
		if openErr != nil {
			t.Fatalf("killed at %s: %v", last, openErr)
		}
		got, readErr := readAll(set)
		if readErr != nil || !got.equals(pair[0]) && !got.equals(pair[1]) {
			t.Errorf("killed at %s: the data set is %v, %v", last, got, readErr)
		}
		if err := pair[1].write(url, Options{Overwrite: true}); err != nil {
			t.Fatalf("after a kill at %s: %v", last, err)
		}
		mustBe(t, server, url, pair[1])
	}
}

func isRemoteOp(op string) bool {
	return slices.Contains([]string{"upload", "put", "publish", "remove", "sweep"}, op)
}

// A request that fails for good leaves the old data set as it was, without traces.
func TestRemoteFailed(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Setenv("TMPDIR", t.TempDir())
	pair := remoteContents()["parts"]
	for n := int64(0); ; n++ {
		server, url := remoteLake(t, pair[0])
		var calls atomic.Int64
		failed := ""
		err := pair[1].write(url, Options{Overwrite: true, Hook: func(op, name string) error {
			if isRemoteOp(op) && calls.Add(1) == n+1 {
				failed = op + " " + name
				return errKilled
			}
			return nil
		}})
		if failed == "" {
			break
		}
		if err == nil {
			t.Fatalf("%s failed, and no error", failed)
		}
		if strings.HasPrefix(failed, "remove") {
			continue // after the commit: the next writer removes it
		}
		mustBe(t, server, url, pair[0])
	}
}

// Of two writers, one has the lease. A lease whose writer was killed is taken over.
func TestLease(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	server := blobtest.Start(t)
	server.Use(t)
	url := server.Path("lake")
	first, err := Create(url, CSV, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(url, CSV, Options{}); !errors.Is(err, ErrOutput) || !strings.Contains(err.Error(), "another conversion is writing to "+url) {
		t.Errorf("a second writer: %v", err)
	}
	first.remote.lease.Abandon() // like a process that hangs
	second, err := Create(url, CSV, Options{})
	if err != nil {
		t.Fatalf("take over: %v", err)
	}
	if err := first.Commit(&Manifest{Format: CSV}); err == nil || !strings.Contains(err.Error(), "took over") {
		t.Errorf("the first writer published: %v", err)
	}
	first.Close()
	if keys := server.Keys(t, "lake/"); !slices.Equal(keys, []string{"lake/_lock"}) {
		t.Errorf("objects %q", keys)
	}
	if err := second.Commit(&Manifest{Format: CSV}); err != nil {
		t.Error(err)
	}
	second.Close()
	if keys := server.Keys(t, "lake/"); !slices.Equal(keys, []string{"lake/_manifest.json"}) {
		t.Errorf("objects %q", keys)
	}
}

// The manifest decides between two writers, whatever happens to the lease.
func TestRemoteManifestChanged(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	pair := remoteContents()["parts"]
	server, url := remoteLake(t, pair[0])
	changed := false
	err := pair[1].write(url, Options{Overwrite: true, Hook: func(op, name string) error {
		if op == "publish" && !changed {
			changed = true
			b, _, _ := blob.Resolve(url)
			info, err := b.Stat(t.Context(), "lake/"+ManifestFile)
			if err != nil {
				return err
			}
			text, err := blob.ReadFile(t.Context(), blob.Join(url, ManifestFile))
			if err != nil {
				return err
			}
			_, err = b.Put(t.Context(), "lake/"+ManifestFile, append(text, ' '), blob.Condition{Version: info.Version})
			return err
		}
		return nil
	}})
	if err == nil || !strings.Contains(err.Error(), "another program replaced the data set") {
		t.Errorf("overwrote a manifest that it did not read: %v", err)
	}
	mustBe(t, server, url, pair[0])
}

func TestRemoteRefused(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	server := blobtest.Start(t)
	server.Use(t)
	url := server.Path("lake")
	if _, err := Create(url, DuckDB, Options{}); !errors.Is(err, ErrOptions) {
		t.Errorf("a DuckDB file: %v", err)
	}
	if _, err := Create(url, CSV, Options{FileMode: 0o640}); !errors.Is(err, ErrOptions) {
		t.Errorf("a file mode: %v", err)
	}
	server.Put(t, "lake/cclf1/part-00001.parquet", []byte("x"))
	if _, err := Create(url, CSV, Options{Overwrite: true}); err == nil || !strings.Contains(err.Error(), "is not a part file of the data set") {
		t.Errorf("a foreign part file: %v", err)
	}
	server.Inject(func(r *http.Request) blobtest.Fault {
		r.Header.Del("If-None-Match") // a store that does not know it
		return blobtest.None
	})
	if _, err := Create(server.Path("other"), CSV, Options{}); err == nil || !strings.Contains(err.Error(), "conditional writes") {
		t.Errorf("a store without conditional writes: %v", err)
	}
	if keys := server.Keys(t, "other/"); len(keys) != 0 {
		t.Errorf("objects %q", keys)
	}
}
