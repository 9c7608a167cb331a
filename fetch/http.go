package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// How much of a body is read into memory.
const (
	smallBody = 1 << 20
	largeBody = 1 << 28 // manifests of very many files
)

// A request is what the requests to the server's paths differ in.
type request struct {
	method   string // GET unless set
	accept   string
	async    bool // with Prefer: respond-async
	bearer   bool // with the token, where it may go
	file     bool // of an export
	noFollow bool // redirects
	header   http.Header
}

const fhirJSON = "application/fhir+json"

// do sends a request and returns the reply, whatever its status. Where the
// token is refused, it is replaced, once. Redirects within the server's origin
// are followed.
//
// The caller closes the body.
func (c *Client) do(ctx context.Context, op string, u *url.URL, r request) (*http.Response, error) {
	for range 5 {
		resp, err := c.authorized(ctx, op, u, r)
		if err != nil || !isRedirect(resp.StatusCode) {
			return resp, err
		}
		resp.Body.Close()
		target, err := resolve(u, resp.Header.Get("Location"))
		if err == nil {
			_, err = c.trusts(target)
		}
		if err == nil && r.noFollow {
			err = fmt.Errorf("%w: %s", ErrOrigin, withoutQuery(target))
		}
		if err != nil {
			e := &Error{Kind: ErrOrigin, Op: op, Status: resp.StatusCode, Msg: "the server redirects elsewhere: " + c.redactor.clean(err.Error()), err: err,
				hint: "check the base URL"}
			if r.file {
				e.hint = allowHint(target)
			}
			return nil, e
		}
		u = target
	}
	return nil, &Error{Kind: ErrOrigin, Op: op, Msg: "the server redirects in circles"}
}

// allowHint says how a file at another origin can be had.
func allowHint(u *url.URL) string {
	if u == nil || checkScheme(u) != nil {
		return "check the base URL"
	}
	return "if the files are to come from there, add --allow-origin " + shownOrigin(u)
}

// shownOrigin is an origin as people write it, without the usual port.
func shownOrigin(u *url.URL) string {
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

func (c *Client) authorized(ctx context.Context, op string, u *url.URL, r request) (*http.Response, error) {
	trusted, err := c.trusts(u)
	if err != nil {
		return nil, &Error{Kind: ErrOrigin, Op: op, Msg: c.redactor.clean(err.Error()), hint: allowHint(u), err: err}
	}
	bearer := r.bearer && trusted && c.auth != nil
	refused := 0
	for {
		req, err := c.newRequest(ctx, u, r)
		if err != nil {
			return nil, &Error{Kind: ErrOptions, Op: op, Msg: "the address cannot be requested"}
		}
		var token Token
		if bearer {
			if token, err = c.token(ctx, refused); err != nil {
				return nil, err
			}
			req.Header.Set("Authorization", "Bearer "+token.value)
		}
		resp, err := c.send(req, op)
		if err != nil || resp.StatusCode != http.StatusUnauthorized || !bearer || refused != 0 {
			return resp, err
		}
		resp.Body.Close()
		refused = token.serial
	}
}

func (c *Client) newRequest(ctx context.Context, u *url.URL, r request) (*http.Request, error) {
	method := r.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", r.accept)
	if r.async {
		req.Header.Set("Prefer", "respond-async")
	}
	return req, nil
}

// send sends one request. Errors of the network are transient. The reply's
// body fails when the server is silent for too long.
func (c *Client) send(req *http.Request, op string) (*http.Response, error) {
	req.Header.Set("User-Agent", c.userAgent)
	ctx, cancel := context.WithCancelCause(req.Context())
	watch := time.AfterFunc(c.waits.StallTimeout, func() { cancel(errStalled) })
	resp, err := c.http.Do(req.WithContext(ctx))
	watch.Stop()
	if err != nil {
		cause := context.Cause(ctx)
		cancel(nil)
		if errors.Is(cause, errStalled) {
			err = cause
		}
		return nil, c.unreachable(req.Context(), op, err)
	}
	c.answered.Store(true)
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.ahead.Store(int64(time.Until(date)))
	}
	resp.Body = &watchedBody{body: resp.Body, ctx: ctx, cancel: cancel, watch: watch, limit: c.waits.StallTimeout}
	return resp, nil
}

var errStalled = errors.New("the server fell silent")

// A watchedBody ends with an error when a read takes too long.
type watchedBody struct {
	body   io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  *time.Timer
	limit  time.Duration
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.Reset(b.limit)
	n, err := b.body.Read(p)
	b.watch.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		switch {
		case errors.Is(context.Cause(b.ctx), errStalled):
			err = errStalled
		case b.ctx.Err() != nil:
			err = b.ctx.Err() // the reader stopped, whatever the cause
		}
	}
	return n, err
}

func (b *watchedBody) Close() error {
	b.watch.Stop()
	b.cancel(nil)
	return b.body.Close()
}

// unreachable makes the error of a request that got no reply.
func (c *Client) unreachable(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var (
		wrapper     *url.Error
		certificate *tls.CertificateVerificationError
		dns         *net.DNSError
	)
	if errors.As(err, &wrapper) {
		err = wrapper.Err // without the address, which may have secrets in it
	}
	e := &Error{Kind: ErrUnavailable, Op: op, Msg: c.redactor.clean(plainly(err)), err: err}
	var (
		refused *proxyError
		network *net.OpError
	)
	switch {
	case errors.As(err, &refused):
		e.Msg, e.Status = refused.Error(), refused.status
		e.hint = "the refusal is the proxy's, not the server's: check HTTPS_PROXY and NO_PROXY"
		if isTransient(refused.status) {
			return &transientError{err: e}
		}
		return e
	case errors.As(err, &certificate):
		e.Msg, e.hint = untrusted(certificate)
		return e
	case errors.As(err, &network) && network.Op == "proxyconnect":
		e.Msg = "the proxy cannot be reached: " + e.Msg
		e.hint = "check HTTPS_PROXY and NO_PROXY"
	case errors.Is(err, http.ErrSchemeMismatch):
		e.hint = "there is no TLS at that address"
		return e
	case errors.As(err, &dns) && dns.IsNotFound && !c.answered.Load():
		e.hint = "check the base URL and the network"
		return e
	}
	return &transientError{err: e}
}

// plainly is an error of the network without local addresses and names of system
// calls.
func plainly(err error) string {
	var network *net.OpError
	if !errors.As(err, &network) {
		return err.Error()
	}
	switch network.Op {
	case "dial":
		return "cannot reach the server (" + reasonOf(err) + ")"
	case "read", "write":
		return "the connection broke off (" + reasonOf(err) + ")"
	default:
		return reasonOf(err)
	}
}

// reasonOf is the cause alone of an error of the network.
func reasonOf(err error) string {
	var (
		network *net.OpError
		number  syscall.Errno
	)
	switch {
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &network):
		return network.Err.Error()
	default:
		return err.Error()
	}
}

// A proxyError is the reply of a proxy that does not connect to the server.
type proxyError struct {
	proxy  string
	status int
}

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy %s answered %d (%s)", e.proxy, e.status, http.StatusText(e.status))
}

// untrusted says what is wrong with a certificate, and what mends it.
func untrusted(err *tls.CertificateVerificationError) (msg, hint string) {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &name):
		return "the server's certificate is for another name", "check the base URL; something between you and the server may answer in its place"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate has expired or is not valid yet", "check the clock of this machine; else the server must renew its certificate"
	default:
		return "the server's certificate is not trusted: " + err.Err.Error(),
			"if it is that of your own authority, or of a proxy that inspects TLS, name a file with that authority's certificate in SSL_CERT_FILE"
	}
}

// broken makes the error of a reply that broke off.
func (c *Client) broken(op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &transientError{err: &Error{Kind: ErrUnavailable, Op: op, Msg: "the reply broke off: " + c.redactor.clean(reasonOf(err)), err: err}}
}

// readBody reads a whole body and closes it.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	return body, err
}

// reply makes an error of a reply.
func (c *Client) reply(op string, resp *http.Response, body []byte) *replyError {
	return &replyError{op: op, status: resp.StatusCode, header: resp.Header, outcome: c.readOutcome(body)}
}

// get gets a document that must be there, with retries.
func (c *Client) get(ctx context.Context, op string, u *url.URL, r request) (body []byte, err error) {
	err = c.retry(ctx, func() error {
		resp, err := c.do(ctx, op, u, r)
		if err != nil {
			return err
		}
		body, err = readBody(resp, largeBody)
		switch {
		case err != nil:
			return c.broken(op, err)
		case resp.StatusCode == http.StatusOK:
			return nil
		default:
			return c.refusal(c.reply(op, resp, body))
		}
	})
	return body, err
}

// refusal makes the error of a reply where the status alone tells what it
// means.
func (c *Client) refusal(r *replyError) error {
	switch {
	case isTransient(r.status):
		return &transientError{err: r.as(ErrUnavailable, ""), wait: retryAfter(r.header)}
	case r.status == http.StatusInternalServerError:
		return r.internal(ErrRejected)
	case r.status == http.StatusUnauthorized:
		return r.as(ErrAuth, "a fresh token was refused as well: the job may be another organization's, or the credentials may have been deactivated")
	case r.status == http.StatusForbidden:
		return r.as(ErrRejected, "your organization may not do this")
	case r.status == http.StatusProxyAuthRequired:
		return r.as(ErrUnavailable, "the refusal is a proxy's, not the server's: check HTTPS_PROXY and NO_PROXY")
	case r.status == http.StatusGone:
		return r.as(ErrExpired, "")
	default:
		return r.as(ErrRejected, "")
	}
}

// isTransient says whether a status may be another one soon, whatever was
// requested. 500 is not among them: some mean it.
func isTransient(status int) bool {
	return slices.Contains([]int{
		http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, status)
}

func isRedirect(status int) bool {
	return slices.Contains([]int{
		http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
	}, status)
}
