package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"
)

// templates are the manifests of package managers.
//
//go:embed templates
var templates embed.FS

// finish writes the manifests of package managers, for the archives in the folder, and
// then SHA256SUMS of all files.
func (r *release) finish() error {
	sums, err := r.sums()
	if err != nil {
		return err
	}
	if err := r.writeManifests(sums); err != nil {
		return err
	}
	if sums, err = r.sums(); err != nil {
		return err
	}
	return writeFile(r.path("SHA256SUMS"), func(w io.Writer) error {
		for _, s := range sums {
			if _, err := fmt.Fprintf(w, "%s  %s\n", s.sum, s.name); err != nil {
				return err
			}
		}
		return nil
	})
}

// A sum is the SHA-256 of a file in the folder of the release.
type sum struct{ name, sum string }

// sums returns the SHA-256 of the files in the folder, in the order of their names.
func (r *release) sums() ([]sum, error) {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return nil, err
	}
	var list []sum
	for _, e := range entries {
		if e.IsDir() || e.Name() == "SHA256SUMS" {
			continue
		}
		f, err := os.Open(r.path(e.Name()))
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return nil, err
		}
		list = append(list, sum{e.Name(), fmt.Sprintf("%x", h.Sum(nil))})
	}
	return list, nil
}

// A manifestData is what the templates need.
type manifestData struct {
	Version, Homepage, Summary, Date string
	Sums                             map[string]string // of archives, by target
}

// URL is the address of an archive.
func (d manifestData) URL(name string) string {
	return d.Homepage + "/releases/download/v" + d.Version + "/" + name
}

// writeManifests writes a formula for Homebrew, and manifests for winget, if the
// archives that they need are there.
func (r *release) writeManifests(sums []sum) error {
	data := manifestData{Version: r.number(), Homepage: homepage, Summary: cclf.summary, Date: r.time.Format("2006-01-02"), Sums: map[string]string{}}
	for _, s := range sums {
		for _, t := range allTargets {
			if strings.TrimSuffix(s.name, extension(s.name)) == r.archiveName(t) && (strings.HasSuffix(s.name, ".tar.gz") || strings.HasSuffix(s.name, ".zip")) {
				data.Sums[t.label()] = s.sum
			}
		}
	}
	for _, m := range []struct {
		file    string
		targets []string
	}{
		{"cclf.rb", []string{"darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64"}},
		{"cclf-tools.cclf.yaml", []string{"windows-amd64"}},
		{"cclf-tools.cclf.installer.yaml", []string{"windows-amd64"}},
		{"cclf-tools.cclf.locale.en-US.yaml", []string{"windows-amd64"}},
	} {
		missing := ""
		for _, name := range m.targets {
			if data.Sums[name] == "" {
				missing = name
			}
		}
		if missing != "" {
			fmt.Fprintf(os.Stderr, "release: not written: %s: there is no archive of %s\n", m.file, missing)
			continue
		}
		text, err := render(m.file, data)
		if err != nil {
			return err
		}
		if err := os.WriteFile(r.path(m.file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func render(name string, data manifestData) ([]byte, error) {
	t, err := template.ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, data)
	return b.Bytes(), err
}
