package convert

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestDialects converts an export of each dialect that servers are known to have
// spoken, and compares all cells with a value, and what is reported as new or
// missing. The README of the folder says what is peculiar to each.
func TestDialects(t *testing.T) {
	synthtest.WithoutRace(t)
	const dir = "../testdata/dialects"
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dialects := 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dialects++
		t.Run(e.Name(), func(t *testing.T) {
			if !strings.Contains(string(readme), "`"+e.Name()+"`") {
				t.Error("the README does not describe it")
			}
			out := t.TempDir()
			m, err := Run(t.Context(), Options{Inputs: []string{filepath.Join(dir, e.Name())}, Out: out, Format: CSV, MaxRejects: -1})
			if err != nil {
				t.Fatal(err)
			}
			if m.Counts.Rejected > 0 {
				rejects, _ := os.ReadFile(filepath.Join(out, RejectsFile))
				t.Fatalf("rejects:\n%s", rejects)
			}
			compareGolden(t, filepath.Join(dir, e.Name()+".csv"), dialectRecords(t, m, out))
		})
	}
	if dialects < 10 {
		t.Errorf("%d dialects", dialects)
	}
}

// dialectRecords lists the cells of all tables that have a value, a record for
// each with table, row, label and value, and then what is new and missing.
func dialectRecords(t *testing.T, m *Manifest, out string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, table := range m.Tables {
		number := 0
		for _, file := range table.Files {
			text, err := os.ReadFile(filepath.Join(out, file.Name))
			if err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows[1:] {
				number++
				for i, value := range row {
					if value != "" && rows[0][i] != "SOURCE_FILE" { // which is as systems write paths
						_ = w.Write([]string{table.Name, strconv.Itoa(number), rows[0][i], value})
					}
				}
			}
		}
	}
	for _, u := range m.New() {
		_ = w.Write([]string{"new", u.Kind, u.Resource + "." + u.Path, u.Name})
	}
	for _, mark := range m.Missing {
		_ = w.Write([]string{"missing", strconv.FormatInt(mark.Resources, 10), mark.Resource, mark.Mark})
	}
	w.Flush()
	return b.Bytes()
}

// Any character of a text may be written as an escape sequence: what a cell is made of,
// and what decides about it, are the same.
func TestEscapedText(t *testing.T) {
	synthtest.WithoutRace(t)
	const dir = "../testdata/dialects"
	value := regexp.MustCompile(`:"([A-Za-z0-9#])([^"\\]*)"`)
	escape := func(text []byte) []byte {
		text = value.ReplaceAllFunc(text, func(m []byte) []byte { return fmt.Appendf(nil, `:"\u%04x%s`, m[2], m[3:]) })
		return bytes.ReplaceAll(text, []byte("/"), []byte(`\/`))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*json"))
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string][]string{}
	for _, file := range files {
		exports[filepath.Dir(file)] = append(exports[filepath.Dir(file)], file)
	}
	if len(exports) < 10 {
		t.Fatalf("%d exports", len(exports))
	}
	for _, files := range exports {
		var got [2][]byte
		for i := range got {
			in, out := t.TempDir(), t.TempDir()
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if i == 1 {
					text = escape(text)
				}
				if err := os.WriteFile(filepath.Join(in, filepath.Base(file)), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, Format: CSV, MaxRejects: -1})
			if err != nil {
				t.Fatal(err)
			}
			got[i] = fmt.Appendf(dialectRecords(t, m, out), "%d rejected", m.Counts.Rejected)
		}
		if diff := difference(strings.Split(string(got[0]), "\n"), strings.Split(string(got[1]), "\n")); diff != "" {
			t.Errorf("%s:\n%s", filepath.Dir(files[0]), diff)
		}
	}
}
