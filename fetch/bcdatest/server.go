package bcdatest

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Server behaves like BCDA.
type Server struct {
	opts   Options
	faults faultSet
	mux    *http.ServeMux

	mu     sync.Mutex
	tokens map[string]time.Time // when they expire
	jobs   []*job
	signed map[string]int // remaining uses, by signature
}

// typeOf is the resource type of the requested file, or "".
func (s *Server) typeOf(r *http.Request) string {
	id, err := strconv.Atoi(r.PathValue("id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || id < 1 || id > len(s.jobs) {
		return ""
	}
	return s.jobs[id-1].files[r.PathValue("name")].Type
}

// sign makes the query of a signed address.
func (s *Server) sign() string {
	signature := rand.Text()
	s.signed[signature] = s.opts.SignedUses
	return "?signature=" + signature
}

// signatureHolds reports whether the signature of a request is valid, and uses
// it.
func (s *Server) signatureHolds(r *http.Request) bool {
	if s.opts.SignedUses == 0 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	signature := r.URL.Query().Get("signature")
	s.signed[signature]--
	return s.signed[signature] >= 0
}

// find returns the job of a request. If there is none, it replies so and returns
// nil.
func (s *Server) find(w http.ResponseWriter, r *http.Request) *job {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		fail(w, apiOf(r), http.StatusBadRequest, "exception", "could not parse job id")
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > len(s.jobs) {
		fail(w, apiOf(r), http.StatusNotFound, "exception", "Job not found.")
		return nil
	}
	if s.jobs[id-1].foreign {
		fail(w, apiOf(r), http.StatusUnauthorized, "forbidden", "Unauthorized")
		return nil
	}
	return s.jobs[id-1]
}

// RevokeTokens invalidates all tokens.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// ForeignJob adds a job of another organization, and returns its ID.
func (s *Server) ForeignJob() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &job{id: len(s.jobs) + 1, api: "v3", created: time.Now(), done: time.Now(), state: running, foreign: true}
	s.jobs = append(s.jobs, j)
	return j.id
}

// Archive archives a job, as BCDA does some time after it completed: its status
// is 404, and its files are sent with 404.
func (s *Server) Archive(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs[id-1].state = archived
}

// JobCount is the number of jobs so far.
func (s *Server) JobCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.jobs)
}

func apiOf(r *http.Request) string {
	for _, api := range []string{"v1", "v2"} {
		if strings.HasPrefix(r.URL.Path, "/api/"+api+"/") {
			return api
		}
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") && !strings.HasPrefix(r.URL.Path, "/data/") {
		return "v2" // another base has no v3 filters
	}
	return "v3"
}

// origin is the server's origin as the client knows it.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
