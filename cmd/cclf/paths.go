package main

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/confine"
)

// checkPaths makes each command refuse URLs where it takes local paths only, and URLs
// of unknown schemes everywhere, before it does anything. Otherwise they would become
// folders with odd names.
func checkPaths(app *cli.Command) {
	for _, cmd := range app.Commands {
		checkPaths(cmd)
		if cmd.Action == nil || len(cmd.Commands) > 0 {
			continue
		}
		before := cmd.Before
		cmd.Before = func(ctx context.Context, cmd *cli.Command) (context.Context, error) {
			if err := commandPaths(cmd); err != nil || before == nil {
				return ctx, err
			}
			return before(ctx, cmd)
		}
	}
}

// confineProcess confines the process to some files and folders, and to object stores
// if some of those to be read are there.
func confineProcess(read, write, replace []string) error {
	local := slices.DeleteFunc(slices.Clone(read), blob.IsURL)
	if len(local) == len(read) {
		return confine.ToReplacing(read, write, replace)
	}
	return confine.ToNetwork(local, write, replace)
}

// otherArguments are the commands whose arguments are not paths.
var otherArguments = []string{"query", "load", "schema", "inspect", "metrics", "status", "cancel", "sandbox", "help", "completion"}

// objectPaths are the flags of commands that take paths in object stores. The
// arguments are the flag "".
var objectPaths = map[string][]string{
	"fetch":   {"out", "resume"},
	"run":     {"out", "export"},
	"sync":    {"out"},
	"log":     {""},
	"prune":   {""},
	"doctor":  {"data", "export"},
	"convert": {"out", ""},
	"import":  {"out", ""},
	"verify":  {"data"},
	"load":    {"data"},
	"schema":  {"data"},
	"query":   {"data"},
	"inspect": {"data"},
	"metrics": {"data"},
	"report":  {"data", "compare"},
	"diff":    {""},
}

// commandPaths checks the paths of a command.
func commandPaths(cmd *cli.Command) error {
	for _, flag := range cmd.Flags {
		name := flag.Names()[0]
		if !takesFile(flag) {
			continue
		}
		values := cmd.StringSlice(name)
		if values == nil {
			values = []string{cmd.String(name)}
		}
		for _, value := range values {
			if _, after, named := strings.Cut(value, "="); named && !blob.IsURL(value) {
				value = after // NAME=PATH
			}
			if err := checkPath(value, slices.Contains(objectPaths[cmd.Name], name)); err != nil {
				return usageErrorf("%s: invalid %s: %w", cmd.Name, dashes(name), err)
			}
		}
	}
	if slices.Contains(otherArguments, cmd.Name) {
		return nil
	}
	for _, arg := range cmd.Args().Slice() {
		if err := checkPath(arg, slices.Contains(objectPaths[cmd.Name], "")); err != nil {
			return usageErrorf("%s: %w", cmd.Name, err)
		}
	}
	return nil
}

// dataSetCode is the exit code for a data set that cannot be opened: that of an object
// store, or another one.
func dataSetCode(err error, other int) int {
	for _, store := range []error{blob.ErrURL, blob.ErrDenied, blob.ErrUnreachable} {
		if errors.Is(err, store) {
			return exitCode(store)
		}
	}
	return other
}

// cleanPath shortens a path. A URL loses its options, which are known by now.
func cleanPath(name string) string {
	if blob.IsURL(name) {
		return blob.Clean(name)
	}
	return filepath.Clean(name)
}

// takesFile reports whether the value of a flag is a path.
func takesFile(flag cli.Flag) bool {
	switch f := flag.(type) {
	case *cli.StringFlag:
		return f.TakesFile
	case *cli.StringSliceFlag:
		return f.TakesFile
	}
	return false
}

// checkPath refuses URLs of unknown schemes, and others where only local paths are
// taken.
func checkPath(path string, remote bool) error {
	if !blob.IsURL(path) {
		return nil
	}
	var local error
	if !remote {
		local = errors.New("expected a local path, not a URL")
	}
	return cmp.Or(blob.Check(path), local)
}
