package pipeline

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
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
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/blob/blobtest"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/feed"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/schema"
)

func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init()
	os.Exit(inFolder(m))
}

// inFolder runs the tests with a temporary folder of their own, and removes what Beam
// leaves there.
func inFolder(m *testing.M) int {
	dir, err := os.MkdirTemp("", "pipeline")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	return m.Run()
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
			m := compare(t, Options{Inputs: []string{prepare(t, opts.Dir)}, ShardSize: 300_001})
			if m.Counts.Replaced == 0 {
				t.Errorf("no resource is replaced: %+v", m.Counts)
			}
		})
	}
}

// compare converts inputs by convert.Run and by a pipeline, compares all rows and the
// manifests, and returns that of convert.Run.
func compare(t *testing.T, o Options) *dataset.Manifest {
	t.Helper()
	if o.MaxRejects == 0 {
		o.MaxRejects = -1
	}
	exports, err := findExports(t.Context(), o.Inputs, o.AllowShrink)
	if err != nil {
		t.Fatal(err)
	}
	s := o.Settings
	s.Runs, s.HasRuns, s.Increment = exports.Runs, len(exports.Runs) > 0, exports.Increment
	opts, err := s.options()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	opts.Inputs, opts.Ignore, opts.Out = exports.Inputs, exports.Ignore, filepath.Join(dir, "plain")
	m, err := convert.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if o.Out == "" {
		o.Out, o.Temp = filepath.Join(dir, "out"), filepath.Join(dir, "shards")
	}
	beamed, err := Run(t.Context(), o, beamx.Run)
	if err != nil {
		t.Fatal(err)
	}
	want, got := rowsOf(t, opts.Out), rowsOf(t, o.Out)
	for name := range want {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s differs (-convert +beam):\n%.1000s", name, diff)
		}
	}
	notFiles := cmpopts.IgnoreFields(dataset.Manifest{}, "Tables", "TablesSHA256", "Rejects", "SchemaVersion")
	if diff := cmp.Diff(m, beamed, notFiles); diff != "" {
		t.Errorf("the manifests differ (-convert +beam):\n%s", diff)
	}
	for i := range min(len(m.Tables), len(beamed.Tables)) {
		if a, b := m.Tables[i], beamed.Tables[i]; a.Name != b.Name || a.Rows != b.Rows {
			t.Errorf("table %s has %d rows, and %s %d", a.Name, a.Rows, b.Name, b.Rows)
		}
	}
	if len(m.Tables) != len(beamed.Tables) {
		t.Errorf("%d tables, and %d", len(m.Tables), len(beamed.Tables))
	}
	if left, err := filesOf(t.Context(), o.Temp, ""); len(left) > 0 {
		t.Errorf("%s is left: %v %v", o.Temp, left, err)
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
			rows[table.Name] = append(rows[table.Name], rowsOfFile(t, set.Manifest.Format, f.Path)...)
		}
		slices.Sort(rows[table.Name])
	}
	return rows
}

func rowsOfFile(t *testing.T, format dataset.Format, path string) (rows []string) {
	t.Helper()
	in, err := blob.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if format == dataset.CSV {
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Collect(strings.Lines(string(text)))
	}
	r, err := dataset.RowReader(format)(t.Context(), in, encode.ReadOptions{})
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

// TestRefused converts what cannot be converted.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	zip, pretty, claim := filepath.Join(dir, "x.zip"), filepath.Join(dir, "pretty"), filepath.Join(dir, "claim")
	for name, text := range map[string]string{
		zip: "PK\x03\x04", pretty: strings.Repeat("{\n\"resourceType\": \"Patient\",\n\"id\": \"1\"\n}\n", 50),
		claim: strings.Repeat(`{"resourceType":"Patient"}`+"\n", 30),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		pattern  string
		settings Settings
		want     error
		text     string
	}{
		{zip, Settings{MaxRejects: -1}, ErrBrokeOff, "broke off"},
		{filepath.Join(dir, "none*"), Settings{MaxRejects: -1}, ErrInput, "no file matches"},
		{"gopher://x/*", Settings{MaxRejects: -1}, ErrInput, "unknown scheme"},
		{pretty, Settings{MaxRejects: -1}, convert.ErrShardLines, ""},
		{claim, Settings{MaxRejects: 20}, convert.ErrTooManyRejects, "more than 20"},
		{claim, Settings{MaxRejects: -1}, ErrShrink, "all 30 lines of the input were rejected, the first in " + claim + " line 1"},
		{claim, Settings{Profile: convert.Tuva}, convert.ErrOptions, "all claims of a beneficiary"},
		{claim, Settings{Format: convert.Fixed}, convert.ErrOptions, "format fixed"},
		{claim, Settings{Format: convert.DuckDB}, convert.ErrOptions, "format duckdb"},
		{claim, Settings{Leavers: convert.DropLeavers}, convert.ErrOptions, "full list of Patients"},
		{claim, Settings{Tables: []string{"cclf99"}}, convert.ErrOptions, "cclf99"},
	} {
		o := Options{Inputs: []string{tt.pattern}, Out: filepath.Join(dir, "out"), Temp: filepath.Join(dir, "temp"), ShardSize: 300, Settings: tt.settings}
		_, err := Run(t.Context(), o, beamx.Run)
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s, %+v: %v", tt.pattern, tt.settings, err)
		}
		for _, left := range []string{o.Out + "/_manifest.json", o.Temp} {
			if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s: %s is left", tt.pattern, left)
			}
		}
	}
}

// exportFolder writes an export folder of some runs: increments with the whole list of
// Patients, and deletions.
func exportFolder(t *testing.T, seed uint64) string {
	t.Helper()
	dir, f := t.TempDir(), feed.New(schema.V2, seed)
	type object = map[string]any
	for range 3 {
		f.Arrive()
	}
	var runs []object
	for number := 1; number <= 4; number++ {
		for range 6 {
			f.Change()
		}
		f.Arrive()
		run := object{
			"number": number, "api": "v2", "transaction_time": f.Day(),
			"request": object{"endpoint": "patient", "since": "auto", "full_types": []string{"Patient"}},
		}
		if number > 1 {
			run["since"] = runs[number-2]["transaction_time"]
		}
		changed, deleted := f.Changed(f.Sent)
		write := func(kind, name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			run[kind] = []object{{"name": name, "type": "Patient", "bytes": len(text), "resources": strings.Count(text, "\n")}}
		}
		write("files", fmt.Sprintf("%03d-Patient-00001.ndjson", number), feed.Lines(append(changed, f.Patients()...)...))
		if len(deleted) > 0 {
			write("deleted", fmt.Sprintf("_%03d-deleted-00001.ndjson", number), feed.Lines(feed.DeletedBundle(deleted...)))
		}
		f.Sent = f.State()
		runs = append(runs, run)
	}
	history, err := json.Marshal(object{"format": 1, "runs": runs})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"_fetch_runs.json": history, "_fetch.json": []byte(`{"format":1,"run":{"number":4,"phase":"done"}}`)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestLog converts an export folder of several runs.
func TestLog(t *testing.T) {
	var all dataset.Counts
	for seed, leavers := range []convert.Leavers{convert.KeepLeavers, convert.DropLeavers} {
		m := compare(t, Options{Inputs: []string{exportFolder(t, uint64(seed))}, ShardSize: 3001, Settings: Settings{API: "v2", Leavers: leavers, AllowUnrelated: true}})
		if all.Add(m.Counts); len(m.Runs) != 4 {
			t.Errorf("%d runs", len(m.Runs))
		}
	}
	if all.Deletions == 0 || all.Deleted == 0 || all.Leavers == 0 || all.Repeated == 0 || all.Rejected > 0 {
		t.Errorf("the logs show too little: %+v", all)
	}
}

// TestOptions converts with options that change the tables or their files.
func TestOptions(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{API: "v2", Beneficiaries: 2, Seed: 22, EdgeCases: true, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	archive(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := compare(t, Options{Inputs: []string{dir}, ShardSize: 500_000, Settings: Settings{
		Tables: []string{"cclf5", "cclf8"}, ExtraColumns: []string{"cclf5 CREATED date v2: created"}, API: "v2", Limits: convert.Limits{"item": 5},
		Versions: convert.AllVersions, Sort: true, PartitionBy: dataset.ServiceYear, FileSize: 1 << 20, FileMode: 0o640,
	}})
	if len(m.Tables) != 2 || len(m.Unmapped) == 0 || m.Counts.Rejected == 0 || len(m.Inputs) < 3 || len(m.PassedOver) == 0 {
		t.Errorf("the export shows too little: %+v", m)
	}
	for _, format := range []convert.Format{convert.CSV, convert.Arrow} {
		compare(t, Options{Inputs: []string{filepath.Join(dir, "*.zst")}, Settings: Settings{Format: format}})
	}
}

// archive replaces a file of a folder by a zip archive, with something else in it, and
// another one by one that is compressed by zstd.
func archive(t *testing.T, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	file, err := os.Create(filepath.Join(dir, "x.zip"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(file)
	for i, name := range names[:len(names)-1] {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		switch i {
		case 0, 1:
			w, err := z.Create(filepath.Base(name))
			if err == nil {
				_, err = w.Write(text)
			}
			if err != nil {
				t.Fatal(err)
			}
		case 2:
			e, err := zstd.NewWriter(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name+".zst", e.EncodeAll(text, nil), 0o600); err != nil {
				t.Fatal(err)
			}
		default:
			continue
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := z.Create("readme.pdf"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestObjectStore converts an export of an object store, to one there.
func TestObjectStore(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{API: "v3", Beneficiaries: 1, Seed: 23, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(prepare(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	for scheme, start := range map[string]func(testing.TB) *blobtest.Server{
		"s3": blobtest.Start, "gs": blobtest.StartGCS, "azblob": blobtest.StartAzure,
	} {
		t.Run(scheme, func(t *testing.T) {
			server := start(t)
			server.Use(t)
			for _, name := range names {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				server.Put(t, "export/"+filepath.Base(name), text)
			}
			compare(t, Options{Inputs: []string{server.Path("export/*.in")}, Out: server.Path("sets/out"), Temp: server.Path("sets/temp"), ShardSize: 600_000})
			if left := server.Keys(t, "sets/temp"); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}
