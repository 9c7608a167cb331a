package convert

import (
	"context"
	"errors"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/ndjson"
)

// arriving yields files of an export in an order, each of which is written only
// when it is wanted.
func arriving(t *testing.T, e export, dir string, names ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range names {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(e[name]), 0o600); err != nil {
				t.Error(err)
			}
			if !yield(path, nil) {
				return
			}
		}
	}
}

var arrivals = export{
	"claims.ndjson":   lines(someClaim("CARRIER", "7", "1"), someClaim("CARRIER", "8", "1")),
	"coverage.ndjson": lines(someCoverage("A", "1", "10")),
	"patients.ndjson": "{\n" + lines(somePatient("1", "1A00A00AA01")),
}

// TestFilesArrive shows that files which arrive while Run reads give the data
// set that they give as Inputs.
func TestFilesArrive(t *testing.T) {
	names := slices.Sorted(maps.Keys(arrivals))
	for _, jobs := range []int{1, 2} {
		dir := t.TempDir()
		paths := make([]string, len(names))
		for i, name := range names {
			paths[i] = filepath.Join(dir, name)
		}
		change := func(o *Options) { o.Jobs, o.AllowPartial = jobs, true }
		got := arrivals.convert(t, change, func(o *Options) { o.Inputs, o.Files = nil, arriving(t, arrivals, dir, names...) })
		want := arrivals.convert(t, change, func(o *Options) { o.Inputs = paths })
		mixed := arrivals.convert(t, change, func(o *Options) {
			o.Inputs, o.Files = paths[:1], arriving(t, arrivals, dir, append(names, names...)...) // each is read once
		})
		for _, c := range []*converted{got, mixed} {
			for _, table := range []string{"cclf5", "cclf8"} {
				equal(t, table, c.column(t, table, "BENE_MBI_ID"), want.column(t, table, "BENE_MBI_ID")...)
			}
			equal(t, "file", c.column(t, "claims", "SOURCE_FILE"), paths[0], paths[0])
			equal(t, "line", c.column(t, "claims", "SOURCE_LINE"), "1", "2")
			equal(t, "rejects", c.rejects, want.rejects...)
			for i := range c.Inputs {
				if c.Inputs[i].Name != want.Inputs[i].Name || c.Inputs[i].Lines != want.Inputs[i].Lines {
					t.Errorf("input %d: %+v, want %+v", i, c.Inputs[i], want.Inputs[i])
				}
			}
			if len(c.rejects) != 1 || len(c.Tables) != len(want.Tables) {
				t.Errorf("%d rejects, %d tables", len(c.rejects), len(c.Tables))
			}
		}
	}
}

func TestFilesFail(t *testing.T) {
	broken := errors.New("the download failed")
	for name, tt := range map[string]struct {
		files iter.Seq2[string, error]
		want  error
	}{
		"an error": {func(yield func(string, error) bool) { yield("", broken) }, broken},
		"no file":  {func(yield func(string, error) bool) { yield(filepath.Join(t.TempDir(), "x"), nil) }, ndjson.ErrNoInput},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			_, err := Run(t.Context(), Options{Inputs: []string{arrivals.save(t)}, Files: tt.files, Out: out, AllowPartial: true, MaxRejects: -1})
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if _, err := os.Stat(filepath.Join(out, ManifestFile)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("manifest: %v", err)
			}
		})
	}
}

// TestFilesDoNotBlock ends a run, by an error of its own and by its context,
// while it waits for a file that never comes.
func TestFilesDoNotBlock(t *testing.T) {
	stuck := make(chan struct{})
	defer close(stuck)
	in := export{"bad.ndjson": "{\n" + arrivals["claims.ndjson"]}.save(t)
	files := func(yield func(string, error) bool) {
		if yield(filepath.Join(in, "bad.ndjson"), nil) {
			<-stuck
		}
	}
	// A rejected line.
	_, err := Run(t.Context(), Options{Files: files, Out: t.TempDir(), Jobs: 2})
	if !errors.Is(err, ErrTooManyRejects) {
		t.Errorf("%v, want %v", err, ErrTooManyRejects)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = Run(ctx, Options{Files: files, Out: t.TempDir(), MaxRejects: -1})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want %v", err, context.DeadlineExceeded)
	}
}
