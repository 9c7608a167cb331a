package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cclf-tools/cclf/internal/blob/blobtest"
)

func TestMain(m *testing.M) {
	minio.DefaultRetryUnit, minio.DefaultRetryCap = time.Millisecond, time.Millisecond
	resumePause, RetryDelay = time.Millisecond, time.Millisecond
	os.Exit(m.Run())
}

// A place is where the suite puts files.
type place struct {
	root string
	put  func(t *testing.T, name string, data []byte)
}

// stores start a server of each kind of store.
var stores = map[string]func(testing.TB) *blobtest.Server{
	"s3": blobtest.Start, "gs": blobtest.StartGCS, "azblob": blobtest.StartAzure,
}

// eachStore runs a test with a bucket of each kind of store.
func eachStore(t *testing.T, test func(t *testing.T, server *blobtest.Server, b Bucket)) {
	for kind, start := range stores {
		t.Run(kind, func(t *testing.T) {
			server := start(t)
			server.Use(t)
			b, _, err := Resolve(server.Path(""))
			if err != nil {
				t.Fatal(err)
			}
			test(t, server, b)
		})
	}
}

// eachPlace runs a test with each kind of name.
func eachPlace(t *testing.T, test func(t *testing.T, place place)) {
	t.Run("local", func(t *testing.T) {
		dir := t.TempDir()
		test(t, place{dir, func(t *testing.T, name string, data []byte) {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}})
	})
	eachStore(t, func(t *testing.T, server *blobtest.Server, _ Bucket) {
		test(t, place{server.Path("root"), func(t *testing.T, name string, data []byte) { server.Put(t, "root/"+name, data) }})
	})
}

func noise(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

func TestFiles(t *testing.T) {
	content := noise(3*blockSize + 12345)
	eachPlace(t, func(t *testing.T, place place) {
		ctx := t.Context()
		for _, name := range []string{"b/two.json", "a-b/x", "a/x", "a/deep/y", "a/skip/z", "b/one.json", "top"} {
			place.put(t, name, []byte(name))
		}
		place.put(t, "big", content)

		f, err := Open(ctx, Join(place.root, "big"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, content) {
			t.Errorf("read %d bytes, %v", len(got), err)
		}
		small, err := Open(ctx, Join(place.root, "a", "x"))
		if err != nil {
			t.Fatal(err)
		}
		defer small.Close()
		if err := iotest.TestReader(small, []byte("a/x")); err != nil {
			t.Error(err)
		}
		info, err := f.Stat()
		if err != nil || info.Size() != int64(len(content)) || info.Name() != "big" || !info.Mode().IsRegular() {
			t.Errorf("Stat of the file: %v, %v", info, err)
		}

		var walked []string
		err = Walk(ctx, place.root, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			walked = append(walked, filepath.ToSlash(strings.TrimPrefix(name, place.root)))
			if d.Name() == "skip" {
				return fs.SkipDir
			}
			return nil
		})
		want := []string{"", "/a", "/a/deep", "/a/deep/y", "/a/skip", "/a/x", "/a-b", "/a-b/x", "/b", "/b/one.json", "/b/two.json", "/big", "/top"}
		if err != nil || !slices.Equal(walked, want) {
			t.Errorf("walked %q, %v\nwant %q", walked, err, want)
		}

		if info, err := Stat(ctx, Join(place.root, "a")); err != nil || !info.IsDir() || info.Name() != "a" {
			t.Errorf("Stat of a folder: %v, %v", info, err)
		}
		text, err := ReadFile(ctx, Join(place.root, "a", "deep", "y"))
		if err != nil || string(text) != "a/deep/y" {
			t.Errorf("ReadFile: %q, %v", text, err)
		}
		for _, name := range []string{"missing", "a/missing", "b/one"} {
			if _, err := Open(ctx, Join(place.root, name)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Open %s: %v", name, err)
			}
			if _, err := Stat(ctx, Join(place.root, name)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Stat %s: %v", name, err)
			}
		}
	})
}

// unfinished checks the number of unfinished uploads, if the server tells.
func unfinished(t *testing.T, server *blobtest.Server, want int, when string) {
	t.Helper()
	if !server.Counts {
		return
	}
	if n := server.Uploads(t); n != want {
		t.Errorf("%d unfinished uploads %s, want %d", n, when, want)
	}
}

func content(t *testing.T, b Bucket, key string) []byte {
	t.Helper()
	body, err := b.Get(t.Context(), key, "", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// smallParts makes the parts of uploads as small as the test server of gs:// still keeps in
// two steps: the race detector takes a second for 20 MB.
func smallParts(t *testing.T) {
	leastPart = 5 * gcsChunk
	t.Cleanup(func() { leastPart = wholePart })
}

func TestConditions(t *testing.T) { eachStore(t, testConditions) }

func testConditions(t *testing.T, _ *blobtest.Server, b Bucket) {
	ctx := t.Context()
	first, err := b.Put(ctx, "pointer", []byte("one"), Condition{Absent: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(ctx, "pointer", []byte("two"), Condition{Absent: true}); !errors.Is(err, ErrChanged) {
		t.Errorf("a second writer created the object: %v", err)
	}
	second, err := b.Put(ctx, "pointer", []byte("three"), Condition{Version: first})
	if err != nil || second == first {
		t.Errorf("replace: version %q, %v", second, err)
	}
	if _, err := b.Put(ctx, "pointer", []byte("four"), Condition{Version: first}); !errors.Is(err, ErrChanged) {
		t.Errorf("replaced a version that is gone: %v", err)
	}
	if got := content(t, b, "pointer"); string(got) != "three" {
		t.Errorf("content %q", got)
	}
	if _, err := b.Get(ctx, "pointer", first, 0, -1); !errors.Is(err, ErrChanged) {
		t.Errorf("read a version that is gone: %v", err)
	}
	if err := errors.Join(b.Delete(ctx, "pointer"), b.Delete(ctx, "pointer")); err != nil {
		t.Error(err)
	}
	if _, err := b.Stat(ctx, "pointer"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Stat of a removed object: %v", err)
	}
}

// The answer to a conditional write can be lost: the request is sent again, and must
// not fail for what it did itself.
func TestConditionAnswerLost(t *testing.T) { eachStore(t, testConditionAnswerLost) }

func testConditionAnswerLost(t *testing.T, server *blobtest.Server, b Bucket) {
	server.FailFirst(1, blobtest.Lost, func(r *http.Request) bool { return r.Method != http.MethodGet })
	version, err := b.Put(t.Context(), "pointer", []byte("one"), Condition{Absent: true})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := b.Stat(t.Context(), "pointer"); err != nil || info.Version != version {
		t.Errorf("version %q, and the store has %q, %v", version, info.Version, err)
	}
}

func TestUploads(t *testing.T) { eachStore(t, testUploads) }

func testUploads(t *testing.T, server *blobtest.Server, b Bucket) {
	ctx := t.Context()
	long := noise(leastPart + 77)
	smallParts(t)
	data := long[:2*leastPart+77]
	staged, err := b.Stage(ctx, "set/staged", bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Stat(ctx, "set/staged"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a staged object is visible: %v", err)
	}
	if err := staged.Publish(ctx); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(content(t, b, "set/staged"), data) {
		t.Error("the staged object has another content")
	}

	stream := func(data []byte) {
		w, err := b.Create(ctx, "set/streamed")
		if err != nil {
			t.Fatal(err)
		}
		for from := 0; from < len(data); from += 1 << 20 {
			if _, err := w.Write(data[from:min(len(data), from+1<<20)]); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Commit(), w.Abort()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(content(t, b, "set/streamed"), data) {
			t.Errorf("the streamed object of %d bytes has another content", len(data))
		}
	}
	stream(data)
	leastPart = wholePart
	stream(long)

	empty, err := b.Create(ctx, "set/empty")
	if err == nil {
		err = empty.Commit()
	}
	if err != nil || len(content(t, b, "set/empty")) != 0 {
		t.Errorf("empty object: %v", err)
	}
	unfinished(t, server, 0, "after all")
}

// Whatever ends an upload, nothing of it stays.
func TestUploadGivenUp(t *testing.T) {
	smallParts(t)
	eachStore(t, testUploadGivenUp)
}

func testUploadGivenUp(t *testing.T, server *blobtest.Server, b Bucket) {
	data := noise(2*leastPart + 5)
	ctx, cancel := context.WithCancel(t.Context())
	var parts atomic.Int64
	server.Inject(func(r *http.Request) blobtest.Fault {
		if !server.IsPart(r) || parts.Add(1) == 1 {
			return blobtest.None
		}
		for server.Counts && server.Uploads(t) == 0 { // the store has the first part: on its way, it could come after all
			time.Sleep(time.Millisecond)
		}
		cancel()
		return blobtest.Reset
	})
	if _, err := b.Stage(ctx, "a", bytes.NewReader(data), int64(len(data))); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled upload: %v", err)
	}
	unfinished(t, server, 0, "after a canceled one")

	ctx, stop := context.WithCancel(t.Context()) // the server may still call cancel
	server.Inject(nil)
	w, err := b.Create(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(data)
	stop()
	if err := w.Commit(); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit after cancellation: %v", err)
	}
	unfinished(t, server, 0, "after a canceled stream")

	server.Inject(func(r *http.Request) blobtest.Fault {
		if server.IsPart(r) {
			return blobtest.Deny
		}
		return blobtest.None
	})
	if _, err := b.Stage(t.Context(), "a", bytes.NewReader(data), int64(len(data))); !errors.Is(err, ErrDenied) {
		t.Errorf("denied upload: %v", err)
	}
	unfinished(t, server, 0, "after a denied one")

	server.Inject(nil) // a killed writer
	for _, key := range []string{"lake/cclf1/part", "lake/export/x", "lake2/cclf1/part"} {
		if _, err := b.Stage(t.Context(), key, bytes.NewReader(data[:10]), 10); err != nil {
			t.Fatal(err)
		}
	}
	want := 3
	if server.Lists {
		want--
	}
	err = b.Sweep(t.Context(), "lake/", func(key string) bool { return !strings.HasPrefix(key, "lake/export/") })
	if err != nil {
		t.Error(err)
	}
	unfinished(t, server, want, "after sweeping one of three")
	if keys := server.Keys(t, ""); len(keys) != 0 {
		t.Errorf("uploads that were given up left %q", keys)
	}
}

func TestFaultsPassed(t *testing.T) {
	smallParts(t)
	eachStore(t, testFaultsPassed)
}

func testFaultsPassed(t *testing.T, server *blobtest.Server, b Bucket) {
	data := noise(2*leastPart + 5)
	any := func(*http.Request) bool { return true }
	server.Put(t, "folder/object", data)
	for _, fault := range []blobtest.Fault{blobtest.SlowDown, blobtest.Reset, blobtest.Cut, blobtest.Lost} {
		t.Run(string(fault), func(t *testing.T) {
			server.FailFirst(4, fault, func(r *http.Request) bool {
				return r.Method == http.MethodGet && strings.HasSuffix(r.URL.EscapedPath(), "object")
			})
			got, err := ReadFile(t.Context(), server.Path("folder/object"))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("read %d of %d bytes, %v", len(got), len(data), err)
			}
			if fault == blobtest.Cut {
				return // answers to writes have no body worth cutting
			}
			server.FailFirst(3, fault, any)
			staged, err := b.Stage(t.Context(), "up", bytes.NewReader(data), int64(len(data)))
			if err == nil {
				server.FailFirst(2, fault, any)
				err = staged.Publish(t.Context())
			}
			server.Inject(nil)
			if err != nil || !bytes.Equal(content(t, b, "up"), data) {
				t.Errorf("upload: %v", err)
			}
		})
	}
}

// An object that is replaced while it is read is an error, not a mixture.
func TestReplacedWhileRead(t *testing.T) { eachStore(t, testReplacedWhileRead) }

func testReplacedWhileRead(t *testing.T, server *blobtest.Server, _ Bucket) {
	server.Put(t, "object", noise(4*blockSize))
	f, err := Open(t.Context(), server.Path("object"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.ReadFull(f, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	server.Put(t, "object", bytes.Repeat([]byte("x"), 4*blockSize))
	if _, err := f.ReadAt(make([]byte, 2*blockSize), blockSize); !errors.Is(err, ErrChanged) {
		t.Errorf("ReadAt of a replaced object: %v", err)
	}
	if _, err := f.ReadAt(make([]byte, 10), 3*blockSize); !errors.Is(err, ErrChanged) {
		t.Errorf("short ReadAt of a replaced object: %v", err)
	}
}

// Small reads in sequence take few requests.
func TestReadAhead(t *testing.T) { eachStore(t, testReadAhead) }

func testReadAhead(t *testing.T, server *blobtest.Server, _ Bucket) {
	data := noise(5*blockSize + 9)
	server.Put(t, "object", data)
	f, err := Open(t.Context(), server.Path("object"))
	if err != nil {
		t.Fatal(err)
	}
	server.Requests()
	got, err := io.ReadAll(io.NewSectionReader(f, 0, int64(len(data))))
	if err := errors.Join(err, f.Close()); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if n := len(server.Requests()); n != 6 {
		t.Errorf("%d requests for 6 blocks", n)
	}
}

func TestErrors(t *testing.T) {
	server := blobtest.Start(t)
	server.Use(t)
	ctx := t.Context()
	text := func(err error) string {
		t.Helper()
		if err == nil {
			t.Fatal("no error")
		}
		if own, ok := errors.AsType[*Error](err); ok {
			return err.Error() + " | " + own.Hint()
		}
		return err.Error()
	}
	_, err := Stat(ctx, "s3://no-such-bucket-here/x")
	if got := text(err); !strings.Contains(got, "no such bucket: no-such-bucket-here") || !errors.Is(err, fs.ErrNotExist) {
		t.Error(got)
	}
	server.Inject(func(*http.Request) blobtest.Fault { return blobtest.Deny })
	_, err = Open(ctx, server.Path("x"))
	if got := text(err); !strings.Contains(got, "access denied") || !errors.Is(err, ErrDenied) || strings.Contains(got, "test-") {
		t.Error(got)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	_, err = Open(ctx, "s3://another-bucket/x")
	if got := text(err); !strings.Contains(got, "no credentials were found") || !strings.Contains(got, "AWS_PROFILE") {
		t.Error(got)
	}
	closed := "127.0.0.1:1"
	_, err = Stat(ctx, "s3://third-bucket/x?endpoint=http://"+closed)
	if got := text(err); !strings.Contains(got, "cannot reach the object store at http://"+closed) || !errors.Is(err, ErrUnreachable) {
		t.Error(got)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"out":                      "",
		`C:\data`:                  "",
		"./s3:/x":                  "",
		"s3://bucket":              "",
		"s3://bucket/a/b/":         "",
		"gs://bucket/a":            "",
		"s3://bucket/what?":        "",
		"s3://bucket/a?b=c":        "",
		"s3:///a":                  "no bucket",
		"s4://bucket/a":            "unknown scheme",
		"https://host/a":           "unknown scheme",
		"file:///tmp":              "unknown scheme",
		"s3://id:secret@bucket/a":  "no credentials",
		"s3://b/a?region=x&regin=": "unknown option",
	} {
		err := Check(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("Check(%q): %v, want %q", name, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows credentials: %v", err)
		}
	}
	if got := Join("s3://bucket/a/?region=eu-west-1", "b", "c.parquet"); got != "s3://bucket/a/b/c.parquet" {
		t.Error(got)
	}
	if got := Join("s3://names", "x"); got != "s3://names/x" {
		t.Error(got)
	}
	if got := Dir("s3://names/a/b"); got != "s3://names/a" {
		t.Error(got)
	}
	if got := Dir("s3://names/a"); got != "s3://names" {
		t.Error(got)
	}
	if got := Base("s3://names/a/b/"); got != "b" {
		t.Error(got)
	}
	if err := Check("s3://bucket/z?region=us-west-2"); err == nil {
		t.Error("no error for two options of one bucket")
	}
}
