// Package synthtest makes synthetic exports for tests and reads them back.
package synthtest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/internal/synth"
)

// Write makes an export in a temporary folder of the test.
func Write(t testing.TB, opts synth.Options) (dir string, stats synth.Stats) {
	t.Helper()
	opts.Dir = filepath.Join(t.TempDir(), "export")
	stats, err := synth.Write(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return opts.Dir, stats
}

// UnlessRace returns n, or underRace with the race detector, which makes conversions ten
// times slower, and exports six times.
func UnlessRace[N int | uint64](n, underRace N) N {
	if raceEnabled {
		return underRace
	}
	return n
}

// WithoutRace leaves a test to the pass of make test without the race detector: it takes
// long, and other tests start the same goroutines.
func WithoutRace(t testing.TB) {
	t.Helper()
	if raceEnabled {
		t.Skip("make test runs it without the race detector")
	}
}

// Files returns the contents of the files of an export, by their paths in it.
func Files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all[filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Lines returns the resources of an uncompressed export, in the order of the file
// names.
func Lines(t testing.TB, dir string) [][]byte {
	t.Helper()
	var all [][]byte
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(content) == 0 || content[len(content)-1] != '\n' {
			t.Fatalf("%s does not end in a newline", name)
		}
		all = append(all, bytes.Split(bytes.TrimSuffix(content, []byte("\n")), []byte("\n"))...)
	}
	return all
}

// Truth returns the rows of a table of the truth, each by label.
func Truth(t testing.TB, dir, table string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "truth", table+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, label := range records[0] {
			row[label] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// A Resource has the elements that tests count rows by.
type Resource struct {
	ResourceType, ID, Status string
	Meta                     struct{ LastUpdated time.Time }
	Item                     []struct{}
	Procedure                []struct{}
	Identifier               []struct {
		Type struct {
			Coding []struct {
				Extension []struct{ ValueCoding struct{ Code string } }
			}
		}
	}
}

// Newest returns the newest version of each resource of an export, by type and id.
func Newest(t testing.TB, dir string) map[string]Resource {
	t.Helper()
	all := map[string]Resource{}
	for _, line := range Lines(t, dir) {
		var r Resource
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		key := r.ResourceType + "/" + r.ID
		if old, ok := all[key]; !ok || r.Meta.LastUpdated.After(old.Meta.LastUpdated) {
			all[key] = r
		}
	}
	return all
}
