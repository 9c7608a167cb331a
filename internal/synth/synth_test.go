package synth

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// write makes an export in a folder of the test's.
func write(t testing.TB, opts Options) (string, Stats) {
	t.Helper()
	opts.Dir = filepath.Join(t.TempDir(), "export")
	stats, err := Write(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return opts.Dir, stats
}

// files are the files of an export, with their names and contents.
func files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, dir)] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// lines are the resources of an export, in the order of the files' names.
func lines(t testing.TB, dir string) [][]byte {
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

func TestSameSeedSameBytes(t *testing.T) {
	opts := Options{Beneficiaries: 40, Seed: 5, Truth: true}
	first, stats := write(t, opts)
	second, again := write(t, opts)
	if !reflect.DeepEqual(stats, again) {
		t.Errorf("stats are %+v and %+v", stats, again)
	}
	if !reflect.DeepEqual(files(t, first), files(t, second)) {
		t.Error("the files differ")
	}
	opts.Seed++
	third, _ := write(t, opts)
	for name, content := range files(t, third) {
		rows := bytes.Count(content, []byte("\n")) - 1 // FISS and MCS have no drugs and no equipment
		if bytes.Equal(content, files(t, first)[name]) && rows > 0 {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

// TestBeneficiariesAreIndependent checks that a beneficiary's resources do not
// depend on those made before.
func TestBeneficiariesAreIndependent(t *testing.T) {
	collect := func(indexes ...int) (b []byte) {
		c := &collector{}
		g := newGenerator(3, newCalendar(defaultExport))
		for _, index := range indexes {
			c.buf = c.buf[:0]
			g.visit(index, c)
		}
		return c.buf
	}
	if !bytes.Equal(collect(7), collect(0, 3, 100, 7)) {
		t.Error("beneficiary 7 is another one after others")
	}
}

// A collector is a visitor that keeps the resources of a beneficiary.
type collector struct {
	v2  v2
	buf []byte
}

func (c *collector) beneficiary(b *Beneficiary, _ bool) {
	c.buf = c.v2.patient(c.buf, b)
	for _, part := range medicareParts {
		c.buf = c.v2.coverage(c.buf, b, part)
	}
}
func (c *collector) institutional(r *Institutional, _ bool) { c.buf = c.v2.institutional(c.buf, r) }
func (c *collector) professional(r *Professional, _ bool)   { c.buf = c.v2.professional(c.buf, r) }
func (c *collector) partDEvent(r *PartDEvent, _ bool)       { c.buf = c.v2.partDEvent(c.buf, r) }
func (c *collector) newestInstitutional(*Institutional)     {}
func (c *collector) newestProfessional(*Professional)       {}
func (c *collector) newestPartDEvent(*PartDEvent)           {}
func (c *collector) newestBeneficiary(*Beneficiary, stay)   {}

func TestKeyOrders(t *testing.T) {
	const beneficiaries = 12
	alphabetical, _ := write(t, Options{Beneficiaries: beneficiaries})
	want := map[[sha256.Size]byte]int{}
	for _, line := range lines(t, alphabetical) {
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		canonical, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(canonical, line) {
			t.Fatalf("Go would write\n%s\nnot\n%s", canonical, line)
		}
		want[sha256.Sum256(canonical)]++
	}
	for _, order := range []KeyOrder{Model, Shuffle} {
		dir, _ := write(t, Options{Beneficiaries: beneficiaries, KeyOrder: order})
		got := map[[sha256.Size]byte]int{}
		for _, line := range lines(t, dir) {
			var value any
			if err := json.Unmarshal(line, &value); err != nil {
				t.Fatalf("%s: %v in %s", order, err, line)
			}
			canonical, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(canonical, line) {
				t.Fatalf("%s: the order is alphabetical in %s", order, line)
			}
			got[sha256.Sum256(canonical)]++
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the values are not those of the alphabetical export", order)
		}
	}
}

func TestModelOrder(t *testing.T) {
	dir, _ := write(t, Options{Beneficiaries: 20, KeyOrder: Model})
	unknown := map[string]bool{}
	for _, line := range lines(t, dir) {
		if !bytes.HasPrefix(line, []byte(`{"resourceType":"`)) {
			t.Fatalf("the resource type does not come first in %s", line)
		}
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatal(err)
		}
		collectUnranked(value, "", unknown)
	}
	if len(unknown) > 0 {
		t.Errorf("keys without a place: %v", unknown)
	}
}

// collectUnranked collects keys that share an object with others and have no
// place among them. The last one of an object need not have one.
func collectUnranked(value any, holder string, unknown map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		var last []string
		for key, v := range value {
			if ranks([]byte(holder))[key] == 0 {
				last = append(last, key)
			}
			collectUnranked(v, key, unknown)
		}
		if len(last) > 1 {
			sort.Strings(last)
			unknown[fmt.Sprintf("%s: %v", holder, last)] = true
		}
	case []any:
		for _, v := range value {
			collectUnranked(v, holder, unknown)
		}
	}
}

func TestClaims(t *testing.T) {
	dir, stats := write(t, Options{Beneficiaries: 100})
	type size struct{ count, total, min, max int }
	sizes := map[string]size{}
	for _, line := range lines(t, dir) {
		var resource struct {
			ResourceType, ID string
		}
		if err := json.Unmarshal(line, &resource); err != nil {
			t.Fatal(err)
		}
		if resource.ResourceType != "ExplanationOfBenefit" {
			continue
		}
		kind, _, _ := strings.Cut(resource.ID, "-")
		s := sizes[kind]
		s.count++
		s.total += len(line)
		if s.min == 0 || len(line) < s.min {
			s.min = len(line)
		}
		s.max = max(s.max, len(line))
		sizes[kind] = s
	}
	var count, total int
	for kind, s := range sizes {
		count += s.count
		total += s.total
		if s.min < 4_000 || s.max > 300_000 {
			t.Errorf("%s claims have %d to %d bytes", kind, s.min, s.max)
		}
	}
	if count != stats.Claims {
		t.Errorf("%d claims, and stats say %d", count, stats.Claims)
	}
	if mean := total / count; mean < 15_000 || mean > 30_000 {
		t.Errorf("a claim has %d bytes on average", mean)
	}
	for i := range claimTypes {
		kind := v2Kinds[i].id
		share, want := 1000*sizes[kind].count/count, mix[i]
		if sizes[kind].count == 0 || share < want*7/10-3 || share > want*13/10+3 {
			t.Errorf("%d of a thousand claims are of type %s, want about %d", share, kind, want)
		}
	}
}

// TestFewBeneficiaries checks that the smallest export has claims of all
// types.
func TestFewBeneficiaries(t *testing.T) {
	dir, stats := write(t, Options{Beneficiaries: 1})
	text := bytes.Join(lines(t, dir), nil)
	for i := range claimTypes {
		if !bytes.Contains(text, []byte(`"id":"`+v2Kinds[i].id+"-")) {
			t.Errorf("no claim of type %s", v2Kinds[i].id)
		}
	}
	if stats.Beneficiaries != 1 {
		t.Errorf("%d beneficiaries", stats.Beneficiaries)
	}
}

func TestSize(t *testing.T) {
	const size = 5_000_000
	dir, stats := write(t, Options{Size: size})
	if stats.Bytes < size || stats.Bytes > size+10_000_000 {
		t.Errorf("%d bytes, want about %d", stats.Bytes, size)
	}
	var bytes int64
	for _, content := range files(t, dir) {
		bytes += int64(len(content))
	}
	if bytes != stats.Bytes {
		t.Errorf("%d bytes in files, stats say %d", bytes, stats.Bytes)
	}
}

// TestFiles checks how the resources are split, as BCDA does it.
func TestFiles(t *testing.T) {
	dir, stats := write(t, Options{Beneficiaries: 120})
	people := map[string]int{} // in files of claims
	all := files(t, dir)
	if len(all) != stats.Files {
		t.Errorf("%d files, stats say %d", len(all), stats.Files)
	}
	for name, content := range all {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		seen, types := map[string]bool{}, map[string]bool{}
		for line := range bytes.Lines(content) {
			types[between(line, `"resourceType":"`, `","st`)] = true
			seen[between(line, `"patient":{"reference":"`, `"`)] = true
		}
		if len(types) != 1 {
			t.Errorf("%s has resources of types %v", name, types)
		}
		if types["ExplanationOfBenefit"] {
			people[name] = len(seen)
		}
	}
	if len(people) < 4 { // three, and one or more of later versions
		t.Errorf("%d files of claims", len(people))
	}
	for name, n := range people {
		if n > claimFile {
			t.Errorf("%s is about %d beneficiaries", name, n)
		}
	}
}

// between is what stands between two strings, the last time there is the
// first one.
func between(line []byte, before, after string) string {
	_, rest, _ := strings.Cut(string(line[max(0, bytes.LastIndex(line, []byte(before))):]), before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

func TestGzip(t *testing.T) {
	plain, _ := write(t, Options{Beneficiaries: 10})
	zipped, _ := write(t, Options{Beneficiaries: 10, Gzip: true})
	want := files(t, plain)
	for name, content := range files(t, zipped) {
		r, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, ok := strings.CutSuffix(name, ".gz")
		if !ok || !bytes.Equal(text, want[name]) {
			t.Errorf("%s differs from the plain file", name)
		}
		// The last member is an empty one.
		const empty = 23
		last, err := gzip.NewReader(bytes.NewReader(content[len(content)-empty:]))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(last); err != nil || len(text) != 0 {
			t.Errorf("%s ends in %q, %v", name, text, err)
		}
	}
}

func TestFolder(t *testing.T) {
	dir, _ := write(t, Options{Beneficiaries: 2, Truth: true})
	opts := Options{Dir: dir, Beneficiaries: 2, Seed: 9}
	if _, err := Write(t.Context(), opts); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("got %v, want that the folder is not empty", err)
	}
	other := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	opts.Overwrite = true
	stats, err := Write(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(files(t, dir)); got != stats.Files+1 {
		t.Errorf("%d files in the folder, want %d and the other one", got, stats.Files)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	for _, opts := range []Options{
		{},
		{Dir: "x", API: "v9"},
		{Dir: "x", KeyOrder: "random"},
		{Dir: "x", Beneficiaries: -1},
		{Dir: "x", Beneficiaries: 1, Size: 1},
	} {
		if _, err := Write(t.Context(), opts); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: got %v", opts, err)
		}
	}
	if !slices.Contains(APIs(), "v2") {
		t.Errorf("APIs are %v", APIs())
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, Options{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestMemory checks that what is kept does not grow with the export.
func TestMemory(t *testing.T) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, uint64(0)
	done := make(chan struct{})
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	_, stats := write(t, Options{Beneficiaries: 400, Truth: true})
	close(done)
	<-sampled
	if most > before+50<<20 {
		t.Errorf("%d MB of memory for an export of %d MB", (most-before)>>20, stats.Bytes>>20)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, order := range KeyOrders() {
		b.Run(order, func(b *testing.B) {
			var written int64
			dir := b.TempDir()
			for b.Loop() {
				stats, err := Write(b.Context(), Options{Dir: dir, Beneficiaries: 200, KeyOrder: KeyOrder(order), Overwrite: true})
				if err != nil {
					b.Fatal(err)
				}
				written += stats.Bytes
			}
			b.SetBytes(written / int64(b.N))
		})
	}
}

// BenchmarkResources is without the files.
func BenchmarkResources(b *testing.B) {
	c := &collector{}
	g := newGenerator(1, newCalendar(defaultExport))
	index, written := 0, int64(0)
	for b.Loop() {
		c.buf = c.buf[:0]
		g.visit(index%500, c)
		written += int64(len(c.buf))
		index++
	}
	b.SetBytes(written / int64(b.N))
}

// readCSV reads a table of the truth.
func readCSV(t testing.TB, dir, table string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "truth", table+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return parseCSV(t, bufio.NewReader(f))
}
