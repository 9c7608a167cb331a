package convert

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// put writes files below a folder.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// workFolder is where a conversion writes until it is done.
const workFolder = ".incomplete"

// lockFile stays in the folder of a data set.
const lockFile = "_lock"

// names lists the files below a folder, but for the lock, and the names of part
// files without the hash in them.
func names(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	for name := range readTree(t, dir) {
		if name != lockFile {
			list = append(list, hashOfPart.ReplaceAllString(name, "$1."))
		}
	}
	slices.Sort(list)
	return list
}

var hashOfPart = regexp.MustCompile(`(part-[0-9]{5})-[0-9a-f]{12}\.`)

// partPath is where the first part file of a table is.
func partPath(t *testing.T, dir, table string, format Format) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, table, "part-00000-*."+string(format)))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%s: %v, %v", table, paths, err)
	}
	return paths[0]
}

// run converts one claim to CSV.
func runInto(t *testing.T, out string, overwrite bool, change ...func(*Options)) error {
	t.Helper()
	in := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p")) + "x\n"}.save(t)
	opts := Options{Inputs: []string{in}, Out: out, Overwrite: overwrite, Format: CSV, MaxRejects: -1}
	for _, f := range change {
		f(&opts)
	}
	_, err := Run(t.Context(), opts)
	return err
}

// dataSet are the files of a data set in CSV with rejects: CCLF tables, those
// beside them, and nothing for partially adjudicated claims, which there are
// none of.
func dataSet() []string {
	list := []string{ManifestFile, RejectsFile}
	for _, table := range schema.AllTables() {
		if !table.Partial {
			list = append(list, table.Name+"/part-00000.csv")
		}
	}
	slices.Sort(list)
	return list
}

func TestOutputFolder(t *testing.T) {
	for _, tt := range []struct {
		name      string
		before    map[string]string
		overwrite bool
		refused   bool
		left      []string // of before, beside the data set
	}{
		{"empty", nil, false, false, nil},
		{"empty, overwritten", nil, true, false, nil},
		{"a file", map[string]string{"x": ""}, false, true, []string{"x"}},
		{"a hidden file", map[string]string{".x": ""}, false, true, []string{".x"}},
		{"an unfinished data set", map[string]string{workFolder + "/cclf1.arrows": "x", workFolder + "/set/cclf1/part-00000.csv": "x"}, false, false, nil},
		{"a data set", map[string]string{ManifestFile: `{}`}, false, true, []string{ManifestFile}},
		{"a part file of no data set", map[string]string{"cclf5/part-1.csv": ""}, true, true, []string{"cclf5/part-1.csv"}},
		{"a part file that the data set does not name", map[string]string{
			ManifestFile:               `{"tables":[{"name":"cclf1","files":[{"name":"cclf1/part-00000.parquet"}]}]}`,
			"cclf1/part-00000.parquet": "old", "cclf1/part-00000 (copy).parquet": "mine",
		}, true, true, []string{ManifestFile, "cclf1/part-00000.parquet", "cclf1/part-00000 (copy).parquet"}},
		{"a data set of a newer version", map[string]string{ManifestFile: `{"schema_version":2,"tables":"x"}`}, true, true, []string{ManifestFile}},
		{"a data set, overwritten", map[string]string{
			ManifestFile: `{"tables":[{"name":"cclf1","files":[{"name":"cclf1/part-00000.parquet"},{"name":"cclf1/part-00001.parquet"},{"name":"gone/part-00000.csv"}]}],` +
				`"files":[{"name":"cclf.duckdb"}]}`,
			RejectsFile: "old", "cclf1/part-00000.parquet": "old", "cclf1/part-00001.parquet": "old", "cclf.duckdb": "old",
		}, true, false, nil},
		{"what a data set does not name stays", map[string]string{
			ManifestFile: `{"tables":[{"name":"cclf1","files":[{"name":"cclf1/part-00000.parquet"}]}]}`,
			"notes.txt":  "mine", "cclf1/part-00000.parquet": "old", "cclf1/notes.txt": "mine", "mine/cclf1/part-00000.parquet": "mine",
		}, true, false, []string{"notes.txt", "cclf1/notes.txt", "mine/cclf1/part-00000.parquet"}},
		{"names that lead outside are not followed", map[string]string{
			ManifestFile:  `{"files":[{"name":"../outside"},{"name":"/etc/hostname"},{"name":"a/../../outside"},{"name":".."},{"name":""}]}`,
			"../outside":  "mine",
			"a/notes.txt": "mine",
		}, true, false, []string{"a/notes.txt"}},
		{"files without a manifest stay", map[string]string{"mine/part-00000.parquet": "mine"}, true, false, []string{"mine/part-00000.parquet"}},
		{"a manifest that is none", map[string]string{ManifestFile: `{`, "x": ""}, true, true, []string{ManifestFile, "x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base := t.TempDir()
			out := filepath.Join(base, "out")
			put(t, out, tt.before)
			err := runInto(t, out, tt.overwrite)
			if errors.Is(err, ErrOutput) != tt.refused || !tt.refused && err != nil {
				t.Fatalf("error %v", err)
			}
			want := slices.Clone(tt.left)
			if !tt.refused {
				want = append(want, dataSet()...)
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, names(t, out)); diff != "" {
				t.Errorf("files differ (-want +got):\n%s", diff)
			}
			for _, name := range tt.left {
				if text, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(text) != tt.before[name] {
					t.Errorf("%s: %q, %v", name, text, err)
				}
			}
			if _, outside := tt.before["../outside"]; outside {
				if _, err := os.Stat(filepath.Join(base, "outside")); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestOutputRefused(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"file": "x"})
	for name, out := range map[string]string{"no name": "", "a file": filepath.Join(dir, "file"), "below a file": filepath.Join(dir, "file", "out")} {
		if err := runInto(t, out, true); !errors.Is(err, ErrOutput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := names(t, dir); !slices.Equal(got, []string{"file"}) {
		t.Errorf("files %v", got)
	}
}

// TestFailedOverwrite makes sure that a data set stays until the new one is
// complete.
func TestFailedOverwrite(t *testing.T) {
	out := t.TempDir()
	if err := runInto(t, out, false); err != nil {
		t.Fatal(err)
	}
	want := readTree(t, out)
	ctx, cancel := context.WithCancel(t.Context())
	for name, change := range map[string]func(*Options){
		"too many rejects": func(o *Options) { o.MaxRejects = 0 },
		"no input":         func(o *Options) { o.Inputs = []string{t.TempDir()} },
		"export fails": func(o *Options) {
			o.Format = DuckDB
			o.Export = func(context.Context, string, string) error { return syscall.ENOSPC }
		},
		"interrupted": func(o *Options) {
			o.Inputs, o.Stdin = []string{"-"}, readerFunc(func([]byte) (int, error) {
				cancel()
				return 0, ctx.Err()
			})
			o.MaxRejects = 0
		},
	} {
		if err := runInto(t, out, true, change); err == nil {
			t.Errorf("%s: no error", name)
		}
		if diff := cmp.Diff(want, readTree(t, out)); diff != "" {
			t.Errorf("%s: the earlier data set has changed:\n%s", name, diff)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestLock lets only one conversion write to a folder.
func TestLock(t *testing.T) {
	out := t.TempDir()
	set, err := dataset.Create(out, CSV, dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := runInto(t, out, true); !errors.Is(err, ErrOutput) || !strings.Contains(err.Error(), "another conversion") {
		t.Errorf("a second conversion: %v", err)
	}
	if _, err := os.Stat(set.Scratch(".")); err != nil {
		t.Errorf("the second conversion has removed the files of the first: %v", err)
	}
	set.Close()
	if err := runInto(t, out, false); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
}

// TestManifest checks that the manifest describes the files that are there,
// and nothing that changes from run to run.
func TestManifest(t *testing.T) {
	c := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p"), somePatient("p", "1S00A00AA00"))}.convert(t)
	text, err := os.ReadFile(filepath.Join(c.dir, ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	var read Manifest
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Manifest, &read); diff != "" {
		t.Errorf("the manifest on disk is another (-returned +read):\n%s", diff)
	}
	files := readTree(t, c.dir)
	delete(files, lockFile)
	for _, table := range read.Tables {
		for _, f := range table.Files {
			if sum := sha256.Sum256([]byte(files[f.Name])); hex.EncodeToString(sum[:]) != f.SHA256 || f.Rows != table.Rows {
				t.Errorf("%s: another hash, or %d rows of %d", f.Name, f.Rows, table.Rows)
			}
			if int64(len(files[f.Name])) != f.Size || f.Size == 0 {
				t.Errorf("%s has %d bytes, the manifest says %d", f.Name, len(files[f.Name]), f.Size)
			}
			delete(files, f.Name)
		}
	}
	delete(files, ManifestFile)
	if len(files) > 0 {
		t.Errorf("files %v are not in the manifest", slices.Sorted(maps.Keys(files)))
	}
}

// TestEmptyTables checks that tables without rows have their columns.
func TestEmptyTables(t *testing.T) {
	c := export{"a.ndjson": ""}.convert(t)
	if len(c.Tables) < 11 {
		t.Errorf("%d tables", len(c.Tables))
	}
	for _, table := range c.Tables {
		text, err := os.ReadFile(filepath.Join(c.dir, table.Files[0].Name))
		if err != nil {
			t.Fatal(err)
		}
		var labels []string
		for _, f := range schema.Lookup(table.Name).Fields {
			labels = append(labels, f.Label)
		}
		if want := strings.Join(labels, ",") + "\n"; string(text) != want {
			t.Errorf("%s: %q, want %q", table.Name, text, want)
		}
	}
}
