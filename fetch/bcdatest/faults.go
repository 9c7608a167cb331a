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

// A Fault makes the server fail.
type Fault struct {
	At Place
	// Type makes it a fault of the files of one resource type, at Data.
	Type string
	// After waits for a request at another place: the requests before that pass,
	// and count for nothing.
	After Place
	// Skip lets so many requests pass first; Times is how many then fail, or
	// all if it is 0.
	Skip, Times int

	// Status, unless it is 0, is sent instead of the real reply, with Header
	// and Body.
	Status int
	Header http.Header
	Body   string

	// Lose takes the request as usual and closes the connection instead of
	// replying.
	Lose bool
	// CutAfter, unless it is 0, breaks the reply off after so many bytes of
	// its body: by closing the connection, or, if Stall is set, by falling
	// silent for so long.
	CutAfter int64
	Stall    time.Duration
	// Wait is slept before the reply.
	Wait time.Duration
	// Corrupt changes a byte in the middle of the body.
	Corrupt bool
}

// presets are faults by name, as people may ask for them.
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

// Presets are the names that Preset knows.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// Preset returns faults by their name; ok is false if there are none of that
// name.
func Preset(name string) (faults []Fault, ok bool) {
	faults, ok = presets[name]
	return faults, ok
}

// faultSet counts the requests at each place.
type faultSet struct {
	mu     sync.Mutex
	faults []Fault
	seen   []int // requests, by fault
	places map[Place]bool
}

// next returns the fault of a request, or nil. The first one that is due
// counts.
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

// A faultyWriter breaks replies off, and changes bytes of them.
type faultyWriter struct {
	http.ResponseWriter
	request *http.Request
	fault   *Fault
	written int64
}

// giveUp ends the connection.
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
