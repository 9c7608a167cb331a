package synth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	opts := synth.Options{API: "v2", Beneficiaries: synthtest.UnlessRace(15, 4), Seed: 5, Truth: true}
	first, stats := synthtest.Write(t, opts)
	second, again := synthtest.Write(t, opts)
	if !reflect.DeepEqual(stats, again) {
		t.Errorf("stats are %+v and %+v", stats, again)
	}
	files := synthtest.Files(t, first)
	if !reflect.DeepEqual(files, synthtest.Files(t, second)) {
		t.Error("the files differ")
	}
	opts.Seed++
	third, _ := synthtest.Write(t, opts)
	for name, content := range synthtest.Files(t, third) {
		rows := bytes.Count(content, []byte("\n")) - 1 // FISS and MCS have no drugs and no equipment
		if bytes.Equal(content, files[name]) && rows > 0 {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	dir, stats := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: synthtest.UnlessRace(100, 60), Traps: true})
	type size struct{ count, total, min, max int }
	sizes := map[string]size{}
	for _, line := range synthtest.Lines(t, dir) {
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
	// Shares per thousand claims.
	for kind, want := range map[string]int{
		"carrier": 550, "pde": 180, "outpatient": 170, "dme": 40, "hha": 20, "inpatient": 20, "snf": 15, "hospice": 5,
	} {
		share := 1000 * sizes[kind].count / count
		if sizes[kind].count == 0 || share < want*7/10-3 || share > want*13/10+3 {
			t.Errorf("%d of a thousand claims are of type %s, want about %d", share, kind, want)
		}
	}
}

// TestFewBeneficiaries checks that the smallest export has claims of all types.
func TestFewBeneficiaries(t *testing.T) {
	t.Parallel()
	for _, traps := range []bool{false, true} {
		dir, stats := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 1, Traps: traps})
		text := bytes.Join(synthtest.Lines(t, dir), nil)
		for _, kind := range strings.Fields("inpatient snf outpatient hha hospice carrier dme pde") {
			if !bytes.Contains(text, []byte(`"id":"`+kind+"-")) {
				t.Errorf("traps %t: no claim of type %s", traps, kind)
			}
		}
		if stats.Beneficiaries != 1 {
			t.Errorf("%d beneficiaries", stats.Beneficiaries)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	const size = 5_000_000
	dir, stats := synthtest.Write(t, synth.Options{API: "v2", Size: size})
	if stats.Bytes < size || stats.Bytes > size+10_000_000 {
		t.Errorf("%d bytes, want about %d", stats.Bytes, size)
	}
	var bytes int64
	for _, content := range synthtest.Files(t, dir) {
		bytes += int64(len(content))
	}
	if bytes != stats.Bytes {
		t.Errorf("%d bytes in files, stats say %d", bytes, stats.Bytes)
	}
}

// TestFiles checks that resources are split into files as BCDA does.
func TestFiles(t *testing.T) {
	t.Parallel()
	dir, stats := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 120, Traps: true})
	perFile := map[string]int{} // beneficiaries per file of claims
	all := synthtest.Files(t, dir)
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
			perFile[name] = len(seen)
		}
	}
	if len(perFile) < 4 { // three, and one or more of later versions
		t.Errorf("%d files of claims", len(perFile))
	}
	for name, n := range perFile {
		if n > 50 {
			t.Errorf("%s is about %d beneficiaries", name, n)
		}
	}
}

// between returns the text between the last before and the first after that follows
// it.
func between(line []byte, before, after string) string {
	_, rest, _ := strings.Cut(string(line[max(0, bytes.LastIndex(line, []byte(before))):]), before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

func TestGzip(t *testing.T) {
	t.Parallel()
	plain, _ := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 10})
	zipped, _ := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 10, Gzip: true})
	want := synthtest.Files(t, plain)
	for name, content := range synthtest.Files(t, zipped) {
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
		// The last gzip member is empty.
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
	t.Parallel()
	dir, _ := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 2, Truth: true})
	opts := synth.Options{Dir: dir, API: "v2", Beneficiaries: 2, Seed: 9}
	if _, err := synth.Write(t.Context(), opts); !errors.Is(err, synth.ErrNotEmpty) {
		t.Errorf("got %v, want that the folder is not empty", err)
	}
	other := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	opts.Overwrite = true
	stats, err := synth.Write(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(synthtest.Files(t, dir)); got != stats.Files+1 {
		t.Errorf("%d files in the folder, want %d and the other one", got, stats.Files)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, opts := range []synth.Options{
		{},
		{Dir: "x", API: "v9"},
		{Dir: "x", KeyOrder: "random"},
		{Dir: "x", Beneficiaries: -1},
		{Dir: "x", Beneficiaries: 1, Size: 1},
	} {
		if _, err := synth.Write(t.Context(), opts); !errors.Is(err, synth.ErrOptions) {
			t.Errorf("%+v: got %v", opts, err)
		}
	}
	if !slices.Contains(synth.APIs(), "v2") {
		t.Errorf("APIs are %v", synth.APIs())
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := synth.Write(ctx, synth.Options{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestMemory checks that memory does not grow with the export.
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
	_, stats := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: synthtest.UnlessRace(150, 60), Truth: true})
	close(done)
	<-sampled
	if most > before+50<<20 {
		t.Errorf("%d MB of memory for an export of %d MB", (most-before)>>20, stats.Bytes>>20)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, order := range synth.KeyOrders() {
		b.Run(order, func(b *testing.B) {
			var written int64
			dir := b.TempDir()
			for b.Loop() {
				stats, err := synth.Write(b.Context(), synth.Options{Dir: dir, API: "v2", Beneficiaries: 200, KeyOrder: synth.KeyOrder(order), Overwrite: true})
				if err != nil {
					b.Fatal(err)
				}
				written += stats.Bytes
			}
			b.SetBytes(written / int64(b.N))
		})
	}
}
