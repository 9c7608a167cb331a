package bcdatest

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A Place is a kind of request.
type Place string

// The kinds of requests.
const (
	Token       Place = "token"
	Kickoff     Place = "kickoff"
	Jobs        Place = "jobs"
	Job         Place = "job"
	Cancel      Place = "cancel"
	Data        Place = "data"
	ErrorFile   Place = "error-file"
	Attribution Place = "attribution"
	Metadata    Place = "metadata"
)

// A Fault makes some requests fail.
type Fault struct {
	At Place
	// Type limits a fault at Data to files of one resource type.
	Type string
	// After, if it is set, is a place: requests before the first one there
	// succeed and are not counted.
	After Place
	// Skip is how many requests succeed first, and Times how many then fail, 0
	// for all.
	Skip, Times int

	// Status, if it is not 0, replaces the reply, with Header and Body.
	Status int
	Header http.Header
	Body   string

	// Lose processes the request and closes the connection without a reply.
	Lose bool
	// CutAfter, if it is not 0, ends the reply after this number of bytes of its
	// body: by closing the connection or, if Stall is set, by sending nothing
	// for that time.
	CutAfter int64
	Stall    time.Duration
	// Wait delays the reply.
	Wait time.Duration
	// Corrupt changes one byte of the body.
	Corrupt bool
}

// presets are faults by name.
var presets = map[string][]Fault{
	"slow":             {{At: Data, Wait: 2 * time.Second}},
	"token-slow":       {{At: Token, Times: 3, Status: http.StatusServiceUnavailable}},
	"token-throttled":  {{At: Token, Times: 1, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"5"}}, Body: "Too Many Requests\n"}},
	"throttled":        {{At: Data, Skip: 3, Times: 2, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3"}}, Body: outcomeV3("error", "throttled", "Too many requests.")}},
	"unavailable":      {{At: Kickoff, Times: 1, Status: http.StatusBadGateway}, {At: Job, Times: 2, Status: http.StatusServiceUnavailable}, {At: Data, Times: 3, Status: http.StatusGatewayTimeout}},
	"kickoff-lost":     {{At: Kickoff, Times: 1, Lose: true}},
	"job-failed":       {{At: Job, Skip: 1, Status: http.StatusInternalServerError, Body: outcomeV3("error", "exception", "Job failed to complete.")}},
	"expired":          {{At: Data, Status: http.StatusNotFound}, {At: Job, After: Data, Status: http.StatusGone, Body: outcomeV3("error", "not-found", "The job has expired.")}},
	"resets":           {{At: Data, Skip: 1, Times: 3, CutAfter: 8000}},
	"stalls":           {{At: Data, Skip: 1, Times: 1, CutAfter: 8000, Stall: time.Hour}},
	"corrupt":          {{At: Data, Skip: 1, Times: 1, Corrupt: true}},
	"file-gone":        {{At: Data, Type: "Coverage", Status: http.StatusNotFound}},
	"internal-error":   {{At: Job, Times: 2, Status: http.StatusInternalServerError, Body: outcomeV3("error", "exception", "Internal Error")}},
	"html":             {{At: Data, Skip: 1, Times: 1, Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html><body>Please sign in</body></html>"}},
	"token-deactivate": {{At: Job, Times: 1, Status: http.StatusUnauthorized, Body: outcomeV3("error", "forbidden", "Invalid Token")}},
}

// Presets lists the names of all presets.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// Preset returns the faults of a preset. Ok is false if there is none with that
// name.
func Preset(name string) (faults []Fault, ok bool) {
	faults, ok = presets[name]
	return faults, ok
}

// A faultSet decides which requests fail.
type faultSet struct {
	mu     sync.Mutex
	faults []Fault
	seen   []int // counted requests, by fault's index
	places map[Place]bool
}

// next returns the first fault that applies to a request, or nil.
func (s *faultSet) next(at Place, resourceType string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.places == nil {
		s.places = map[Place]bool{}
	}
	s.places[at] = true
	var due *Fault
	for i := range s.faults {
		f := &s.faults[i]
		if f.At != at || f.Type != "" && f.Type != resourceType || f.After != "" && !s.places[f.After] {
			continue
		}
		n := s.seen[i] - f.Skip
		s.seen[i]++
		if due == nil && n >= 0 && (f.Times == 0 || n < f.Times) {
			due = f
		}
	}
	return due
}

// A faultyWriter injects a fault into a reply.
type faultyWriter struct {
	http.ResponseWriter
	request *http.Request
	fault   *Fault
	written int64
}

// giveUp closes the connection.
func giveUp() { panic(http.ErrAbortHandler) }

func (w *faultyWriter) WriteHeader(status int) {
	if w.fault.Lose {
		giveUp()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *faultyWriter) Write(p []byte) (int, error) {
	f := w.fault
	if f.Lose {
		giveUp()
	}
	if f.Corrupt && w.written == 0 && len(p) > 0 {
		p = slices.Clone(p)
		p[len(p)/2] ^= 0x55
	}
	if f.CutAfter > 0 && w.written+int64(len(p)) >= f.CutAfter {
		n, err := w.ResponseWriter.Write(p[:f.CutAfter-w.written])
		w.written += int64(n)
		if flusher, ok := w.ResponseWriter.(http.Flusher); ok {
			flusher.Flush()
		}
		if err == nil && f.Stall > 0 {
			select {
			case <-w.request.Context().Done():
			case <-time.After(f.Stall):
			}
		}
		giveUp()
	}
	n, err := w.ResponseWriter.Write(p)
	w.written += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *faultyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
