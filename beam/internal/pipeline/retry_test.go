package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/cclf-tools/cclf/internal/synth"
)

// The faulty functions do everything twice, and what both attempts emit is seen; before
// that, an attempt fails. Prism never tries again, so they do it themselves.
type (
	faultyScan    struct{ Scan scan }
	faultyReduce  struct{ Reduce reduce }
	faultyTotals  struct{ Totals mergeTotals }
	faultyWrite   struct{ Write write }
	faultyPublish struct{ Publish publish }
)

func init() {
	for _, fn := range []any{&faultyScan{}, &faultyReduce{}, &faultyTotals{}, &faultyWrite{}, &faultyPublish{}} {
		beam.RegisterDoFn(fn)
	}
}

// failed counts the attempts that failed, of all functions.
var failed atomic.Int64

// An emitter is what functions emit to.
type emitter = func(key, value []byte)

// twice calls try with an emitter that fails, if anything is emitted, and then twice.
func twice(try func(ctx context.Context, emit func(emitter) emitter) error) error {
	// Beam's emitters panic, too.
	errFailed := errors.New("the attempt fails")
	err := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				failed.Add(1)
				err = errFailed
			}
		}()
		return try(context.Background(), func(emitter) emitter { return func(_, _ []byte) { panic(errFailed) } })
	}()
	if err != nil && !errors.Is(err, errFailed) {
		return err
	}
	for range 2 {
		if err := try(context.Background(), func(e emitter) emitter { return e }); err != nil {
			return err
		}
	}
	return nil
}

// iterate returns an iterator over values.
func iterate(values [][]byte) func(*[]byte) bool {
	return func(v *[]byte) bool {
		if len(values) == 0 {
			return false
		}
		*v, values = values[0], values[1:]
		return true
	}
}

// all returns the values of an iterator.
func all(values func(*[]byte) bool) (list [][]byte) {
	for v := []byte(nil); values(&v); v = nil {
		list = append(list, v)
	}
	return list
}

func (f *faultyScan) Setup() { f.Scan.Setup() }

func (f *faultyScan) ProcessElement(_ context.Context, text []byte, versions, related, totals, shards func(key, value []byte)) error {
	return twice(func(ctx context.Context, emit func(emitter) emitter) error {
		return f.Scan.ProcessElement(ctx, text, emit(versions), emit(related), emit(totals), emit(shards))
	})
}

func (f *faultyReduce) Setup() { f.Reduce.Setup() }

func (f *faultyReduce) ProcessElement(_ context.Context, key []byte, blocks func(*[]byte) bool, related, totals, shards func(key, value []byte)) error {
	list := all(blocks)
	return twice(func(ctx context.Context, emit func(emitter) emitter) error {
		return f.Reduce.ProcessElement(ctx, key, iterate(list), emit(related), emit(totals), emit(shards))
	})
}

func (f *faultyTotals) ProcessElement(_ context.Context, key []byte, blocks func(*[]byte) bool, shards func(key, value []byte)) error {
	list := all(blocks)
	return twice(func(ctx context.Context, emit func(emitter) emitter) error {
		return f.Totals.ProcessElement(ctx, key, iterate(list), emit(shards))
	})
}

func (f *faultyWrite) Setup() { f.Write.Setup() }

// ProcessElement also leaves the data set of an attempt that ended halfway.
func (f *faultyWrite) ProcessElement(_ context.Context, key []byte, told func(*[]byte) bool, emit func(key, value []byte)) error {
	list := all(told)
	half, stop := context.WithCancel(context.Background())
	stop()
	if err := f.Write.ProcessElement(half, key, iterate(list), emit); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("an attempt that was stopped: %w", err)
	}
	dir := newName(f.Write.Temp, shardPrefix)
	if err := os.MkdirAll(filepath.Join(dir, "cclf1"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "cclf1", "part-00000.arrow"), []byte("half of a"), 0o600); err != nil {
		return err
	}
	return twice(func(ctx context.Context, faulty func(emitter) emitter) error {
		return f.Write.ProcessElement(ctx, key, iterate(list), faulty(emit))
	})
}

func (f *faultyPublish) Setup() { f.Publish.Setup() }

func (f *faultyPublish) ProcessElement(_ context.Context, key []byte, made func(*[]byte) bool, emit func(key, value []byte)) error {
	list := all(made)
	half, stop := context.WithCancel(context.Background())
	stop()
	if err := f.Publish.ProcessElement(half, key, iterate(list), emit); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("an attempt that was stopped: %w", err)
	}
	if _, err := os.Stat(filepath.Join(f.Publish.Out, "_manifest.json")); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("an attempt that was stopped published: %w", err)
	}
	return twice(func(ctx context.Context, faulty func(emitter) emitter) error {
		return f.Publish.ProcessElement(ctx, key, iterate(list), faulty(emit))
	})
}

// withFaults replaces the functions of a pipeline.
func withFaults(f doFns) doFns {
	return doFns{
		scan: &faultyScan{*f.scan.(*scan)}, versions: &faultyReduce{*f.versions.(*reduce)}, related: &faultyReduce{*f.related.(*reduce)},
		totals: &faultyTotals{*f.totals.(*mergeTotals)}, write: &faultyWrite{*f.write.(*write)}, publish: &faultyPublish{*f.publish.(*publish)},
	}
}

// TestRetries converts exports with functions that are run again.
func TestRetries(t *testing.T) {
	for _, opts := range []synth.Options{
		{API: "v2", Beneficiaries: 2, Seed: 12, EdgeCases: true},
		{API: "v3", Beneficiaries: 2, Seed: 13, EdgeCases: true},
	} {
		t.Run(opts.API, func(t *testing.T) {
			opts.Dir = filepath.Join(t.TempDir(), "export")
			if _, err := synth.Write(t.Context(), opts); err != nil {
				t.Fatal(err)
			}
			failed.Store(0)
			compare(t, Options{Inputs: []string{prepare(t, opts.Dir)}, ShardSize: 400_001, faults: withFaults})
			if n := failed.Load(); n < 20 {
				t.Errorf("%d attempts failed", n)
			}
		})
	}
}

// TestHotKeys converts an export of one beneficiary who has all claims, one of them in
// hundreds of versions, in many files and shards.
func TestHotKeys(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{API: "v2", Beneficiaries: 1, Seed: 14, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	claim := ""
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(string(text), "\n"); claim == "" && strings.Contains(first, `"lastUpdated":"20`) && strings.Contains(first, `"ExplanationOfBenefit"`) {
			claim = first
		}
		if err := os.Rename(name, strings.TrimSuffix(name, ".ndjson")+".in"); err != nil {
			t.Fatal(err)
		}
	}
	if claim == "" {
		t.Fatal("the export has no claim")
	}
	const files, each = 12, 30
	at := strings.Index(claim, `"lastUpdated":"`) + len(`"lastUpdated":"`)
	for i := range files {
		var text strings.Builder
		for j := range each {
			n := (i*each + 7*j) % 300 // not in the order of their times, some twice
			fmt.Fprintf(&text, "%s%d%s\n", claim[:at], 1900+n/2, claim[at+4:])
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("v%02d.in", i)), []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := compare(t, Options{Inputs: []string{filepath.Join(dir, "*.in")}, ShardSize: 300_000})
	if m.Counts.Replaced < files*each-1 {
		t.Errorf("%d versions are replaced", m.Counts.Replaced)
	}
}

// TestRunFails checks that nothing is published, and nothing left, if a stage fails.
func TestRunFails(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{API: "v2", Beneficiaries: 1, Seed: 15, Dir: filepath.Join(dir, "export")}); err != nil {
		t.Fatal(err)
	}
	o := Options{Inputs: []string{prepare(t, filepath.Join(dir, "export"))}, Out: filepath.Join(dir, "out"), Temp: filepath.Join(dir, "temp"), ShardSize: 500_000, Settings: Settings{MaxRejects: -1}}
	o.faults = func(f doFns) doFns {
		// Its shards are too few, as if some had not been written.
		f.publish = &publish{Settings: f.publish.(*publish).Settings, Out: o.Out, Shards: f.publish.(*publish).Shards + 1}
		return f
	}
	if _, err := Run(t.Context(), o, beamx.Run); err == nil || !strings.Contains(err.Error(), "was not written") {
		t.Errorf("the error is %v", err)
	}
	for _, left := range []string{o.Out, o.Temp} {
		if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left: %v", left, err)
		}
	}
}
