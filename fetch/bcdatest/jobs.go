package bcdatest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A state is the state of a job.
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
	types   string // _type of the request
	created time.Time
	done    time.Time // when it completes
	state   state
	files   map[string]File // by name
	names   []string        // of files, in manifest order
	errors  bool
	info    bool // has a warnings-and-info file
	foreign bool
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

	Extension []Extension `json:"extension,omitempty"`
}

// An Extension adds information to an entry.
type Extension struct {
	URL          string `json:"url"`
	ValueString  string `json:"valueString,omitempty"`
	ValueDecimal *int   `json:"valueDecimal,omitempty"`
}

// A Link of a manifest is the address of another page.
type Link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

// blocks reports whether a job prevents a new one of the same API version.
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
		_, _ = io.WriteString(w, outcome(api, "exception", "no Jobs found for acoID")) // followed by the empty list
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries})
}

// status is the status of a job, as BCDA names it and as a FHIR Task.
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
		// BCDA sends two documents.
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
		text, err := json.Marshal(s.manifest(r, j))
		if err != nil {
			panic("bcdatest: internal error: " + err.Error())
		}
		if s.opts.RawManifest != nil {
			text = s.opts.RawManifest(text)
		}
		_, _ = w.Write(text)
	}
}

func (s *Server) manifest(r *http.Request, j *job) *Manifest {
	address := func(name string) string {
		signature := ""
		if s.opts.SignedUses > 0 {
			signature = s.sign()
		}
		return fmt.Sprintf("%s/data/%d/%s%s", cmp.Or(s.opts.Storage, origin(r)), j.id, name, signature)
	}
	m := &Manifest{
		TransactionTime: j.created.Format(time.RFC3339Nano), Request: j.url, RequiresAccessToken: true,
		Output: []ManifestFile{}, Error: []ManifestFile{}, JobID: j.id,
	}
	for _, name := range j.names {
		m.Output = append(m.Output, ManifestFile{Type: j.files[name].Type, URL: address(name), Extension: s.integrity(j.files[name])})
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

// integrity makes the extensions that AB2D adds to its entries.
func (s *Server) integrity(file File) []Extension {
	stored, err := file.load()
	if !s.opts.Integrity || err != nil {
		return nil
	}
	text := stored
	if z, err := gzip.NewReader(bytes.NewReader(stored)); err == nil {
		text, _ = io.ReadAll(z)
	}
	length := len(text)
	return []Extension{
		{URL: "https://ab2d.cms.gov/checksum", ValueString: fmt.Sprintf("sha256:%x", sha256.Sum256(text))},
		{URL: "https://ab2d.cms.gov/file_length", ValueDecimal: &length},
	}
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
