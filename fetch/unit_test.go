package fetch

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"
)

// SetFreeSpace makes a client believe that the disk has this much free space.
func SetFreeSpace(c *Client, free uint64) {
	c.freeSpace = func(string) (uint64, bool) { return free, true }
}

// NewTransport makes the default transport of clients, for tests that change it.
func NewTransport(t *testing.T, waits Waits) *http.Transport {
	t.Helper()
	return newTransport(waits.withDefaults(), nil)
}

func TestRetryAfter(t *testing.T) {
	const date = "Mon, 23 Nov 2026 12:00:00 GMT"
	for _, tt := range []struct {
		date, text string
		want       time.Duration
	}{
		{date, "", 0},
		{date, "0", 0},
		{date, "-5", 0},
		{date, "soon", 0},
		{date, "NaN", 0},
		{date, "1e300", 0},
		{date, "120", 2 * time.Minute},
		{date, " 1.5 ", 1500 * time.Millisecond},
		{date, "Mon, 23 Nov 2026 12:00:30 GMT", 30 * time.Second},
		{date, "Mon, 23 Nov 2026 11:59:30 GMT", 0},
		{date, "1795435260", time.Minute},    // an epoch
		{date, "1795435260000", time.Minute}, // in milliseconds
		{date, "999999999", 999999999 * time.Second},
		{"", "7", 7 * time.Second},
	} {
		if got := retryAfter(http.Header{"Date": {tt.date}, "Retry-After": {tt.text}}); got != tt.want {
			t.Errorf("Retry-After %q is %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestWaits(t *testing.T) {
	w := Waits{Backoff: 20 * time.Millisecond}.withDefaults()
	if w.MaxWait != 10*time.Minute || w.PollInterval != 5*time.Second {
		t.Errorf("%+v", w)
	}
	for n := range 100 {
		if d := w.retryWait(n); d < w.Backoff || d > 90*time.Second {
			t.Errorf("retry %d: %s", n, d)
		}
	}
	w.PollInterval = time.Second
	if w.pollWait(0) != time.Second || w.pollWait(1000) != 6*time.Second {
		t.Errorf("polls: %s, %s", w.pollWait(0), w.pollWait(1000))
	}
}

func TestMaxWaitIsNamed(t *testing.T) {
	waits := Waits{MaxWait: time.Minute, Backoff: time.Millisecond, RetryBudget: time.Second}.withDefaults()
	_, err := newAttempts(waits, slog.New(slog.DiscardHandler)).next(&transientError{err: errors.New("busy"), wait: time.Hour})
	if err == nil || !strings.Contains(err.Error(), "1h0m0s") || !strings.Contains(err.Error(), "1m0s") {
		t.Error(err)
	}
}

func TestEndpoint(t *testing.T) {
	for _, tt := range []struct{ base, api, fhir, root string }{
		{"https://h", "", "https://h/api/v3", "https://h"},
		{"https://h/", "v1", "https://h/api/v1", "https://h/"},
		{"https://h/api/v2", "", "https://h/api/v2", "https://h"},
		{"https://h/api/v2/", "v2", "https://h/api/v2", "https://h"},
		{"https://h/gate/api/v2", "", "https://h/gate/api/v2", "https://h/gate"},
		{"https://h/fhir", "", "https://h/fhir", "https://h/fhir"},
		{"https://h/x", "v3", "https://h/x/api/v3", "https://h/x"},
		{"https://h", "none", "https://h", "https://h"},
		{"https://h/api/v1", "none", "https://h/api/v1", "https://h/api/v1"},
		{"https://h/api/v2", "v3", "https://h/api/v3", "https://h"},
		{"https://sandbox.dpc.cms.gov/api/v1", "", "https://sandbox.dpc.cms.gov/api/v1", "https://sandbox.dpc.cms.gov/api/v1"},
		{"https://api.ab2d.cms.gov/api/v2/fhir", "", "https://api.ab2d.cms.gov/api/v2/fhir", "https://api.ab2d.cms.gov/api/v2/fhir"},
		{"http://127.0.0.1:80", "", "http://127.0.0.1:80/api/v3", "http://127.0.0.1:80"},
		{"http://[::1]:9/f", "", "http://[::1]:9/f", "http://[::1]:9/f"},
		{"http://localhost:9/f", "", "http://localhost:9/f", "http://localhost:9/f"},
	} {
		e, err := newEndpoint(tt.base, tt.api)
		if err != nil || e.fhir.String() != tt.fhir || strings.TrimRight(e.root.String(), "/") != strings.TrimRight(tt.root, "/") {
			t.Errorf("%s %s: %+v, %v", tt.base, tt.api, e, err)
		}
	}
	for _, bad := range []struct{ base, api string }{
		{"http://h", ""}, {"http://127.0.0.1.example.org", ""}, {"http://10.0.0.1", ""}, {"ftp://h", ""}, {"h", ""}, {"", ""},
		{"https://me@h", ""}, {"https://h?x=1", ""}, {"https://h#x", ""}, {"https://h", "v4"},
	} {
		if _, err := newEndpoint(bad.base, bad.api); !errors.Is(err, ErrOptions) {
			t.Errorf("%s %s: %v", bad.base, bad.api, err)
		}
	}
}

func TestTrust(t *testing.T) {
	c, err := New(Options{BaseURL: "https://Host.example", AllowOrigins: []string{"https://files.example:8443"}})
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{
		"https://host.example/x":            "bearer",
		"https://HOST.example:443/x":        "bearer",
		"/data/1":                           "bearer",
		"data/1":                            "bearer",
		"https://files.example:8443/x":      "plain",
		"https://host.example:444/x":        "no",
		"http://host.example/x":             "no",
		"https://host.example.evil.org/x":   "no",
		"https://evil.org/host.example":     "no",
		"//host.example/x":                  "no",
		`\\host.example\x`:                  "no",
		`/\host.example/x`:                  "no",
		"https://me:pw@host.example/x":      "no",
		"https://host.example@evil.org/x":   "no",
		"file:///etc/passwd":                "no",
		"javascript:alert(1)":               "no",
		"":                                  "no",
		"https://files.example/x":           "no",
		"https://host.example\x7f/x":        "no",
		"https://host.example%2eevil.org/x": "no",
	} {
		got := "no"
		if u, err := resolve(c.session.server.fhir, ref); err == nil {
			if bearer, err := c.session.trusts(u); err == nil {
				got = "plain"
				if bearer {
					got = "bearer"
				}
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", ref, got, want)
		}
	}
}

func TestRequest(t *testing.T) {
	const tag = "ExplanationOfBenefit?_tag=https://bluebutton.cms.gov/fhir/CodeSystem/System-Type|SharedSystem"
	for _, tt := range []struct {
		base, api string
		request   Request
		want      string // of the address, or of the error
	}{
		{"https://h", "v3", Request{}, "https://h/api/v3/Patient/$export"},
		{"https://h", "v1", Request{Endpoint: "group"}, "https://h/api/v1/Group/all/$export"},
		{"https://h", "v2", Request{Group: "runout", Types: []string{"Patient", "Claim"}}, "https://h/api/v2/Group/runout/$export?_type=Patient,Claim"},
		{"https://h", "v3", Request{Since: "2026-05-01T00:00:00+05:00"}, "_since=2026-05-01T00%3A00%3A00%2B05%3A00"},
		{"https://h", "v3", Request{TypeFilters: []string{tag}}, "_typeFilter=ExplanationOfBenefit%3F_tag%3Dhttps"},
		{"https://h", "v3", Request{TypeFilters: []string{url.QueryEscape(tag)}}, "_typeFilter=ExplanationOfBenefit%3F_tag%3Dhttps"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?outcome=partial,complete&service-date=ge2026-01&service-date=2026-02-01T00:00:00+05:00"}}, "%252B05%3A00"},
		{"https://h/fhir", "", Request{Endpoint: "system", Types: []string{"Observation"}}, "https://h/fhir/$export?_type=Observation"},
		{"https://h/fhir", "", Request{Group: "a.1"}, "https://h/fhir/Group/a.1/$export"},
		{"https://h/fhir", "", Request{TypeFilters: []string{"Patient?a=b", "Observation?c=d"}}, "_typeFilter=Patient%3Fa%3Db&_typeFilter=Observation%3Fc%3Dd"},

		{"https://h", "v3", Request{Endpoint: "system"}, "!does not support the system endpoint"},
		{"https://h", "v3", Request{Endpoint: "practitioner"}, "!unknown endpoint"},
		{"https://h", "v3", Request{Endpoint: "patient", Group: "all"}, "!no groups"},
		{"https://h", "v3", Request{Group: "mine"}, "!no group"},
		{"https://h/fhir", "", Request{Group: "../x"}, "!invalid group id"},
		{"https://h/fhir", "", Request{Endpoint: "group"}, "!invalid group id"},
		{"https://h", "v3", Request{Types: []string{"EOB"}}, "!no resource type"},
		{"https://h", "v3", Request{Types: []string{""}}, "!no resource type"},
		{"https://h", "v3", Request{Types: []string{"Claim"}}, "!no resource type"},
		{"https://h", "v1", Request{Types: []string{"Claim"}}, "!no resource type"},
		{"https://h", "v3", Request{Types: []string{"Patient", "Patient"}}, "!repeated"},
		{"https://h/fhir", "", Request{Types: []string{"a,b"}}, "!invalid resource type"},
		{"https://h", "v3", Request{Since: "2026-05-01"}, "!invalid time"},
		{"https://h", "v3", Request{Since: "2026-05-01T00:00:00"}, "!invalid time"},
		{"https://h", "v3", Request{Since: "2026-05-01T00:00:00 05:00"}, "!invalid time"},
		{"https://h", "v3", Request{Since: "2026-13-01T00:00:00Z"}, "!invalid time"},
		{"https://h", "v3", Request{Since: "2099-05-01T00:00:00Z"}, "!future"},
		{"https://h", "v1", Request{TypeFilters: []string{tag}}, "!ignores type filters"},
		{"https://h", "v2", Request{TypeFilters: []string{tag}}, "!ignores type filters"},
		{"https://h", "v3", Request{TypeFilters: []string{tag, tag}}, "!one type filter"},
		{"https://h", "v3", Request{TypeFilters: []string{tag}, Types: []string{"Patient"}}, "!not requested"},
		{"https://h", "v3", Request{TypeFilters: []string{"Patient?gender=male"}}, "!only ExplanationOfBenefit"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit"}}, "!not of the form"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?x"}}, "!no value"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?type=x"}}, "!does not support the condition"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?_tag=SharedSystem"}}, "!system|code"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?_tag=x/System-Type|Foo"}}, "!unknown System-Type"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?outcome=error"}}, "!unknown outcome"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?service-date=ne2026-01-01"}}, "!prefix"},
		{"https://h", "v3", Request{TypeFilters: []string{"ExplanationOfBenefit?service-date=2026-02-30"}}, "!invalid service date"},
	} {
		server, err := newEndpoint(tt.base, tt.api)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := tt.request.check(server)
		if says, bad := strings.CutPrefix(tt.want, "!"); bad {
			if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), says) {
				t.Errorf("%+v: error %v, want one with %q", tt.request, err, says)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", tt.request, err)
			continue
		}
		if got := checked.url(server, checked.Since).String(); !strings.HasSuffix(got, tt.want) && !strings.Contains(got, tt.want) {
			t.Errorf("%+v: %s, want %s", tt.request, got, tt.want)
		}
	}
}

func TestParseToken(t *testing.T) {
	now := time.Now()
	for body, want := range map[string]time.Duration{
		`{"access_token":"a","expires_in":"1200","token_type":"bearer"}`: 20 * time.Minute,
		`{"access_token":"a","expires_in":1200,"token_type":"Bearer"}`:   20 * time.Minute,
		`{"access_token":"a","expires_in":"2"}`:                          2 * time.Second,
		`{"access_token":"a"}`:                                           0,
		`{"access_token":"a","expires_in":"soon"}`:                       0,
		`{"access_token":"a","expires_in":-1}`:                           0,
	} {
		token, err := parseToken([]byte(body), now)
		if err != nil || want != 0 && token.Expires.Sub(now) != want || want == 0 && !token.refresh.IsZero() {
			t.Errorf("%s: %v, %v", body, token.Expires.Sub(now), err)
		}
		if margin := token.Expires.Sub(token.refresh); want != 0 && (margin > want/10 || margin > 90*time.Second) {
			t.Errorf("%s: refreshed %s early", body, margin)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"access_token":"a b"}`, `{"access_token":"a","token_type":"mac"}`} {
		if _, err := parseToken([]byte(bad), now); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestOutcome(t *testing.T) {
	const packedText = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xffnot for people"
	var r redactor
	r.addCredentials("hunter2hunter2")
	for body, want := range map[string]string{
		``:                               "",
		"Too Many Requests\nsecond line": "Too Many Requests",
		`{"resourceType":"OperationOutcome","issue":[{"diagnostics":"d"}]}`:                        "d",
		`{"resourceType":"OperationOutcome","issue":[{"details":{"text":"t"},"diagnostics":"d"}]}`: "t",
		`{"issue":[{"details":{"coding":[{"display":"c"}]}}]}`:                                     "c",
		`{"issue":[{"diagnostics":"first"}]}{"issue":[{"diagnostics":"second"}]}`:                  "first",
		`{"error":"invalid_client","error_description":"bad id"}`:                                  "bad id",
		`{"error":"invalid_client"}`:                                                               "invalid_client",
		`{"message":"m"}`:                                                                          "m",
		`{"broken`:                                                                                 "",
		`{"resourceType":"Patient","message":"m","issue":[{"diagnostics":"d"}]}`:                   "",
		packedText:              "",
		"<!DOCTYPE html><html>": "a page of HTML or XML",
		"the secret hunter2hunter2, Basic dXNlcjpwYXNzd29yZA== and\tBearer abcdefghijkl": "the secret [redacted], Basic [redacted] and Bearer [redacted]",
		"token eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl":                                         "token [redacted]",
		"a\x00\x1b[31mb":                                                                 "a [31mb",
	} {
		if got := readOutcome(&r, []byte(body)).text; got != want {
			t.Errorf("%q says %q, want %q", body, got, want)
		}
	}
	if got := r.oneLine(strings.Repeat("é", 1000)); len(got) > 410 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestGate(t *testing.T) { synctest.Test(t, testGate) }

func testGate(t *testing.T) {
	g := newGate(8)
	for range 8 {
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	for range 3 { // which counts once
		g.throttle(60 * time.Millisecond)
	}
	for range 8 {
		g.leave(false)
	}
	for range 4 {
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if waited := time.Since(start); waited < 60*time.Millisecond {
		t.Errorf("waited %s", waited)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := g.enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a fifth got in: %v", err)
	}
	for range raiseAfter {
		g.leave(true)
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.enter(t.Context()); err != nil || g.limit != 5 {
		t.Errorf("limit %d, %v", g.limit, err)
	}
}

func TestRemaining(t *testing.T) {
	for progress, want := range map[string]time.Duration{
		"In Progress (20%)": 4 * time.Minute, "In Progress, 80%": 15 * time.Second, "50.5% complete": 58811881188,
		"Pending": 0, "0%": 0, "100%": 0, "": 0,
	} {
		if got := remaining(progress, time.Minute); got != want {
			t.Errorf("%q: %s, want %s", progress, got, want)
		}
	}
}

func TestFindJobIgnoresOthers(t *testing.T) {
	request, _ := url.Parse("https://h/api/v3/Patient/$export?_type=Patient&_since=2026-01-01T00%3A00%3A00Z")
	for listed, want := range map[string]bool{
		"http://elsewhere/api/v3/Patient/$export?_since=2026-01-01T00:00:00Z&_type=Patient": true,
		"https://h/api/v3/Patient/%24export?_type=Patient&_since=2026-01-01T00:00:00Z":      true,
		"https://h/api/v2/Patient/$export?_type=Patient&_since=2026-01-01T00:00:00Z":        false,
		"https://h/api/v3/Patient/$export?_type=Patient":                                    false,
		"https://h/api/v3/Patient/$export?_type=Coverage&_since=2026-01-01T00:00:00Z":       false,
		"https://h/api/v3/Group/all/$export?_type=Patient&_since=2026-01-01T00:00:00Z":      false,
		"": false,
	} {
		if got := sameRequest(listed, request); got != want {
			t.Errorf("%s: %v", listed, got)
		}
	}
}

func TestKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	jwk := map[string]string{
		"kty": "RSA", "kid": "r1", "n": number(rsaKey.N), "e": "AQAB", "d": number(rsaKey.D),
		"p": number(rsaKey.Primes[0]), "q": number(rsaKey.Primes[1]),
	}
	ecBytes, err := ecKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p256Bytes, err := p256.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	p256JWK := map[string]string{"kty": "EC", "crv": "P-256", "kid": "e2", "d": base64.RawURLEncoding.EncodeToString(p256Bytes), "x": number(p256.X)}
	p256PEM, err := x509.MarshalPKCS8PrivateKey(p256)
	if err != nil {
		t.Fatal(err)
	}
	ecJWK := map[string]string{"kty": "EC", "crv": "P-384", "kid": "e1", "d": base64.RawURLEncoding.EncodeToString(ecBytes), "x": number(ecKey.X)}
	asJSON := func(v any) []byte { text, _ := json.Marshal(v); return text }
	pkcs8, err := x509.MarshalPKCS8PrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	public := map[string]string{"kty": "EC", "crv": "P-384", "x": number(ecKey.X), "y": number(ecKey.Y)}
	for name, tt := range map[string]struct {
		text []byte
		id   string
		alg  string
	}{
		"PKCS 8":    {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), "", "ES384"},
		"SEC 1":     {pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1}), "", "ES384"},
		"PKCS 1":    {pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}), "", "RS384"},
		"JWK RSA":   {asJSON(jwk), "r1", "RS384"},
		"JWK EC":    {asJSON(ecJWK), "e1", "ES384"},
		"JWK P-256": {asJSON(p256JWK), "e2", "ES256"},
		"P-256":     {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: p256PEM}), "", "ES256"},
		"JWK set":   {asJSON(map[string]any{"keys": []any{public, ecJWK}}), "e1", "ES384"},
		"public":    {asJSON(public), "", ""},
		"nonsense":  {[]byte("nonsense"), "", ""},
		"empty set": {[]byte(`{"keys":[]}`), "", ""},
		"broken":    {asJSON(map[string]string{"kty": "RSA", "n": "AQ", "e": "AQAB", "d": "AQ", "p": "AQ", "q": "AQ"}), "", ""},
	} {
		key, id, err := ParseKey(tt.text)
		if (err != nil) != (tt.alg == "") || id != tt.id {
			t.Errorf("%s: id %q, %v", name, id, err)
			continue
		}
		if err != nil {
			continue
		}
		assertion, err := SMARTAuth{ClientID: "me", Key: key, KeyID: id}.assertion("https://h/token", time.Unix(1000, 0))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		parts := strings.Split(assertion, ".")
		header, _ := base64.RawURLEncoding.DecodeString(parts[0])
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
		if !bytes.Contains(header, []byte(tt.alg)) || !bytes.Contains(claims, []byte(`"aud":"https://h/token"`)) || !bytes.Contains(claims, []byte(`"exp":1240`)) {
			t.Errorf("%s: %s %s", name, header, claims)
		}
		digest := sha512.Sum384([]byte(parts[0] + "." + parts[1]))
		ok := false
		switch public := key.Public().(type) {
		case *rsa.PublicKey:
			ok = rsa.VerifyPKCS1v15(public, crypto.SHA384, digest[:], signature) == nil
		case *ecdsa.PublicKey:
			if tt.alg == "ES256" {
				digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
				ok = len(signature) == 64 && ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
				break
			}
			ok = len(signature) == 96 && ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:48]), new(big.Int).SetBytes(signature[48:]))
		}
		if !ok {
			t.Errorf("%s: the signature is not right", name)
		}
	}
	small, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (SMARTAuth{ClientID: "me", Key: small}).assertion("x", time.Now()); err == nil {
		t.Error("a key on P-224 signs")
	}
}

// TestLostPartial: a whole partial file that lost its content in a crash of the
// machine is not mistaken for an empty file.
func TestLostPartial(t *testing.T) {
	f, err := lockFolder(t.Context(), t.TempDir(), noLog)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	open := func() *diskPartial {
		t.Helper()
		p, err := f.openPartial(t.Context(), "x", contentReader{}, false)
		if err != nil {
			t.Fatal(err)
		}
		return p.(*diskPartial)
	}
	p := open()
	p.size = 2 * minResume
	if _, err := p.Write(make([]byte, p.size)); err != nil {
		t.Fatal(err)
	}
	if err := p.setWhole(); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{2 * minResume, 0} {
		if err := errors.Join(p.file.Truncate(size), p.file.Close()); err != nil {
			t.Fatal(err)
		}
		if p = open(); p.whole != (size > 0) {
			t.Errorf("a part of %d bytes is whole: %v", size, p.whole)
		}
	}
	if err := p.remove(); err != nil {
		t.Fatal(err)
	}
}

func TestCount(t *testing.T) {
	for text, want := range map[string]int64{
		`7`: 7, `7.0`: 7, `"7"`: 7, `0`: 0, `1e3`: 1000,
		``: -1, `null`: -1, `-1`: -1, `"many"`: -1, `7.5`: -1, `{}`: -1, `1e300`: -1,
	} {
		member := ""
		if text != "" {
			member = `,"count":` + text
		}
		m, err := parseManifest([]byte(`{"transactionTime":"2026-01-01T00:00:00Z","output":[{"type":"Patient","url":"/x"` + member + `}]}`))
		if err != nil {
			t.Fatal(err)
		}
		got := int64(-1)
		if n := m.Output[0].Count; n != nil {
			got = *n
		}
		if got != want {
			t.Errorf("count %s is %d, want %d", text, got, want)
		}
	}
}

func TestParseManifest(t *testing.T) {
	const start = `{"transactionTime":"2026-01-01T00:00:00Z"`
	for body, says := range map[string]string{
		start + `,"output":[]}`:   "",
		start + `,"output":null}`: "",
		start + `,"request":"https://h/$export","requiresAccessToken":"true"}`: "",
		start + `,"request":"https://h/$export"}`:                              "",
		start + `,"output":[],"error":null,"deleted":null,"next":null}`:        "",
		start + `}`:                                      `member "output" of the manifest is missing`,
		start + `,"output":{}}`:                          `member "output" of the manifest is not a list`,
		start + `,"output":[5]}`:                         `member "output" of the manifest is not a list`,
		start + `,"output":[{"type":"Patient"}]}`:        `member "output[0].url"`,
		start + `,"output":[{"type":5,"url":"x"}]}`:      `member "output[0].type"`,
		start + `,"output":[],"error":"none"}`:           `member "error"`,
		start + `,"output":[],"link":{}}`:                `member "link"`,
		start + `,"output":[],"next":7}`:                 `member "next"`,
		start + `,"output":[],"requiresAccessToken":1e}`: "not JSON",
		start + `,"output":[],"requiresAccessToken":5}`:  `member "requiresAccessToken"`,
		`{"transactionTime":5,"output":[]}`:              `member "transactionTime" of the manifest is not a time`,
		`{"output":[]}`:                                  `member "transactionTime" of the manifest is missing`,
		`{"resourceType":"OperationOutcome"}`:            "not an export manifest",
		`{}`:                                             "not an export manifest", `[]`: "not JSON", `<html>`: "not JSON",
	} {
		m, err := parseManifest([]byte(body))
		if says == "" && (err != nil || m == nil) || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: %v, want %q", body, err, says)
		}
	}
}

func TestIntegrity(t *testing.T) {
	const sum = "8B74ba377554fa73de2a2da52cab9e1d160550247053e4d6aba1968624c67b10"
	for _, host := range []string{"ab2d", "dpc"} {
		for _, value := range []string{sum, "sha256:" + sum, "SHA-256:" + sum} {
			m, err := parseManifest([]byte(`{"transactionTime":"2026-01-01T00:00:00Z","output":[{"type":"Patient","url":"/x","extension":[
				{"url":"https://` + host + `.cms.gov/checksum","valueString":"` + value + `"},{"url":"https://` + host + `.cms.gov/file_length","valueDecimal":2468}]}]}`))
			if err != nil {
				t.Fatal(err)
			}
			told := m.Output[0].Integrity
			if told.SHA256 != strings.ToLower(sum) || told.Length == nil || *told.Length != 2468 {
				t.Errorf("%s %s: %+v", host, value, told)
			}
		}
	}
	// Anything else is ignored.
	for _, extension := range []string{`"x"`, `[{"url":"https://dpc.cms.gov/checksum","valueString":"` + sum + sum + `"}]`, `[{"url":"https://dpc.cms.gov/file_length","valueDecimal":-1}]`} {
		m, err := parseManifest([]byte(`{"transactionTime":"2026-01-01T00:00:00Z","output":[{"type":"Patient","url":"/x","extension":` + extension + `}]}`))
		if err != nil || m.Output[0].Integrity != (integrity{}) {
			t.Errorf("%s: %v", extension, err)
		}
	}
}

func TestParseExportURL(t *testing.T) {
	for address, want := range map[string]struct {
		base string
		r    Request
	}{
		"https://h/fhir/Patient/$export":                                        {"https://h/fhir", Request{Endpoint: "patient"}},
		"https://h/api/v2/Group/all/$export?_type=Patient,Coverage":             {"https://h/api/v2", Request{Endpoint: "group", Group: "all", Types: []string{"Patient", "Coverage"}}},
		"https://h/r4/%24export?_since=2026-01-01T00:00:00Z":                    {"https://h/r4", Request{Endpoint: "system", Since: "2026-01-01T00:00:00Z"}},
		"https://h/$export":                                                     {"https://h", Request{Endpoint: "system"}},
		"https://h/r4/Patient/$export?_typeFilter=A%3Fb%3Dc&_typeFilter=D%3Fe":  {"https://h/r4", Request{Endpoint: "patient", TypeFilters: []string{"A?b=c", "D?e"}}},
		"https://h/r4/$export?_until=2026-01-01T00:00:00Z&_outputFormat=ndjson": {"https://h/r4", Request{Endpoint: "system", Until: "2026-01-01T00:00:00Z"}},
	} {
		base, r, ok, err := ParseExportURL(address)
		if base != want.base || !reflect.DeepEqual(r, want.r) || !ok || err != nil {
			t.Errorf("%s: %q %+v %v %v", address, base, r, ok, err)
		}
	}
	if _, _, ok, _ := ParseExportURL("https://h/fhir"); ok {
		t.Error("a base URL is taken for an export")
	}
	if _, _, _, err := ParseExportURL("https://h/$export?_elements=id"); !errors.Is(err, ErrOptions) {
		t.Error(err)
	}
}

// TestReadAhead: reading ahead gives the same bytes and the same error as reading,
// and may be stopped at any time.
func TestReadAhead(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(text), "bytes": iotest.OneByteReader(bytes.NewReader(text[:5000])),
		"data and error": iotest.DataErrReader(bytes.NewReader(text)), "empty": strings.NewReader(""),
		"broken": io.MultiReader(bytes.NewReader(text), iotest.ErrReader(broken)),
	} {
		a := readAhead(r)
		got, err := io.ReadAll(a)
		a.close()
		if !bytes.HasPrefix(text, got) || errors.Is(err, broken) != (name == "broken") || name != "bytes" && name != "empty" && len(got) != len(text) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	a := readAhead(bytes.NewReader(text))
	a.close()
}

// TestContentEnd checks what may come after the last member of a gzip file: zero bytes, which
// are nothing to gzip.
func TestContentEnd(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, `{"resourceType":"Patient","id":"1"}`+"\n")
	_ = z.Close()
	for end, want := range map[string]bool{"": true, "\x00": true, strings.Repeat("\x00", 1000): true, "\x00x": false, "more": false, "some text": false} {
		stored := b.String() + end
		c, err := contentReader{resourceType: "Patient", sums: true}.read(t.Context(), strings.NewReader(stored))
		if wrong := new(contentError); want != (err == nil) || err != nil && !errors.As(err, &wrong) {
			t.Errorf("%d bytes at the end: error %v", len(end), err)
		}
		if want && (c.lines != 1 || c.storedSize != int64(len(stored)) || c.storedSum != fmt.Sprintf("%x", sha256.Sum256([]byte(stored)))) {
			t.Errorf("%d bytes at the end: %+v", len(end), c)
		}
	}
}

// BenchmarkContent checks a file that resembles claims and compresses as well as
// they do, to about a fourteenth.
func BenchmarkContent(b *testing.B) {
	var text, stored bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&text, `{"resourceType":"ExplanationOfBenefit","id":"%d","item":[`, i*7919)
		for item := range 12 {
			if item > 0 {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, `{"sequence":%d,"productOrService":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/hcpcs","code":"%05d"}]},"adjudication":[{"category":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/adjudication","code":"https://bluebutton.cms.gov/resources/variables/line_alowd_chrg_amt"}]},"amount":{"value":%d.%02d,"currency":"USD"}}]}`, item+1, i*item%9973, i*item%811, i%100)
		}
		text.WriteString("]}\n")
	}
	z := gzip.NewWriter(&stored)
	_, _ = z.Write(text.Bytes())
	_ = z.Close()
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		c, err := contentReader{resourceType: "ExplanationOfBenefit"}.read(b.Context(), bytes.NewReader(stored.Bytes()))
		if err != nil || c.lines != 20_000 || c.badLines != 0 {
			b.Fatalf("%+v, %v", c, err)
		}
	}
}
