package fetch

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// SinceAuto, as the Since of a Request, stands for the transaction time of the
// last complete run of the same kind in the folder.
const SinceAuto = "auto"

// A Request says what to export.
type Request struct {
	// Endpoint is "patient", "group", or, where the server is not BCDA,
	// "system". Unless it is set, it is group if there is a Group, else
	// patient.
	Endpoint string `json:"endpoint"`
	// Group is the group of the group endpoint: all (the default) or runout
	// at BCDA.
	Group string `json:"group,omitempty"`
	// Types are the resource types wanted; none means all.
	Types []string `json:"types,omitempty"`
	// Since leaves out what did not change after it: a time as RFC 3339 has
	// it, or SinceAuto.
	Since string `json:"since,omitempty"`
	// Until leaves out what changed after it: a time as RFC 3339 has it. BCDA
	// does not know it.
	Until string `json:"until,omitempty"`
	// TypeFilters narrow down what is exported, as Type?key=value.
	TypeFilters []string `json:"type_filters,omitempty"`
}

// Resource types that BCDA exports, by version.
var bcdaTypes = map[string][]string{
	"v1": {"Patient", "Coverage", "ExplanationOfBenefit"},
	"v2": {"Patient", "Coverage", "ExplanationOfBenefit", "Claim", "ClaimResponse"},
	"v3": {"Patient", "Coverage", "ExplanationOfBenefit"},
}

var (
	typeName = regexp.MustCompile(`^[A-Z][A-Za-z]{1,63}$`)
	groupID  = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)
	// instant is RFC 3339, which is narrower than what package time reads.
	instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
)

// check fills in the defaults and refuses what the server would refuse or,
// worse, ignore.
func (r Request) check(server *endpoint) (Request, error) {
	if r.Endpoint == "" {
		r.Endpoint = "patient"
		if r.Group != "" {
			r.Endpoint = "group"
		}
	}
	for _, check := range []func(*Request, *endpoint) error{checkEndpoint, checkTypes, checkSince, checkUntil, checkFilters} {
		if err := check(&r, server); err != nil {
			return r, err
		}
	}
	return r, nil
}

func checkEndpoint(r *Request, server *endpoint) error {
	switch {
	case r.Endpoint == "system" && server.isBCDA():
		return optionsErrorf("take patient or group", "BCDA has no export of the whole system")
	case !slices.Contains([]string{"patient", "group", "system"}, r.Endpoint):
		return optionsErrorf("take patient or group", "there is no endpoint %q", r.Endpoint)
	case r.Endpoint != "group" && r.Group != "":
		return optionsErrorf("take the group endpoint, or leave the group out", "the %s endpoint has no groups", r.Endpoint)
	case r.Endpoint == "group" && r.Group == "" && server.isBCDA():
		r.Group = "all"
	case r.Endpoint == "group" && server.isBCDA() && r.Group != "all" && r.Group != "runout":
		return optionsErrorf("take all or runout", "BCDA has no group %q", r.Group)
	case r.Endpoint == "group" && !groupID.MatchString(r.Group):
		return optionsErrorf("name the group by its id", "%q is not the id of a group", r.Group)
	}
	return nil
}

func checkTypes(r *Request, server *endpoint) error {
	known := bcdaTypes[server.api]
	for i, t := range r.Types {
		switch {
		case slices.Contains(r.Types[:i], t):
			return optionsErrorf("name each type once", "resource type %s is repeated", t)
		case server.isBCDA() && !slices.Contains(known, t):
			hint := "take of " + strings.Join(known, ", ")
			if slices.Contains(bcdaTypes["v2"], t) {
				hint = "take API v2 (for organizations with partially adjudicated claims); in v3 these claims are ExplanationOfBenefit, see --type-filter"
			}
			return optionsErrorf(hint, "API %s has no resource type %q", server.api, t)
		case !typeName.MatchString(t):
			return optionsErrorf("", "%q is not the name of a resource type", t)
		}
	}
	return nil
}

func checkSince(r *Request, _ *endpoint) error {
	if r.Since == "" || r.Since == SinceAuto {
		return nil
	}
	since, err := time.Parse(time.RFC3339Nano, r.Since)
	if err != nil || !instant.MatchString(r.Since) {
		return optionsErrorf("write it with time and zone, as 2026-01-31T00:00:00Z or 2026-01-31T00:00:00.000-05:00, or auto", "since: %q is not a point in time", r.Since)
	}
	if since.After(time.Now().Add(time.Minute)) {
		return optionsErrorf("take a time that has passed; for the time of the last run write auto", "since: %s is in the future", r.Since)
	}
	return nil
}

func checkUntil(r *Request, server *endpoint) error {
	if r.Until == "" {
		return nil
	}
	until, err := time.Parse(time.RFC3339Nano, r.Until)
	switch {
	case server.isBCDA():
		return optionsErrorf("leave it out", "BCDA knows no until")
	case err != nil || !instant.MatchString(r.Until):
		return optionsErrorf("write it with time and zone, as 2026-01-31T00:00:00Z", "until: %q is not a point in time", r.Until)
	}
	if since, err := time.Parse(time.RFC3339Nano, r.Since); err == nil && !until.After(since) {
		return optionsErrorf("take a later until, or an earlier since", "until is not after since")
	}
	return nil
}

func checkFilters(r *Request, server *endpoint) error {
	if len(r.TypeFilters) == 0 {
		return nil
	}
	if server.isBCDA() {
		switch {
		case server.api != "v3":
			return optionsErrorf("take API v3", "API %s ignores type filters: everything would come", server.api)
		case len(r.TypeFilters) > 1:
			return optionsErrorf("join the conditions with &", "BCDA takes one type filter")
		case len(r.Types) > 0 && !slices.Contains(r.Types, "ExplanationOfBenefit"):
			return optionsErrorf("ask for ExplanationOfBenefit too, or leave the filter out", "the type filter is for ExplanationOfBenefit, which is not asked for")
		}
	}
	for i, filter := range r.TypeFilters {
		if !strings.Contains(filter, "?") {
			if decoded, err := url.QueryUnescape(filter); err == nil {
				filter = decoded
			}
		}
		resource, query, ok := strings.Cut(filter, "?")
		if !ok || query == "" || !typeName.MatchString(resource) {
			return optionsErrorf("write it as ExplanationOfBenefit?key=value", "type filter: %q is not of the form Type?key=value", filter)
		}
		if server.isBCDA() {
			if err := checkBCDAFilter(resource, query); err != nil {
				return err
			}
		}
		r.TypeFilters[i] = filter
	}
	return nil
}

var (
	tagToken    = regexp.MustCompile(`^[^|\s]+\|[^|\s]+$`)
	serviceDate = regexp.MustCompile(`^([a-z]{2})?(\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?)?)?)?)$`)
	systemTypes = []string{"SharedSystem", "NationalClaimsHistory", "DDPS"}
)

func checkBCDAFilter(resource, query string) error {
	if resource != "ExplanationOfBenefit" {
		return optionsErrorf("", "type filter: BCDA filters ExplanationOfBenefit only, not %s", resource)
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, list, ok := strings.Cut(pair, "=")
		if !ok {
			return optionsErrorf("write it as key=value", "type filter: %q has no value", pair)
		}
		for value := range strings.SplitSeq(list, ",") {
			if err := checkBCDACondition(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkBCDACondition(key, value string) error {
	switch key {
	case "_tag":
		system, code, _ := strings.Cut(value, "|")
		if !tagToken.MatchString(value) {
			return optionsErrorf("write system and code, as https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|SharedSystem", "type filter: the tag %q is not of the form system|code", value)
		}
		if strings.HasSuffix(system, "/System-Type") && !slices.Contains(systemTypes, code) {
			return optionsErrorf("take of "+strings.Join(systemTypes, ", "), "type filter: there is no System-Type %q", code)
		}
	case "outcome":
		if value != "complete" && value != "partial" {
			return optionsErrorf("take complete or partial", "type filter: there is no outcome %q", value)
		}
	case "service-date":
		m := serviceDate.FindStringSubmatch(value)
		if m == nil || !isDate(m[2]) {
			return optionsErrorf("write it as ge2026-01-31", "type filter: the service date %q cannot be read", value)
		}
		if m[1] != "" && !slices.Contains([]string{"eq", "lt", "gt", "le", "ge"}, m[1]) {
			return optionsErrorf("take of eq, lt, gt, le, ge", "type filter: the service date has the unknown prefix %q", m[1])
		}
	default:
		return optionsErrorf("take of _tag, outcome, service-date", "type filter: BCDA knows no condition %q", key)
	}
	return nil
}

func isDate(s string) bool {
	for _, layout := range []string{"2006", "2006-01", time.DateOnly, "2006-01-02T15:04:05", time.RFC3339} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// url is the address that starts the job. Since is what SinceAuto came to.
func (r Request) url(server *endpoint, since string) *url.URL {
	u := server.fhir
	switch r.Endpoint {
	case "patient":
		u = u.JoinPath("Patient", "$export")
	case "group":
		u = u.JoinPath("Group", r.Group, "$export")
	default:
		u = u.JoinPath("$export")
	}
	var query []string
	add := func(key, value string) { query = append(query, key+"="+value) }
	if len(r.Types) > 0 {
		add("_type", strings.Join(r.Types, ","))
	}
	if since != "" {
		add("_since", url.QueryEscape(since)) // also the + of a time zone
	}
	if r.Until != "" {
		add("_until", url.QueryEscape(r.Until))
	}
	for _, filter := range r.TypeFilters {
		if server.isBCDA() {
			// BCDA decodes it twice.
			filter = strings.NewReplacer("%", "%25", "+", "%2B").Replace(filter)
		}
		add("_typeFilter", url.QueryEscape(filter))
	}
	u.RawQuery = strings.Join(query, "&")
	return u
}

// key tells kinds of requests apart whose results add up, for SinceAuto.
func (r Request) key(server *endpoint) string {
	sorted := slices.Sorted(slices.Values(r.Types))
	filters := slices.Sorted(slices.Values(r.TypeFilters))
	key := fmt.Sprintf("%s %s/%s type=%s filter=%s", server.fhir, r.Endpoint, r.Group, strings.Join(sorted, ","), strings.Join(filters, ","))
	if r.Until != "" {
		// The transaction time of such an export is not how far it goes.
		key += " until=" + r.Until
	}
	return key
}

// sameAs tells whether two requests ask for the same.
func (r Request) sameAs(other Request, server *endpoint) bool {
	return r.key(server) == other.key(server) && r.Since == other.Since
}

// fullLoads is when the data of an API version was loaded as a whole: what
// changed since an earlier time is everything.
var fullLoads = map[string]time.Time{
	"v1": time.Date(2020, 2, 12, 0, 0, 0, 0, time.UTC),
	"v2": time.Date(2020, 2, 12, 0, 0, 0, 0, time.UTC),
	"v3": time.Date(2026, 3, 26, 0, 0, 0, 0, time.UTC),
}

// isFullLoad tells whether a since leaves nothing out.
func isFullLoad(server *endpoint, since string) bool {
	t, err := time.Parse(time.RFC3339Nano, since)
	return err == nil && t.Before(fullLoads[server.api])
}

// ParseExportURL takes the address of an export apart, as servers document it:
// https://host/fhir/Group/17/$export?_type=Patient is the base
// https://host/fhir and a request. It is not ok for an address of another form.
func ParseExportURL(address string) (base string, r Request, ok bool, err error) {
	u, parseErr := url.Parse(address)
	if parseErr != nil || path.Base(u.Path) != "$export" {
		return "", r, false, nil
	}
	query := u.Query()
	dir := path.Dir(u.Path)
	switch {
	case path.Base(dir) == "Patient":
		r.Endpoint, dir = "patient", path.Dir(dir)
	case path.Base(path.Dir(dir)) == "Group":
		r.Endpoint, r.Group, dir = "group", path.Base(dir), path.Dir(path.Dir(dir))
	default:
		r.Endpoint = "system"
	}
	for name, values := range query {
		switch name {
		case "_type":
			r.Types = strings.Split(strings.Join(values, ","), ",")
		case "_since":
			r.Since = strings.Join(values, ",")
		case "_until":
			r.Until = strings.Join(values, ",")
		case "_typeFilter":
			r.TypeFilters = values
		case "_outputFormat": // there is one that can be read
		default:
			return "", r, true, optionsErrorf("take the address without it", "the parameter %q of the address is not known", name)
		}
	}
	u.Path, u.RawPath, u.RawQuery = strings.TrimRight(dir, "/"), "", ""
	return u.String(), r, true, nil
}
