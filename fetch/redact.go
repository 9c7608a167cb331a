package fetch

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// A redactor takes secrets, and identifiers of beneficiaries, out of text.
type redactor struct {
	mu     sync.RWMutex
	fixed  []string // credentials
	tokens []string // the newest last
}

const (
	redacted   = "[redacted]"
	keptTokens = 32
)

// What nobody told the redactor about: authorization headers, JSON web tokens, and
// identifiers of beneficiaries in what servers say.
var (
	authorization = regexp.MustCompile(`(?i)\b(basic|bearer)([ :=]+)[A-Za-z0-9+/_.=~-]{8,}`)
	// beneficiary is the form of a Medicare Beneficiary Identifier, with the
	// letters of synthetic ones.
	beneficiary  = regexp.MustCompile(`\b[1-9][A-Z][A-Z0-9][0-9]-?[A-Z][A-Z0-9][0-9]-?[A-Z]{2}[0-9]{2}\b`)
	jsonWebToken = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)?`)
)

// addCredentials takes credentials out of all text from now on, in all forms
// that they may take.
func (r *redactor) addCredentials(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if s != "" {
			r.fixed = append(r.fixed, base64.StdEncoding.EncodeToString([]byte(s)), url.QueryEscape(s), url.PathEscape(s), s)
		}
	}
}

// addToken takes a token out of all text, until it is long outdated.
func (r *redactor) addToken(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if token != "" {
		r.tokens = append(r.tokens, token)
		r.tokens = r.tokens[max(len(r.tokens)-keptTokens, 0):]
	}
}

func (r *redactor) clean(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, secrets := range [][]string{r.tokens, r.fixed} {
		for _, secret := range secrets {
			s = strings.ReplaceAll(s, secret, redacted)
		}
	}
	s = beneficiary.ReplaceAllString(s, redacted)
	s = jsonWebToken.ReplaceAllString(s, redacted)
	return authorization.ReplaceAllString(s, "$1$2"+redacted)
}
