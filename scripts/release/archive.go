package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An entry is a file in an archive, package or image, or a folder if it has neither
// source nor data.
type entry struct {
	name   string // path, with slashes
	source string // file with the content, or
	data   []byte
	mode   int64
}

func (e *entry) content() ([]byte, error) {
	if e.source == "" {
		return e.data, nil
	}
	return os.ReadFile(e.source)
}

// archiveName is the name of an archive without its extension, and of the folder in it.
func (r *release) archiveName(t target) string {
	return fmt.Sprintf("%s-%s-%s-%s", t.name, r.number(), t.os, t.arch)
}

// licenses are the files of licenses that everything has: that of cclf, and those of the
// module of the product.
func (r *release) licenses(p *product) map[string]string {
	return map[string]string{
		"LICENSE":              filepath.Join(r.root, "LICENSE"),
		"NOTICE":               filepath.Join(r.root, p.module, "NOTICE"),
		"THIRD-PARTY-LICENSES": filepath.Join(r.root, p.module, "THIRD-PARTY-LICENSES"),
	}
}

// documents are the files that explain a product. The README refers to the pages in docs,
// which have to be there where no network is. A product with a page of its own has that.
func (r *release) documents(p *product) (map[string]string, error) {
	list := map[string]string{"CHANGELOG.md": filepath.Join(r.root, "CHANGELOG.md")}
	if p.page != "" {
		list[p.page] = filepath.Join(r.root, "docs", p.page)
		return list, nil
	}
	for _, name := range []string{"README.md", "SECURITY.md", "CONTRIBUTING.md"} {
		list[name] = filepath.Join(r.root, name)
	}
	pages := filepath.Join(r.root, "docs")
	return list, filepath.WalkDir(pages, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(r.root, path)
		list[filepath.ToSlash(name)] = path
		return err
	})
}

// archived returns the files of an archive.
func (r *release) archived(t target) ([]entry, error) {
	dir := r.archiveName(t) + "/"
	list := []entry{{name: dir + filepath.Base(r.file(t)), source: r.file(t), mode: 0o755}}
	documents, err := r.documents(t.product)
	if err != nil {
		return nil, err
	}
	maps.Copy(documents, r.licenses(t.product))
	for name, source := range documents {
		list = append(list, entry{name: dir + name, source: source, mode: 0o644})
	}
	for _, sub := range []string{"completions", "man"} {
		files, err := os.ReadDir(filepath.Join(r.docs(t.product), sub))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			list = append(list, entry{name: dir + sub + "/" + f.Name(), source: filepath.Join(r.docs(t.product), sub, f.Name()), mode: 0o644})
		}
	}
	return list, nil
}

// writeArchive writes the archive of a target: zip for Windows, else tar.gz.
func (r *release) writeArchive(t target) error {
	list, err := r.archived(t)
	if err != nil {
		return err
	}
	if t.os == "windows" {
		return writeFile(r.path(r.archiveName(t)+".zip"), func(w io.Writer) error { return writeZip(w, list, r.time) })
	}
	return writeFile(r.path(r.archiveName(t)+".tar.gz"), func(w io.Writer) error { return writeTarGz(w, list, r.time) })
}

// writeFile writes a file.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// writeTarGz writes a compressed archive whose bytes depend on the files alone.
func writeTarGz(w io.Writer, list []entry, t time.Time) error {
	z := gzip.NewWriter(w) // the best level takes three times as long, for 0.3 % less
	if err := writeTar(z, list, t); err != nil {
		return err
	}
	return z.Close()
}

func writeTar(w io.Writer, list []entry, t time.Time) error {
	out := tar.NewWriter(w)
	for _, e := range sorted(list) {
		data, err := e.content()
		if err != nil {
			return err
		}
		h := &tar.Header{Name: e.name, Mode: e.mode, ModTime: t, Typeflag: tar.TypeReg, Size: int64(len(data)), Format: tar.FormatUSTAR}
		if strings.HasSuffix(e.name, "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := out.WriteHeader(h); err != nil {
			return err
		}
		if _, err := out.Write(data); err != nil {
			return err
		}
	}
	return out.Close()
}

func writeZip(w io.Writer, list []entry, t time.Time) error {
	out := zip.NewWriter(w)
	for _, e := range sorted(list) {
		data, err := e.content()
		if err != nil {
			return err
		}
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: t}
		h.SetMode(os.FileMode(e.mode))
		f, err := out.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(data); err != nil {
			return err
		}
	}
	return out.Close()
}

// sorted returns the entries in the order of their names.
func sorted(list []entry) []entry {
	return slices.SortedFunc(slices.Values(list), func(a, b entry) int { return strings.Compare(a.name, b.name) })
}

// compressed returns data as a file of gzip without a name and a time.
func compressed(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

// folders returns the folders above the entries, which tar archives of images have.
func folders(list []entry) []entry {
	seen := map[string]bool{}
	var out []entry
	for _, e := range list {
		for dir := path.Dir(strings.TrimSuffix(e.name, "/")); dir != "." && !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			if !slices.ContainsFunc(list, func(e entry) bool { return e.name == dir+"/" }) {
				out = append(out, entry{name: dir + "/", mode: 0o755})
			}
		}
	}
	return out
}
