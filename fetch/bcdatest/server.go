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

// The credentials of a Server, unless its options have others.
const (
	ClientID     = "sandbox-client"
	ClientSecret = "sandbox-secret"
)

// Options say how a server behaves. The zero value is a server without data
// that never fails.
type Options struct {
	// ClientID and ClientSecret are what is accepted.
	ClientID, ClientSecret string
	// TokenLife is how long tokens are valid; 20 minutes unless set.
	TokenLife time.Duration
	// Files are what is exported, and FilesOf what is exported by one version
	// of the API instead.
	Files   []File
	FilesOf map[string][]File
	// Errors is the text of the error file of each job, one OperationOutcome
	// a line; there is none if it is empty.
	Errors []byte
	// JobTime is how long jobs run.
	JobTime time.Duration
	// KeepTime is how long files are kept; 24 hours unless set.
	KeepTime time.Duration
	// NoV3 denies API v3 to the organization.
	NoV3 bool
	// PartialClaims allows Claim and ClaimResponse in v2.
	PartialClaims bool
	// Faults happen to requests.
	Faults []Fault
	// Manifest, if it is set, may change what a job returns, and RawManifest
	// the text of it.
	Manifest    func(*Manifest)
	RawManifest func([]byte) []byte

	// What follows makes the server another one than BCDA.

	// Base is the path of its FHIR API, such as /fhir, besides those of BCDA.
	Base string
	// NoJobList leaves the list of jobs out.
	NoJobList bool
	// Accepted is the status of the reply to a kick-off, 202 unless set, and
	// Location the header in it that names the job: Content-Location unless set,
	// none if it is "-".
	Accepted int
	Location string
	// Scope is what a token must be asked for, with the grant of OAuth 2.
	Scope string
	// SignedUses, unless it is 0, puts a signature into the address of each
	// file, which is good for so many requests after the manifest was asked
	// for; then the answer is SignedStatus, 403 unless set.
	SignedUses   int
	SignedStatus int
	// Storage is the origin of the files, if it is another one: of the handler
	// that StorageHandler returns, where nobody needs a token.
	Storage string
	// Integrity adds length and checksum to the manifest as AB2D does.
	Integrity bool
	// Observe, if it is set, sees every request.
	Observe func(*http.Request)
}

// A Server is BCDA, as far as clients can tell.
type Server struct {
	opts   Options
	faults faultSet
	mux    *http.ServeMux

	mu     sync.Mutex
	tokens map[string]time.Time // until when they are valid
	jobs   []*job
	signed map[string]int // how often a signature may still be used
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
		w.WriteHeader(http.StatusMethodNotAllowed) // where GET is served, the mux would serve HEAD
		return
	}
	s.mux.ServeHTTP(w, r)
}

// handle serves a kind of request, with the faults that are due.
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
			w.WriteHeader(http.StatusBadRequest) // as S3 does where there is a signature too
			return
		}
		s.mux.ServeHTTP(w, r)
	})
}

// typeOf is the resource type of the file that is asked for, or empty.
func (s *Server) typeOf(r *http.Request) string {
	id, err := strconv.Atoi(r.PathValue("id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || id < 1 || id > len(s.jobs) {
		return ""
	}
	return s.jobs[id-1].files[r.PathValue("name")].Type
}

// sign makes a signature for an address.
func (s *Server) sign() string {
	signature := rand.Text()
	s.signed[signature] = s.opts.SignedUses
	return "?signature=" + signature
}

// signatureHolds tells whether a signature is still good.
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
		// The life is a string.
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":"%d","token_type":"bearer"}`, token, int(s.opts.TokenLife.Seconds()))
	}
}

// RevokeTokens makes all tokens invalid.
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
		// The scheme is looked for as it is usually written, and no other way.
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
		return "v2" // below another base: without the filters of v3
	}
	return "v3"
}

// fail sends an OperationOutcome in the form of the version.
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

// origin is how the client calls the server.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// uuid makes names for files.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
