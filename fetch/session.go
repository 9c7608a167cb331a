package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"
)

// A session sends requests to one server, and to the origins that may hold its
// files. It may be used by several goroutines.
type session struct {
	server    *endpoint
	allowed   []string // origins of files, besides the server's
	waits     Waits
	http      *http.Client
	userAgent string
	log       *slog.Logger
	redactor  redactor

	// token returns a token newer than the one with the serial number refused.
	// It is nil if the server wants none.
	token func(ctx context.Context, refused int) (Token, error)

	reached atomic.Bool  // the server has replied to a request
	ahead   atomic.Int64 // of the server's clock, in nanoseconds
}

// serverTime is the current time by the server's clock, once it is known, else
// by the local one.
func (s *session) serverTime() time.Time {
	return time.Now().Add(time.Duration(s.ahead.Load()))
}

func (s *session) newAttempts() *attempts { return newAttempts(s.waits, s.log) }

// trusts decides whether a request may be sent to an address, and whether it
// may carry the token.
func (s *session) trusts(u *url.URL) (bearer bool, err error) {
	origin := originOf(u)
	switch {
	case u.User != nil:
		return false, fmt.Errorf("%w: an address with a user name", ErrOrigin)
	case origin == s.server.origin:
		return true, nil
	case slices.Contains(s.allowed, origin):
		return false, nil
	default:
		return false, fmt.Errorf("%w: %s (the server is %s)", ErrOrigin, origin, s.server.origin)
	}
}

// resolveOwn parses an address that must be the server's own.
func (s *session) resolveOwn(base *url.URL, ref string) (*url.URL, error) {
	u, err := resolve(base, ref)
	if err != nil {
		return nil, err
	}
	bearer, err := s.trusts(u)
	if err == nil && !bearer {
		err = fmt.Errorf("%w: %s is for files only", ErrOrigin, originOf(u))
	}
	return u, err
}

// A call is what a request has besides its address.
type call struct {
	method   string // GET if empty
	accept   string
	async    bool // with Prefer: respond-async
	bearer   bool // with the token, where it may be sent
	file     bool // downloads a file of an export
	noFollow bool // does not follow redirects
	header   http.Header
}

const fhirJSON = "application/fhir+json"

// do sends a request and returns the reply, whatever its status. A refused
// token is renewed once. Redirects within the trusted origins are followed. The
// caller closes the body.
func (s *session) do(ctx context.Context, op string, u *url.URL, c call) (*http.Response, error) {
	for range 5 {
		resp, err := s.authorized(ctx, op, u, c)
		if err != nil || !isRedirect(resp.StatusCode) {
			return resp, err
		}
		resp.Body.Close()
		if u, err = s.redirect(op, u, resp, c); err != nil {
			return nil, err
		}
	}
	return nil, &Error{Kind: ErrOrigin, Op: op, Msg: "redirect loop"}
}

// redirect is the address to which a reply redirects.
func (s *session) redirect(op string, from *url.URL, resp *http.Response, c call) (*url.URL, error) {
	target, err := resolve(from, resp.Header.Get("Location"))
	if err == nil {
		_, err = s.trusts(target)
	}
	if err == nil && c.noFollow {
		err = fmt.Errorf("%w: %s", ErrOrigin, withoutQuery(target))
	}
	if err == nil {
		return target, nil
	}
	e := &Error{Kind: ErrOrigin, Op: op, Status: resp.StatusCode, Msg: "unexpected redirect: " + s.redactor.clean(err.Error()), err: err, hint: "check the base URL"}
	if c.file {
		e.foreign(target)
	}
	return nil, e
}

// foreign marks an error that would not have happened if the origin of u had
// been allowed.
func (e *Error) foreign(u *url.URL) {
	e.hint = "check the base URL"
	if u != nil && checkScheme(u) == nil {
		e.Origin, e.hint = displayOrigin(u), ""
	}
}

// authorized sends a request with a token, if it wants one.
func (s *session) authorized(ctx context.Context, op string, u *url.URL, c call) (*http.Response, error) {
	trusted, err := s.trusts(u)
	if err != nil {
		e := &Error{Kind: ErrOrigin, Op: op, Msg: s.redactor.clean(err.Error()), err: err}
		e.foreign(u)
		return nil, e
	}
	bearer := c.bearer && trusted && s.token != nil
	refused := 0
	for {
		req, err := c.request(ctx, u)
		if err != nil {
			return nil, &Error{Kind: ErrOptions, Op: op, Msg: "invalid address"}
		}
		var token Token
		if bearer {
			if token, err = s.token(ctx, refused); err != nil {
				return nil, err
			}
			req.Header.Set("Authorization", "Bearer "+token.value)
		}
		resp, err := s.send(req, op)
		if err != nil || resp.StatusCode != http.StatusUnauthorized || !bearer || refused != 0 {
			return resp, err
		}
		resp.Body.Close()
		refused = token.serial
	}
}

func (c *call) request(ctx context.Context, u *url.URL) (*http.Request, error) {
	method := c.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", c.accept)
	if c.async {
		req.Header.Set("Prefer", "respond-async")
	}
	return req, nil
}

// send sends one request. Failures of the network are transient. Reading the
// body fails once the server has sent nothing for StallTimeout.
func (s *session) send(req *http.Request, op string) (*http.Response, error) {
	req.Header.Set("User-Agent", s.userAgent)
	ctx, cancel := context.WithCancelCause(req.Context())
	watchdog := time.AfterFunc(s.waits.StallTimeout, func() { cancel(errStalled) })
	resp, err := s.http.Do(req.WithContext(ctx))
	watchdog.Stop()
	if err != nil {
		cause := context.Cause(ctx)
		cancel(nil)
		if errors.Is(cause, errStalled) {
			err = cause
		}
		if req.Context().Err() != nil {
			return nil, req.Context().Err()
		}
		return nil, unreachable(&s.redactor, op, err, s.reached.Load())
	}
	s.reached.Store(true)
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		s.ahead.Store(int64(time.Until(date)))
	}
	resp.Body = &watchedBody{body: resp.Body, ctx: ctx, cancel: cancel, watchdog: watchdog, limit: s.waits.StallTimeout}
	return resp, nil
}

var errStalled = errors.New("the server stopped sending")

// A watchedBody fails a read that takes longer than limit.
type watchedBody struct {
	body     io.ReadCloser
	ctx      context.Context
	cancel   context.CancelCauseFunc
	watchdog *time.Timer
	limit    time.Duration
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watchdog.Reset(b.limit)
	n, err := b.body.Read(p)
	b.watchdog.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		switch {
		case errors.Is(context.Cause(b.ctx), errStalled):
			err = errStalled
		case b.ctx.Err() != nil:
			err = b.ctx.Err() // the caller stopped, whatever the cause
		}
	}
	return n, err
}

func (b *watchedBody) Close() error {
	b.watchdog.Stop()
	b.cancel(nil)
	return b.body.Close()
}

// interrupted makes the error of a reply that ended early.
func (s *session) interrupted(op string, err error) error {
	return interruptedReply(&s.redactor, op, err)
}

func (s *session) replyError(op string, resp *http.Response, body []byte) *replyError {
	return newReplyError(&s.redactor, op, resp, body)
}

// get downloads a document, with retries. Any status but 200 is an error.
func (s *session) get(ctx context.Context, op string, u *url.URL, c call) (body []byte, err error) {
	err = s.newAttempts().retry(ctx, func() error {
		resp, err := s.do(ctx, op, u, c)
		if err != nil {
			return err
		}
		body, err = readBody(resp, largeBody)
		switch {
		case err != nil:
			return s.interrupted(op, err)
		case resp.StatusCode == http.StatusOK:
			return nil
		default:
			return s.replyError(op, resp, body).classify()
		}
	})
	return body, err
}
