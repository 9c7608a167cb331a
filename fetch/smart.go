package fetch

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha512" // the hash of RS384 and ES384
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// SMARTAuth asks for tokens with a signed assertion, as SMART Backend Services
// wants it: RS384 for RSA keys, ES384 for keys on the curve P-384.
type SMARTAuth struct {
	ClientID string
	Key      crypto.Signer
	KeyID    string // kid of the key in the client's registered key set
	Scope    string // system/*.read unless set
	// TokenURL is where tokens are issued; unless it is set, it is what the
	// server's SMART configuration says.
	TokenURL string
}

func (a SMARTAuth) secrets() []string { return nil }

func (a SMARTAuth) tokenRequest(ctx context.Context, c *Client) (*http.Request, error) {
	if a.ClientID == "" || a.Key == nil {
		return nil, &Error{Kind: ErrAuth, Op: opToken, Msg: "there is no client id or no key"}
	}
	target := a.TokenURL
	if target == "" {
		var err error
		if target, err = c.discoverTokenURL(ctx); err != nil {
			return nil, err
		}
	}
	assertion, err := a.assertion(target, time.Now())
	if err != nil {
		return nil, &Error{Kind: ErrAuth, Op: opToken, Msg: err.Error()}
	}
	c.redactor.addToken(assertion)
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

// assertion is a JSON web token that is good for one request.
func (a SMARTAuth) assertion(audience string, now time.Time) (string, error) {
	alg, err := algorithm(a.Key)
	if err != nil {
		return "", err
	}
	header := map[string]string{"alg": alg, "typ": "JWT"}
	if a.KeyID != "" {
		header["kid"] = a.KeyID
	}
	claims := map[string]any{
		"iss": a.ClientID,
		"sub": a.ClientID,
		"aud": audience,
		"iat": now.Unix(),
		"exp": now.Add(4 * time.Minute).Unix(), // five are allowed
		"jti": rand.Text(),
	}
	var parts [2]string
	for i, part := range []any{header, claims} {
		text, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(text)
	}
	signed := parts[0] + "." + parts[1]
	hash := crypto.SHA384.New()
	hash.Write([]byte(signed))
	signature, err := sign(a.Key, hash.Sum(nil))
	if err != nil {
		return "", fmt.Errorf("sign with the key: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func algorithm(key crypto.Signer) (string, error) {
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		if public.Size() < 256 {
			return "", errors.New("the RSA key has fewer than 2048 bits")
		}
		return "RS384", nil
	case *ecdsa.PublicKey:
		if public.Curve == elliptic.P384() {
			return "ES384", nil
		}
	}
	return "", errors.New("the key is neither RSA nor on the curve P-384")
}

// sign makes a signature in the form that JSON web tokens have: for elliptic
// curves the two numbers of it, one behind the other.
func sign(key crypto.Signer, digest []byte) ([]byte, error) {
	signature, err := key.Sign(rand.Reader, digest, crypto.SHA384)
	if _, rsa := key.Public().(*rsa.PublicKey); rsa || err != nil {
		return signature, err
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(signature, &pair); err != nil {
		return nil, err
	}
	signature = make([]byte, 96)
	pair.R.FillBytes(signature[:48])
	pair.S.FillBytes(signature[48:])
	return signature, nil
}

// discoverTokenURL asks the server where its tokens are issued.
func (c *Client) discoverTokenURL(ctx context.Context) (string, error) {
	const op = "read the SMART configuration"
	target := c.server.fhir.JoinPath(".well-known", "smart-configuration")
	body, err := c.get(ctx, op, target, request{accept: "application/json"})
	if err != nil {
		return "", err
	}
	var config struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	if json.Unmarshal(body, &config) != nil || config.TokenEndpoint == "" {
		return "", &Error{Kind: ErrAuth, Op: op, Msg: "the server does not say where its tokens are issued", hint: "name the address with --token-url"}
	}
	u, err := url.Parse(config.TokenEndpoint)
	if err != nil || !u.IsAbs() || u.User != nil {
		return "", &Error{Kind: ErrOrigin, Op: op, Msg: "the server's address for tokens cannot be read"}
	}
	return config.TokenEndpoint, nil
}

// ParseKey reads a private key: PEM (PKCS 8, PKCS 1 or SEC 1), a JSON web key,
// or a set of JSON web keys, of which the first that can sign is taken. The id
// is that of a JSON web key.
func ParseKey(text []byte) (key crypto.Signer, id string, err error) {
	if block, _ := pem.Decode(text); block != nil {
		key, err = parsePEM(block)
		return key, "", err
	}
	var set struct {
		Keys []jsonWebKey
		jsonWebKey
	}
	if json.Unmarshal(text, &set) != nil {
		return nil, "", errors.New("neither PEM nor a JSON web key")
	}
	err = errors.New("no private key in it")
	for _, k := range append(set.Keys, set.jsonWebKey) {
		if k.D == "" {
			continue
		}
		if key, err = k.signer(); err == nil {
			return key, k.Kid, nil
		}
	}
	return nil, "", err
}

func parsePEM(block *pem.Block) (crypto.Signer, error) {
	for _, parse := range []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
		func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
	} {
		if key, err := parse(block.Bytes); err == nil {
			if signer, ok := key.(crypto.Signer); ok {
				_, err := algorithm(signer)
				return signer, err
			}
		}
	}
	return nil, errors.New("the PEM block is not a private key that can be read (an encrypted one cannot)")
}

type jsonWebKey struct {
	Kty, Kid, Crv, N, E, D, P, Q, X, Y string
}

func (k jsonWebKey) signer() (crypto.Signer, error) {
	number := func(s string) *big.Int {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
		if err != nil {
			return new(big.Int)
		}
		return new(big.Int).SetBytes(b)
	}
	switch {
	case k.Kty == "RSA":
		key := &rsa.PrivateKey{
			PublicKey: rsa.PublicKey{N: number(k.N), E: int(number(k.E).Int64())},
			D:         number(k.D),
			Primes:    []*big.Int{number(k.P), number(k.Q)},
		}
		if err := key.Validate(); err != nil {
			return nil, errors.New("the RSA key is not sound")
		}
		key.Precompute()
		_, err := algorithm(key)
		return key, err
	case k.Kty == "EC" && k.Crv == "P-384":
		scalar := make([]byte, 48)
		d := number(k.D)
		if d.BitLen() > 384 {
			return nil, errors.New("the EC key is not sound")
		}
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), d.FillBytes(scalar))
		if err != nil || k.X != "" && key.X.Cmp(number(k.X)) != 0 {
			return nil, errors.New("the EC key is not sound")
		}
		return key, nil
	default:
		return nil, errors.New("the key is neither RSA nor on the curve P-384")
	}
}
