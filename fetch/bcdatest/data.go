package bcdatest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

func (s *Server) data(w http.ResponseWriter, r *http.Request) {
	j := s.find(w, r)
	if j == nil {
		return
	}
	if !s.signatureHolds(r) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(cmp.Or(s.opts.SignedStatus, http.StatusForbidden))
		_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
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
		w.WriteHeader(http.StatusNotFound) // BCDA sends the data all the same
	}
	w.Header().Set("Content-Type", "application/fhir+ndjson")
	if !takesGzip(r) {
		// BCDA ignores ranges without compression.
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

// emptyMember is a gzip member of no text, of 23 bytes.
var emptyMember = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	_ = gzip.NewWriter(&b).Close()
	return b.Bytes()
})

// A tailWriter imitates BCDA's compression of files that are already
// compressed: it appends an empty gzip member, and drops the Content-Length.
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
		_, _ = w.ResponseWriter.Write(emptyMember())
	}
}

// plain serves a file that is stored without compression. A range of it is
// compressed separately, so it does not continue the compressed file.
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
