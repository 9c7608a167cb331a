package bcdatest

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

var types = map[string][]string{
	"v1": {"Patient", "Coverage", "ExplanationOfBenefit"},
	"v2": {"Patient", "Coverage", "ExplanationOfBenefit"},
	"v3": {"Patient", "Coverage", "ExplanationOfBenefit"},
}

// deletionsType is the type of files with deletions.
const deletionsType = "Bundle"

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
			w.WriteHeader(http.StatusTooManyRequests) // without a body
			return
		}
	}
	files, ok := s.opts.FilesOf[api]
	if !ok {
		files = s.opts.Files
	}
	if s.opts.Export != nil {
		files = s.opts.Export(ExportRequest{api, r.PathValue("group"), r.URL.Query(), j.created})
		only.since = time.Time{}
	}
	for _, file := range files {
		if !slices.Contains(wanted, file.Type) && file.Type != deletionsType {
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
	base := "/api/" + api
	if s.opts.Base != "" && strings.HasPrefix(r.URL.Path, s.opts.Base+"/") {
		base = s.opts.Base
	}
	if location := cmp.Or(s.opts.Location, "Content-Location"); location != "-" {
		w.Header().Set(location, fmt.Sprintf("%s%s/jobs/%d", origin(r), base, j.id))
	}
	w.WriteHeader(cmp.Or(s.opts.Accepted, http.StatusAccepted))
}

// parse parses the parameters of an export. The message is empty, or says what is
// wrong with them.
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

var serviceDate = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(eq|lt|gt|le|ge)?(\d{4}(-\d\d){0,2})$`) })

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
				m := serviceDate().FindStringSubmatch(value)
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

// uuid makes a file name.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
