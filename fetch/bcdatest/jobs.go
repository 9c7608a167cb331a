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
		file := ManifestFile{Type: j.files[name].Type, URL: address(name), Extension: s.integrity(j.files[name])}
		if file.Type == deletionsType {
			m.Deleted = append(m.Deleted, file)
		} else {
			m.Output = append(m.Output, file)
		}
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
