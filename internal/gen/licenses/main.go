// The program licenses writes THIRD-PARTY-LICENSES, the licenses of all modules
// that are linked into cclf and of the JavaScript in it, and NOTICE, their notices.
// "go generate ./cmd/cclf" runs it. It needs no network: the files are in the module
// cache, and in this module.
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
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: licenses THIRD-PARTY-LICENSES NOTICE")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

// A module is one that is linked.
type module struct {
	name string // with its version
	dir  string
}

func write(licenses, notice string) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	scripts := module{ // report/vega/LICENSE
		name: "Vega, Vega-Lite and vega-embed, and the libraries in them: JavaScript that reports contain",
		dir:  filepath.Join(filepath.Dir(licenses), "report", "vega"),
	}
	modules = append(modules, scripts)
	var doc, notices bytes.Buffer
	if err := errors.Join(writeLicenses(&doc, modules), writeNotices(&notices, modules)); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(licenses, doc.Bytes(), 0o644), os.WriteFile(notice, notices.Bytes(), 0o644))
}

// linked lists the modules of packages that the program is made of, and Go itself.
// Which ones they are does not depend on the machine: they are those of Linux on
// amd64, from which the other systems differ in the platform of DuckDB's library.
func linked() ([]module, error) {
	list := exec.Command("go", "list", "-deps", "-json=Module", "github.com/cclf-tools/cclf/cmd/cclf")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	found := make(map[string]module)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if m := pkg.Module; m != nil && !m.Main {
			found[m.Path] = module{name: m.Path + " " + m.Version, dir: m.Dir}
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	modules := slices.SortedFunc(maps.Values(found), func(a, b module) int { return cmp.Compare(a.name, b.name) })
	return append(modules, module{name: "the Go runtime and standard library", dir: strings.TrimSpace(string(root))}), nil
}

var (
	licenseFile = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|patents)(\.(txt|md))?$`)
	noticeFile  = regexp.MustCompile(`(?i)^notice(\.(txt|md))?$`)
)

// texts returns the contents of the files of a module whose names match.
func (m module) texts(names *regexp.Regexp) ([]string, error) {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, e := range entries {
		if e.IsDir() || !names.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.dir, e.Name()))
		if err != nil {
			return nil, err
		}
		var lines []string
		for line := range strings.Lines(strings.ReplaceAll(string(text), "\r\n", "\n")) {
			lines = append(lines, strings.TrimRight(line, " \t\n"))
		}
		texts = append(texts, strings.Trim(strings.Join(lines, "\n"), "\n"))
	}
	return texts, nil
}

const rule = "--------------------------------------------------------------------------------\n"

// writeLicenses writes each text once, below the modules that have it.
func writeLicenses(w io.Writer, modules []module) error {
	fmt.Fprint(w, `Licenses of what is linked into cclf. Made by "go generate ./cmd/cclf" from go.mod;
do not edit. DuckDB's library has further works in it, with the licenses that are in
the folder third_party of https://github.com/duckdb/duckdb.
`)
	owners := make(map[string][]string)
	var order []string
	for _, m := range modules {
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

func writeNotices(w io.Writer, modules []module) error {
	fmt.Fprint(w, `cclf
Copyright 2026 the cclf authors

Licensed under the Apache License 2.0 (LICENSE). THIRD-PARTY-LICENSES has the licenses
of what is linked into it; below are the notices that they ask for. Made by
"go generate ./cmd/cclf"; do not edit.
`)
	for _, m := range modules {
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
