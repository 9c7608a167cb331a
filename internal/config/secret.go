package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrPlainSecret is the error of a secret that is in the file itself.
var ErrPlainSecret = errors.New("a secret does not belong in this file: refer to it with env:NAME, file:PATH or cmd:COMMAND")

// The ways to refer to a secret.
const (
	fromVariable = "env:"
	fromFile     = "file:"
	fromCommand  = "cmd:"
)

// IsReference reports whether a value refers to a secret.
func IsReference(value string) bool {
	for _, prefix := range []string{fromVariable, fromFile, fromCommand} {
		if rest, ok := strings.CutPrefix(value, prefix); ok && rest != "" {
			return true
		}
	}
	return false
}

// Secret returns the secret that a value of the file refers to:
//
//	env:NAME      the value of an environment variable
//	file:PATH     the content of a file; a relative path begins at the configuration file
//	cmd:COMMAND   what a command of the shell prints, such as cmd:pass show bcda
//
// White space around the secret is removed. Any other value is ErrPlainSecret.
// Errors quote neither secrets nor commands.
func (f *File) Secret(ctx context.Context, value string) (string, error) {
	secret, err := f.resolve(ctx, value)
	if secret = strings.TrimSpace(secret); err == nil && secret == "" {
		err = errors.New("it is empty")
	}
	switch {
	case err == nil, errors.Is(err, ErrPlainSecret):
	case strings.HasPrefix(value, fromCommand): // a command can have a secret in it
		err = fmt.Errorf("%s %w", fromCommand, err)
	default:
		err = fmt.Errorf("%s: %w", value, err)
	}
	return secret, err
}

func (f *File) resolve(ctx context.Context, value string) (string, error) {
	if !IsReference(value) {
		return "", ErrPlainSecret
	}
	kind, rest, _ := strings.Cut(value, ":")
	switch kind + ":" {
	case fromVariable:
		secret, ok := os.LookupEnv(rest)
		if !ok {
			return "", errors.New("the variable is not set")
		}
		return secret, nil
	case fromFile:
		if !filepath.IsAbs(rest) {
			rest = filepath.Join(filepath.Dir(f.Name), rest)
		}
		text, err := os.ReadFile(rest)
		if pathError, ok := errors.AsType[*os.PathError](err); ok {
			err = pathError.Err
		}
		return string(text), err
	}
	if err := f.trusted(); err != nil {
		return "", err
	}
	return output(ctx, rest)
}

// trusted reports a file whose commands other users can change.
func (f *File) trusted() error {
	info, err := os.Stat(f.Name)
	if err != nil {
		return err
	}
	const others = 0o022
	if runtime.GOOS != "windows" && info.Mode().Perm()&others != 0 {
		return fmt.Errorf("other users can write %s, so its commands are not run; run chmod go-w on it", f.Name)
	}
	return nil
}

// output returns what a command of the shell prints. Its messages go to standard
// error, and it can ask on the terminal.
func output(ctx context.Context, command string) (string, error) {
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/c"}
	}
	cmd := exec.CommandContext(ctx, shell[0], append(shell[1:], command)...)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, &out, os.Stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("the command failed: %w", err)
	}
	return out.String(), nil
}
