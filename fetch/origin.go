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
)

// An endpoint is where a server is: what the base URL and the version of the
// API come to.
type endpoint struct {
	origin string   // scheme://host:port
	root   *url.URL // of BCDA's paths beside the API, or the FHIR base
	fhir   *url.URL // of the FHIR API
	api    string   // v1, v2, v3, or none for a FHIR base
}

var apiPath = regexp.MustCompile(`^(.*)/api/(v[123])$`)

// newEndpoint reads a base URL. BCDA has its API in /api/vN below the host. A
// base URL with a path of another form is taken to be the base of a FHIR API
// as it is, unless a version is asked for. An api that is given wins over what
// the path looks like: DPC's ends in /api/v1 too.
func newEndpoint(base, api string) (*endpoint, error) {
	if !slices.Contains([]string{"", "v1", "v2", "v3", NoVersion}, api) {
		return nil, optionsErrorf("take v1, v2, v3 or none", "there is no API version %q", api)
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, optionsErrorf("write it as https://host", "the base URL is not an address of the form https://host")
	}
	if path.Base(u.Path) == "$export" {
		return nil, optionsErrorf("leave out what begins with Patient, Group or $export", "the base URL is the address of an export")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, optionsErrorf("write it as https://host", "the base URL has more in it than scheme, host and path")
	}
	if err := checkScheme(u); err != nil {
		return nil, err
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	e := &endpoint{origin: originOf(u), root: u, fhir: u, api: api}
	m := apiPath.FindStringSubmatch(u.Path)
	if m != nil && isOtherCMS(u.Hostname()) && api == "" {
		e.api = NoVersion
	}
	if m != nil && e.api != NoVersion {
		root := *u
		root.Path = m[1]
		if e.root = &root; api == "" {
			e.api = m[2]
		}
		fhir := root
		fhir.Path += "/api/" + e.api
		e.fhir = &fhir
		return e, nil
	}
	if e.api == "" {
		if e.api = "v3"; u.Path != "" {
			e.api = NoVersion
		}
	}
	if e.api != NoVersion {
		fhir := *u
		fhir.Path += "/api/" + e.api
		e.fhir = &fhir
	}
	return e, nil
}

// isOtherCMS tells the hosts of CMS's other bulk servers, whose paths may look
// like those of BCDA.
func isOtherCMS(host string) bool {
	host = "." + strings.ToLower(host)
	return strings.HasSuffix(host, ".dpc.cms.gov") || strings.HasSuffix(host, ".ab2d.cms.gov")
}

// isBCDA reports whether the server has the paths and rules of BCDA.
func (e *endpoint) isBCDA() bool { return e.api != NoVersion }

// checkScheme lets https pass, and http for loopback addresses.
func checkScheme(u *url.URL) error {
	switch {
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return optionsErrorf("use https", "plain http is refused for %s: claims and credentials would travel unencrypted; only loopback addresses may use it", u.Hostname())
	default:
		return optionsErrorf("use https", "the scheme %q is not https", u.Scheme)
	}
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// originOf is scheme, host and port of an address, in one spelling.
func originOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// resolve reads an address that the server gave in a reply to a request for
// base. Whether it is the server's own is told by trusts.
func resolve(base *url.URL, ref string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(ref))
	switch {
	case err != nil || ref == "":
		return nil, fmt.Errorf("%w: the server gave an address that cannot be read", ErrOrigin)
	case u.User != nil:
		return nil, fmt.Errorf("%w: the server gave an address with a user name in it", ErrOrigin)
	case u.Scheme == "" && u.Host != "" || strings.HasPrefix(ref, `\`) || strings.HasPrefix(ref, `/\`):
		return nil, fmt.Errorf("%w: the server gave an address without a scheme", ErrOrigin)
	}
	u = base.ResolveReference(u)
	if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: the server gave an address that is not http", ErrOrigin)
	}
	return u, nil
}

// trusts says whether requests may go to an address, and whether they may
// carry the token.
func (c *Client) trusts(u *url.URL) (bearer bool, err error) {
	origin := originOf(u)
	switch {
	case u.User != nil:
		return false, fmt.Errorf("%w: an address with a user name in it", ErrOrigin)
	case origin == c.server.origin:
		return true, nil
	case slices.Contains(c.allowed, origin):
		return false, nil
	default:
		return false, fmt.Errorf("%w: %s is not %s", ErrOrigin, origin, c.server.origin)
	}
}

// resolveOwn reads an address that must be the server's own.
func (c *Client) resolveOwn(base *url.URL, ref string) (*url.URL, error) {
	u, err := resolve(base, ref)
	if err != nil {
		return nil, err
	}
	bearer, err := c.trusts(u)
	if err == nil && !bearer {
		err = fmt.Errorf("%w: %s is for files only", ErrOrigin, originOf(u))
	}
	return u, err
}

// withoutQuery is an address for messages: what follows the path may be a
// signature.
func withoutQuery(u *url.URL) string {
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return clean.String()
}
