package convert

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenInputs returns files of resources in a readable layout, one for each kind
// of resource and API version.
func goldenInputs(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, api := range schema.APIs {
		names, err := filepath.Glob(filepath.Join("testdata", api.String(), "*.json"))
		if err != nil || len(names) < 10 { // eight claim types, Patient and Coverage
			t.Fatalf("golden inputs of %s: %v, %v", api, names, err)
		}
		all = append(all, names...)
	}
	return all
}

// readResources reads the resources of a golden input, one per line.
func readResources(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var resource json.RawMessage
		if err := d.Decode(&resource); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var line bytes.Buffer
		if err := json.Compact(&line, resource); err != nil {
			t.Fatal(err)
		}
		out = append(out, line.String())
	}
}

// TestGolden converts each golden input, with the Patient of its API version
// beside it, and compares all cells of the CCLF tables that are not empty.
func TestGolden(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, name := range goldenInputs(t) {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(name, "testdata/"), ".json"), func(t *testing.T) {
			resources := readResources(t, name)
			patient := filepath.Join(filepath.Dir(name), "patient.json")
			isClaim := strings.Contains(resources[0], `"resourceType":"ExplanationOfBenefit"`)
			if name != patient {
				resources = append(resources, readResources(t, patient)...)
			}
			c := export{"in.ndjson": strings.Join(resources, "\n")}.convert(t)
			if len(c.rejects) > 0 || c.Counts.Orphans > 0 {
				t.Fatalf("rejects %v, %d claims without a Patient", c.rejects, c.Counts.Orphans)
			}
			got := cells(t, c, func(table *schema.Table) bool { return len(table.Claims) > 0 || !isClaim })
			compareGolden(t, strings.TrimSuffix(name, ".json")+".csv", got)
		})
	}
}

// cells lists the cells of some CCLF tables, those without a value apart: a
// record for each with table, row, label and value. Tables without rows have
// no records.
func cells(t *testing.T, c *converted, wanted func(*schema.Table) bool) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, table := range append(slices.Clone(schema.Tables()), schema.Lookup(wellknown.PriorAuthorizationsTable)) {
		if !wanted(table) {
			continue
		}
		for i, row := range c.table(t, table.Name) {
			for _, f := range table.Fields {
				if v, ok := row[f.Label]; ok && f.Label != "SOURCE_FILE" { // a folder of its own each time
					_ = w.Write([]string{table.Name, strconv.Itoa(i + 1), f.Label, v})
				}
			}
		}
	}
	w.Flush()
	return b.Bytes()
}

func compareGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v (make it with -update)", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

// exports are the golden inputs of each API version together, and what there is
// of CMS's samples beside the project, each a list of resources.
func exports(t *testing.T) map[string][]string {
	t.Helper()
	sets := map[string][]string{}
	for _, name := range goldenInputs(t) {
		set := filepath.Dir(name)
		sets[set] = append(sets[set], readResources(t, name)...)
	}
	samples, err := filepath.Glob("../../shared/samples/*/*.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range samples {
		set := filepath.Dir(name)
		sets[set] = append(sets[set], readResources(t, name)...)
	}
	return sets
}

// TestKeyOrder converts exports again and again with the members of all
// objects in another order each time. The data set does not change by a byte.
func TestKeyOrder(t *testing.T) {
	synthtest.WithoutRace(t)
	for name, texts := range exports(t) {
		var resources []any
		for _, text := range texts[:min(len(texts), 60)] {
			resources = append(resources, decodeOrdered(t, text))
		}
		in := filepath.Join(t.TempDir(), "in.ndjson")
		var want map[string]string
		for seed := range seeds(2, 1) {
			r := rand.New(rand.NewPCG(seed, 0))
			var text []byte
			for _, resource := range resources {
				text = append(appendOrdered(text, resource, r), '\n')
			}
			if err := os.WriteFile(in, text, 0o600); err != nil {
				t.Fatal(err)
			}
			out := t.TempDir()
			m, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, Format: CSV, MaxRejects: 0})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if m.Counts.Lines != int64(len(resources)) {
				t.Fatalf("%s: %d resources of %d", name, m.Counts.Lines, len(resources))
			}
			got := readTree(t, out)
			if want == nil {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, seed %d (-first +this):\n%s", name, seed, diff)
			}
		}
	}
}

// ordered is a JSON object with its members in some order.
type ordered []member

type member struct {
	name  string
	value any
}

// decodeOrdered decodes a JSON text. Scalars stay as they are.
func decodeOrdered(t *testing.T, text string) any {
	t.Helper()
	var object map[string]json.RawMessage
	var array []json.RawMessage
	switch text[0] {
	case '{':
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			t.Fatal(err)
		}
		out := ordered{}
		for name, value := range object {
			out = append(out, member{name, decodeOrdered(t, string(value))})
		}
		slices.SortFunc(out, func(a, b member) int { return strings.Compare(a.name, b.name) })
		return out
	case '[':
		if err := json.Unmarshal([]byte(text), &array); err != nil {
			t.Fatal(err)
		}
		out := []any{}
		for _, value := range array {
			out = append(out, decodeOrdered(t, string(value)))
		}
		return out
	}
	return text
}

// appendOrdered encodes a value with the members of objects shuffled.
func appendOrdered(dst []byte, v any, r *rand.Rand) []byte {
	switch v := v.(type) {
	case ordered:
		v = slices.Clone(v)
		r.Shuffle(len(v), func(i, k int) { v[i], v[k] = v[k], v[i] })
		dst = append(dst, '{')
		for i, m := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = strconv.AppendQuote(dst, m.name)
			dst = append(dst, ':')
			dst = appendOrdered(dst, m.value, r)
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, element := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendOrdered(dst, element, r)
		}
		return append(dst, ']')
	}
	return append(dst, v.(string)...)
}
