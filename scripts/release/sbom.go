package main

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"golang.org/x/mod/module"
)

// writeSBOM writes what is in the program of a target, in CycloneDX: the modules that
// the program itself says it was linked from. It has no time and no serial number.
func (r *release) writeSBOM(t target) error {
	info, err := buildinfo.ReadFile(r.program(t))
	if err != nil {
		return err
	}
	bom := cdx.NewBOM()
	main := cdx.Component{
		BOMRef: "cclf", Type: cdx.ComponentTypeApplication, Name: "cclf", Version: r.number(), PackageURL: "pkg:golang/" + info.Main.Path + "@" + r.version,
		Licenses: licensesOf("Apache-2.0"),
	}
	bom.Metadata = &cdx.Metadata{Component: &main}
	list := []cdx.Component{{
		BOMRef: "go", Type: cdx.ComponentTypeLibrary, Name: "std", Description: "standard library of Go", Version: strings.TrimPrefix(info.GoVersion, "go"),
		PackageURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"), Licenses: licensesOf("BSD-3-Clause"),
	}}
	for _, dep := range info.Deps {
		c, err := componentOf(dep)
		if err != nil {
			return err
		}
		list = append(list, c)
	}
	refs := make([]string, len(list))
	for i, c := range list {
		refs[i] = c.BOMRef
	}
	bom.Components, bom.Dependencies = &list, &[]cdx.Dependency{{Ref: "cclf", Dependencies: &refs}}
	return writeFile(r.path(r.archiveName(t)+".cdx.json"), func(w io.Writer) error {
		return cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).Encode(bom)
	})
}

// componentOf describes a module, with the license that its files show.
func componentOf(m *debug.Module) (cdx.Component, error) {
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

func licensesOf(id string) *cdx.Licenses {
	if id == "" {
		return nil
	}
	return &cdx.Licenses{{License: &cdx.License{ID: id}}}
}

// licenseOf returns the SPDX identifier of the license of a module in the module
// cache, or nothing if it is not clear.
func licenseOf(m *debug.Module) (string, error) {
	path, err := module.EscapePath(m.Path)
	if err != nil {
		return "", err
	}
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		gopath := os.Getenv("GOPATH")
		if gopath == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", err
			}
			gopath = filepath.Join(home, "go")
		}
		cache = filepath.Join(gopath, "pkg", "mod")
	}
	files, err := os.ReadDir(filepath.Join(cache, filepath.FromSlash(path)+"@"+m.Version))
	if err != nil {
		return "", err
	}
	for _, f := range files {
		name := strings.ToUpper(f.Name())
		if f.IsDir() || !strings.HasPrefix(name, "LICENSE") && !strings.HasPrefix(name, "LICENCE") && !strings.HasPrefix(name, "COPYING") {
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
// the usual ones, or more than one.
func identify(text string) string {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	var found []string
	for _, license := range []struct{ id, phrase string }{
		{"Apache-2.0", "apache license version 2.0"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
		{"BSD-3-Clause", "neither the name"},
		{"MPL-2.0", "mozilla public license version 2.0"},
		{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	} {
		if strings.Contains(text, license.phrase) {
			found = append(found, license.id)
		}
	}
	if found == nil && strings.Contains(text, "redistributions in binary form must reproduce the above copyright") {
		return "BSD-2-Clause"
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}
