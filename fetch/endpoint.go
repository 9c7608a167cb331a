package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// NoVersion is the API of a plain FHIR server, which has no BCDA API version.
const NoVersion = "none"

// An endpoint is the location of a server: its base URL and API version,
// resolved.
type endpoint struct {
	origin string   // scheme://host:port
	root   *url.URL // parent of BCDA's api and auth paths, or the FHIR base
	fhir   *url.URL // base of the FHIR API
	api    string   // v1, v2, v3 or NoVersion
}

var apiPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*)/api/(v[123])$`) })

// newEndpoint resolves a base URL. BCDA serves its API at /api/vN below the
// host. A base URL with any other path is the base of a plain FHIR API, unless
// api names a version. A given api takes precedence over the path: DPC's base
// URL ends in /api/v1 too.
func newEndpoint(base, api string) (*endpoint, error) {
	u, err := parseBase(base, api)
	if err != nil {
		return nil, err
	}
	e := &endpoint{origin: originOf(u), root: u, fhir: u, api: api}
	m := apiPath().FindStringSubmatch(u.Path)
	if m != nil && isOtherCMS(u.Hostname()) && api == "" {
		e.api = NoVersion
	}
	if m != nil && e.api != NoVersion {
		root := *u
		root.Path = m[1]
		e.root = &root
		if api == "" {
			e.api = m[2]
		}
	}
	if e.api == "" {
		if e.api = "v3"; u.Path != "" {
			e.api = NoVersion
		}
	}
	if e.api != NoVersion {
		fhir := *e.root
		fhir.Path += "/api/" + e.api
		e.fhir = &fhir
	}
	return e, nil
}

// parseBase checks a base URL and an API version.
func parseBase(base, api string) (*url.URL, error) {
	if !slices.Contains([]string{"", "v1", "v2", "v3", NoVersion}, api) {
		return nil, optionsErrorf("use v1, v2, v3 or none", "unknown API version %q", api)
	}
	const form = "write it as https://host"
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, optionsErrorf(form, "invalid base URL: expected https://host")
	case path.Base(u.Path) == "$export":
		return nil, optionsErrorf("remove the part that begins with Patient, Group or $export", "the base URL is the address of an export")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, optionsErrorf(form, "the base URL has more than a scheme, a host and a path")
	}
	if err := checkScheme(u); err != nil {
		return nil, err
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// isOtherCMS reports whether a host is one of CMS's other bulk data servers,
// whose paths can look like BCDA's.
func isOtherCMS(host string) bool {
	host = "." + strings.ToLower(host)
	return strings.HasSuffix(host, ".dpc.cms.gov") || strings.HasSuffix(host, ".ab2d.cms.gov")
}

// isBCDA reports whether the server has the paths and rules of BCDA.
func (e *endpoint) isBCDA() bool { return e.api != NoVersion }

// checkScheme accepts https, and http for loopback addresses.
func checkScheme(u *url.URL) error {
	switch {
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return optionsErrorf("use https", "plain http is refused for %s: claims and credentials would travel unencrypted; only loopback addresses may use it", u.Hostname())
	default:
		return optionsErrorf("use https", "unsupported scheme %q", u.Scheme)
	}
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// originOf is the scheme, host and port of an address, normalized.
func originOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// displayOrigin is an origin as people write it, without the default port.
func displayOrigin(u *url.URL) string {
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// resolve parses an address from a reply to a request for base. Whether a
// request may be sent there is for [session.trusts] to decide.
func resolve(base *url.URL, ref string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(ref))
	switch {
	case err != nil || ref == "":
		return nil, fmt.Errorf("%w: the server sent an invalid address", ErrOrigin)
	case u.User != nil:
		return nil, fmt.Errorf("%w: the server sent an address with a user name", ErrOrigin)
	case u.Scheme == "" && u.Host != "" || strings.HasPrefix(ref, `\`) || strings.HasPrefix(ref, `/\`):
		return nil, fmt.Errorf("%w: the server sent an address without a scheme", ErrOrigin)
	}
	u = base.ResolveReference(u)
	if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: the server sent an address that is not http or https", ErrOrigin)
	}
	return u, nil
}

// withoutQuery is an address for messages. The query is left out because it may
// hold a signature.
func withoutQuery(u *url.URL) string {
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return clean.String()
}
