package fetch

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // the hash of ES256
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
// wants it: RS384 for RSA keys, ES384 for keys on the curve P-384, and ES256 for
// those on P-256, which DPC takes.
type SMARTAuth struct {
	ClientID string
	Key      crypto.Signer
	KeyID    string // kid of the key in the client's registered key set
	Scope    string // system/*.read unless set
	// TokenURL is where tokens are issued; unless it is set, it is what the
	// server's SMART configuration says.
	TokenURL string
}

// secrets are none but a client id that is a secret itself: DPC's are tokens of
// some hundred characters.
func (a SMARTAuth) secrets() []string {
	const longID = 64
	if len(a.ClientID) > longID {
		return []string{a.ClientID}
	}
	return nil
}

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
	hash := alg.hash.New()
	hash.Write([]byte(signed))
	signature, err := alg.sign(a.Key, hash.Sum(nil))
	if err != nil {
		return "", fmt.Errorf("sign with the key: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// An algorithm is how an assertion is signed.
type algorithm struct {
	name string
	hash crypto.Hash
	// half is the length of each of the two numbers in a signature of an elliptic
	// curve, in bytes; 0 for RSA.
	half int
}

var errKeyKind = errors.New("the key is neither RSA nor on the curve P-256 or P-384")

func algorithmOf(key crypto.Signer) (algorithm, error) {
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		if public.Size() < 256 {
			return algorithm{}, errors.New("the RSA key has fewer than 2048 bits")
		}
		return algorithm{"RS384", crypto.SHA384, 0}, nil
	case *ecdsa.PublicKey:
		switch public.Curve {
		case elliptic.P384():
			return algorithm{"ES384", crypto.SHA384, 48}, nil
		case elliptic.P256():
			return algorithm{"ES256", crypto.SHA256, 32}, nil
		}
	}
	return algorithm{}, errKeyKind
}

// sign makes a signature in the form that JSON web tokens have: for elliptic
// curves its two numbers, one after the other.
func (a algorithm) sign(key crypto.Signer, digest []byte) ([]byte, error) {
	signature, err := key.Sign(rand.Reader, digest, a.hash)
	if a.half == 0 || err != nil {
		return signature, err
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(signature, &pair); err != nil {
		return nil, err
	}
	signature = make([]byte, 2*a.half)
	pair.R.FillBytes(signature[:a.half])
	pair.S.FillBytes(signature[a.half:])
	return signature, nil
}

// discoverTokenURL asks the server where its tokens are issued.
func (c *Client) discoverTokenURL(ctx context.Context) (string, error) {
	const op = "read the SMART configuration"
	target := c.server.fhir.JoinPath(".well-known", "smart-configuration")
	body, err := c.get(ctx, op, target, request{accept: "application/json"})
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Kind == ErrRejected {
			e.hint = "name the address for tokens with --token-url, or take --auth none if the server wants no token"
		}
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
				_, err := algorithmOf(signer)
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
		_, err := algorithmOf(key)
		return key, err
	case k.Kty == "EC" && (k.Crv == "P-384" || k.Crv == "P-256"):
		curve := elliptic.P384()
		if k.Crv == "P-256" {
			curve = elliptic.P256()
		}
		size := curve.Params().BitSize
		d := number(k.D)
		if d.BitLen() > size {
			return nil, errors.New("the EC key is not sound")
		}
		key, err := ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, size/8)))
		if err != nil || k.X != "" && key.X.Cmp(number(k.X)) != 0 {
			return nil, errors.New("the EC key is not sound")
		}
		return key, nil
	default:
		return nil, errKeyKind
	}
}
