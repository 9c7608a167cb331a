package blobtest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// gcsStore is Google Cloud Storage in memory: what its documentation says of the JSON
// interface, as far as this program uses it. The module testdata/stores runs the same
// tests with a server by others.
type gcsStore struct {
	bucket string

	mu         sync.Mutex
	objects    map[string]*gcsObject
	sessions   map[string]*gcsSession
	generation int64
}

type gcsObject struct {
	data       []byte
	generation int64
	updated    time.Time
}

// A gcsSession is a resumable upload.
type gcsSession struct {
	key  string
	data []byte
	made *gcsObject // when it is finished
}

// StartGCS starts a server of Google Cloud Storage, which ends with the test. It is the
// one at the address CCLF_GCS, if that is set.
func StartGCS(t testing.TB) *Server {
	store := &gcsStore{
		bucket: bucketName(), generation: 1_700_000_000_000_000,
		objects: map[string]*gcsObject{}, sessions: map[string]*gcsSession{},
	}
	s := &Server{Bucket: store.bucket, Scheme: "gs", Counts: true, store: store, env: gcsEnv}
	if address := os.Getenv("CCLF_GCS"); address != "" {
		s.Counts, s.store = false, newGCSProxy(t, address, store.bucket)
	}
	s.start(t)
	return s
}

var gcsEnv = []string{"STORAGE_EMULATOR_HOST=$URL", "GS_ACCESS_KEY_ID="}

func (s *gcsStore) put(key string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.make(key, slices.Clone(data))
	return nil
}

func (s *gcsStore) make(key string, data []byte) *gcsObject {
	s.generation++
	s.objects[key] = &gcsObject{data, s.generation, time.Now().UTC()}
	return s.objects[key]
}

func (s *gcsStore) get(key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.objects[key]; o != nil {
		return o.data, nil
	}
	return nil, fmt.Errorf("no object %s", key)
}

func (s *gcsStore) keys(prefix string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func (s *gcsStore) uploads() (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, session := range s.sessions {
		if session.made == nil {
			n++
		}
	}
	return n, nil
}

func (s *gcsStore) isPart(r *http.Request) bool { return isGCSPart(r) }

func isGCSPart(r *http.Request) bool {
	return r.Method == http.MethodPut && r.Header.Get("Content-Range") != ""
}

func (s *gcsStore) publishes(r *http.Request) bool { return publishesGCS(r) }

func publishesGCS(r *http.Request) bool {
	return isGCSPart(r) && !strings.HasSuffix(r.Header.Get("Content-Range"), "/*")
}

func (s *gcsStore) describe(key string, o *gcsObject) map[string]any {
	return map[string]any{
		"kind": "storage#object", "bucket": s.bucket, "name": key,
		"size": strconv.Itoa(len(o.data)), "generation": strconv.FormatInt(o.generation, 10), "metageneration": "1",
		"updated": o.updated.Format(time.RFC3339Nano), "crc32c": crc32c(o.data),
	}
}

func crc32c(data []byte) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))))
}

func answerJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // into a buffer
}

func answerError(w http.ResponseWriter, status int, message string) {
	answerJSON(w, status, map[string]any{"error": map[string]any{"code": status, "message": message}})
}

func (s *gcsStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		answerError(w, http.StatusBadRequest, err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path, upload := strings.CutPrefix(r.URL.EscapedPath(), "/upload")
	rest, ok := strings.CutPrefix(path, "/storage/v1/b/")
	bucket, key, _ := strings.Cut(rest, "/o")
	key, unescapeErr := url.PathUnescape(strings.TrimPrefix(key, "/"))
	query := r.URL.Query()
	switch {
	case !ok || unescapeErr != nil:
		answerError(w, http.StatusBadRequest, "Invalid path")
	case bucket != s.bucket:
		answerError(w, http.StatusNotFound, "The specified bucket does not exist.")
	case upload && query.Has("upload_id"):
		s.session(w, r, query.Get("upload_id"), body)
	case upload && query.Get("uploadType") == "resumable":
		id := strconv.Itoa(len(s.sessions) + 1)
		s.sessions[id] = &gcsSession{key: query.Get("name")}
		w.Header().Set("Location", "http://"+r.Host+"/upload/storage/v1/b/"+s.bucket+"/o?uploadType=resumable&upload_id="+id)
	case upload:
		s.insert(w, r, query.Get("name"), body)
	case key == "":
		s.list(w, query)
	default:
		s.object(w, r, key)
	}
}

// holds reports whether the condition of a request holds, or answers.
func (s *gcsStore) holds(w http.ResponseWriter, query url.Values, o *gcsObject) bool {
	if !query.Has("ifGenerationMatch") {
		return true
	}
	generation := int64(0)
	if o != nil {
		generation = o.generation
	}
	want, err := strconv.ParseInt(query.Get("ifGenerationMatch"), 10, 64)
	switch {
	case err != nil:
		answerError(w, http.StatusBadRequest, "Invalid value for ifGenerationMatch")
	case want != generation:
		answerError(w, http.StatusPreconditionFailed, "At least one of the pre-conditions you specified did not hold.")
	default:
		return true
	}
	return false
}

// sumHolds reports whether a body is what its header says, or answers.
func sumHolds(w http.ResponseWriter, r *http.Request, data []byte) bool {
	if want, ok := strings.CutPrefix(r.Header.Get("X-Goog-Hash"), "crc32c="); ok && want != crc32c(data) {
		answerError(w, http.StatusBadRequest, "Provided CRC32C does not match")
		return false
	}
	return true
}

func (s *gcsStore) insert(w http.ResponseWriter, r *http.Request, key string, body []byte) {
	if s.holds(w, r.URL.Query(), s.objects[key]) && sumHolds(w, r, body) {
		answerJSON(w, http.StatusOK, s.describe(key, s.make(key, body)))
	}
}

// listPage is the number of objects in a page, less than the store's.
const listPage = 5

func (s *gcsStore) list(w http.ResponseWriter, query url.Values) {
	items := []map[string]any{}
	page := map[string]any{"kind": "storage#objects"}
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if !strings.HasPrefix(key, query.Get("prefix")) || key <= query.Get("pageToken") {
			continue
		}
		if len(items) == listPage {
			page["nextPageToken"] = items[listPage-1]["name"]
			break
		}
		items = append(items, s.describe(key, s.objects[key]))
	}
	if len(items) > 0 {
		page["items"] = items
	}
	answerJSON(w, http.StatusOK, page)
}

func (s *gcsStore) object(w http.ResponseWriter, r *http.Request, key string) {
	o := s.objects[key]
	if o == nil {
		answerError(w, http.StatusNotFound, "No such object: "+s.bucket+"/"+key)
		return
	}
	switch {
	case !s.holds(w, r.URL.Query(), o):
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Query().Get("alt") != "media":
		answerJSON(w, http.StatusOK, s.describe(key, o))
	default:
		w.Header().Set("X-Goog-Generation", strconv.FormatInt(o.generation, 10))
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(o.data)))
	}
}

// chunk is of what the lengths of all parts but the last must be multiples.
const chunk = 256 << 10

// session gets bytes of a resumable upload.
func (s *gcsStore) session(w http.ResponseWriter, r *http.Request, id string, body []byte) {
	session := s.sessions[id]
	if session == nil {
		answerError(w, http.StatusNotFound, "Upload session not found")
		return
	}
	if r.Method == http.MethodDelete {
		delete(s.sessions, id)
		w.WriteHeader(499)
		return
	}
	if session.made != nil {
		answerJSON(w, http.StatusOK, s.describe(session.key, session.made))
		return
	}
	span, total, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Content-Range"), "bytes "), "/")
	from, to := int64(len(session.data)), int64(len(session.data))-1
	var err error
	if ok && span != "*" {
		_, err = fmt.Sscanf(span, "%d-%d", &from, &to)
	}
	has := int64(len(session.data))
	switch last := total != "*"; {
	case !ok || err != nil || to-from+1 != int64(len(body)) || from > has:
		answerError(w, http.StatusBadRequest, "Invalid Content-Range")
		return
	case !last && len(body)%chunk != 0:
		answerError(w, http.StatusBadRequest, "Chunks other than the last must be multiples of 256 KiB")
		return
	case to+1 > has:
		body = body[has-from:]
		if !last && len(body) > 4*chunk { // it may keep less than it gets
			body = body[:len(body)/2/chunk*chunk]
		}
		session.data = append(session.data, body...)
	}
	if total == strconv.Itoa(len(session.data)) {
		if sumHolds(w, r, session.data) {
			session.made = s.make(session.key, session.data)
			answerJSON(w, http.StatusOK, s.describe(session.key, session.made))
		}
		return
	}
	if len(session.data) > 0 {
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", len(session.data)-1))
	}
	if r.Header.Get("X-GUploader-No-308") == "yes" {
		w.Header().Set("X-Http-Status-Code-Override", "308")
		return
	}
	w.WriteHeader(http.StatusPermanentRedirect)
}
