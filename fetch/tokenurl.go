package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
)

// discoverTokenURL reads the server's SMART configuration for the address where
// it issues tokens.
func discoverTokenURL(ctx context.Context, s *session) (string, error) {
	const op = "read the SMART configuration"
	target := s.server.fhir.JoinPath(".well-known", "smart-configuration")
	body, err := s.get(ctx, op, target, call{accept: "application/json"})
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Kind == ErrRejected {
			e.detail, e.hint = ErrNoTokenURL, ""
		}
		return "", err
	}
	var config struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	if json.Unmarshal(body, &config) != nil || config.TokenEndpoint == "" {
		return "", &Error{Kind: ErrAuth, detail: ErrNoTokenURL, Op: op, Msg: "the server does not say where it issues tokens"}
	}
	u, err := url.Parse(config.TokenEndpoint)
	if err != nil || !u.IsAbs() || u.User != nil {
		return "", &Error{Kind: ErrOrigin, Op: op, Msg: "the server's address for tokens is invalid"}
	}
	return config.TokenEndpoint, nil
}
