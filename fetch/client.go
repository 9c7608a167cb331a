package fetch

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/cclf-tools/cclf/internal/disk"
)

// The base URLs of BCDA.
const (
	Production = "https://api.bcda.cms.gov"
	Sandbox    = "https://sandbox.bcda.cms.gov"
)

// Options configure a Client.
type Options struct {
	// BaseURL is the address of a BCDA server, such as [Sandbox], or the base
	// of a FHIR API. The default is [Production].
	BaseURL string
	// API is BCDA's API version (v1, v2 or v3), or [NoVersion] for a plain FHIR
	// server. The default is the version in BaseURL; if that has none,
	// NoVersion for a BaseURL with a path, else v3.
	API string
	// Auth gets tokens. Nil is for servers that want none.
	Auth Auth
	// AllowOrigins are origins (https://host), besides the one of BaseURL, from
	// which files may be downloaded. They do not get the token.
	AllowOrigins []string
	// Waits are the durations of polling and retries.
	Waits Waits
	// RootCAs are the certificate authorities to trust. Nil is for the
	// system's.
	RootCAs *x509.CertPool
	// Transport sends the requests. Nil is for one that uses RootCAs, at least
	// TLS 1.2, and the proxy settings of the environment.
	Transport http.RoundTripper
	// UserAgent is the User-Agent header, "cclf" by default.
	UserAgent string
	// Log receives retries and other notable events. Nil discards them.
	Log *slog.Logger
}

// A Client talks to one server. It may be used by several goroutines, which
// share its token.
type Client struct {
	session *session
	// freeSpace is the free space of a folder's file system, in bytes, if it is
	// known. Tests replace it.
	freeSpace func(dir string) (free uint64, known bool)
}

var noLog = slog.New(slog.DiscardHandler)

// New makes a client. It sends no request.
func New(opts Options) (*Client, error) {
	if opts.BaseURL == "" {
		opts.BaseURL = Production
	}
	server, err := newEndpoint(opts.BaseURL, opts.API)
	if err != nil {
		return nil, err
	}
	s := &session{server: server, waits: opts.Waits.withDefaults(), userAgent: opts.UserAgent, log: opts.Log}
	if s.log == nil {
		s.log = noLog
	}
	if s.userAgent == "" {
		s.userAgent = "cclf"
	}
	for _, origin := range opts.AllowOrigins {
		allowed, err := parseOrigin(origin)
		if err != nil {
			return nil, err
		}
		s.allowed = append(s.allowed, allowed)
	}
	if opts.Auth != nil {
		s.redactor.addCredentials(opts.Auth.secrets()...)
		s.token = newTokenSource(s, opts.Auth).token
	}
	transport := opts.Transport
	if transport == nil {
		transport = newTransport(s.waits, opts.RootCAs)
	}
	s.http = &http.Client{
		Transport: transport,
		// session.do checks redirects before it follows them.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Client{session: s, freeSpace: disk.Free}, nil
}

func parseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		return "", optionsErrorf("write it as https://host", "%q is not an origin", text)
	}
	if err := checkScheme(u); err != nil {
		return "", err
	}
	return originOf(u), nil
}

// Token gets a token, which shows that the server accepts the credentials.
func (c *Client) Token(ctx context.Context) (Token, error) {
	if c.session.token == nil {
		return Token{}, optionsErrorf("choose an authentication method", "there is no token without authentication")
	}
	return c.session.token(ctx, 0)
}

// Check returns a request with its defaults, or an ErrOptions if the server would
// reject it or ignore part of it. It sends nothing.
func (c *Client) Check(request Request) (Request, error) { return request.check(c.session.server) }

// API is BCDA's API version, or [NoVersion].
func (c *Client) API() string { return c.session.server.api }

// IsBCDA reports whether the server has the paths and rules of BCDA.
func (c *Client) IsBCDA() bool { return c.session.server.isBCDA() }
