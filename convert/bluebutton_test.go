package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// pageSize is how many resources Blue Button sends on a page unless asked for more.
const pageSize = 10

// savePages writes the resources of a file as an application that uses Blue Button
// saves them: one search per type, a Bundle for each page, in a file of its own.
func savePages(t *testing.T, ndjson, dir string) {
	t.Helper()
	text, err := os.ReadFile(ndjson)
	if err != nil {
		t.Fatal(err)
	}
	resources := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	name := filepath.Base(ndjson)
	for page := 0; page*pageSize < len(resources); page++ {
		var entries list
		for _, r := range resources[page*pageSize : min((page+1)*pageSize, len(resources))] {
			entries = append(entries, object{"fullUrl": "https://example.org/x", "search": object{"mode": "match"}, "resource": json.RawMessage(r)})
		}
		bundle := object{
			"resourceType": "Bundle", "id": fmt.Sprint(page), "type": "searchset", "total": len(resources),
			"link": list{object{"relation": "self", "url": "https://example.org/?startIndex=0"}}, "entry": entries,
		}
		var out bytes.Buffer
		if err := json.Indent(&out, []byte(asJSON(bundle)), "", "  "); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, fmt.Sprintf("%s-%03d.json", name, page))
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBlueButton converts the pages of searches, as Blue Button answers them. They
// give the rows of a bulk export of the same resources.
func TestBlueButton(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, api := range schema.APIs {
		export, pages := t.TempDir(), t.TempDir()
		if _, err := synth.Write(t.Context(), synth.Options{Dir: export, API: api.String(), Beneficiaries: 1, Seed: 7}); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(export, "*.ndjson"))
		if err != nil || len(files) < 3 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		for _, file := range files {
			savePages(t, file, pages)
		}
		want, got := convertFolder(t, export), convertFolder(t, pages)
		if len(got.Inputs) <= len(files) || got.Counts.Resources != want.Counts.Resources {
			t.Errorf("%s: %d resources on %d pages, %d in the export", api, got.Counts.Resources, len(got.Inputs), want.Counts.Resources)
		}
		for _, table := range want.Tables {
			if a, b := rowsOf(t, want, table.Name, api), rowsOf(t, got, table.Name, api); !slices.Equal(a, b) {
				t.Errorf("%s %s: %d rows differ from %d", api, table.Name, len(b), len(a))
			}
		}
	}
}

func convertFolder(t *testing.T, in string) *converted {
	t.Helper()
	c := &converted{dir: t.TempDir()}
	var err error
	if c.Manifest, err = Run(t.Context(), Options{Inputs: []string{in}, Out: c.dir, Format: CSV}); err != nil {
		t.Fatal(err)
	}
	return c
}
