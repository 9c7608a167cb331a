package bcdatest

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

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

func document(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
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
