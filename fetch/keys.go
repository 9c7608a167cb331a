package fetch

import (
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
	"math/big"
	"strings"
)

// ParseKey parses a private key for [SMARTAuth]: PEM (PKCS #8, PKCS #1 or SEC
// 1), a JSON web key, or a JSON web key set, of which it returns the first key
// that can sign. The ID is the kid of a JSON web key, else "".
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
	err = errors.New("no private key found")
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
	return nil, errors.New("the PEM block is not a readable private key (encrypted keys are not supported)")
}

type jsonWebKey struct {
	Kty, Kid, Crv, N, E, D, P, Q, X, Y string
}

func (k jsonWebKey) signer() (crypto.Signer, error) {
	switch {
	case k.Kty == "RSA":
		return k.rsa()
	case k.Kty == "EC" && k.Crv == "P-384":
		return k.ecdsa(elliptic.P384())
	case k.Kty == "EC" && k.Crv == "P-256":
		return k.ecdsa(elliptic.P256())
	default:
		return nil, errKeyType
	}
}

func (k jsonWebKey) rsa() (crypto.Signer, error) {
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: bigInt(k.N), E: int(bigInt(k.E).Int64())},
		D:         bigInt(k.D),
		Primes:    []*big.Int{bigInt(k.P), bigInt(k.Q)},
	}
	if err := key.Validate(); err != nil {
		return nil, errors.New("invalid RSA key")
	}
	key.Precompute()
	_, err := algorithmOf(key)
	return key, err
}

func (k jsonWebKey) ecdsa(curve elliptic.Curve) (crypto.Signer, error) {
	errInvalid := errors.New("invalid EC key")
	size := curve.Params().BitSize
	d := bigInt(k.D)
	if d.BitLen() > size {
		return nil, errInvalid
	}
	key, err := ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, size/8)))
	if err != nil || k.X != "" && key.X.Cmp(bigInt(k.X)) != 0 {
		return nil, errInvalid
	}
	return key, nil
}

// bigInt decodes a number of a JSON web key. Invalid ones give zero.
func bigInt(s string) *big.Int {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(b)
}

// An algorithm is a JSON web signature algorithm.
type algorithm struct {
	name string
	hash crypto.Hash
	// half is the length in bytes of each of the two numbers in an ECDSA
	// signature, or 0 for RSA.
	half int
}

var errKeyType = errors.New("the key is neither RSA nor on the curve P-256 or P-384")

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
	return algorithm{}, errKeyType
}

// sign signs a digest in the format of JSON web tokens, which for ECDSA is the
// two numbers of the signature, one after the other.
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
