// Package blobtest runs servers of object stores, with faults, for tests: S3 and Google
// Cloud Storage in memory, and Azure Blob Storage by Azurite, where it is installed.
package blobtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
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

// A Server is a server of an object store with one bucket.
type Server struct {
	URL    string // of the server
	Bucket string
	Scheme string // of the URLs of its objects
	Lists  bool   // unfinished uploads are listed, so that others can remove them
	Counts bool   // Uploads knows their number

	store store
	env   []string // NAME=VALUE
	http  *httptest.Server
	fault atomic.Pointer[func(*http.Request) Fault]
	mu    sync.Mutex
	log   []string
	bytes int64
}

// A store holds the objects of a server.
type store interface {
	http.Handler
	put(key string, data []byte) error
	get(key string) ([]byte, error)
	keys(prefix string) ([]string, error)
	uploads() (int, error)        // unfinished
	isPart(*http.Request) bool    // uploads a part of an object
	publishes(*http.Request) bool // makes an object of its parts
}

var servers atomic.Int64

// bucketName returns a name that no other server of this machine has.
func bucketName() string { return fmt.Sprintf("claims-%d-%d", os.Getpid(), servers.Add(1)) }

// start starts the front of a store, which ends with the test.
func (s *Server) start(t testing.TB) {
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.http.Close)
	s.URL = s.http.URL
}

// Env returns the environment of a program that uses the server, as NAME=VALUE.
func (s *Server) Env() []string {
	env := []string{}
	for _, variable := range s.env {
		env = append(env, strings.ReplaceAll(variable, "$URL", s.URL))
	}
	return env
}

// Use makes this process use the server until the test ends.
func (s *Server) Use(t testing.TB) {
	for _, variable := range s.Env() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

// Path is the URL of an object or a folder.
func (s *Server) Path(key string) string { return s.Scheme + "://" + s.Bucket + "/" + key }

// IsPart reports whether a request uploads a part of an object.
func (s *Server) IsPart(r *http.Request) bool { return s.store.isPart(r) }

// Publishes reports whether a request makes an object of its parts.
func (s *Server) Publishes(r *http.Request) bool { return s.store.publishes(r) }

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

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
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
	s.store.ServeHTTP(answer, r)
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
	if err := s.store.put(key, data); err != nil {
		t.Fatal(err)
	}
}

// Object returns the content of an object.
func (s *Server) Object(t testing.TB, key string) []byte {
	t.Helper()
	text, err := s.store.get(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Keys returns the keys of all objects that begin with prefix, in order.
func (s *Server) Keys(t testing.TB, prefix string) []string {
	t.Helper()
	keys, err := s.store.keys(prefix)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// Uploads returns the number of unfinished uploads, if Counts is true.
func (s *Server) Uploads(t testing.TB) int {
	t.Helper()
	n, err := s.store.uploads()
	if err != nil {
		t.Fatal(err)
	}
	return n
}
