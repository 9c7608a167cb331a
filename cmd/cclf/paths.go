package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/confine"
	"github.com/cclf-tools/cclf/internal/disk"
	"github.com/cclf-tools/cclf/internal/exitcode"
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
// if some of those to be read or replaced are there.
func confineProcess(read, write, replace []string) error {
	localRead, localReplace := slices.DeleteFunc(slices.Clone(read), blob.IsURL), slices.DeleteFunc(slices.Clone(replace), blob.IsURL)
	if len(localRead) == len(read) && len(localReplace) == len(replace) {
		return confine.ToReplacing(read, write, replace)
	}
	return confine.ToNetwork(localRead, write, localReplace)
}

// otherArguments are the commands whose arguments are not paths.
var otherArguments = []string{"query", "load", "schema", "inspect", "metrics", "status", "cancel", "sandbox", "help", "completion"}

// localPaths are the flags that take local paths only, and why. They have the name of
// their command before them, unless they mean the same in all. The arguments of a command
// are the flag "". All other paths may be in object stores.
var localPaths = map[string]string{
	"credentials":      "secrets are read from this machine only",
	"key":              "secrets are read from this machine only",
	"temp-dir":         "temporary files are on this machine",
	"man all":          "manual pages are written to this machine",
	"sandbox export":   "the sandbox serves files of this machine",
	"sandbox url-file": "it is for programs of this machine",
	"synth out":        "a synthetic export is written to this machine; copy it from there",
}

// thisMachine is the validator of the flags of all commands: settings and logs must work
// before and without a network.
func thisMachine(path string) error {
	return checkPath(path, "settings, logs and metrics of a run are on this machine")
}

// local returns why a flag of a command takes local paths only, or "".
func local(command, flag string) string {
	return cmp.Or(localPaths[command+" "+flag], localPaths[flag])
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
			if err := checkPath(value, local(cmd.Name, name)); err != nil {
				return usageErrorf("%s: invalid %s: %w", cmd.Name, cmdline.Dashes(name), err)
			}
		}
	}
	if slices.Contains(otherArguments, cmd.Name) {
		return nil
	}
	for _, arg := range cmd.Args().Slice() {
		if err := checkPath(arg, local(cmd.Name, "")); err != nil {
			return usageErrorf("%s: %w", cmd.Name, err)
		}
	}
	return nil
}

// dataSetCode is the exit code for a data set that cannot be opened: that of an object
// store or of a full disk, or another one.
func dataSetCode(err error, other int) int {
	if disk.Full(err) {
		return exitcode.DiskFull
	}
	for _, known := range []error{blob.ErrURL, blob.ErrDenied, blob.ErrUnreachable} {
		if errors.Is(err, known) {
			return exitCode(known)
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

// checkPath refuses URLs of unknown schemes, and others if there is a reason to take local
// paths only.
func checkPath(path, reason string) error {
	if !blob.IsURL(path) {
		return nil
	}
	var local error
	if reason != "" {
		local = fmt.Errorf("expected a local path, not a URL: %s", reason)
	}
	return cmp.Or(blob.Check(path), local)
}
