package fetch

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A redactor removes secrets and beneficiary identifiers from text that will
// be shown or stored. It may be used by several goroutines.
type redactor struct {
	mu          sync.RWMutex
	credentials []string
	tokens      []string // newest last, at most keptTokens
}

const (
	redacted   = "[redacted]"
	keptTokens = 32
)

// Patterns of secrets and identifiers that were never registered.
var (
	authorization = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\b(basic|bearer)([ :=]+)[A-Za-z0-9+/_.=~-]{8,}`) })
	jsonWebToken  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*)?`)
	})
	// medicareID is the format of a Medicare Beneficiary Identifier, including
	// synthetic ones, which use the letter S.
	medicareID = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b[1-9][A-Z][A-Z0-9][0-9]-?[A-Z][A-Z0-9][0-9]-?[A-Z]{2}[0-9]{2}\b`)
	})
)

// addCredentials registers secrets, in every encoding in which a server could
// repeat them.
func (r *redactor) addCredentials(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if s != "" {
			r.credentials = append(r.credentials, base64.StdEncoding.EncodeToString([]byte(s)), url.QueryEscape(s), url.PathEscape(s), s)
		}
	}
}

// addToken registers a token or an assertion. Only the newest are kept.
func (r *redactor) addToken(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if token != "" {
		r.tokens = append(r.tokens, token)
		r.tokens = r.tokens[max(len(r.tokens)-keptTokens, 0):]
	}
}

// clean replaces every secret and identifier in s.
func (r *redactor) clean(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, secrets := range [][]string{r.tokens, r.credentials} {
		for _, secret := range secrets {
			s = strings.ReplaceAll(s, secret, redacted)
		}
	}
	s = medicareID().ReplaceAllString(s, redacted)
	s = jsonWebToken().ReplaceAllString(s, redacted)
	return authorization().ReplaceAllString(s, "$1$2"+redacted)
}

// printable is clean, with control characters replaced by spaces.
func (r *redactor) printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == utf8.RuneError {
			return ' '
		}
		return c
	}, r.clean(s))
}

// oneLine is printable, with runs of spaces collapsed, and cut to a length that
// fits a message.
func (r *redactor) oneLine(s string) string {
	const limit = 400
	s = strings.Join(strings.Fields(r.printable(s)), " ")
	if len(s) > limit {
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + " ..."
	}
	return s
}
