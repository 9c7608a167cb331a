// The program licenses writes THIRD-PARTY-LICENSES, the licenses of all modules that
// are linked into a program and of the JavaScript in it, and NOTICE, their notices, to
// the root of the program's module. "go generate ./cmd/cclf" runs it for all programs.
// It needs no network: the files are in the module cache, and in this module.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: licenses FOLDER...: folders of main packages")
		os.Exit(2)
	}
	for _, dir := range os.Args[1:] {
		if err := write(dir); err != nil {
			fmt.Fprintf(os.Stderr, "licenses of %s: %v\n", dir, err)
			os.Exit(1)
		}
	}
}

// own is the module of cclf, which those of the other programs replace by its folder.
const own = "github.com/cclf-tools/cclf"

// A module is one that is linked.
type module struct {
	name string   // with its version
	dirs []string // its root, folders of packages that are linked, and those between them
}

// A program is what files of licenses are written for.
type program struct {
	name    string
	root    string   // of its module
	modules []module // that are linked, and Go itself
}

// write writes the files of the program in a folder.
func write(dir string) error {
	p, err := load(dir)
	if err != nil {
		return err
	}
	var licenses, notices bytes.Buffer
	if err := errors.Join(p.writeLicenses(&licenses), p.writeNotices(&notices)); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(p.root, "THIRD-PARTY-LICENSES"), licenses.Bytes(), 0o644),
		os.WriteFile(filepath.Join(p.root, "NOTICE"), notices.Bytes(), 0o644))
}

// builds are those whose modules a program may have: together, those of all systems but
// for the library of DuckDB, which is a module of its own, and alike, on each of them.
var builds = [][]string{
	{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"},
	{"GOOS=darwin", "GOARCH=arm64", "CGO_ENABLED=0"},
	{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"},
}

// tags are the build tags that add modules to a program.
const tags = "gcs,azure"

// load lists the modules of packages that the program in a folder is made of. Which ones
// they are does not depend on the machine.
func load(dir string) (*program, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &program{name: filepath.Base(dir)}
	var scripts []module
	found := make(map[string]module)
	for _, build := range builds {
		list := exec.Command("go", "list", "-deps", "-tags", tags, "-json=ImportPath,Dir,Module", ".")
		list.Dir = dir
		list.Env = append(os.Environ(), build...)
		list.Stderr = os.Stderr
		out, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for dec := json.NewDecoder(bytes.NewReader(out)); ; {
			var pkg struct {
				ImportPath, Dir string
				Module          *struct {
					Path, Version, Dir string
					Main               bool
				}
			}
			if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			m := pkg.Module
			switch {
			case m == nil:
			case m.Main:
				p.root = m.Dir
			case m.Path != own:
				dirs := found[m.Path].dirs
				for dir := pkg.Dir; ; dir = filepath.Dir(dir) {
					if !slices.Contains(dirs, dir) {
						dirs = append(dirs, dir)
					}
					if dir == m.Dir {
						break
					}
				}
				found[m.Path] = module{name: m.Path + " " + m.Version, dirs: dirs}
			}
			if pkg.ImportPath == own+"/report" {
				scripts = []module{{ // report/vega/LICENSE
					name: "Vega, Vega-Lite and vega-embed, and the libraries in them: JavaScript that reports contain",
					dirs: []string{filepath.Join(pkg.Dir, "vega")},
				}}
			}
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	p.modules = slices.SortedFunc(maps.Values(found), func(a, b module) int { return cmp.Compare(a.name, b.name) })
	p.modules = append(append(p.modules, scripts...), module{name: "the Go runtime and standard library", dirs: []string{strings.TrimSpace(string(root))}})
	return p, nil
}

var (
	licenseFile = regexp.MustCompile(`(?i)^([a-z]+[-_])?((un)?licen[cs]e|copying|patents)([-_.][a-z0-9._-]+)?$`)
	noticeFile  = regexp.MustCompile(`(?i)^notice(\.(txt|md))?$`)
	otherFile   = regexp.MustCompile(`\.(go|docs)$`) // code, and the license of documents
)

// texts returns the contents of the files of a module whose names match.
func (m module) texts(names *regexp.Regexp) ([]string, error) {
	var texts []string
	for _, dir := range slices.Sorted(slices.Values(m.dirs)) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() || !names.MatchString(e.Name()) || otherFile.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			var lines []string
			for line := range strings.Lines(strings.ReplaceAll(string(text), "\r\n", "\n")) {
				lines = append(lines, strings.TrimRight(line, " \t\n"))
			}
			if text := strings.Trim(strings.Join(lines, "\n"), "\n"); !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	return texts, nil
}

const rule = "--------------------------------------------------------------------------------\n"

// writeLicenses writes each text once, below the modules that have it.
func (p *program) writeLicenses(w io.Writer) error {
	fmt.Fprintf(w, "Licenses of what is linked into %s. Made by \"go generate ./cmd/cclf\" from go.mod;\ndo not edit.", p.name)
	if slices.ContainsFunc(p.modules, func(m module) bool { return strings.HasPrefix(m.name, "github.com/duckdb/duckdb-go") }) {
		fmt.Fprint(w, ` DuckDB's library has further works in it, with the licenses that are in
the folder third_party of https://github.com/duckdb/duckdb.`)
	}
	fmt.Fprintln(w)
	owners := make(map[string][]string)
	var order []string
	for _, m := range p.modules {
		texts, err := m.texts(licenseFile)
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			return fmt.Errorf("%s has no license file: see what it is, and whether it may be linked", m.name)
		}
		for _, text := range texts {
			if owners[text] == nil {
				order = append(order, text)
			}
			owners[text] = append(owners[text], m.name)
		}
	}
	for _, text := range order {
		fmt.Fprintf(w, "\n%s%s\n%s\n%s\n", rule, strings.Join(owners[text], "\n"), rule, text)
	}
	return nil
}

func (p *program) writeNotices(w io.Writer) error {
	fmt.Fprintf(w, `%s
Copyright 2026 the cclf authors

Licensed under the Apache License 2.0 (LICENSE). THIRD-PARTY-LICENSES has the licenses
of what is linked into it; below are the notices that they ask for. Made by
"go generate ./cmd/cclf"; do not edit.
`, p.name)
	for _, m := range p.modules {
		texts, err := m.texts(noticeFile)
		if err != nil {
			return err
		}
		for _, text := range texts {
			fmt.Fprintf(w, "\n%s%s\n%s\n%s\n", rule, m.name, rule, text)
		}
	}
	return nil
}
