package fetch

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// SMARTAuth gets tokens with a signed assertion, as SMART Backend Services
// requires: RS384 for RSA keys, ES384 for keys on the curve P-384, and ES256
// for keys on P-256, which DPC accepts.
type SMARTAuth struct {
	ClientID string
	Key      crypto.Signer
	KeyID    string // kid of the key in the registered key set, or ""
	Scope    string // "system/*.read" by default
	// TokenURL is where tokens are issued. The default is the address in the
	// server's SMART configuration.
	TokenURL string
}

// secrets is the client ID if it is long: DPC's are tokens themselves, of some
// hundred characters.
func (a SMARTAuth) secrets() []string {
	const longID = 64
	if len(a.ClientID) > longID {
		return []string{a.ClientID}
	}
	return nil
}

func (a SMARTAuth) tokenRequest(ctx context.Context, s *session) (*http.Request, error) {
	if a.ClientID == "" || a.Key == nil {
		return nil, &Error{Kind: ErrAuth, Op: opToken, Msg: "missing client id or key"}
	}
	target := a.TokenURL
	if target == "" {
		var err error
		if target, err = discoverTokenURL(ctx, s); err != nil {
			return nil, err
		}
	}
	assertion, err := a.assertion(target, time.Now())
	if err != nil {
		return nil, &Error{Kind: ErrAuth, Op: opToken, Msg: err.Error()}
	}
	s.redactor.addToken(assertion)
	scope := a.Scope
	if scope == "" {
		scope = "system/*.read"
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"scope":                 {scope},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
	return newTokenRequest(ctx, target, strings.NewReader(form.Encode()))
}

// assertion makes a JSON web token, good for one request.
func (a SMARTAuth) assertion(audience string, now time.Time) (string, error) {
	alg, err := algorithmOf(a.Key)
	if err != nil {
		return "", err
	}
	header := map[string]string{"alg": alg.name, "typ": "JWT"}
	if a.KeyID != "" {
		header["kid"] = a.KeyID
	}
	claims := map[string]any{
		"iss": a.ClientID,
		"sub": a.ClientID,
		"aud": audience,
		"iat": now.Unix(),
		"exp": now.Add(4 * time.Minute).Unix(), // the limit is five minutes
		"jti": rand.Text(),
	}
	var encoded [2]string
	for i, part := range []any{header, claims} {
		text, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		encoded[i] = base64.RawURLEncoding.EncodeToString(text)
	}
	signed := encoded[0] + "." + encoded[1]
	hash := alg.hash.New()
	hash.Write([]byte(signed))
	signature, err := alg.sign(a.Key, hash.Sum(nil))
	if err != nil {
		return "", fmt.Errorf("sign with the key: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
