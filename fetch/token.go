package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// A Token authorizes requests. Its value is never shown.
type Token struct {
	// Issued and Expires are times by the local clock. Expires is zero if the
	// server did not say.
	Issued, Expires time.Time

	value   string
	serial  int       // 1 for the client's first token
	refresh time.Time // when to replace it; zero if it does not expire
}

// String hides the token.
func (Token) String() string { return redacted }

// GoString hides the token.
func (Token) GoString() string { return redacted }

// isFresh reports whether the token can still be used for a request.
func (t Token) isFresh() bool {
	return t.value != "" && (t.refresh.IsZero() || time.Now().Before(t.refresh))
}

// refreshMargin is how long before it expires a token is replaced: long enough
// for a slow request, and at most a tenth of its life.
func refreshMargin(life time.Duration) time.Duration {
	return min(life/10, 90*time.Second)
}

// parseToken parses the reply to a request for a token that was sent at
// issued. BCDA sends the lifetime in seconds as a string.
func parseToken(body []byte, issued time.Time) (Token, error) {
	var reply struct {
		AccessToken string          `json:"access_token"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		TokenType   string          `json:"token_type"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return Token{}, errors.New("the reply is not JSON")
	}
	switch {
	case reply.AccessToken == "":
		return Token{}, errors.New("the reply has no token")
	case strings.ContainsFunc(reply.AccessToken, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return Token{}, errors.New("the token has invalid characters")
	case reply.TokenType != "" && !strings.EqualFold(reply.TokenType, "bearer"):
		return Token{}, errors.New("the token is not a bearer token")
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
