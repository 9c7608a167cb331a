package fetch

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const opToken = "get a token"

// Auth is a method of getting tokens: [BasicAuth], [SMARTAuth], or nil for a
// server that wants none.
type Auth interface {
	// tokenRequest makes the request for a token.
	tokenRequest(ctx context.Context, s *session) (*http.Request, error)
	// secrets are the strings to redact.
	secrets() []string
}

// BasicAuth gets tokens with a client ID and a client secret: from BCDA in
// BCDA's own way, from other servers with the OAuth 2 client credentials grant.
type BasicAuth struct {
	ClientID     string
	ClientSecret string
	// TokenURL is where tokens are issued. The default is /auth/token for BCDA,
	// and the address in the SMART configuration for other servers.
	TokenURL string
	// Scope is the OAuth 2 scope to request, or "". BCDA has none.
	Scope string
}

func (a BasicAuth) secrets() []string {
	return []string{a.ClientSecret, a.ClientID + ":" + a.ClientSecret}
}

func (a BasicAuth) tokenRequest(ctx context.Context, s *session) (*http.Request, error) {
	if missing := a.missing(); missing != "" {
		return nil, &Error{Kind: ErrAuth, Op: opToken, Msg: "missing " + missing}
	}
	target, body := a.TokenURL, io.Reader(nil)
	if target == "" && s.server.isBCDA() {
		if a.Scope != "" {
			return nil, optionsErrorf("leave it out, or name another address for tokens", "BCDA has no scopes: %q cannot be requested", a.Scope)
		}
		target = s.server.root.JoinPath("auth", "token").String()
	} else {
		if target == "" {
			var err error
			if target, err = discoverTokenURL(ctx, s); err != nil {
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
		// Not with url.UserPassword or the like, which would escape them.
		req.SetBasicAuth(a.ClientID, a.ClientSecret)
	}
	return req, err
}

// missing names the credentials that are not set, or is empty.
func (a BasicAuth) missing() string {
	var names []string
	if a.ClientID == "" {
		names = append(names, "client id")
	}
	if a.ClientSecret == "" {
		names = append(names, "client secret")
	}
	return strings.Join(names, " and ")
}

// newTokenRequest makes a request for a token. Form is nil for BCDA.
func newTokenRequest(ctx context.Context, target string, form io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, form)
	if err != nil {
		return nil, optionsErrorf("", "invalid token URL")
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
