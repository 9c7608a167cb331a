package main

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"golang.org/x/mod/module"
)

// own is the module of cclf, which those of the other programs replace by its folder.
const own = "github.com/cclf-tools/cclf"

// writeSBOM writes what is in the program of a target, in CycloneDX: the modules that
// the program itself says it was linked from, and the libraries of C++. It has no time
// and no serial number.
func (r *release) writeSBOM(t target) error {
	info, err := buildinfo.ReadFile(r.file(t))
	if err != nil {
		return err
	}
	if err := r.checkLicenses(t, info.Deps); err != nil {
		return err
	}
	bom := cdx.NewBOM()
	main := cdx.Component{
		BOMRef: t.program, Type: cdx.ComponentTypeApplication, Name: t.program, Version: r.number(), PackageURL: "pkg:golang/" + info.Main.Path + "@" + r.version,
		Licenses: licensesOf("Apache-2.0"),
	}
	bom.Metadata = &cdx.Metadata{Component: &main}
	list := []cdx.Component{{
		BOMRef: "go", Type: cdx.ComponentTypeLibrary, Name: "std", Description: "standard library of Go", Version: strings.TrimPrefix(info.GoVersion, "go"),
		PackageURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"), Licenses: licensesOf("BSD-3-Clause"),
	}}
	for _, dep := range info.Deps {
		c, err := r.componentOf(dep)
		if err != nil {
			return err
		}
		list = append(list, c)
	}
	if t.full {
		list = append(list, cdx.Component{
			BOMRef: "duckdb", Type: cdx.ComponentTypeLibrary, Name: "duckdb", Version: r.duckDB,
			PackageURL: "pkg:github/duckdb/duckdb@" + r.duckDB, Licenses: licensesOf("MIT"),
		})
	}
	if t.full && t.os != "darwin" { // macOS has one
		version, err := exec.Command(t.cxx, "-dumpfullversion").Output()
		if err != nil {
			return fmt.Errorf("%s: %w", t.cxx, err)
		}
		list = append(list, cdx.Component{
			BOMRef: "libstdc++", Type: cdx.ComponentTypeLibrary, Name: "libstdc++", Version: strings.TrimSpace(string(version)),
			Licenses: licensesOf("GPL-3.0-or-later WITH GCC-exception-3.1"),
		})
	}
	refs := make([]string, len(list))
	for i, c := range list {
		refs[i] = c.BOMRef
	}
	bom.Components, bom.Dependencies = &list, &[]cdx.Dependency{{Ref: t.program, Dependencies: &refs}}
	return writeFile(r.path(r.archiveName(t)+".cdx.json"), func(w io.Writer) error {
		return cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).Encode(bom)
	})
}

// checkLicenses checks that a file of licenses has those of all modules in a program.
// That of DuckDB's library, one for each platform, has it for Linux on amd64.
func (r *release) checkLicenses(t target, modules []*debug.Module) error {
	text, err := os.ReadFile(r.licenses(t.product)["THIRD-PARTY-LICENSES"])
	if err != nil {
		return err
	}
	for _, m := range modules {
		name := m.Path + " " + m.Version
		if prefix, _, ok := strings.Cut(m.Path, "/lib/"); ok && strings.HasSuffix(prefix, "/duckdb-go-bindings") {
			name = prefix + "/lib/linux-amd64 " + m.Version
		}
		if m.Path != own && !strings.Contains(string(text), "\n"+name+"\n") {
			return fmt.Errorf("no license of %s in THIRD-PARTY-LICENSES: run go generate ./cmd/cclf", name)
		}
	}
	return nil
}

// componentOf describes a module, with the license that its files show.
func (r *release) componentOf(m *debug.Module) (cdx.Component, error) {
	if m.Path == own {
		url := "pkg:golang/" + own + "@" + r.version
		return cdx.Component{BOMRef: url, Type: cdx.ComponentTypeLibrary, Name: own, Version: r.version, PackageURL: url, Licenses: licensesOf("Apache-2.0")}, nil
	}
	if m.Replace != nil {
		m = m.Replace
	}
	id, err := licenseOf(m)
	if err != nil {
		return cdx.Component{}, fmt.Errorf("license of %s: %w", m.Path, err)
	}
	url := "pkg:golang/" + m.Path + "@" + m.Version
	c := cdx.Component{BOMRef: url, Type: cdx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: url, Licenses: licensesOf(id)}
	if m.Sum != "" {
		c.Properties = &[]cdx.Property{{Name: "go:sum", Value: m.Sum}}
	}
	return c, nil
}

// licensesOf returns an identifier of SPDX, or an expression of several, as CycloneDX has it.
func licensesOf(id string) *cdx.Licenses {
	if id == "" {
		return nil
	}
	if strings.Contains(id, " ") {
		return &cdx.Licenses{{Expression: id}}
	}
	return &cdx.Licenses{{License: &cdx.License{ID: id}}}
}

// moduleCache is the folder of modules.
var moduleCache = sync.OnceValues(func() (string, error) { return goEnv("", "GOMODCACHE") })

// goEnv returns a variable of Go in a folder.
func goEnv(dir, name string) (string, error) {
	cmd := exec.Command("go", "env", name)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// licenseOf returns the SPDX identifier of the license of a module in the module
// cache, or nothing if it is not clear.
func licenseOf(m *debug.Module) (string, error) {
	path, err := module.EscapePath(m.Path)
	if err != nil {
		return "", err
	}
	cache, err := moduleCache()
	if err != nil {
		return "", err
	}
	files, err := os.ReadDir(filepath.Join(cache, filepath.FromSlash(path)+"@"+m.Version))
	if err != nil {
		return "", err
	}
	for _, f := range files {
		name := strings.ToUpper(f.Name())
		if f.IsDir() || !slices.ContainsFunc([]string{"LICENSE", "LICENCE", "UNLICENSE", "COPYING"}, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(cache, filepath.FromSlash(path)+"@"+m.Version, f.Name()))
		if err != nil {
			return "", err
		}
		if id := identify(string(text)); id != "" {
			return id, nil
		}
	}
	return "", nil
}

// identify returns the SPDX identifier of a license text, or nothing if it is none of
// the usual ones. A text of several, which are those of parts, is an expression of all.
func identify(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	if _, id, ok := strings.Cut(first, "SPDX-License-Identifier:"); ok {
		return strings.Trim(id, " */\r")
	}
	text = strings.ReplaceAll(strings.Join(strings.Fields(strings.ToLower(text)), " "), ",", "")
	var found []string
	for _, license := range []struct{ id, phrase string }{
		{"Apache-2.0", "apache license version 2.0"},
		{"MIT", "permission is hereby granted free of charge to any person obtaining a copy"},
		{"BSD-3-Clause", "neither the name"},
		{"MPL-2.0", "mozilla public license version 2.0"},
		{"ISC", "permission to use copy modify and/or distribute this software for any purpose with or without fee"},
		{"Unlicense", "this is free and unencumbered software released into the public domain"},
	} {
		if strings.Contains(text, license.phrase) {
			found = append(found, license.id)
		}
	}
	if found == nil && strings.Contains(text, "redistributions in binary form must reproduce the above copyright") {
		return "BSD-2-Clause"
	}
	return strings.Join(found, " AND ")
}
