package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// serverOptions are the flags of the commands that use a server. Their JSON is kept
// with an export, so it can be resumed without the flags.
type serverOptions struct {
	environment string
	BaseURL     string   `json:"-"`
	API         string   `json:"-"`
	Auth        string   `json:"auth"`
	Credentials string   `json:"credentials,omitempty"` // file
	Key         string   `json:"key,omitempty"`         // file
	KeyID       string   `json:"key_id,omitempty"`
	Scope       string   `json:"scope,omitempty"`
	TokenURL    string   `json:"token_url,omitempty"`
	Origins     []string `json:"allow_origin,omitempty"`
}

// environments are the values of --env.
var environments = map[string]string{"production": fetch.Production, "sandbox": fetch.Sandbox}

// flags returns the flags of the server, in their own category.
func (o *serverOptions) flags() []cli.Flag {
	flags := []cli.Flag{
		choice(&cli.StringFlag{
			Name: "env", Usage: "BCDA `ENV`: production or sandbox (default: production)", Destination: &o.environment,
		}, "production", "sandbox"),
		&cli.StringFlag{
			Name: "base-url", Usage: "`URL` of another server: of BCDA, of a FHIR API, or a complete $export request",
			Sources: cli.EnvVars("BCDA_BASE_URL"), Destination: &o.BaseURL,
		},
		choice(&cli.StringFlag{
			Name: "api", Usage: "BCDA API `VERSION` (v1, v2, v3), or none if --base-url points at a plain FHIR server (default: that of the base URL, or v3)",
			Destination: &o.API,
		}, "v1", "v2", "v3", fetch.NoVersion),
		choice(&cli.StringFlag{
			Name: "auth", Usage: "authentication `METHOD`: basic (client id and secret), smart (SMART Backend Services) or none",
			Value: "basic", Destination: &o.Auth,
		}, "basic", "smart", "none"),
		&cli.StringFlag{
			Name: "credentials", Usage: "`FILE` with the client id and secret (default: from the environment)",
			TakesFile: true, Destination: &o.Credentials,
		},
		&cli.StringFlag{
			Name: "key", Usage: "`FILE` with the private key for --auth smart: PEM, JSON web key or key set",
			TakesFile: true, Destination: &o.Key,
		},
		&cli.StringFlag{Name: "key-id", Usage: "key `ID` (default: that of the JSON web key)", Destination: &o.KeyID},
		&cli.StringFlag{Name: "scope", Usage: "token `SCOPE`, for servers other than BCDA (default: system/*.read with --auth smart)", Destination: &o.Scope},
		&cli.StringFlag{Name: "token-url", Usage: "token `URL` (default: that of BCDA, or what the server advertises)", Destination: &o.TokenURL},
	}
	for _, f := range flags {
		switch f := f.(type) {
		case *choiceFlag:
			f.Category = serverCategory
		case *cli.StringFlag:
			f.Category = serverCategory
		}
	}
	return flags
}

// serverCategory is where help lists the flags of the server.
const serverCategory = "SERVER OPTIONS"

// credentialsHelp is part of the descriptions of commands.
const credentialsHelp = `
			Credentials come from the environment variables BCDA_CLIENT_ID and
			BCDA_CLIENT_SECRET, from a file (--credentials), from what the configuration
			file refers to (see cclf config), or from a prompt on a terminal; never from
			a flag. The file of --credentials has lines such as BCDA_CLIENT_ID=..., or
			is JSON with client_id and client_secret, or is the line of Base64 that AB2D
			issues.`

// client returns a client for the server of the flags.
func (o *serverOptions) client(ctx context.Context, e *env, log *slog.Logger) (*fetch.Client, error) {
	base := o.BaseURL
	switch {
	case o.environment != "" && base != "":
		return nil, usageErrorf("--env and --base-url (or BCDA_BASE_URL) cannot be combined")
	case o.environment != "":
		base = environments[o.environment]
	case base == "":
		base = fetch.Production
	}
	waits, err := waitsFromEnv()
	if err != nil {
		return nil, err
	}
	roots, err := rootsFromEnv()
	if err != nil {
		return nil, err
	}
	opts := fetch.Options{
		BaseURL: base, API: o.API, AllowOrigins: o.Origins, Waits: waits, RootCAs: roots, Log: log, UserAgent: "cclf/" + strings.Fields(version())[0],
	}
	// Check the address before prompting for a secret.
	if _, err := fetch.New(opts); err != nil {
		return nil, err
	}
	if opts.Auth, err = o.auth(ctx, e, log); err != nil {
		return nil, err
	}
	return fetch.New(opts)
}

func (o *serverOptions) auth(ctx context.Context, e *env, log *slog.Logger) (fetch.Auth, error) {
	if o.Auth == "none" {
		return nil, nil
	}
	smart := o.Auth == "smart"
	if smart != (o.Key != "") {
		return nil, usageErrorf("--auth smart and --key must be used together")
	}
	id, secret, err := o.credentials(ctx, e, log, !smart)
	if err != nil {
		return nil, err
	}
	if !smart {
		return fetch.BasicAuth{ClientID: id, ClientSecret: secret, TokenURL: o.TokenURL, Scope: o.Scope}, nil
	}
	text, err := os.ReadFile(o.Key)
	if err != nil {
		return nil, &exitError{code: exitcode.Input, err: fmt.Errorf("key: %w", err)}
	}
	warnIfShared(log, "key", o.Key)
	key, keyID, err := fetch.ParseKey(text)
	if err != nil {
		return nil, &exitError{code: exitcode.Input, err: fmt.Errorf("key: %s: %w", o.Key, err)}
	}
	if o.KeyID != "" {
		keyID = o.KeyID
	}
	return fetch.SMARTAuth{ClientID: id, Key: key, KeyID: keyID, Scope: o.Scope, TokenURL: o.TokenURL}, nil
}

// credentials returns id and secret: from the file, the environment, or a prompt.
func (o *serverOptions) credentials(ctx context.Context, e *env, log *slog.Logger, withSecret bool) (id, secret string, err error) {
	if o.Credentials != "" {
		id, secret, err = readCredentials(o.Credentials)
		if err != nil {
			return "", "", &exitError{code: exitcode.Input, err: fmt.Errorf("credentials: %w", err)}
		}
		warnIfShared(log, "credentials", o.Credentials)
	} else {
		id, secret = strings.TrimSpace(os.Getenv("BCDA_CLIENT_ID")), strings.TrimSpace(os.Getenv("BCDA_CLIENT_SECRET"))
		if id == "" {
			if id, err = e.settings.secret(ctx, clientID); err != nil {
				return "", "", err
			}
		}
		if secret == "" && withSecret {
			if secret, err = e.settings.secret(ctx, clientSecret); err != nil {
				return "", "", err
			}
		}
		if e.isTerminal(e.stdin) {
			id, secret, err = e.askCredentials(ctx, id, secret, withSecret)
			if err != nil {
				return "", "", fmt.Errorf("credentials: %w", err)
			}
		}
	}
	var missing, variables []string
	if id == "" {
		missing, variables = append(missing, "client id"), append(variables, "BCDA_CLIENT_ID")
	}
	if secret == "" && withSecret {
		missing, variables = append(missing, "client secret"), append(variables, "BCDA_CLIENT_SECRET")
	}
	if missing == nil {
		return id, secret, nil
	}
	where, hint := "", "set "+strings.Join(variables, " and ")+", or pass a file with --credentials; --auth none is for servers without authentication"
	if o.Credentials != "" {
		where, hint = " in "+o.Credentials, "add "+strings.Join(variables, "=... and ")+"=... to the file"
	}
	return "", "", &exitError{code: exitcode.Auth, err: fmt.Errorf("missing %s%s", strings.Join(missing, " and "), where), hint: hint}
}

// warnIfShared warns if other users can read a file with a secret.
func warnIfShared(log *slog.Logger, what, name string) {
	const others = 0o077
	info, err := os.Stat(name)
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&others != 0 && runtime.GOOS != "windows" {
		log.Warn(fmt.Sprintf("%s: other users can read %s; run chmod 600 on it", what, name))
	}
}

// askCredentials prompts for what is missing.
func (e *env) askCredentials(ctx context.Context, id, secret string, withSecret bool) (string, string, error) {
	in := bufio.NewReader(e.stdin)
	line := func() (string, error) {
		text, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return strings.TrimSpace(text), err
	}
	var err error
	if id == "" {
		fmt.Fprint(e.words(), "Client id: ")
		if id, err = answer(ctx, line); err != nil {
			return "", "", err
		}
	}
	if secret == "" && withSecret {
		fmt.Fprint(e.words(), "Client secret (not shown): ")
		hidden := line
		if file, ok := e.stdin.(*os.File); ok {
			terminal := int(file.Fd())
			if shown, err := term.GetState(terminal); err == nil {
				defer func() { _ = term.Restore(terminal, shown) }()
			}
			hidden = func() (string, error) {
				text, err := term.ReadPassword(terminal)
				return strings.TrimSpace(string(text)), err
			}
		}
		secret, err = answer(ctx, hidden)
		fmt.Fprintln(e.words())
	}
	return id, secret, err
}

// answer calls read, and returns when it does or when ctx is done: a read from a
// terminal cannot be canceled.
func answer(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// readCredentials reads a file of credentials. Errors do not quote its content.
func readCredentials(name string) (id, secret string, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "", "", err
	}
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(text, []byte("{")) {
		var file struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		}
		if json.Unmarshal(text, &file) != nil {
			return "", "", fmt.Errorf("%s is not valid JSON", name)
		}
		return strings.TrimSpace(file.ID), strings.TrimSpace(file.Secret), nil
	}
	if id, secret, ok := decodeBasic(string(text)); ok {
		return id, secret, nil
	}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "export "))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return "", "", fmt.Errorf("%s: line %d is not of the form NAME=VALUE", name, n+1)
		}
		value = strings.TrimSpace(value)
		if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		switch strings.ToUpper(strings.TrimSpace(key)) {
		case "BCDA_CLIENT_ID", "CLIENT_ID":
			id = value
		case "BCDA_CLIENT_SECRET", "CLIENT_SECRET":
			secret = value
		}
	}
	return id, secret, nil
}

var basicLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:authorization\s*:\s*)?(?i:basic\s+)?([A-Za-z0-9+/]+={0,2})$`)
})

// decodeBasic decodes the value of an HTTP Basic authentication header: id and
// secret, joined by a colon, in Base64.
func decodeBasic(line string) (id, secret string, ok bool) {
	m := basicLine().FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	decoded, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil || !utf8.Valid(decoded) {
		return "", "", false
	}
	id, secret, ok = strings.Cut(strings.TrimSpace(string(decoded)), ":")
	return id, secret, ok && id != "" && secret != ""
}

// A sharedWriter is a writer for concurrent use.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sharedWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
