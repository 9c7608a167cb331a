// Command release builds the files of a release into a folder: archives, deb and rpm
// packages, a container image, SBOMs, manifests for Homebrew and winget, and
// SHA256SUMS. Run it with "make release", in the root of the repository. The same
// commit gives the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

func main() {
	var r release
	var targets, out string
	var finishOnly bool
	flag.StringVar(&r.version, "version", "", "`VERSION` of the release, such as v1.2.0")
	flag.StringVar(&targets, "targets", "", "comma-separated `TARGETS`, such as linux-amd64,linux-amd64-lite (default: all that this machine can build)")
	flag.StringVar(&out, "out", "dist", "`DIR` to write to")
	flag.BoolVar(&finishOnly, "finish", false, "build nothing: write the manifests and SHA256SUMS of the files in the folder")
	flag.Parse()
	if err := r.run(out, targets, finishOnly); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// A release is what all its files have in common.
type release struct {
	version string    // with its v
	time    time.Time // of the commit, and of all files in archives
	root    string    // of the repository
	out     string
	duckDB  string // version of DuckDB in full programs
}

func (r *release) run(out, targets string, finishOnly bool) error {
	var err error
	if r.root, err = os.Getwd(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(r.root, "cmd", "cclf", "main.go")); err != nil {
		return fmt.Errorf("not in the root of the repository: %w", err)
	}
	if r.out, err = filepath.Abs(out); err != nil {
		return err
	}
	if err := r.describe(); err != nil {
		return err
	}
	if finishOnly {
		return r.finish()
	}
	list, err := r.choose(targets)
	if err != nil {
		return err
	}
	if err := r.compareGo(); err != nil {
		return err
	}
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	if err := r.build(list); err != nil {
		return err
	}
	return r.finish()
}

// number is the version without its v, as packages have it.
func (r *release) number() string { return strings.TrimPrefix(r.version, "v") }

// path returns the path of a file in the folder of the release.
func (r *release) path(elem ...string) string {
	return filepath.Join(append([]string{r.out}, elem...)...)
}

var semantic = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// describe finds the version and the time of the commit. A commit without a tag has a
// version before all others.
func (r *release) describe() error {
	commit, err := r.git("log", "-1", "--format=%ct %h")
	if err != nil {
		return err
	}
	seconds, hash, _ := strings.Cut(commit, " ")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return fmt.Errorf("time of the commit: %w", err)
	}
	r.time = time.Unix(n, 0).UTC()
	if r.version == "" || !semantic.MatchString(r.version) && !strings.HasPrefix(r.version, "v") {
		r.version = "v0.0.0-dev." + hash
	}
	if !semantic.MatchString(r.version) {
		return fmt.Errorf("invalid version %q: expected one such as v1.2.0", r.version)
	}
	return nil
}

// compareGo says if this is not the version of Go that go.mod names: bytes depend on it.
func (r *release) compareGo() error {
	data, err := os.ReadFile(filepath.Join(r.root, "go.mod"))
	if err != nil {
		return err
	}
	file, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return err
	}
	version, err := goEnv(r.root, "GOVERSION")
	if err != nil {
		return err
	}
	if file.Toolchain != nil && version != file.Toolchain.Name {
		fmt.Fprintf(os.Stderr, "release: built with %s, go.mod names %s: set GOTOOLCHAIN=%[2]s for the bytes of others\n", version, file.Toolchain.Name)
	}
	return nil
}

func (r *release) git(args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stderr = r.root, os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(text)), nil
}

// choose returns the targets with the names, or all that can be built here. It says
// which cannot.
func (r *release) choose(names string) ([]target, error) {
	if names == "" {
		var can []target
		for _, t := range allTargets {
			if reason := t.unavailable(); reason != "" {
				fmt.Fprintf(os.Stderr, "release: not built here: %s: %s\n", t.label(), reason)
				continue
			}
			can = append(can, t)
		}
		return can, nil
	}
	var list []target
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(allTargets, func(t target) bool { return t.label() == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("unknown target %q", name)
		}
		if reason := allTargets[i].unavailable(); reason != "" {
			return nil, fmt.Errorf("cannot build %s: %s", name, reason)
		}
		list = append(list, allTargets[i])
	}
	return list, nil
}

// build builds the targets, and packs them.
func (r *release) build(list []target) error {
	for _, t := range list {
		fmt.Fprintf(os.Stderr, "release: %s\n", t.label())
		if err := r.compile(t); err != nil {
			return fmt.Errorf("%s: %w", t.label(), err)
		}
		if err := r.checkPaths(t); err != nil {
			return fmt.Errorf("%s: %w", t.label(), err)
		}
		if t.os == "linux" {
			if err := checkELF(r.file(t), t.full); err != nil {
				return fmt.Errorf("%s: %w", t.label(), err)
			}
		}
	}
	if err := r.askOwn(list); err != nil {
		return err
	}
	for _, t := range list {
		if err := r.pack(t); err != nil {
			return fmt.Errorf("%s: %w", t.label(), err)
		}
	}
	if err := r.writeImage(list); err != nil {
		return fmt.Errorf("container image: %w", err)
	}
	return os.RemoveAll(r.path("work"))
}

// askOwn gets manual pages, completions and the version of DuckDB from programs that run
// here and have all commands. Those that are not among the targets are built for this alone.
func (r *release) askOwn(list []target) error {
	for _, p := range []*product{cclf, iceberg, beam} {
		if p != cclf && !slices.ContainsFunc(list, func(t target) bool { return t.product == p }) {
			continue
		}
		runs := func(t target) bool { return t.product == p && t.os == runtime.GOOS && t.arch == runtime.GOARCH }
		own := slices.IndexFunc(allTargets, runs)
		if own < 0 {
			return fmt.Errorf("no target runs on %s-%s: manual pages and completions need one with all commands", runtime.GOOS, runtime.GOARCH)
		}
		t := allTargets[own]
		if !slices.ContainsFunc(list, runs) {
			if err := r.compile(t); err != nil {
				return fmt.Errorf("%s, for manual pages: %w", t.label(), err)
			}
		}
		if err := r.writeDocs(t); err != nil {
			return err
		}
		if err := r.askVersion(t); err != nil {
			return err
		}
	}
	return nil
}

// pack writes the files of a target.
func (r *release) pack(t target) error {
	if err := r.writeArchive(t); err != nil {
		return err
	}
	if err := r.writeSBOM(t); err != nil {
		return err
	}
	if t.os == "linux" && t.packaged {
		return r.writePackages(t)
	}
	return nil
}
