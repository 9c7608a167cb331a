package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// newRelease returns a release in temporary folders, whose programs are scripts.
func newRelease(t *testing.T) *release {
	t.Helper()
	r := &release{version: "v1.2.3", time: time.Unix(1_700_000_000, 0).UTC(), root: t.TempDir(), out: t.TempDir()}
	for _, name := range []string{
		"LICENSE", "NOTICE", "THIRD-PARTY-LICENSES", "README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md", "docs/iceberg.md", "docs/scale.md",
		"docs/images/report.png", "iceberg/NOTICE", "iceberg/THIRD-PARTY-LICENSES", "beam/NOTICE", "beam/THIRD-PARTY-LICENSES",
	} {
		write(t, filepath.Join(r.root, name), "text of "+name)
	}
	for _, p := range []*product{cclf, iceberg, beam} {
		write(t, filepath.Join(r.docs(p), "man", p.program+".1"), ".TH "+p.program+" 1\n")
		for _, shell := range []string{"bash", "zsh", "fish", "pwsh"} {
			write(t, filepath.Join(r.docs(p), "completions", completionFile(p.program, shell)), "# "+shell)
		}
	}
	for _, target := range allTargets {
		write(t, r.file(target), "program of "+target.label())
	}
	return r
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReproducible packs the same files twice, the second time with other times and in
// other folders: all bytes must be the same.
func TestReproducible(t *testing.T) {
	t.Parallel()
	var all []map[string]string
	packages := 0
	for range 2 {
		r := newRelease(t)
		packages = 0
		for _, target := range allTargets {
			if err := r.writeArchive(target); err != nil {
				t.Fatal(err)
			}
		}
		for _, target := range allTargets {
			if target.os != "linux" || !target.packaged {
				continue
			}
			if err := r.writePackages(target); err != nil {
				t.Fatal(err)
			}
			packages += 2
		}
		if err := r.finish(); err != nil {
			t.Fatal(err)
		}
		sums, err := r.sums()
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, s := range sums {
			found[s.name] = s.sum
		}
		all = append(all, found)
		time.Sleep(1100 * time.Millisecond) // file times, and times of the clock, differ
	}
	if packages != 12 || len(all[0]) != len(allTargets)+packages+4 {
		t.Errorf("unexpected files: %v", all[0])
	}
	for name, sum := range all[0] {
		if all[1][name] != sum {
			t.Errorf("%s differs", name)
		}
	}
}

func TestArchives(t *testing.T) {
	t.Parallel()
	r := newRelease(t)
	for _, target := range allTargets {
		if err := r.writeArchive(target); err != nil {
			t.Fatal(err)
		}
	}
	cclfFiles := "CHANGELOG.md CONTRIBUTING.md LICENSE NOTICE README.md SECURITY.md THIRD-PARTY-LICENSES cclf completions/_cclf " +
		"completions/cclf.bash completions/cclf.fish completions/cclf.ps1 docs/iceberg.md docs/images/report.png docs/scale.md man/cclf.1"
	for name, want := range map[string]string{
		"cclf-1.2.3-linux-arm64":       cclfFiles,
		"cclf-lite-1.2.3-darwin-arm64": cclfFiles,
		"cclf-iceberg-1.2.3-linux-amd64": "CHANGELOG.md LICENSE NOTICE THIRD-PARTY-LICENSES cclf-iceberg completions/_cclf-iceberg " +
			"completions/cclf-iceberg.bash completions/cclf-iceberg.fish completions/cclf-iceberg.ps1 iceberg.md man/cclf-iceberg.1",
		"cclf-beam-1.2.3-darwin-arm64": "CHANGELOG.md LICENSE NOTICE THIRD-PARTY-LICENSES cclf-beam completions/_cclf-beam " +
			"completions/cclf-beam.bash completions/cclf-beam.fish completions/cclf-beam.ps1 man/cclf-beam.1 scale.md",
	} {
		if got := listArchive(t, r, name); got != want {
			t.Errorf("%s has\n%s, want\n%s", name, got, want)
		}
	}
	in, err := zip.OpenReader(r.path("cclf-1.2.3-windows-amd64.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := in.Open("cclf-1.2.3-windows-amd64/cclf.exe"); err != nil {
		t.Error(err)
	}
}

// listArchive lists the files in an archive, and checks that all are in a folder with its
// name, have no owner, and the time of the release.
func listArchive(t *testing.T, r *release, name string) string {
	t.Helper()
	f, err := os.Open(r.path(name + ".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if err == io.EOF {
			return strings.Join(names, " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		file, ok := strings.CutPrefix(h.Name, name+"/")
		if !ok {
			t.Errorf("%s is not in %s", h.Name, name)
		}
		names = append(names, file)
		if executable := h.Mode&0o111 != 0; executable != slices.Contains([]string{"cclf", "cclf-iceberg", "cclf-beam"}, file) {
			t.Errorf("%s has mode %o", h.Name, h.Mode)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || !h.ModTime.Equal(r.time) {
			t.Errorf("%s has an owner or a time: %+v", h.Name, h)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if file == "NOTICE" && strings.HasPrefix(name, "cclf-iceberg") && string(text) != "text of iceberg/NOTICE" {
			t.Errorf("%s has %s", h.Name, text)
		}
	}
}

// TestDeb lists a package with the program of Debian, if it is there.
func TestDeb(t *testing.T) {
	t.Parallel()
	dpkg, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Skip("there is no dpkg-deb")
	}
	r := newRelease(t)
	if err := r.writePackages(allTargets[1]); err != nil {
		t.Fatal(err)
	}
	deb := r.path("cclf_1.2.3-1_arm64.deb")
	list, err := exec.Command(dpkg, "-c", deb).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, list)
	}
	for _, want := range []string{`-rwxr-xr-x root/root .* \./usr/bin/cclf`, `\./usr/share/man/man1/cclf\.1\.gz`, `\./usr/share/bash-completion/completions/cclf`, `\./usr/share/doc/cclf/copyright`} {
		if !regexp.MustCompile(want).Match(list) {
			t.Errorf("no %s in\n%s", want, list)
		}
	}
	if err := r.writePackages(allTargets[slices.IndexFunc(allTargets, func(t target) bool { return t.label() == "linux-amd64-beam" })]); err != nil {
		t.Fatal(err)
	}
	if list, err = exec.Command(dpkg, "-c", r.path("cclf-beam_1.2.3-1_amd64.deb")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, list)
	}
	for _, want := range []string{`\./usr/share/man/man1/cclf-beam\.1\.gz`, `\./usr/share/zsh/vendor-completions/_cclf-beam\n`, `\./usr/share/fish/vendor_completions\.d/cclf-beam\.fish`, `\./usr/share/bash-completion/completions/cclf-beam\n`} {
		if !regexp.MustCompile(want).Match(list) {
			t.Errorf("no %s in\n%s", want, list)
		}
	}
	fields, err := exec.Command(dpkg, "-f", deb).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, fields)
	}
	for _, want := range []string{"Package: cclf\n", "Version: 1.2.3-1\n", "Architecture: arm64\n", "Depends: libc6 (>= 2.34), libgcc-s1\n", "Homepage: " + homepage + "\n"} {
		if !strings.Contains(string(fields), want) {
			t.Errorf("no %q in\n%s", want, fields)
		}
	}
}

// TestManifests checks that the manifests name the archives with their sums, and are
// only written when all of them are there.
func TestManifests(t *testing.T) {
	t.Parallel()
	r := newRelease(t)
	for _, target := range allTargets { // without macOS
		if target.os == "darwin" {
			continue
		}
		if err := r.writeArchive(target); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.finish(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(r.path("cclf.rb")); err == nil {
		t.Error("a formula without macOS")
	}
	for _, target := range allTargets {
		if target.os != "darwin" {
			continue
		}
		if err := r.writeArchive(target); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.finish(); err != nil {
		t.Fatal(err)
	}
	sums := read(t, r.path("SHA256SUMS"))
	for file, archives := range map[string][]string{
		"cclf.rb":                        {"cclf-1.2.3-darwin-amd64.tar.gz", "cclf-1.2.3-darwin-arm64.tar.gz", "cclf-1.2.3-linux-amd64.tar.gz", "cclf-1.2.3-linux-arm64.tar.gz"},
		"cclf-tools.cclf.installer.yaml": {"cclf-1.2.3-windows-amd64.zip"},
	} {
		text := read(t, r.path(file))
		for _, name := range archives {
			sum := regexp.MustCompile(`(?m)^([0-9a-f]{64})  ` + regexp.QuoteMeta(name) + `$`).FindStringSubmatch(sums)
			if sum == nil {
				t.Fatalf("no %s in\n%s", name, sums)
			}
			if !regexp.MustCompile(regexp.QuoteMeta("/releases/download/v1.2.3/"+name) + `"?\s+\S+:? "?` + sum[1]).MatchString(text) {
				t.Errorf("%s does not have %s with its sum:\n%s", file, name, text)
			}
		}
	}
	if out, err := exec.Command("sh", "-c", "cd "+r.out+" && sha256sum -c SHA256SUMS").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestImage checks that the image names its parts by their digests.
func TestImage(t *testing.T) {
	t.Parallel()
	r := newRelease(t)
	var i image
	files := []entry{{name: "usr/bin/cclf", data: []byte("program"), mode: 0o755}, {name: "tmp/", mode: 0o1777}}
	d, err := r.addPlatform(&i, allTargets[1], append(files, folders(files)...))
	if err != nil {
		t.Fatal(err)
	}
	blob := func(digest string) []byte {
		for _, b := range i.blobs {
			if b.name == "blobs/sha256/"+strings.TrimPrefix(digest, "sha256:") {
				return b.data
			}
		}
		t.Fatalf("no blob %s", digest)
		return nil
	}
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	if err := json.Unmarshal(blob(d.Digest), &manifest); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Architecture string
		Config       struct {
			User       string
			Entrypoint []string
		}
	}
	if err := json.Unmarshal(blob(manifest.Config.Digest), &config); err != nil {
		t.Fatal(err)
	}
	if config.Architecture != "arm64" || config.Config.User != user || len(config.Config.Entrypoint) != 1 {
		t.Errorf("unexpected configuration %+v", config)
	}
	z, err := gzip.NewReader(bytes.NewReader(blob(manifest.Layers[0].Digest)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	if got := strings.Join(names, " "); got != "tmp/ usr/ usr/bin/ usr/bin/cclf" {
		t.Errorf("the layer has %s", got)
	}
	layout, err := i.layout("registry.example.org/cclf:1.2.3", []descriptor{d})
	if err != nil {
		t.Fatal(err)
	}
	var top, index struct{ Manifests []descriptor }
	for _, e := range layout {
		if e.name != "index.json" {
			continue
		}
		if err := json.Unmarshal(e.data, &top); err != nil {
			t.Fatal(err)
		}
	}
	if len(top.Manifests) != 1 || top.Manifests[0].Annotations["org.opencontainers.image.ref.name"] != "registry.example.org/cclf:1.2.3" {
		t.Fatalf("the layout has %+v", top)
	}
	if err := json.Unmarshal(blob(top.Manifests[0].Digest), &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Manifests) != 1 || index.Manifests[0].Digest != d.Digest || index.Manifests[0].Platform["architecture"] != "arm64" {
		t.Errorf("the index has %+v", index)
	}
}

// TestLicensesMissing finds a module that is linked and has no license in the file.
func TestLicensesMissing(t *testing.T) {
	t.Parallel()
	r := newRelease(t)
	write(t, filepath.Join(r.root, "THIRD-PARTY-LICENSES"), "Licenses\nexample.org/a v1.0.0\nexample.org/duckdb-go-bindings/lib/linux-amd64 v1.5.0\n---\n")
	write(t, filepath.Join(r.root, "iceberg", "THIRD-PARTY-LICENSES"), "Licenses\nexample.org/b v1.0.0\n")
	a, b := &debug.Module{Path: "example.org/a", Version: "v1.0.0"}, &debug.Module{Path: "example.org/b", Version: "v1.0.0"}
	for _, tt := range []struct {
		product *product
		modules []*debug.Module
		ok      bool
	}{
		{cclf, []*debug.Module{a, {Path: own}, {Path: "example.org/duckdb-go-bindings/lib/windows-amd64", Version: "v1.5.0"}}, true},
		{cclf, []*debug.Module{a, b}, false},
		{cclf, []*debug.Module{{Path: "example.org/a", Version: "v1.0.1"}}, false},
		{cclf, []*debug.Module{{Path: "example.org/duckdb-go-bindings/lib/windows-amd64", Version: "v1.6.0"}}, false},
		{iceberg, []*debug.Module{b}, true},
		{iceberg, []*debug.Module{a}, false},
	} {
		if err := r.checkLicenses(target{product: tt.product}, tt.modules); (err == nil) != tt.ok {
			t.Errorf("%s, %v: %v", tt.product.name, tt.modules, err)
		}
	}
}

// TestLicenses finds the licenses of modules that this one needs.
func TestLicenses(t *testing.T) {
	t.Parallel()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Skip("no build information")
	}
	found := map[string]string{}
	for _, m := range info.Deps {
		id, err := licenseOf(m)
		if err != nil {
			t.Errorf("%s: %v", m.Path, err)
		}
		found[m.Path] = id
	}
	if len(found) > 0 && (found["github.com/goreleaser/nfpm/v2"] != "MIT" || found["github.com/CycloneDX/cyclonedx-go"] != "Apache-2.0") {
		t.Errorf("licenses: %v", found)
	}
}

// TestTargets checks that targets have the names that users know, and no paths of this
// machine in what they are built with.
func TestTargets(t *testing.T) {
	t.Parallel()
	for _, target := range allTargets {
		args, env := target.buildArgs("v1.2.3", "lib")
		if !strings.Contains(strings.Join(args, " "), "-trimpath -buildvcs=true") || !strings.Contains(strings.Join(args, " "), "-X main.release=v1.2.3") {
			t.Errorf("%s: %v", target.label(), args)
		}
		if uuid := !strings.Contains(strings.Join(args, " "), "-buildid="); uuid != (target.os == "darwin") {
			t.Errorf("%s: %v", target.label(), args)
		}
		if pgo := slices.Contains(args, "-pgo=cmd/cclf/convert.pgo"); pgo != (target.program == "cclf") {
			t.Errorf("%s: %v", target.label(), args)
		}
		if cgo := strings.Contains(strings.Join(env, " "), "CGO_ENABLED=1"); cgo != target.full {
			t.Errorf("%s: %v", target.label(), env)
		}
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"2.34", "2.34", false}, {"2.4", "2.34", false}, {"2.35", "2.34", true}, {"2.2.5", "2.34", false}, {"2.34.1", "2.34", true}} {
		if got := newer(tt.a, tt.b); got != tt.want {
			t.Errorf("%s is newer than %s: %t", tt.a, tt.b, got)
		}
	}
}

// TestDocs gets manual pages, completions and the version from programs that are scripts.
func TestDocs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("programs are shell scripts")
	}
	r := newRelease(t)
	for product, script := range map[*product]string{
		cclf:    "case $1 in man) echo page >$3/cclf.1;; completion) echo script for $2;; version) echo '{\"version\":\"v1.2.3\",\"duckdb\":\"v1.5.0\"}';; esac",
		iceberg: "case $1 in man) echo page >$3/cclf-iceberg.1;; completion) echo script for $2;; --version) echo cclf-iceberg version v1.2.3;; esac",
		beam:    "case $1 in --man) echo page;; --completion) echo script for $2;; --version) echo v1.2.3;; esac",
	} {
		if err := os.RemoveAll(r.docs(product)); err != nil {
			t.Fatal(err)
		}
		own := target{product: product, os: "linux", arch: "amd64"}
		write(t, r.file(own), "#!/bin/sh\n"+script+"\n")
		if err := os.Chmod(r.file(own), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := r.writeDocs(own); err != nil {
			t.Fatal(err)
		}
		if err := r.askVersion(own); err != nil {
			t.Error(err)
		}
		for name, want := range map[string]string{
			"man/" + product.program + ".1": "page\n", "completions/_" + product.program: "script for zsh\n", "completions/" + product.program + ".ps1": "script for pwsh\n",
		} {
			if got := read(t, filepath.Join(r.docs(product), name)); got != want {
				t.Errorf("%s of %s is %q, want %q", name, product.program, got, want)
			}
		}
		r.version = "v1.2.4"
		if err := r.askVersion(own); err == nil || !strings.Contains(err.Error(), "v1.2.3") {
			t.Errorf("another version is %v", err)
		}
		r.version = "v1.2.3"
	}
	if r.duckDB != "v1.5.0" {
		t.Errorf("DuckDB is %q", r.duckDB)
	}
}

// TestPaths finds folders of this machine in programs.
func TestPaths(t *testing.T) {
	t.Parallel()
	r := newRelease(t)
	cache, err := moduleCache()
	if err != nil {
		t.Fatal(err)
	}
	own := target{product: cclf, os: "linux", arch: "amd64"}
	for text, ok := range map[string]bool{
		"\x00github.com/cclf-tools/cclf/schema/claims.go\x00": true,
		"\x00" + filepath.Join(r.root, "schema", "claims.go"): false, "x" + filepath.Join(cache, "example.org"): false, filepath.Join(r.out, "work", "lib"): false,
	} {
		write(t, r.file(own), text)
		if err := r.checkPaths(own); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	const apache, bsd = "Licensed under the Apache License,\n Version 2.0 (the License)", "\nRedistributions in binary form must reproduce the above copyright notice"
	for text, want := range map[string]string{
		apache:                                "Apache-2.0",
		apache + bsd + "\nNeither the name":   "Apache-2.0 AND BSD-3-Clause",
		bsd:                                   "BSD-2-Clause",
		"Mozilla Public License, version 2.0": "MPL-2.0",
		"This is free and unencumbered software released into the public domain.":            "Unlicense",
		"/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */\n" + bsd:                "BSD-3-Clause OR GPL-2.0-only",
		"Permission is hereby granted, free of charge, to any person obtaining a copy of it": "MIT",
		"All rights reserved.": "",
	} {
		if got := identify(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if one, several := (*licensesOf("MIT"))[0], (*licensesOf("MIT AND ISC"))[0]; one.License.ID != "MIT" || several.License != nil || several.Expression != "MIT AND ISC" {
		t.Errorf("%+v, %+v", one, several)
	}
}
