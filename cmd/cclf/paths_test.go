package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// localOnly are the flags that take local paths only, and what is said of URLs. All
// other flags with a path take those of object stores.
var localOnly = map[string]string{
	"--config":           "on this machine",
	"--log-file":         "on this machine",
	"--metrics-file":     "on this machine",
	"man --all":          "manual pages are written to this machine",
	"sandbox --export":   "the sandbox serves files of this machine",
	"sandbox --url-file": "it is for programs of this machine",
	"synth --out":        "write to a local path and copy it from there",
	"--temp-dir":         "temporary files are on this machine",
	"--credentials":      "secrets are read from this machine only",
	"--key":              "secrets are read from this machine only",
}

// TestPathFlags gives each flag with a path the URL of an unknown scheme, which is an
// error before a command begins, and asks what becomes of URLs of object stores.
func TestPathFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	unused := maps.Clone(localOnly)
	var visit func(c *cli.Command, words []string)
	visit = func(c *cli.Command, words []string) {
		for _, sub := range c.Commands {
			visit(sub, append(slices.Clone(words), sub.Name))
		}
		if len(c.Commands) > 0 && len(words) > 0 {
			return
		}
		for _, flag := range c.Flags {
			if !takesFile(flag) {
				continue
			}
			name := "--" + flag.Names()[0]
			own := strings.Join(append(slices.Clone(words), name), " ")
			reason, refused := localOnly[own]
			delete(unused, own)
			if !refused {
				reason, refused = localOnly[name]
				delete(unused, name)
			}
			refuses(t, c, flag, words, "s5://bucket/x", []string{"unknown scheme", "URL", reason})
			if refused {
				refuses(t, c, flag, words, "s3://bucket/x", []string{reason})
			} else if err := acceptURL(c, flag); err != nil {
				t.Errorf("cclf %s refuses an object store: %v", own, err)
			}
		}
	}
	visit(newApp(newEnv(nil, nil, nil, nil)), nil)
	if len(unused) > 0 {
		t.Errorf("no such flags: %v", unused)
	}
}

// refuses runs a command with a URL, which must be a usage error with one of some words.
func refuses(t *testing.T, c *cli.Command, flag cli.Flag, words []string, url string, want []string) {
	t.Helper()
	args := []string{"--" + flag.Names()[0] + "=" + url}
	if len(words) == 0 {
		args = append(args, "version")
	}
	args = append(slices.Clone(words), args...)
	for _, other := range c.Flags {
		if required, ok := other.(cli.RequiredFlag); ok && required.IsRequired() && other.Names()[0] != flag.Names()[0] {
			args = append(args, "--"+other.Names()[0]+"=x")
		}
	}
	code, _, errOut := cclf(t.Context(), strings.NewReader(""), args...)
	if code != exitcode.Usage || !slices.ContainsFunc(want, func(w string) bool { return w != "" && strings.Contains(errOut, w) }) {
		t.Errorf("cclf %q: exit code %d, want %q in: %s", args, code, want, errOut)
	}
}

// acceptURL asks the checks of a flag about the URL of an object.
func acceptURL(c *cli.Command, flag cli.Flag) error {
	const url = "s3://bucket/x"
	if f, ok := flag.(*cli.StringFlag); ok && f.Validator != nil {
		if err := f.Validator(url); err != nil {
			return err
		}
	}
	return checkPath(url, local(c.Name, flag.Names()[0]))
}
