package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

const (
	homepage    = "https://github.com/cclf-tools/cclf"
	summary     = "Medicare claims of BCDA as CCLF tables, with SQL, metrics and reports"
	description = summary + ".\ncclf fetches bulk exports of CMS's Beneficiary Claims Data API, converts them\ninto the tables of the Claim and Claim Line Feed, and queries them."
	maintainer  = "The cclf authors <cclf@users.noreply.github.com>"
)

// writePackages writes the deb and the rpm package of a target.
func (r *release) writePackages(t target) error {
	pages, err := r.compressedPages(t)
	if err != nil {
		return err
	}
	for _, packager := range []nfpm.Packager{deb.Default, rpm.DefaultRPM} {
		info := r.packageInfo(t, pages, packager == rpm.DefaultRPM)
		if err := nfpm.PrepareForPackager(info, map[bool]string{false: "deb", true: "rpm"}[packager == rpm.DefaultRPM]); err != nil {
			return err
		}
		name := packager.ConventionalFileName(info)
		if err := writeFile(r.path(name), func(w io.Writer) error { return packager.Package(info, w) }); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// compressedPages writes the manual pages, and the changelog, as packages have them.
func (r *release) compressedPages(t target) ([]*files.Content, error) {
	dir := r.path("work", t.name(), "compressed")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	pages, err := filepath.Glob(filepath.Join(r.docs, "man", "*.1"))
	if err != nil {
		return nil, err
	}
	var list []*files.Content
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return nil, err
		}
		if text, err = compressed(text); err != nil {
			return nil, err
		}
		name := filepath.Base(page) + ".gz"
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return nil, err
		}
		list = append(list, packaged(filepath.Join(dir, name), "/usr/share/man/man1/"+name, 0o644, r))
	}
	return list, nil
}

// packaged is a file of a package.
func packaged(source, destination string, mode os.FileMode, r *release) *files.Content {
	return &files.Content{
		Source: source, Destination: destination,
		FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: r.time},
	}
}

// packageInfo describes a package. Debian and Red Hat have other places for
// completions, and other names for glibc.
func (r *release) packageInfo(t target, contents []*files.Content, isRPM bool) *nfpm.Info {
	add := func(source, destination string, mode os.FileMode) {
		contents = append(contents, packaged(source, destination, mode, r))
	}
	zsh, depends := "/usr/share/zsh/vendor-completions/_cclf", []string{"libc6 (>= " + newestGLIBC + ")", "libgcc-s1"}
	licenses := "/usr/share/doc/cclf/"
	if isRPM {
		zsh, depends = "/usr/share/zsh/site-functions/_cclf", []string{"libc.so.6(GLIBC_" + newestGLIBC + ")(64bit)", "libgcc_s.so.1()(64bit)"}
		licenses = "/usr/share/licenses/cclf/"
	}
	add(r.program(t), "/usr/bin/cclf", 0o755)
	add(filepath.Join(r.docs, "completions", "cclf.bash"), "/usr/share/bash-completion/completions/cclf", 0o644)
	add(filepath.Join(r.docs, "completions", "_cclf"), zsh, 0o644)
	add(filepath.Join(r.docs, "completions", "cclf.fish"), "/usr/share/fish/vendor_completions.d/cclf.fish", 0o644)
	for _, name := range []string{"LICENSE", "NOTICE", "THIRD-PARTY-LICENSES"} {
		add(filepath.Join(r.root, name), licenses+name, 0o644)
	}
	for _, name := range []string{"README.md", "CHANGELOG.md"} {
		add(filepath.Join(r.root, name), "/usr/share/doc/cclf/"+name, 0o644)
	}
	if !isRPM {
		add(filepath.Join(r.root, "LICENSE"), "/usr/share/doc/cclf/copyright", 0o644)
	}
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: "cclf", Arch: t.arch, Platform: "linux", Version: r.number(), VersionSchema: "semver", Release: "1", Section: "utils", Priority: "optional",
		Maintainer: maintainer, Description: description, Homepage: homepage, License: "Apache-2.0", MTime: r.time,
		Overridables: nfpm.Overridables{Depends: depends, Contents: contents},
	})
	info.RPM.BuildHost, info.RPM.Summary = "localhost", summary
	info.RPM.Compression, info.Deb.Compression = "zstd", "gzip"
	return info
}
