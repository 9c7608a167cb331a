package pipeline

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/synth"
)

func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init()
	os.Exit(m.Run())
}

// TestPipeline converts exports of every API version on the Prism runner, cut at
// awkward places, and compares all rows with those of convert.Run.
func TestPipeline(t *testing.T) {
	for _, opts := range []synth.Options{
		{API: "v1", Beneficiaries: 3, Seed: 1, Traps: true},
		{API: "v2", Beneficiaries: 4, Seed: 2, EdgeCases: true},
		{API: "v3", Beneficiaries: 4, Seed: 3, EdgeCases: true},
	} {
		t.Run(opts.API, func(t *testing.T) {
			opts.Dir = filepath.Join(t.TempDir(), "export")
			if _, err := synth.Write(t.Context(), opts); err != nil {
				t.Fatal(err)
			}
			m := compare(t, Options{Inputs: []string{prepare(t, opts.Dir)}, ShardSize: 90_001})
			if m.Counts.Replaced == 0 {
				t.Errorf("no resource is replaced: %+v", m.Counts)
			}
		})
	}
}

// compare converts inputs by convert.Run and by a pipeline, compares all rows, and
// returns the manifest of convert.Run.
func compare(t *testing.T, o Options) *dataset.Manifest {
	t.Helper()
	var names []string
	for _, pattern := range o.Inputs {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, matches...)
	}
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	m, err := convert.Run(t.Context(), convert.Options{Inputs: names, Out: plain, MaxRejects: -1})
	if err != nil {
		t.Fatal(err)
	}
	o.Out, o.Temp, o.MaxRejects = filepath.Join(dir, "out"), filepath.Join(dir, "shards"), -1
	beamed, err := Run(t.Context(), o, beamx.Run)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.Counts, beamed.Counts); diff != "" {
		t.Errorf("counts differ (-convert +beam):\n%s", diff)
	}
	want, got := rowsOf(t, plain), rowsOf(t, o.Out)
	for name := range want {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s differs (-convert +beam):\n%.1000s", name, diff)
		}
	}
	if _, err := os.Stat(o.Temp); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", o.Temp, err)
	}
	if _, err := Run(t.Context(), o, beamx.Run); !errors.Is(err, ErrOutput) {
		t.Errorf("a data set is replaced: %v", err)
	}
	return m
}

// prepare makes one plain file of an export, one compressed one with some of its lines
// again, and one without a line end, and returns a pattern for them.
func prepare(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	var all, again bytes.Buffer
	z := gzip.NewWriter(&again)
	last, n := "", 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		for line := range strings.Lines(string(text)) {
			if n++; n%5 == 0 {
				fmt.Fprint(z, line)
				last = line
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"a.in": all.Bytes(), "b.in": again.Bytes(), "c.in": []byte(strings.TrimSpace(last))} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "*.in")
}

// rowsOf returns the rows of all tables of a data set, sorted.
func rowsOf(t *testing.T, dir string) map[string][]string {
	t.Helper()
	set, err := dataset.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for _, table := range set.Manifest.Tables {
		rows[table.Name] = nil
		for _, f := range set.Files(table) {
			rows[table.Name] = append(rows[table.Name], rowsOfFile(t, f.Path)...)
		}
		slices.Sort(rows[table.Name])
	}
	return rows
}

func rowsOfFile(t *testing.T, path string) (rows []string) {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := encode.ReadParquet(context.Background(), in, encode.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(rec.NumRows()) {
			var row strings.Builder
			for _, col := range rec.Columns() {
				row.WriteString(col.ValueStr(i) + "|")
			}
			rows = append(rows, row.String())
		}
	}
}

// TestRanges cuts texts at every byte. The ranges together are the text, and each
// consists of whole lines.
func TestRanges(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "x")
	for _, text := range []string{"", "a", "a\n", "\n", "\n\n\n", "ab\nc\n\ndefg\nh", "ab\r\ncd\r\n", strings.Repeat("x", 3<<20) + "\ny\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		size := int64(len(text))
		cuts := []int64{0, 1, 1 << 20, 2<<20 + 1, size - 3, size - 2, size - 1}
		if size < 100 {
			cuts = nil
			for i := range size {
				cuts = append(cuts, i)
			}
		}
		for _, a := range cuts {
			for _, b := range cuts {
				if b < a {
					continue
				}
				var joined strings.Builder
				for _, r := range [][2]int64{{0, a}, {a, b}, {b, size}} {
					in, offset, err := openRange(t.Context(), name, r[0], r[1])
					if err != nil {
						t.Fatal(err)
					}
					part, err := io.ReadAll(in)
					in.Close()
					if err != nil {
						t.Fatal(err)
					}
					if len(part) > 0 && offset != int64(joined.Len()) {
						t.Errorf("%.20q, %v: offset %d, want %d", text, r, offset, joined.Len())
					}
					joined.Write(part)
					if n := joined.Len(); len(part) > 0 && n < len(text) && part[len(part)-1] != '\n' {
						t.Errorf("%.20q, %v: %.20q is not of whole lines", text, r, part)
					}
				}
				if joined.String() != text {
					t.Errorf("%.20q cut at %d and %d: %.40q", text, a, b, joined.String())
				}
			}
		}
	}
}

// TestRefused converts what is no input.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	zip, pretty := filepath.Join(dir, "x.zip"), filepath.Join(dir, "pretty")
	for name, text := range map[string]string{zip: "PK\x03\x04", pretty: strings.Repeat("{\n\"resourceType\": \"Patient\",\n\"id\": \"1\"\n}\n", 50)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string]string{
		zip: "is a zip file", filepath.Join(dir, "none*"): "no file matches", "gopher://x/*": "unknown scheme", pretty: convert.ErrShardLines.Error(),
	} {
		o := Options{Inputs: []string{pattern}, Out: filepath.Join(dir, "out"), Temp: filepath.Join(dir, "temp"), ShardSize: 300, Settings: Settings{MaxRejects: -1}}
		if _, err := Run(t.Context(), o, beamx.Run); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", pattern, err)
		}
		for _, left := range []string{o.Out, o.Temp} {
			if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s: %s is left", pattern, left)
			}
		}
	}
}
