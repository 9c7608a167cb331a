package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Auth is a way to get tokens: [BasicAuth], [SMARTAuth], or nil for a server
// that wants none.
type Auth interface {
	// tokenRequest makes the request for a token.
	tokenRequest(ctx context.Context, c *Client) (*http.Request, error)
	// secrets are what must never be shown.
	secrets() []string
}

// BasicAuth asks for tokens with an id and a secret: at BCDA in its own way,
// elsewhere with the client credentials grant of OAuth 2.
type BasicAuth struct {
	ClientID     string
	ClientSecret string
	// TokenURL is where tokens are issued. Unless it is set, it is /auth/token
	// at BCDA, and elsewhere what the server's SMART configuration says.
	TokenURL string
	// Scope is asked for where the grant is that of OAuth 2, unless it is empty.
	Scope string
}

func (a BasicAuth) secrets() []string {
	return []string{a.ClientSecret, a.ClientID + ":" + a.ClientSecret}
}

func (a BasicAuth) tokenRequest(ctx context.Context, c *Client) (*http.Request, error) {
	if missing := missingOf(a.ClientID, a.ClientSecret); missing != "" {
		return nil, &Error{Kind: ErrAuth, Op: opToken, Msg: "there is " + missing}
	}
	target, body := a.TokenURL, io.Reader(nil)
	if target == "" && c.server.isBCDA() {
		if a.Scope != "" {
			return nil, optionsErrorf("leave it out, or name another address for tokens", "BCDA has no scopes: %q cannot be asked for", a.Scope)
		}
		target = c.server.root.JoinPath("auth", "token").String()
	} else {
		if target == "" {
			var err error
			if target, err = c.discoverTokenURL(ctx); err != nil {
				return nil, err
			}
		}
		form := url.Values{"grant_type": {"client_credentials"}}
		if a.Scope != "" {
			form.Set("scope", a.Scope)
		}
		body = strings.NewReader(form.Encode())
	}
	req, err := newTokenRequest(ctx, target, body)
	if err == nil {
		// Not by way of url.UserPassword or the like: id and secret go as
		// they are.
		req.SetBasicAuth(a.ClientID, a.ClientSecret)
	}
	return req, err
}

// missingOf says which of the credentials are missing.
func missingOf(id, secret string) string {
	switch {
	case id == "" && secret == "":
		return "no client id and no client secret"
	case id == "":
		return "no client id"
	case secret == "":
		return "no client secret"
	default:
		return ""
	}
}

func newTokenRequest(ctx context.Context, target string, form io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, form)
	if err != nil {
		return nil, optionsErrorf("", "the address for tokens cannot be read")
	}
	if err := checkScheme(req.URL); err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, nil
}

// A Token is what authorizes requests. Only its life is anybody's business.
type Token struct {
	// Issued and Expires are times by the local clock; Expires is zero if the
	// server did not say.
	Issued, Expires time.Time

	value   string
	serial  int       // of this client's tokens
	refresh time.Time // when to get the next one
}

// String tells nothing of the token.
func (Token) String() string { return redacted }

// GoString tells nothing of the token.
func (Token) GoString() string { return redacted }

const opToken = "get a token"

// refreshMargin is how long before its end a token is replaced: early enough
// for a request that takes its time, but never a large part of a short life.
func refreshMargin(life time.Duration) time.Duration {
	return min(life/10, 90*time.Second)
}

// A tokenSource holds the current token. Its lock is a channel, so that who
// waits for it can be cancelled.
type tokenSource struct {
	lock    chan struct{}
	current Token
}

func newTokenSource() *tokenSource {
	return &tokenSource{lock: make(chan struct{}, 1)}
}

// token returns a token that is valid for a while, and is newer than the one
// of the serial number, which the server refused. However many ask, one
// request is made.
func (c *Client) token(ctx context.Context, refused int) (Token, error) {
	if c.auth == nil {
		return Token{}, nil
	}
	src := c.tokens
	select {
	case src.lock <- struct{}{}:
		defer func() { <-src.lock }()
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
	if t := src.current; t.value != "" && t.serial > refused && (t.refresh.IsZero() || time.Now().Before(t.refresh)) {
		return t, nil
	}
	t, err := c.newToken(ctx)
	if err != nil {
		return Token{}, err
	}
	t.serial = src.current.serial + 1
	src.current = t
	return t, nil
}

// Token gets a token, to see whether the credentials are accepted.
func (c *Client) Token(ctx context.Context) (Token, error) {
	if c.auth == nil {
		return Token{}, optionsErrorf("choose a way to authenticate", "there is no token without authentication")
	}
	return c.token(ctx, 0)
}

func (c *Client) newToken(ctx context.Context) (Token, error) {
	var token Token
	err := c.retry(ctx, func() error {
		req, err := c.auth.tokenRequest(ctx, c)
		if err != nil {
			return err
		}
		// The life of a token is counted from before it was asked for.
		issued := time.Now()
		resp, err := c.send(req, opToken)
		if err != nil {
			return err
		}
		body, err := readBody(resp, smallBody)
		if err != nil {
			return c.broken(opToken, err)
		}
		if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
			return c.tokenRefusal(resp, body)
		}
		token, err = parseToken(body, issued)
		if err != nil {
			return &transientError{err: &Error{Kind: ErrUnavailable, Op: opToken, Status: resp.StatusCode, Msg: err.Error()}}
		}
		c.redactor.addToken(token.value)
		return nil
	})
	return token, err
}

func (c *Client) tokenRefusal(resp *http.Response, body []byte) error {
	reply := c.reply(opToken, resp, body)
	switch {
	case isTransient(resp.StatusCode), resp.StatusCode == http.StatusInternalServerError:
		return &transientError{err: reply, wait: retryAfter(resp.Header)}
	case resp.StatusCode == http.StatusBadRequest, resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return reply.as(ErrAuth, "check that the client id and its key or secret are those of "+c.server.origin+" (sandbox and production have different ones; BCDA's end after 90 days)")
	default:
		return reply.as(ErrAuth, "check the address for tokens")
	}
}

// parseToken reads a token reply. BCDA sends the number of seconds as a
// string.
func parseToken(body []byte, issued time.Time) (Token, error) {
	var reply struct {
		AccessToken string          `json:"access_token"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		TokenType   string          `json:"token_type"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return Token{}, errors.New("the server's reply is not JSON")
	}
	if reply.AccessToken == "" {
		return Token{}, errors.New("there is no token in the server's reply")
	}
	if strings.ContainsFunc(reply.AccessToken, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return Token{}, errors.New("the token has characters in it that no token may have")
	}
	if reply.TokenType != "" && !strings.EqualFold(reply.TokenType, "bearer") {
		return Token{}, errors.New("the token is of a type other than bearer")
	}
	t := Token{value: reply.AccessToken, Issued: issued}
	seconds, err := strconv.ParseFloat(string(bytes.Trim(reply.ExpiresIn, `" `)), 64)
	if err == nil && seconds > 0 && seconds < 1e9 {
		life := time.Duration(seconds * float64(time.Second))
		t.Expires = issued.Add(life)
		t.refresh = t.Expires.Add(-refreshMargin(life))
	}
	return t, nil
}
