package bcdatest_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/fetch/internal/memnet"
)

// A world is a server, and a client that sends plain requests.
type world struct {
	t      *testing.T
	s      *bcdatest.Server
	URL    string
	bearer string
}

func newWorld(t *testing.T, opts bcdatest.Options) *world {
	s := bcdatest.New(opts)
	w := &world{t: t, s: s, URL: memnet.NewServer(t, s).URL}
	req, _ := http.NewRequest(http.MethodPost, w.URL+"/auth/token", nil)
	req.SetBasicAuth(bcdatest.ClientID, bcdatest.ClientSecret)
	reply := w.do(req)
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   string `json:"expires_in"` // a string
		TokenType   string `json:"token_type"`
	}
	if err := json.Unmarshal(reply.body, &token); err != nil || token.ExpiresIn != "1200" || token.TokenType != "bearer" {
		t.Fatalf("token: %s, %v", reply.body, err)
	}
	w.bearer = "Bearer " + token.AccessToken
	return w
}

type reply struct {
	*http.Response
	body []byte
	err  error
}

func (w *world) do(req *http.Request) reply {
	w.t.Helper()
	resp, err := memnet.NewTransport(w.t).RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if !resp.Close {
		w.t.Errorf("%s %s: the connection is not closed", req.Method, req.URL.Path)
	}
	body, err := io.ReadAll(resp.Body)
	return reply{resp, body, err}
}

// get requests a path or an address. Header alternates names and values.
func (w *world) get(path string, header ...string) reply {
	w.t.Helper()
	return w.request("GET", path, header...)
}

func (w *world) request(method, path string, header ...string) reply {
	w.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = w.URL + path
	}
	req, err := http.NewRequest(method, path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", w.bearer)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return w.do(req)
}

var async = []string{"Accept", "application/fhir+json", "Prefer", "respond-async"}

func (w *world) kickoff(path string) reply {
	w.t.Helper()
	return w.get(path, async...)
}

func text(resourceType string, n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"resourceType":%q,"id":"%d","meta":{"lastUpdated":"2026-05-0%dT00:00:00Z","tag":[{"system":"https://bluebutton.cms.gov/fhir/CodeSystem/System-Type","code":%q}]},"outcome":"complete","billablePeriod":{"start":"2026-0%[3]d-01"}}`+"\n",
			resourceType, i, i%9+1, []string{"NationalClaimsHistory", "SharedSystem"}[i%2])
	}
	return b.Bytes()
}

func files() []bcdatest.File {
	return []bcdatest.File{
		bcdatest.Text("Patient", text("Patient", 9)),
		bcdatest.Text("ExplanationOfBenefit", text("ExplanationOfBenefit", 90)),
		bcdatest.Text("Coverage", text("Coverage", 9)),
	}
}

// manifest runs an export and returns its manifest.
func (w *world) manifest(path string) bcdatest.Manifest {
	w.t.Helper()
	started := w.kickoff(path)
	if started.StatusCode != http.StatusAccepted {
		w.t.Fatalf("%s: %d %s", path, started.StatusCode, started.body)
	}
	done := w.get(started.Header.Get("Content-Location"))
	var m bcdatest.Manifest
	if err := json.Unmarshal(done.body, &m); err != nil || done.StatusCode != http.StatusOK {
		w.t.Fatalf("%d %s, %v", done.StatusCode, done.body, err)
	}
	if expires := done.Header.Get("Expires"); !strings.HasSuffix(expires, " +0000 UTC") {
		w.t.Errorf("Expires: %s", expires)
	}
	return m
}

func TestRefusals(t *testing.T) {
	w := newWorld(t, bcdatest.Options{Files: files()})
	for _, tt := range []struct {
		path, says string
		header     []string
		status     int
	}{
		{"/api/v3/Patient/$export", "respond-async|asynchronous", []string{"Accept", "application/fhir+json"}, 400},
		{"/api/v3/Patient/$export", "fhir+json", []string{"Accept", "*/*", "Prefer", "respond-async"}, 400},
		{"/api/v3/Patient/$export?_type=Foo", "invalid resource type Foo", async, 400},
		{"/api/v3/Patient/$export?_type=Claim", "invalid resource type", async, 400},
		{"/api/v3/Patient/$export?_type=Patient,Patient", "Repeated", async, 400},
		{"/api/v3/Patient/$export?_type=Patient?_since=2020-02-13T08:00:00.000-05:00", "invalid resource type", async, 400},
		{"/api/v3/Patient/$export?_since=yesterday", "Invalid date format", async, 400},
		{"/api/v3/Patient/$export?_since=2026-01-01T00:00:00+05:00", "Invalid date format", async, 400},
		{"/api/v3/Patient/$export?_since=2099-01-01T00:00:00Z", "already passed", async, 400},
		{"/api/v3/Patient/$export?_elements=id", "_elements", async, 400},
		{"/api/v3/Patient/$export?_outputFormat=csv", "_outputFormat", async, 400},
		{"/api/v3/Patient/$export?&?_since=x", "cannot start with", async, 400},
		{"/api/v3/Group/mine/$export", "Invalid group ID", async, 400},
		{"/api/v3/Patient/$export?_typeFilter=" + url.QueryEscape("Patient?x=y"), "Only EOBs", async, 400},
		{"/api/v3/Patient/$export?_typeFilter=" + url.QueryEscape("ExplanationOfBenefit?type=y"), "Invalid _typeFilter subquery", async, 400},
		{"/api/v3/Patient/$export?_typeFilter=" + url.QueryEscape("ExplanationOfBenefit?_tag=SharedSystem"), "token", async, 400},
		{"/api/v3/Patient/$export?_typeFilter=a&_typeFilter=b", "more that one", async, 400},
		{"/api/v3/$export", "", async, 404},
		{"/api/v3/jobs/x", "could not parse", nil, 400},
		{"/api/v3/jobs/77", "Job not found", nil, 404},
		{"/api/v3/jobs", "Accept", nil, 400},
		{"/data/77/x.ndjson", "", nil, 404},
	} {
		got := w.get(tt.path, tt.header...)
		if ok := got.StatusCode == tt.status; !ok || !containsAny(string(got.body), tt.says) {
			t.Errorf("%s %v: %d %s", tt.path, tt.header, got.StatusCode, got.body)
		}
	}
	// v1 and v2 ignore filters.
	if got := w.kickoff("/api/v2/Patient/$export?_typeFilter=nonsense"); got.StatusCode != http.StatusAccepted {
		t.Errorf("v2 with a filter: %d", got.StatusCode)
	}
	for _, method := range []string{"POST", "HEAD", "PUT"} {
		if got := w.request(method, "/api/v3/Patient/$export", async...); got.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, got.StatusCode)
		}
	}
}

func containsAny(s, choices string) bool {
	for choice := range strings.SplitSeq(choices, "|") {
		if strings.Contains(s, choice) {
			return true
		}
	}
	return false
}

func TestTokens(t *testing.T) {
	w := newWorld(t, bcdatest.Options{})
	for _, tt := range []struct {
		bearer string
		status int
	}{
		{w.bearer, 200},
		{"bearer " + w.bearer[7:], 401}, // lower case
		{"", 401},
		{"Bearer nonsense", 400}, // and not 401
		{"Bearer a.b.c", 401},
	} {
		if got := w.get("/api/v3/attribution_status", "Authorization", tt.bearer); got.StatusCode != tt.status {
			t.Errorf("%.12q: %d, want %d", tt.bearer, got.StatusCode, tt.status)
		}
	}
	for _, tt := range []struct {
		id, secret string
		status     int
	}{{"", "", 400}, {"x", "y", 401}} {
		req, _ := http.NewRequest(http.MethodPost, w.URL+"/auth/token", nil)
		if tt.id != "" {
			req.SetBasicAuth(tt.id, tt.secret)
		}
		got := w.do(req)
		if got.StatusCode != tt.status || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %s", tt.id, got.StatusCode, got.Header)
		}
	}
	w.s.RevokeTokens()
	if got := w.get("/api/v3/attribution_status"); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("revoked: %d", got.StatusCode)
	}
	for _, path := range []string{"/api/v1/metadata", "/_version", "/_health", "/_auth"} {
		if got := w.get(path); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}

func TestOutcomeForms(t *testing.T) {
	w := newWorld(t, bcdatest.Options{NoV3: true})
	for api, want := range map[string]struct{ has, lacks string }{
		"v1": {`"diagnostics"`, `"details"`}, "v2": {`"coding"`, `~`}, "v3": {`"details":{"text"`, `"coding"`},
	} {
		got := string(w.get("/api/" + api + "/jobs/9").body)
		if !strings.Contains(got, want.has) || strings.Contains(got, want.lacks) {
			t.Errorf("%s: %s", api, got)
		}
	}
	if got := w.kickoff("/api/v3/Patient/$export"); got.StatusCode != http.StatusForbidden {
		t.Errorf("%d", got.StatusCode)
	}
}

func TestJobList(t *testing.T) {
	w := newWorld(t, bcdatest.Options{Files: files(), JobTime: time.Hour})
	empty := w.kickoff("/api/v3/jobs")
	decoder := json.NewDecoder(bytes.NewReader(empty.body))
	var documents []string
	for decoder.More() {
		var doc struct{ ResourceType string }
		if err := decoder.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		documents = append(documents, doc.ResourceType)
	}
	if empty.StatusCode != http.StatusNotFound || strings.Join(documents, " ") != "OperationOutcome Bundle" {
		t.Errorf("%d %v", empty.StatusCode, documents)
	}
	w.kickoff("/api/v3/Patient/$export?_type=Patient")
	list := w.kickoff("/api/v2/jobs")
	if want := `"valueString":"GET ` + w.URL + `/api/v3/Patient/$export?_type=Patient"`; list.StatusCode != http.StatusOK || !strings.Contains(string(list.body), want) {
		t.Errorf("%d %s", list.StatusCode, list.body)
	}
	if got := w.kickoff("/api/v3/jobs?_status=Failed,Completed"); got.StatusCode != http.StatusNotFound {
		t.Errorf("none such: %d", got.StatusCode)
	}
}

func TestDuplicates(t *testing.T) {
	for _, tt := range []struct {
		first, second string
		status        int
	}{
		{"/api/v3/Patient/$export", "/api/v3/Patient/$export", 429},
		{"/api/v3/Patient/$export", "/api/v3/Group/all/$export?_type=Patient", 429},
		{"/api/v3/Patient/$export?_type=Patient", "/api/v3/Patient/$export", 429},
		{"/api/v3/Patient/$export?_type=Patient", "/api/v3/Patient/$export?_type=Coverage,Patient", 429},
		{"/api/v3/Patient/$export?_type=Patient", "/api/v3/Patient/$export?_type=Coverage", 202},
		{"/api/v3/Patient/$export", "/api/v2/Patient/$export", 202},
	} {
		w := newWorld(t, bcdatest.Options{JobTime: time.Hour})
		w.kickoff(tt.first)
		got := w.kickoff(tt.second)
		if got.StatusCode != tt.status || tt.status == 429 && (len(got.body) > 0 || got.Header.Get("Retry-After") != "0") {
			t.Errorf("%s, %s: %d %v %s", tt.first, tt.second, got.StatusCode, got.Header, got.body)
		}
	}
}

func TestJobLife(t *testing.T) { memnet.Test(t, testJobLife) }

func testJobLife(t *testing.T) {
	w := newWorld(t, bcdatest.Options{Files: files(), JobTime: 200 * time.Millisecond, KeepTime: 300 * time.Millisecond})
	location := w.kickoff("/api/v3/Patient/$export").Header.Get("Content-Location")
	var seen []string
	for {
		got := w.get(location)
		state := fmt.Sprint(got.StatusCode)
		if progress := got.Header.Get("X-Progress"); progress != "" {
			state += " " + strings.TrimRight(progress, "0123456789%()")
			if got.Header.Get("Retry-After") != "" {
				t.Error("a 202 has a Retry-After")
			}
		}
		if len(seen) == 0 || seen[len(seen)-1] != state {
			seen = append(seen, state)
		}
		if got.StatusCode == http.StatusGone {
			break
		}
		memnet.Wait(5 * time.Millisecond)
	}
	if got := strings.Join(seen, ", "); got != "202 Pending, 202 In Progress , 200, 410" {
		t.Error(got)
	}
	if got := w.request("DELETE", location); got.StatusCode != http.StatusGone {
		t.Errorf("cancel what is done: %d", got.StatusCode)
	}
	location = w.kickoff("/api/v3/Patient/$export").Header.Get("Content-Location")
	if got := w.request("DELETE", location); got.StatusCode != http.StatusAccepted {
		t.Errorf("cancel: %d", got.StatusCode)
	}
	if got := w.get(location); got.StatusCode != http.StatusNotFound || !strings.Contains(string(got.body), "Job has been cancelled.") {
		t.Errorf("cancelled: %d %s", got.StatusCode, got.body)
	}
	// IDs are valid in all API versions.
	if got := w.get(strings.Replace(location, "v3", "v1", 1)); got.StatusCode != http.StatusNotFound || strings.Contains(string(got.body), "Job not found") {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if got := w.get(fmt.Sprintf("/api/v3/jobs/%d", w.s.ForeignJob())); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("foreign: %d", got.StatusCode)
	}
}

func TestData(t *testing.T) {
	w := newWorld(t, bcdatest.Options{Files: files()})
	m := w.manifest("/api/v2/Patient/$export?_type=ExplanationOfBenefit")
	if len(m.Output) != 1 || m.TransactionTime == "" || !m.RequiresAccessToken || m.JobID != 1 || len(m.Error) != 0 {
		t.Fatalf("%+v", m)
	}
	file := m.Output[0].URL
	plain := w.get(file)
	if !bytes.Equal(plain.body, text("ExplanationOfBenefit", 90)) || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("plain: %d bytes", len(plain.body))
	}
	whole := w.get(file, "Accept-Encoding", "gzip")
	if whole.Header.Get("Content-Encoding") != "gzip" || whole.Header.Get("Accept-Ranges") != "bytes" || whole.Header.Get("Last-Modified") == "" || whole.Header.Get("ETag") != "" {
		t.Errorf("%v", whole.Header)
	}
	if tail := emptyGzip(); !bytes.HasSuffix(whole.body, tail) || len(tail) != 23 {
		t.Error("there is no empty member at the end")
	}
	if got := unpack(t, whole.body); !bytes.Equal(got, plain.body) {
		t.Error("the text differs")
	}

	// A range continues the file. Its total does not count the empty member.
	size := len(whole.body) - 23
	rest := w.get(file, "Accept-Encoding", "gzip", "Range", "bytes=100-", "If-Range", whole.Header.Get("Last-Modified"))
	if rest.StatusCode != http.StatusPartialContent || rest.Header.Get("Content-Range") != fmt.Sprintf("bytes 100-%d/%d", size-1, size) || !bytes.Equal(append(whole.body[:100:100], rest.body...), whole.body) {
		t.Errorf("%d %s", rest.StatusCode, rest.Header.Get("Content-Range"))
	}
	if got := w.get(file, "Accept-Encoding", "gzip", "Range", "bytes=100-", "If-Range", "Mon, 23 Nov 2020 12:00:00 GMT"); got.StatusCode != http.StatusOK {
		t.Errorf("If-Range of another version: %d", got.StatusCode)
	}
	if got := w.get(file, "Accept-Encoding", "gzip", "Range", fmt.Sprintf("bytes=%d-", size)); got.StatusCode != http.StatusRequestedRangeNotSatisfiable || got.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", size) {
		t.Errorf("past the end: %d %s", got.StatusCode, got.Header)
	}
	if got := w.get(file, "Range", "bytes=100-"); got.StatusCode != http.StatusOK || !bytes.Equal(got.body, plain.body) {
		t.Errorf("without gzip: %d", got.StatusCode)
	}
	w.s.Archive(1)
	if got := w.get(file, "Accept-Encoding", "gzip"); got.StatusCode != http.StatusNotFound || len(got.body) < size {
		t.Errorf("archived: %d, %d bytes", got.StatusCode, len(got.body))
	}
	if got := w.get("/api/v3/jobs/1"); got.StatusCode != http.StatusNotFound || strings.Count(string(got.body), "OperationOutcome") != 2 {
		t.Errorf("archived: %d %s", got.StatusCode, got.body)
	}
}

func emptyGzip() []byte {
	var b bytes.Buffer
	_ = gzip.NewWriter(&b).Close()
	return b.Bytes()
}

func unpack(t *testing.T, stored []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(stored))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Error(err)
	}
	return got
}

func TestWarningsAndInfo(t *testing.T) {
	w := newWorld(t, bcdatest.Options{Files: files()})
	m := w.manifest("/api/v3/Patient/$export")
	if len(m.Error) != 1 || !strings.HasSuffix(m.Error[0].URL, "/warnings-and-info.ndjson") {
		t.Fatalf("%+v", m.Error)
	}
	whole := w.get(m.Error[0].URL, "Accept-Encoding", "gzip")
	if !strings.Contains(string(unpack(t, whole.body)), `"severity":"information"`) {
		t.Error("no information")
	}
	rest := w.get(m.Error[0].URL, "Accept-Encoding", "gzip", "Range", "bytes=50-")
	if rest.StatusCode != http.StatusPartialContent || bytes.Equal(append(whole.body[:50:50], rest.body...), whole.body) {
		t.Errorf("a range fits: %d", rest.StatusCode)
	}
	// With a System-Type there is no message.
	const tagged = "/api/v3/Patient/$export?_typeFilter=ExplanationOfBenefit%3F_tag%3Dhttps%3A%2F%2Fbluebutton.cms.gov%2Ffhir%2FCodeSystem%2FSystem-Type%7CSharedSystem"
	if m := w.manifest(tagged); len(m.Error) != 0 {
		t.Errorf("%+v", m.Error)
	}
}

func TestFilters(t *testing.T) {
	w := newWorld(t, bcdatest.Options{Files: files()})
	for query, want := range map[string]int{
		"": 45, // of NationalClaimsHistory
		"?_typeFilter=" + url.QueryEscape("ExplanationOfBenefit?_tag=https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|SharedSystem,https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|NationalClaimsHistory"): 90,
		"?_typeFilter=" + url.QueryEscape("ExplanationOfBenefit?outcome=partial"):                                              0,
		"?_typeFilter=" + url.QueryEscape("ExplanationOfBenefit?service-date=ge2026-08"):                                       10,
		"?_typeFilter=" + url.QueryEscape("ExplanationOfBenefit?service-date=lt2026-02-01&service-date=2026&outcome=complete"): 5,
		"?_since=2026-05-08T00:00:00Z": 5,
		"?_since=2026-05-09T00:00:00Z": 0,
	} {
		m := w.manifest("/api/v3/Group/all/$export" + query)
		got := 0
		for _, f := range m.Output {
			if f.Type == "ExplanationOfBenefit" {
				got += bytes.Count(w.get(f.URL).body, []byte("\n"))
			}
		}
		if got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	if m := w.manifest("/api/v3/Patient/$export?_since=2026-05-09T00:00:00Z"); m.Output == nil || len(m.Output) != 0 {
		t.Errorf("nothing new: %+v", m.Output)
	}
}

func TestFaults(t *testing.T) {
	w := newWorld(t, bcdatest.Options{Files: files(), Faults: []bcdatest.Fault{
		{At: bcdatest.Data, Times: 1, CutAfter: 10},
		{At: bcdatest.Data, Skip: 1, Times: 1, Corrupt: true},
		{At: bcdatest.Metadata, Skip: 1, Times: 1, Status: 503, Header: http.Header{"Retry-After": {"3"}}, Body: "x"},
	}})
	file := w.manifest("/api/v2/Patient/$export").Output[0].URL
	if got := w.get(file); got.err == nil || len(got.body) != 10 {
		t.Errorf("cut: %d bytes, %v", len(got.body), got.err)
	}
	if got := w.get(file); bytes.Equal(got.body, text("Patient", 9)) {
		t.Error("not corrupt")
	}
	if got := w.get(file); !bytes.Equal(got.body, text("Patient", 9)) {
		t.Error("still corrupt")
	}
	var statuses []int
	for range 3 {
		statuses = append(statuses, w.get("/api/v3/metadata").StatusCode)
	}
	if fmt.Sprint(statuses) != "[200 503 200]" {
		t.Error(statuses)
	}
	for _, name := range bcdatest.Presets() {
		if faults, ok := bcdatest.Preset(name); !ok || len(faults) == 0 {
			t.Errorf("preset %s", name)
		}
	}
}

func TestFromFS(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(text("Patient", 2))
	_ = z.Close()
	fsys := fstest.MapFS{
		"a/b.ndjson": {Data: text("Coverage", 3)}, "c.ndjson.gz": {Data: packed.Bytes()}, "readme.txt": {Data: []byte("x")},
	}
	found, err := bcdatest.FromFS(fsys)
	if err != nil || len(found) != 2 || found[0].Type != "Coverage" || found[1].Type != "Patient" {
		t.Fatalf("%+v, %v", found, err)
	}
	w := newWorld(t, bcdatest.Options{FilesOf: map[string][]bcdatest.File{"v1": found}})
	m := w.manifest("/api/v1/Patient/$export")
	if len(m.Output) != 2 || !bytes.Equal(w.get(m.Output[1].URL).body, text("Patient", 2)) {
		t.Errorf("%+v", m.Output)
	}
	if _, err := bcdatest.FromFS(fstest.MapFS{"x.ndjson": {Data: []byte("nonsense")}}); err == nil {
		t.Error("nonsense is served")
	}
}
