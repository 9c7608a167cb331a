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
	description = "cclf fetches bulk exports of CMS's Beneficiary Claims Data API, converts them\ninto the tables of the Claim and Claim Line Feed, and queries them."
	maintainer  = "The cclf authors <cclf@users.noreply.github.com>"
)

// writePackages writes the deb and the rpm package of a target.
func (r *release) writePackages(t target) error {
	for _, packager := range []nfpm.Packager{deb.Default, rpm.DefaultRPM} {
		info, err := r.packageInfo(t, packager == rpm.DefaultRPM)
		if err != nil {
			return err
		}
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

// compressedPages writes the manual pages as packages have them.
func (r *release) compressedPages(t target) ([]*files.Content, error) {
	dir := r.path("work", t.label(), "compressed")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	pages, err := filepath.Glob(filepath.Join(r.docs(t.product), "man", "*.1"))
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
// completions and licenses, and other names for glibc.
func (r *release) packageInfo(t target, isRPM bool) (*nfpm.Info, error) {
	var contents []*files.Content
	add := func(source, destination string, mode os.FileMode) {
		contents = append(contents, packaged(source, destination, mode, r))
	}
	add(r.file(t), "/usr/bin/"+t.program, 0o755)
	docs := "/usr/share/doc/" + t.name + "/"
	licenses, zsh := docs, "/usr/share/zsh/vendor-completions/"
	if isRPM {
		licenses, zsh = "/usr/share/licenses/"+t.name+"/", "/usr/share/zsh/site-functions/"
	} else {
		add(filepath.Join(r.root, "LICENSE"), docs+"copyright", 0o644)
	}
	for name, source := range r.licenses(t.product) {
		add(source, licenses+name, 0o644)
	}
	documents, err := r.documents(t.product)
	if err != nil {
		return nil, err
	}
	for name, source := range documents {
		add(source, docs+name, 0o644)
	}
	pages, err := r.compressedPages(t)
	if err != nil {
		return nil, err
	}
	contents = append(contents, pages...)
	for shell, destination := range map[string]string{
		"bash": "/usr/share/bash-completion/completions/" + t.program, "zsh": zsh + "_" + t.program,
		"fish": "/usr/share/fish/vendor_completions.d/" + t.program + ".fish",
	} {
		add(filepath.Join(r.docs(t.product), "completions", completionFile(t.program, shell)), destination, 0o644)
	}
	var depends []string
	switch {
	case t.full && isRPM:
		depends = []string{"libc.so.6(GLIBC_" + newestGLIBC + ")(64bit)", "libgcc_s.so.1()(64bit)"}
	case t.full:
		depends = []string{"libc6 (>= " + newestGLIBC + ")", "libgcc-s1"}
	}
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: t.name, Arch: t.arch, Platform: "linux", Version: r.number(), VersionSchema: "semver", Release: "1", Section: "utils", Priority: "optional",
		Maintainer: maintainer, Description: t.summary + ".\n" + description, Homepage: homepage, License: "Apache-2.0", MTime: r.time,
		Overridables: nfpm.Overridables{Depends: depends, Contents: contents},
	})
	info.RPM.BuildHost, info.RPM.Summary = "localhost", t.summary
	info.RPM.Compression, info.Deb.Compression = "zstd", "gzip"
	return info, nil
}
