package bcdatest

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
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
	// NoV3 denies API v3 to the organisation.
	NoV3 bool
	// PartialClaims allows Claim and ClaimResponse in v2.
	PartialClaims bool
	// Faults happen to requests.
	Faults []Fault
	// Manifest, if it is set, may change what a job returns.
	Manifest func(*Manifest)
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
}

// A Manifest is the body of a completed job.
type Manifest struct {
	TransactionTime     string         `json:"transactionTime"`
	Request             string         `json:"request"`
	RequiresAccessToken bool           `json:"requiresAccessToken"`
	Output              []ManifestFile `json:"output"`
	Deleted             []ManifestFile `json:"deleted,omitempty"`
	Error               []ManifestFile `json:"error"`
	JobID               int            `json:"JobID"`
	Link                []Link         `json:"link,omitempty"`
}

// A ManifestFile is an entry of a manifest.
type ManifestFile struct {
	Type  string `json:"type"`
	URL   string `json:"url"`
	Count *int   `json:"count,omitempty"`
}

// A Link of a manifest leads to its next page.
type Link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

// state is how a job is.
type state string

const (
	running   state = "running"
	cancelled state = "cancelled"
	archived  state = "archived"
)

type job struct {
	id      int
	api     string
	url     string // of the request
	types   string // as it names them
	created time.Time
	done    time.Time // when it will be, or is
	state   state
	files   map[string]File // by name
	names   []string        // of files, in their order
	errors  bool
	info    bool // it has a warnings-and-info file
	foreign bool
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
	}
	s.handle("POST /auth/token", Token, s.token)
	for _, api := range []string{"v1", "v2", "v3"} {
		prefix := "/api/" + api
		s.handle("GET "+prefix+"/Patient/$export", Kickoff, s.authorized(s.kickoff))
		s.handle("GET "+prefix+"/Group/{group}/$export", Kickoff, s.authorized(s.kickoff))
		s.handle("GET "+prefix+"/jobs", Jobs, s.authorized(s.listJobs))
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
		fault := s.faults.next(place)
		if fault == nil {
			serve(w, r)
			return
		}
		time.Sleep(fault.Wait)
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

var types = map[string][]string{
	"v1": {"Patient", "Coverage", "ExplanationOfBenefit"},
	"v2": {"Patient", "Coverage", "ExplanationOfBenefit"},
	"v3": {"Patient", "Coverage", "ExplanationOfBenefit"},
}

const tagSystem = "https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|"

func (s *Server) kickoff(w http.ResponseWriter, r *http.Request) {
	api := apiOf(r)
	refuse := func(text string) { fail(w, api, http.StatusBadRequest, "structure", text) }
	switch {
	case api == "v3" && s.opts.NoV3:
		fail(w, api, http.StatusForbidden, "forbidden", "V3 is not available for this organization.")
		return
	case r.Header.Get("Accept") != "application/fhir+json":
		refuse("application/fhir+json is the only supported response format")
		return
	case r.Header.Get("Prefer") != "respond-async":
		refuse("Only asynchronous responses are supported")
		return
	}
	if group := r.PathValue("group"); group != "" && group != "all" && group != "runout" {
		refuse("Invalid group ID")
		return
	}
	wanted, only, message := s.parse(api, r.URL.Query())
	if message != "" {
		refuse(message)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &job{
		id: len(s.jobs) + 1, api: api, url: origin(r) + r.URL.RequestURI(), types: r.URL.Query().Get("_type"),
		created: time.Now(), state: running, files: map[string]File{},
		errors: len(s.opts.Errors) > 0,
		info:   api == "v3" && len(only.tags) == 2 && slices.Contains(wanted, "ExplanationOfBenefit"),
	}
	j.done = j.created.Add(s.opts.JobTime)
	for _, other := range s.jobs {
		if other.blocks(j) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests) // and no body
			return
		}
	}
	files, ok := s.opts.FilesOf[api]
	if !ok {
		files = s.opts.Files
	}
	for _, file := range files {
		if !slices.Contains(wanted, file.Type) {
			continue
		}
		filtered, some, err := only.apply(file)
		if err != nil {
			fail(w, api, http.StatusInternalServerError, "exception", "Internal Error")
			return
		}
		if some {
			name := uuid() + ".ndjson"
			j.files[name] = filtered
			j.names = append(j.names, name)
		}
	}
	s.jobs = append(s.jobs, j)
	w.Header().Set("Content-Location", fmt.Sprintf("%s/api/%s/jobs/%d", origin(r), api, j.id))
	w.WriteHeader(http.StatusAccepted)
}

// parse reads the parameters of an export. The message says what is wrong.
func (s *Server) parse(api string, query url.Values) (wanted []string, only filter, message string) {
	for key := range query {
		if strings.HasPrefix(key, "?") {
			return nil, only, "Invalid parameter: query parameters cannot start with ?"
		}
	}
	if query.Has("_elements") {
		return nil, only, "Invalid parameter: this server does not support the _elements parameter."
	}
	if format := query.Get("_outputFormat"); query.Has("_outputFormat") && !slices.Contains([]string{"ndjson", "application/fhir+ndjson", "application/ndjson"}, format) {
		return nil, only, "_outputFormat parameter must be application/fhir+ndjson, application/ndjson or ndjson"
	}
	known := types[api]
	if api == "v2" && s.opts.PartialClaims {
		known = append(slices.Clone(known), "Claim", "ClaimResponse")
	}
	wanted = known
	if query.Has("_type") {
		wanted = strings.Split(query.Get("_type"), ",")
		for i, t := range wanted {
			if slices.Contains(wanted[:i], t) {
				return nil, only, "Repeated resource type " + t
			}
			if !slices.Contains(known, t) {
				return nil, only, "invalid resource type " + t
			}
		}
	}
	if query.Has("_since") {
		since, err := time.Parse(time.RFC3339Nano, query.Get("_since"))
		if err != nil {
			return nil, only, "Invalid date format supplied in _since parameter.  Date must be in FHIR Instant format."
		}
		if since.After(time.Now()) {
			return nil, only, "Invalid date format supplied in _since parameter. Date must be a date that has already passed"
		}
		only.since = since
	}
	if api == "v3" {
		message = only.parseTypeFilter(query["_typeFilter"])
	}
	return wanted, only, message
}

var serviceDate = regexp.MustCompile(`^(eq|lt|gt|le|ge)?(\d{4}(-\d\d){0,2})$`)

func (f *filter) parseTypeFilter(filters []string) (message string) {
	if len(filters) > 1 {
		return "failed to process request given more that one _typeFilter parameter"
	}
	systems := 0
	if len(filters) == 1 {
		text, err := url.QueryUnescape(filters[0])
		if err != nil {
			return "failed to unescape " + filters[0]
		}
		resourceType, conditions, ok := strings.Cut(text, "?")
		if !ok {
			return "missing question mark " + text
		}
		if resourceType != "ExplanationOfBenefit" {
			return "Invalid _typeFilter Resource Type (Only EOBs valid): " + resourceType
		}
		for pair := range strings.SplitSeq(conditions, "&") {
			key, value, _ := strings.Cut(pair, "=")
			switch key {
			case "_tag":
				for tag := range strings.SplitSeq(value, ",") {
					if !strings.Contains(tag, "|") {
						return "invalid _tag value: " + tag + ". Searching by tag requires a token (system|code) to be specified"
					}
					if strings.HasPrefix(tag, tagSystem) {
						systems++
					}
					f.tags = append(f.tags, tag)
				}
			case "outcome":
				if value != "complete" && value != "partial" {
					return "invalid outcome value: " + value
				}
				f.must = append(f.must, func(r *resource) bool { return r.Outcome == value })
			case "service-date":
				m := serviceDate.FindStringSubmatch(value)
				if m == nil {
					return "invalid service-date value: " + value + ". Pass a valid FHIR date parameter"
				}
				f.must = append(f.must, func(r *resource) bool { return inRange(r.BillablePeriod.Start, m[1], m[2]) })
			default:
				return "Invalid _typeFilter subquery parameter: " + key
			}
		}
	}
	if systems == 0 {
		f.tags = append(f.tags, tagSystem+"NationalClaimsHistory", tagSystem+"DDPS")
	}
	return ""
}

func inRange(date, comparison, limit string) bool {
	date = date[:min(len(date), len(limit))]
	switch comparison {
	case "lt":
		return date < limit
	case "gt":
		return date > limit
	case "le":
		return date <= limit
	case "ge":
		return date >= limit
	default:
		return date == limit
	}
}

// blocks tells whether a job is in the way of a new one of the same version.
func (j *job) blocks(other *job) bool {
	if j.foreign || j.api != other.api || !j.runs() {
		return false
	}
	if j.url == other.url || j.types == "" || other.types == "" {
		return true
	}
	theirs := strings.Split(other.types, ",")
	return slices.ContainsFunc(strings.Split(j.types, ","), func(t string) bool { return slices.Contains(theirs, t) })
}

func (j *job) runs() bool { return j.state == running && time.Now().Before(j.done) }

func (s *Server) listJobs(w http.ResponseWriter, r *http.Request) {
	api := apiOf(r)
	if r.Header.Get("Accept") != "application/fhir+json" || r.Header.Get("Prefer") != "respond-async" {
		fail(w, api, http.StatusBadRequest, "structure", "Accept header is required")
		return
	}
	type entry struct {
		Resource any `json:"resource"`
	}
	entries := []entry{}
	s.mu.Lock()
	for _, j := range s.jobs {
		state, task := j.status()
		if query := r.URL.Query(); j.foreign || query.Has("_status") && !slices.Contains(strings.Split(query.Get("_status"), ","), state) {
			continue
		}
		end := time.Now()
		if end.After(j.done) {
			end = j.done
		}
		entries = append(entries, entry{map[string]any{
			"resourceType": "Task",
			"identifier":   []any{map[string]string{"use": "official", "system": origin(r) + "/api/" + api + "/jobs", "value": strconv.Itoa(j.id)}},
			"status":       task,
			"intent":       "order",
			"input":        []any{map[string]any{"type": map[string]string{"text": "BULK FHIR Export"}, "valueString": "GET " + j.url}},
			"executionPeriod": map[string]string{
				"start": j.created.UTC().Format("2006-01-02T15:04:05Z"),
				"end":   end.UTC().Format("2006-01-02T15:04:05Z"),
			},
		}})
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if len(entries) == 0 {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, outcome(api, "exception", "no Jobs found for acoID")) // and the list behind it
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries})
}

// status is how a job is, in BCDA's words and in FHIR's.
func (j *job) status() (bcda, task string) {
	switch {
	case j.state == cancelled:
		return "Cancelled", "cancelled"
	case j.state == archived:
		return "Archived", "completed"
	case j.runs() && time.Since(j.created) < j.done.Sub(j.created)/4:
		return "Pending", "accepted"
	case j.runs():
		return "In Progress", "in-progress"
	default:
		return "Completed", "completed"
	}
}

func (s *Server) jobStatus(w http.ResponseWriter, r *http.Request) {
	api := apiOf(r)
	j := s.find(w, r)
	if j == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state, _ := j.status()
	expires := j.done.Add(s.opts.KeepTime)
	switch state {
	case "Cancelled":
		fail(w, api, http.StatusNotFound, "not-found", "Job has been cancelled.")
	case "Archived":
		// Two documents.
		fail(w, api, http.StatusNotFound, "not-found", "Data not found.")
		_, _ = io.WriteString(w, outcome(api, "not-found", "Job has been archived."))
	case "Pending":
		w.Header().Set("X-Progress", state)
		w.WriteHeader(http.StatusAccepted)
	case "In Progress":
		w.Header().Set("X-Progress", fmt.Sprintf("In Progress (%d%%)", 100*time.Since(j.created)/j.done.Sub(j.created)))
		w.WriteHeader(http.StatusAccepted)
	default:
		w.Header().Set("Expires", expires.UTC().String())
		if time.Now().After(expires) {
			fail(w, api, http.StatusGone, "not-found", "The data of this job has expired.")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.manifest(r, j))
	}
}

func (s *Server) manifest(r *http.Request, j *job) *Manifest {
	address := func(name string) string { return fmt.Sprintf("%s/data/%d/%s", origin(r), j.id, name) }
	m := &Manifest{
		TransactionTime: j.created.Format(time.RFC3339Nano), Request: j.url, RequiresAccessToken: true,
		Output: []ManifestFile{}, Error: []ManifestFile{}, JobID: j.id,
	}
	for _, name := range j.names {
		m.Output = append(m.Output, ManifestFile{Type: j.files[name].Type, URL: address(name)})
	}
	if j.info {
		m.Error = append(m.Error, ManifestFile{Type: "OperationOutcome", URL: address(infoName)})
	}
	if j.errors {
		m.Error = append(m.Error, ManifestFile{Type: "OperationOutcome", URL: address("00000000-0000-4000-8000-000000000000-error.ndjson")})
	}
	if s.opts.Manifest != nil {
		s.opts.Manifest(m)
	}
	return m
}

// find returns the job of a request, or answers that there is none.
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

func (s *Server) cancelJob(w http.ResponseWriter, r *http.Request) {
	j := s.find(w, r)
	if j == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !j.runs() {
		fail(w, apiOf(r), http.StatusGone, "exception", "Job was not cancelled because it is not Pending or In Progress")
		return
	}
	j.state, j.done = cancelled, time.Now()
	w.WriteHeader(http.StatusAccepted)
}

// ForeignJob makes a job of another organisation, and returns its id.
func (s *Server) ForeignJob() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &job{id: len(s.jobs) + 1, api: "v3", created: time.Now(), done: time.Now(), state: running, foreign: true}
	s.jobs = append(s.jobs, j)
	return j.id
}

// Archive deletes the files of a job, long after it was done: it answers as
// if it had never been, but its files are still there.
func (s *Server) Archive(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs[id-1].state = archived
}

// JobCount is how many jobs there were.
func (s *Server) JobCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.jobs)
}

func (s *Server) attribution(w http.ResponseWriter, _ *http.Request) {
	now := time.Now().UTC()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"ingestion_dates": []any{
		map[string]any{"timestamp": now.AddDate(0, 0, -9), "type": "last_attribution_update"},
		map[string]any{"timestamp": now.AddDate(0, 0, -40), "type": "last_runout_update"},
	}})
}

func (s *Server) metadata(w http.ResponseWriter, r *http.Request) {
	api := apiOf(r)
	version := map[string]string{"v1": "3.0.1"}[api]
	if version == "" {
		version = "4.0.1"
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"resourceType": "CapabilityStatement", "status": "active", "kind": "instance", "fhirVersion": version,
		"publisher":      "Synthetic data",
		"software":       map[string]string{"name": "Synthetic Beneficiary Claims Data API", "version": "latest"},
		"implementation": map[string]string{"url": origin(r)},
		"format":         []string{"application/json", "application/fhir+json"},
	})
}

const infoName = "warnings-and-info.ndjson"

func isErrorFile(name string) bool {
	return name == infoName || strings.HasSuffix(name, "-error.ndjson")
}

func (s *Server) data(w http.ResponseWriter, r *http.Request) {
	j := s.find(w, r)
	if j == nil {
		return
	}
	name := r.PathValue("name")
	file, ok := j.files[name]
	switch {
	case name == infoName && j.info:
		s.plain(w, r, j, []byte(outcomeV3("information", "informational", "Only claims of NationalClaimsHistory and DDPS are exported, unless a System-Type tag is in the _typeFilter.")+"\n"))
		return
	case isErrorFile(name) && j.errors:
		file = Text("OperationOutcome", s.opts.Errors)
	case !ok:
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	}
	stored, err := file.load()
	if err != nil || len(stored) == 0 {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	s.mu.Lock()
	expired := j.state == archived || time.Now().After(j.done.Add(s.opts.KeepTime))
	s.mu.Unlock()
	if expired {
		w.WriteHeader(http.StatusNotFound) // and the data
	}
	w.Header().Set("Content-Type", "application/fhir+ndjson")
	if !takesGzip(r) {
		// Without compression there are no ranges.
		z, err := gzip.NewReader(bytes.NewReader(stored))
		if err == nil {
			_, _ = io.Copy(w, z)
		}
		return
	}
	body := &tailWriter{ResponseWriter: w}
	w.Header().Set("Content-Encoding", "gzip")
	if expired {
		_, _ = body.Write(stored)
	} else {
		http.ServeContent(body, r, "", j.done.Truncate(time.Second), bytes.NewReader(stored))
	}
	body.tail()
}

func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// A tailWriter is the compression of BCDA, which has nothing to compress, but
// does not know it: it ends the body with an empty gzip stream, and forgets
// its length.
type tailWriter struct {
	http.ResponseWriter
	data bool
}

func (w *tailWriter) WriteHeader(status int) {
	w.data = status == http.StatusOK || status == http.StatusPartialContent
	w.Header().Del("Content-Length")
	if !w.data {
		w.Header().Del("Content-Encoding")
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *tailWriter) Write(p []byte) (int, error) { return w.ResponseWriter.Write(p) }

func (w *tailWriter) tail() {
	if w.data {
		_ = gzip.NewWriter(w.ResponseWriter).Close() // 23 bytes
	}
}

// plain serves a file that is stored without compression: a range of it is
// compressed anew, so that it fits nothing.
func (s *Server) plain(w http.ResponseWriter, r *http.Request, j *job, text []byte) {
	w.Header().Set("Content-Type", "application/fhir+ndjson")
	if !takesGzip(r) {
		_, _ = w.Write(text)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := &compressingWriter{tailWriter: tailWriter{ResponseWriter: w}}
	z.gzip = gzip.NewWriter(w)
	http.ServeContent(z, r, "", j.done.Truncate(time.Second), bytes.NewReader(text))
	if z.data {
		_ = z.gzip.Close()
	}
}

type compressingWriter struct {
	tailWriter
	gzip *gzip.Writer
}

func (w *compressingWriter) Write(p []byte) (int, error) {
	if !w.data {
		return w.ResponseWriter.Write(p)
	}
	return w.gzip.Write(p)
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
