// Package blobtest runs an S3 server in memory, with faults, for tests.
package blobtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// A Fault is what the server does instead of answering a request.
type Fault string

// The faults.
const (
	None     Fault = ""
	SlowDown Fault = "slow down" // 503 with the code SlowDown
	Deny     Fault = "deny"      // 403
	Missing  Fault = "missing"   // 404 with the code NoSuchKey
	Reset    Fault = "reset"     // closes the connection without an answer
	Cut      Fault = "cut"       // answers, and closes the connection in the middle of the body
	Lost     Fault = "lost"      // does what was asked, and closes the connection without an answer
)

// A Server is an S3 server with one bucket.
type Server struct {
	URL    string // of the server
	Bucket string

	backend gofakes3.Backend
	http    *httptest.Server
	fault   atomic.Pointer[func(*http.Request) Fault]
	mu      sync.Mutex
	log     []string
	bytes   int64
}

var servers atomic.Int64

// Start starts a server, which ends with the test.
func Start(t testing.TB) *Server {
	s := &Server{Bucket: fmt.Sprintf("claims-%d-%d", os.Getpid(), servers.Add(1)), backend: s3mem.New()}
	if err := s.backend.CreateBucket(s.Bucket); err != nil {
		t.Fatal(err)
	}
	handler := gofakes3.New(s.backend, gofakes3.WithTimeSkewLimit(0), gofakes3.WithoutVersioning()).Server()
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, handler) }))
	t.Cleanup(s.http.Close)
	s.URL = s.http.URL
	return s
}

// Env returns the environment of a program that uses the server, as NAME=VALUE.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL_S3=" + s.URL, "AWS_ACCESS_KEY_ID=test-id", "AWS_SECRET_ACCESS_KEY=test-secret",
		"AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
	}
}

// Use makes this process use the server until the test ends.
func (s *Server) Use(t testing.TB) {
	for _, variable := range s.Env() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

// Path is the URL of an object or a folder.
func (s *Server) Path(key string) string { return "s3://" + s.Bucket + "/" + key }

// Inject makes a function decide which requests fail; nil ends that.
func (s *Server) Inject(fault func(*http.Request) Fault) {
	if fault == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&fault)
}

// FailFirst makes the first n requests for which match returns true fail.
func (s *Server) FailFirst(n int, fault Fault, match func(*http.Request) bool) {
	var seen atomic.Int64
	s.Inject(func(r *http.Request) Fault {
		if match(r) && seen.Add(1) <= int64(n) {
			return fault
		}
		return None
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	s.mu.Lock()
	s.log = append(s.log, r.Method+" "+r.URL.RequestURI())
	s.mu.Unlock()
	fault := None
	if f := s.fault.Load(); f != nil {
		fault = (*f)(r)
	}
	switch fault {
	case SlowDown:
		http.Error(w, `<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`, http.StatusServiceUnavailable)
		return
	case Deny:
		http.Error(w, `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`, http.StatusForbidden)
		return
	case Missing:
		http.Error(w, `<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>`, http.StatusNotFound)
		return
	case Reset:
		panic(http.ErrAbortHandler)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	if fault == Lost {
		panic(http.ErrAbortHandler)
	}
	body := answer.Body.Bytes()
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	if r.Method != http.MethodHead {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(answer.Code)
	if fault == Cut {
		body = body[:len(body)/2]
	}
	s.mu.Lock()
	s.bytes += int64(len(body))
	s.mu.Unlock()
	_, _ = w.Write(body)
	if fault == Cut {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Requests returns the requests so far, as "METHOD PATH?QUERY", and forgets them.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

// Sent returns the bytes of the bodies of all answers so far.
func (s *Server) Sent() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Put stores an object.
func (s *Server) Put(t testing.TB, key string, data []byte) {
	t.Helper()
	meta := map[string]string{"Last-Modified": time.Now().UTC().Format(http.TimeFormat)}
	if _, err := s.backend.PutObject(s.Bucket, key, meta, bytes.NewReader(data), int64(len(data)), nil); err != nil {
		t.Fatal(err)
	}
}

// Object returns the content of an object.
func (s *Server) Object(t testing.TB, key string) []byte {
	t.Helper()
	object, err := s.backend.GetObject(s.Bucket, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Contents.Close()
	text, err := io.ReadAll(object.Contents)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Keys returns the keys of all objects that begin with prefix, in order.
func (s *Server) Keys(t testing.TB, prefix string) []string {
	t.Helper()
	list, err := s.backend.ListBucket(s.Bucket, &gofakes3.Prefix{HasPrefix: true, Prefix: prefix}, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, o := range list.Contents {
		keys = append(keys, o.Key)
	}
	return keys
}

// Uploads returns the number of unfinished multi-part uploads.
func (s *Server) Uploads(t testing.TB) int {
	t.Helper()
	answer, err := http.Get(s.URL + "/" + s.Bucket + "?uploads")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(answer.Body); err != nil {
		t.Fatal(err)
	}
	return strings.Count(text.String(), "<UploadId>")
}
