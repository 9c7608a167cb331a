package fetch

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// SinceAuto, as the Since of a [Request], is the transaction time of the last
// complete export of the same kind in the folder. If there is none, the export
// is a full one.
const SinceAuto = "auto"

// A Request says what to export. The zero value is everything of every
// beneficiary.
type Request struct {
	// Endpoint is "patient", "group" or, for servers other than BCDA, "system".
	// The default is group if Group is set, else patient.
	Endpoint string `json:"endpoint"`
	// Group is the ID of the group to export. BCDA has all (the default) and
	// runout.
	Group string `json:"group,omitempty"`
	// Types are the resource types to export. The default is all.
	Types []string `json:"types,omitempty"`
	// Since limits the export to resources that changed after this time, in the
	// format of RFC 3339, or SinceAuto.
	Since string `json:"since,omitempty"`
	// Until limits the export to resources that changed before this time, in
	// the format of RFC 3339. BCDA does not support it.
	Until string `json:"until,omitempty"`
	// FullTypes are types of which all resources are exported even if Since limits
	// the others: that a resource is gone shows only in a complete list. They take a
	// job of their own, which belongs to the same run.
	FullTypes []string `json:"full_types,omitempty"`
	// TypeFilters are filters of the form Type?key=value. BCDA supports one, in
	// v3.
	TypeFilters []string `json:"type_filters,omitempty"`
}

var (
	groupID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`) })
	// instant is RFC 3339. time.Parse accepts more.
	instant = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
	})
)

// check sets the defaults, and refuses what the server would reject or, worse,
// ignore.
func (r Request) check(server *endpoint) (Request, error) {
	if r.Endpoint == "" {
		r.Endpoint = "patient"
		if r.Group != "" {
			r.Endpoint = "group"
		}
	}
	for _, check := range []func(*Request, *endpoint) error{checkEndpoint, checkTypes, checkFullTypes, checkSince, checkUntil} {
		if err := check(&r, server); err != nil {
			return r, err
		}
	}
	var err error
	r.TypeFilters, err = checkFilters(server, r.Types, r.TypeFilters)
	return r, err
}

func checkEndpoint(r *Request, server *endpoint) error {
	switch {
	case r.Endpoint == "system" && server.isBCDA():
		return optionsErrorf("use patient or group", "BCDA does not support the system endpoint")
	case !slices.Contains([]string{"patient", "group", "system"}, r.Endpoint):
		return optionsErrorf("use patient or group", "unknown endpoint %q", r.Endpoint)
	case r.Endpoint != "group" && r.Group != "":
		return optionsErrorf("use the group endpoint, or leave the group out", "the %s endpoint has no groups", r.Endpoint)
	case r.Endpoint == "group" && r.Group == "" && server.isBCDA():
		r.Group = "all"
	case r.Endpoint == "group" && server.isBCDA() && r.Group != "all" && r.Group != "runout":
		return optionsErrorf("use all or runout", "BCDA has no group %q", r.Group)
	case r.Endpoint == "group" && !groupID().MatchString(r.Group):
		return optionsErrorf("set the group to its id", "invalid group id %q", r.Group)
	}
	return nil
}

func checkTypes(r *Request, server *endpoint) error {
	known := bcdaTypes[server.api]
	for i, t := range r.Types {
		switch {
		case slices.Contains(r.Types[:i], t):
			return optionsErrorf("list each type once", "resource type %s is repeated", t)
		case server.isBCDA() && !slices.Contains(known, t):
			hint := "use one of " + strings.Join(known, ", ")
			if slices.Contains(bcdaTypes["v2"], t) {
				hint = "use API v2 (for organizations with partially adjudicated claims); in v3 these claims are ExplanationOfBenefit resources that a type filter selects"
			}
			return optionsErrorf(hint, "API %s has no resource type %q", server.api, t)
		case !typeName().MatchString(t):
			return optionsErrorf("", "invalid resource type %q", t)
		}
	}
	return nil
}

// checkFullTypes drops FullTypes if nothing else is exported: then the export is a
// full one.
func checkFullTypes(r *Request, server *endpoint) error {
	for i, t := range r.FullTypes {
		switch {
		case slices.Contains(r.FullTypes[:i], t):
			return optionsErrorf("list each type once", "full type %s is repeated", t)
		case !typeName().MatchString(t), server.isBCDA() && !slices.Contains(bcdaTypes[server.api], t):
			return optionsErrorf("", "invalid full type %q", t)
		case len(r.Types) > 0 && !slices.Contains(r.Types, t):
			return optionsErrorf("add it to the types", "full type %s is not exported", t)
		}
	}
	if len(r.FullTypes) > 0 && len(r.FullTypes) == len(r.Types) {
		r.FullTypes, r.Since = nil, ""
	}
	return nil
}

func checkSince(r *Request, _ *endpoint) error {
	if r.Since == "" || r.Since == SinceAuto {
		return nil
	}
	since, err := time.Parse(time.RFC3339Nano, r.Since)
	if err != nil || !instant().MatchString(r.Since) {
		return optionsErrorf("write it with time and zone, as in 2026-01-31T00:00:00Z or 2026-01-31T00:00:00.000-05:00, or auto", "since: invalid time %q", r.Since)
	}
	if since.After(time.Now().Add(time.Minute)) {
		return optionsErrorf("use a time in the past, or auto for the time of the last export", "since: %s is in the future", r.Since)
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
		return optionsErrorf("leave it out", "BCDA does not support until")
	case err != nil || !instant().MatchString(r.Until):
		return optionsErrorf("write it with time and zone, as in 2026-01-31T00:00:00Z", "until: invalid time %q", r.Until)
	}
	if since, err := time.Parse(time.RFC3339Nano, r.Since); err == nil && !until.After(since) {
		return optionsErrorf("use a later until, or an earlier since", "until is not after since")
	}
	return nil
}

// jobs are the addresses that start the jobs of the request. Since replaces
// SinceAuto. The transaction time of the first job is that of the run.
func (r Request) jobs(server *endpoint, since string) []string {
	if since == "" || len(r.FullTypes) == 0 {
		return []string{r.url(server, since).String()}
	}
	limited, full := r, r
	full.Types = r.FullTypes
	isFull := func(t string) bool { return slices.Contains(r.FullTypes, t) }
	isOfFull := func(filter string) bool { return isFull(typeOfFilter(filter)) }
	limited.Types = slices.DeleteFunc(slices.Clone(r.Types), isFull)
	if len(r.Types) == 0 && server.api != "v2" {
		// Not every organization may export all types of v2, and those of other servers
		// are unknown. There, changed resources of full types come twice.
		limited.Types = slices.DeleteFunc(slices.Clone(bcdaTypes[server.api]), isFull)
	}
	limited.TypeFilters = slices.DeleteFunc(slices.Clone(r.TypeFilters), isOfFull)
	full.TypeFilters = slices.DeleteFunc(slices.Clone(r.TypeFilters), func(filter string) bool { return !isOfFull(filter) })
	return []string{limited.url(server, since).String(), full.url(server, "").String()}
}

// typeOfFilter is the resource type of a filter such as Type?key=value.
func typeOfFilter(filter string) string {
	name, _, _ := strings.Cut(filter, "?")
	return name
}

// url is the address that starts a job. Since replaces SinceAuto.
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
		add("_since", url.QueryEscape(since)) // including the + of a time zone
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

// key identifies the kind of a request. Increments of the same kind add up:
// see SinceAuto. It does not depend on FullTypes, which add to an increment.
func (r Request) key(server *endpoint) string {
	sorted := slices.Sorted(slices.Values(r.Types))
	filters := slices.Sorted(slices.Values(r.TypeFilters))
	key := fmt.Sprintf("%s %s/%s type=%s filter=%s", server.fhir, r.Endpoint, r.Group, strings.Join(sorted, ","), strings.Join(filters, ","))
	if r.Until != "" {
		// Such an export does not reach to its transaction time.
		key += " until=" + r.Until
	}
	return key
}

// sameAs reports whether two requests ask for the same.
func (r Request) sameAs(other Request, server *endpoint) bool {
	return r.key(server) == other.key(server) && r.Since == other.Since &&
		slices.Equal(slices.Sorted(slices.Values(r.FullTypes)), slices.Sorted(slices.Values(other.FullTypes)))
}

// fullLoads is when BCDA last loaded all data of an API version. An export
// since an earlier time has everything.
var fullLoads = map[string]time.Time{
	"v1": time.Date(2020, 2, 12, 0, 0, 0, 0, time.UTC),
	"v2": time.Date(2020, 2, 12, 0, 0, 0, 0, time.UTC),
	"v3": time.Date(2026, 3, 26, 0, 0, 0, 0, time.UTC),
}

// isFullLoad reports whether an export since this time has everything.
func isFullLoad(server *endpoint, since string) bool {
	t, err := time.Parse(time.RFC3339Nano, since)
	return err == nil && t.Before(fullLoads[server.api])
}

// ParseExportURL splits the address of an export, such as
// https://host/fhir/Group/17/$export?_type=Patient, into the base URL
// https://host/fhir and a request. Ok is false if it is not such an address.
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
		case "_outputFormat": // this package reads only one
		default:
			return "", r, true, optionsErrorf("remove it from the address", "unsupported parameter %q in the address of the export", name)
		}
	}
	u.Path, u.RawPath, u.RawQuery = strings.TrimRight(dir, "/"), "", ""
	return u.String(), r, true, nil
}
