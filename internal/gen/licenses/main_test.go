package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestTexts finds the files of licenses by the names that modules give them, in their
// roots and with packages, and each text once.
func TestTexts(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"LICENSE":              "a\r\nb  \n\n",
		"LICENSE_APACHE":       "apache",
		"LICENSE-3RD-PARTY.md": "others",
		"LICENSE.Golang":       "go",
		"ZSTD_LICENSE":         "zstd",
		"COPYING.txt":          "copying",
		"PATENTS":              "patents",
		"UNLICENSE":            "none",
		"LICENSE.docs":         "of documents",
		"license.go":           "package license",
		".licenserc.yaml":      "settings",
		"NOTICE":               "notice",
		"NOTICE.go":            "package notice",
		"pkg/Licence.txt":      "package",
		"pkg/LICENSE":          "a\nb",
		"unlinked/LICENSE":     "unlinked",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m := module{dirs: []string{filepath.Join(root, "pkg"), root}}
	got, err := m.texts(licenseFile)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if want := []string{"a\nb", "apache", "copying", "go", "none", "others", "package", "patents", "zstd"}; !slices.Equal(got, want) {
		t.Errorf("licenses %q, want %q", got, want)
	}
	if got, err = m.texts(noticeFile); err != nil || !slices.Equal(got, []string{"notice"}) {
		t.Errorf("notices %q, %v", got, err)
	}
}
