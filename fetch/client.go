package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"time"
)

// The base URLs of BCDA.
const (
	Production = "https://api.bcda.cms.gov"
	Sandbox    = "https://sandbox.bcda.cms.gov"
)

// NoVersion is the API of a server whose base URL is that of its FHIR API.
const NoVersion = "none"

// Options say which server a Client talks to, and how.
type Options struct {
	// BaseURL is the address of a BCDA server, such as [Sandbox], or the base
	// of a FHIR API.
	BaseURL string
	// API is v1, v2 or v3 of BCDA, or [NoVersion]. Unless it is set, it is
	// NoVersion for a BaseURL with a path that is not one of BCDA's, else v3.
	API string
	// Auth gets tokens; nil is for servers that want none.
	Auth Auth
	// AllowOrigins are origins (https://host) besides that of BaseURL where
	// files may be. They are not given the token.
	AllowOrigins []string
	// Waits are all durations; see there for the defaults.
	Waits Waits
	// Transport makes the connections. Unless it is set, it is one that
	// trusts the system's certificates, or those of the file that the
	// environment variable SSL_CERT_FILE names.
	Transport http.RoundTripper
	// UserAgent is what the client calls itself.
	UserAgent string
	// Log is told about retries and other things worth knowing; nil is for
	// silence.
	Log *slog.Logger
}

// A Client talks to one server. Its methods may be called from several
// goroutines at once; they share one token.
type Client struct {
	server    *endpoint
	auth      Auth
	allowed   []string
	waits     Waits
	http      *http.Client
	userAgent string
	log       *slog.Logger

	redactor redactor
	tokens   *tokenSource
	answered atomic.Bool  // the server did, to any request
	ahead    atomic.Int64 // how far the server's clock is ahead of ours

	// freeSpace tells how many bytes a folder has room for, or that it is not
	// known. Tests replace it.
	freeSpace func(dir string) (uint64, bool)
}

// New makes a client. It sends nothing yet.
func New(opts Options) (*Client, error) {
	server, err := newEndpoint(opts.BaseURL, opts.API)
	if err != nil {
		return nil, err
	}
	c := &Client{
		server:    server,
		auth:      opts.Auth,
		waits:     opts.Waits.withDefaults(),
		userAgent: opts.UserAgent,
		log:       opts.Log,
		tokens:    newTokenSource(),
		freeSpace: freeSpace,
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.userAgent == "" {
		c.userAgent = "cclf"
	}
	for _, text := range opts.AllowOrigins {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
			return nil, optionsErrorf("write it as https://host", "%q is not an origin", text)
		}
		if err := checkScheme(u); err != nil {
			return nil, err
		}
		c.allowed = append(c.allowed, originOf(u))
	}
	if opts.Auth != nil {
		c.redactor.addCredentials(opts.Auth.secrets()...)
	}
	transport := opts.Transport
	if transport == nil {
		if transport, err = newTransport(c.waits); err != nil {
			return nil, err
		}
	}
	c.http = &http.Client{
		Transport: transport,
		// Redirects are looked at before they are followed: see do.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// API returns the version of the API that the client uses, or NoVersion.
func (c *Client) API() string { return c.server.api }

func newTransport(waits Waits) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: min(30*time.Second, waits.StallTimeout), KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: min(30*time.Second, waits.StallTimeout),
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     time.Minute,
		// What arrives is stored as it is.
		DisableCompression: true,
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, reply *http.Response) error {
			if reply.StatusCode != http.StatusOK {
				return &proxyError{proxy.Host, reply.StatusCode}
			}
			return nil
		},
	}
	// On some systems the standard library does not look at the variable.
	if name := os.Getenv("SSL_CERT_FILE"); name != "" {
		pem, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("SSL_CERT_FILE: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, optionsErrorf("", "SSL_CERT_FILE: there is no certificate in %s", name)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return t, nil
}

// serverTime is the time by the server's clock, as far as it is known.
func (c *Client) serverTime() time.Time {
	return time.Now().Add(time.Duration(c.ahead.Load()))
}
