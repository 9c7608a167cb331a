package bcdatest

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The credentials that a Server accepts by default.
const (
	ClientID     = "sandbox-client"
	ClientSecret = "sandbox-secret"
)

// Options configure a Server. The zero value is a server without data that
// never fails.
type Options struct {
	// ClientID and ClientSecret are the credentials to accept. The defaults are
	// the constants of the same names.
	ClientID, ClientSecret string
	// TokenLife is how long tokens are valid, 20 minutes by default.
	TokenLife time.Duration
	// Files are the files to export. FilesOf replaces them for an API version
	// (v1, v2 or v3).
	Files   []File
	FilesOf map[string][]File
	// Errors is the text of the error file of every job, one OperationOutcome
	// per line. If it is empty, jobs have no error file.
	Errors []byte
	// JobTime is how long a job runs.
	JobTime time.Duration
	// KeepTime is how long files are kept, 24 hours by default.
	KeepTime time.Duration
	// NoV3 denies the organization API v3.
	NoV3 bool
	// PartialClaims lets the organization export Claim and ClaimResponse in v2.
	PartialClaims bool
	// Faults are injected into replies.
	Faults []Fault
	// Manifest, if it is not nil, may change the manifest of a job, and
	// RawManifest its text.
	Manifest    func(*Manifest)
	RawManifest func([]byte) []byte

	// The fields below make the server differ from BCDA.

	// Base is the path of another FHIR API, such as /fhir, besides BCDA's.
	Base string
	// NoJobList removes the job list.
	NoJobList bool
	// Accepted is the status of the reply to a kick-off, 202 by default.
	// Location is the header with the address of the job, Content-Location by
	// default, or "-" for none.
	Accepted int
	Location string
	// Scope is required in token requests, with the OAuth 2 client credentials
	// grant.
	Scope string
	// SignedUses, if it is not 0, adds a signature to the address of each file
	// in a manifest, which is valid for this number of requests. Later ones get
	// the status SignedStatus, 403 by default.
	SignedUses   int
	SignedStatus int
	// Storage is the origin at which files are served by StorageHandler, or ""
	// for the server's own.
	Storage string
	// Integrity adds length and checksum to manifest entries, as AB2D does.
	Integrity bool
	// Observe, if it is not nil, is called with every request.
	Observe func(*http.Request)
}

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

// New makes a server.
func New(opts Options) *Server {
	if opts.ClientID == "" {
		opts.ClientID = ClientID
	}
	if opts.ClientSecret == "" {
		opts.ClientSecret = ClientSecret
	}
	if opts.TokenLife == 0 {
		opts.TokenLife = 20 * time.Minute
	}
	if opts.KeepTime == 0 {
		opts.KeepTime = 24 * time.Hour
	}
	s := &Server{
		opts:   opts,
		faults: faultSet{faults: opts.Faults, seen: make([]int, len(opts.Faults))},
		mux:    http.NewServeMux(),
		tokens: map[string]time.Time{},
		signed: map[string]int{},
	}
	s.handle("POST /auth/token", Token, s.token)
	prefixes := []string{"/api/v1", "/api/v2", "/api/v3"}
	if opts.Base != "" {
		prefixes = append(prefixes, opts.Base)
		s.handle("GET "+opts.Base+"/$export", Kickoff, s.authorized(s.kickoff))
	}
	for _, prefix := range prefixes {
		s.handle("GET "+prefix+"/Patient/$export", Kickoff, s.authorized(s.kickoff))
		s.handle("GET "+prefix+"/Group/{group}/$export", Kickoff, s.authorized(s.kickoff))
		if !opts.NoJobList {
			s.handle("GET "+prefix+"/jobs", Jobs, s.authorized(s.listJobs))
		}
		s.handle("GET "+prefix+"/jobs/{id}", Job, s.authorized(s.jobStatus))
		s.handle("DELETE "+prefix+"/jobs/{id}", Cancel, s.authorized(s.cancelJob))
		s.handle("GET "+prefix+"/attribution_status", Attribution, s.authorized(s.attribution))
		s.handle("GET "+prefix+"/metadata", Metadata, s.metadata)
	}
	s.handle("GET /data/{id}/{name}", Data, s.authorized(s.data))
	s.mux.HandleFunc("GET /_version", document(`{"version":"synthetic"}`))
	s.mux.HandleFunc("GET /_health", document(`{"database":"ok"}`))
	s.mux.HandleFunc("GET /_auth", document(`{"auth_provider":"ssas"}`))
	return s
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.opts.Observe != nil {
		s.opts.Observe(r)
	}
	w.Header().Set("Connection", "close")
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed) // the mux would serve HEAD like GET
		return
	}
	s.mux.ServeHTTP(w, r)
}

// handle serves a kind of request, with its faults.
func (s *Server) handle(pattern string, at Place, serve http.HandlerFunc) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		place := at
		if at == Data && isErrorFile(r.PathValue("name")) {
			place = ErrorFile
		}
		fault := s.faults.next(place, s.typeOf(r))
		if fault == nil {
			serve(w, r)
			return
		}
		if fault.Wait > 0 {
			select {
			case <-time.After(fault.Wait):
			case <-r.Context().Done():
				return
			}
		}
		if fault.Status != 0 {
			for name, values := range fault.Header {
				w.Header()[name] = values
			}
			if w.Header().Get("Content-Type") == "" {
				w.Header().Set("Content-Type", "application/fhir+json")
			}
			w.WriteHeader(fault.Status)
			_, _ = io.WriteString(w, fault.Body)
			return
		}
		serve(&faultyWriter{ResponseWriter: w, request: r, fault: fault}, r)
	})
}

// StorageHandler serves the files at another origin, without tokens.
func (s *Server) StorageHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.opts.Observe != nil {
			s.opts.Observe(r)
		}
		if r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusBadRequest) // as S3 does, because there is a signature too
			return
		}
		s.mux.ServeHTTP(w, r)
	})
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

func document(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	switch {
	case !ok:
		http.Error(w, "Bad Request", http.StatusBadRequest)
	case s.opts.Scope != "" && (r.PostFormValue("scope") != s.opts.Scope || r.PostFormValue("grant_type") != "client_credentials"):
		http.Error(w, `{"error":"invalid_scope"}`, http.StatusBadRequest)
	case id != s.opts.ClientID || secret != s.opts.ClientSecret:
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	default:
		token := "e30." + rand.Text() + "." + rand.Text()
		s.mu.Lock()
		s.tokens[token] = time.Now().Add(s.opts.TokenLife)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		// BCDA sends expires_in as a string.
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":"%d","token_type":"bearer"}`, token, int(s.opts.TokenLife.Seconds()))
	}
}

// RevokeTokens invalidates all tokens.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

func (s *Server) authorized(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		api := apiOf(r)
		if s.opts.Storage != "" && "http://"+r.Host == s.opts.Storage {
			serve(w, r)
			return
		}
		// BCDA compares the scheme with case.
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !ok:
			fail(w, api, http.StatusUnauthorized, "forbidden", "Invalid Token")
			return
		case strings.Count(token, ".") != 2:
			fail(w, api, http.StatusBadRequest, "structure", "token contains an invalid number of segments")
			return
		}
		s.mu.Lock()
		until, known := s.tokens[token]
		s.mu.Unlock()
		if !known || time.Now().After(until) {
			fail(w, api, http.StatusUnauthorized, "forbidden", "Invalid Token")
			return
		}
		serve(w, r)
	}
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

// fail sends an OperationOutcome in the form of an API version.
func fail(w http.ResponseWriter, api string, status int, code, text string) {
	w.Header().Set("Content-Type", "application/fhir+json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, outcome(api, code, text))
}

func outcome(api, code, text string) string {
	switch api {
	case "v1":
		return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":%q,"diagnostics":%q}]}`, code, text)
	case "v2":
		return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":%q,"details":{"coding":[{"system":"http://hl7.org/fhir/ValueSet/operation-outcome","code":%q,"display":%q}],"text":%[3]q},"diagnostics":%[3]q}]}`, code, code, text)
	default:
		return outcomeV3("error", code, text)
	}
}

func outcomeV3(severity, code, text string) string {
	return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":%q,"code":%q,"details":{"text":%q},"diagnostics":%[3]q}]}`, severity, code, text)
}

// origin is the server's origin as the client knows it.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// uuid makes a file name.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
