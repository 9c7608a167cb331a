package fetch

import (
	"context"
	"net/http"
	"time"
)

// A tokenSource keeps the current token, and replaces it before it expires.
type tokenSource struct {
	session *session
	auth    Auth
	lock    chan struct{} // a mutex whose waiters can be canceled
	current Token
}

func newTokenSource(s *session, auth Auth) *tokenSource {
	return &tokenSource{session: s, auth: auth, lock: make(chan struct{}, 1)}
}

// token returns a token that can be used for a request, and whose serial number
// is above refused, the one that the server did not accept. Concurrent callers
// share one request.
func (t *tokenSource) token(ctx context.Context, refused int) (Token, error) {
	select {
	case t.lock <- struct{}{}:
		defer func() { <-t.lock }()
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
	if t.current.serial > refused && t.current.isFresh() {
		return t.current, nil
	}
	var next Token
	err := t.session.newAttempts().retry(ctx, func() (err error) {
		next, err = t.request(ctx)
		return err
	})
	if err != nil {
		return Token{}, err
	}
	next.serial = t.current.serial + 1
	t.current = next
	return next, nil
}

// request requests a token, once.
func (t *tokenSource) request(ctx context.Context) (Token, error) {
	req, err := t.auth.tokenRequest(ctx, t.session)
	if err != nil {
		return Token{}, err
	}
	issued := time.Now() // before the request, so that the token does not expire early
	resp, err := t.session.send(req, opToken)
	if err != nil {
		return Token{}, err
	}
	body, err := readBody(resp, smallBody)
	if err != nil {
		return Token{}, t.session.interrupted(opToken, err)
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
		return Token{}, t.refusal(t.session.replyError(opToken, resp, body))
	}
	token, err := parseToken(body, issued)
	if err != nil {
		// A gateway may reply for a moment. A wrong address always does.
		return Token{}, &transientError{
			err:       &Error{Kind: ErrUnavailable, Op: opToken, Status: resp.StatusCode, Msg: err.Error()},
			permanent: &Error{Kind: ErrUnavailable, Op: opToken, Status: resp.StatusCode, Msg: err.Error(), hint: "check the address for tokens"},
		}
	}
	t.session.redactor.addToken(token.value)
	return token, nil
}

// refusal makes the error of a reply without a token.
func (t *tokenSource) refusal(reply *replyError) error {
	switch reply.status {
	case http.StatusInternalServerError:
		return reply.transient()
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return reply.as(ErrAuth, "check that the client id and its key or secret are for "+t.session.server.origin+" (sandbox and production have different ones; BCDA's expire after 90 days)")
	}
	if isTransient(reply.status) {
		return reply.transient()
	}
	return reply.as(ErrAuth, "check the address for tokens")
}
