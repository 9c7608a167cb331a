package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestArrivals checks that files come out in the order of their indexes,
// whatever the order in which they arrive.
func TestArrivals(t *testing.T) {
	file := func(i int) fetch.File {
		return fetch.File{Index: i, Path: string(rune('a' + i)), Kind: fetch.KindOutput}
	}
	remark := fetch.File{Index: 3, Path: "remark", Kind: fetch.KindError}
	for name, tt := range map[string]struct {
		arrive []fetch.File
		end    []string
		want   string
		err    error
	}{
		"in order":        {[]fetch.File{file(0), file(1), file(2), remark}, []string{"old", "a", "b", "c"}, "old a b c", nil},
		"backwards":       {[]fetch.File{remark, file(2), file(1), file(0)}, []string{"old", "a", "b", "c"}, "old a b c", nil},
		"more at the end": {[]fetch.File{file(0), file(2)}, []string{"old", "a", "b", "c"}, "old a b c", nil},
		"nothing new":     {nil, []string{"old"}, "old", nil},
		"another export":  {[]fetch.File{file(0), file(1), file(0)}, []string{"old", "x", "y"}, "", errReordered},
		"a file less":     {nil, nil, "", errReordered},
	} {
		a := newArrivals([]string{"old"})
		for _, f := range tt.arrive {
			a.add(f)
		}
		a.end(tt.end)
		var got []string
		var gotErr error
		for path, err := range a.files(t.Context()) {
			if got, gotErr = append(got, path), err; err != nil {
				got = nil
			}
		}
		if strings.Join(got, " ") != tt.want || !errors.Is(gotErr, tt.err) {
			t.Errorf("%s: %q, %v", name, got, gotErr)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for path, err := range newArrivals(nil).files(ctx) {
		if path != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %q, %v", path, err)
		}
	}
}

// TestRunWhileFetching holds the second file of an export back until the
// conversion has begun with the first.
func TestRunWhileFetching(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	var requests, began atomic.Int32
	sandbox(t, bcdatest.Options{Observe: func(r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/data/") || requests.Add(1) != 2 {
			return
		}
		for range 2000 {
			if _, err := os.Stat(filepath.Join(out, ".incomplete")); err == nil {
				began.Add(1)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}})
	if code, stderr := runInto(t, out, "--jobs", "1"); code != exitcode.OK || began.Load() != 1 {
		t.Errorf("exit code %d, began %d times\n%s", code, began.Load(), stderr)
	}
	// The outcome is that of a conversion of the files on disk.
	again := filepath.Join(t.TempDir(), "again")
	if code, _, stderr := cclf(t.Context(), nil, "convert", "-o", again, out+"-export"); code != exitcode.OK {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	if got, want := partFiles(t, out), partFiles(t, again); !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("part files %q, want %q", got, want)
	}
}

// TestRunFileOrder lets the first files of an export arrive last.
func TestRunFileOrder(t *testing.T) {
	synthtest.WithoutRace(t)
	sandbox(t, bcdatest.Options{Faults: []bcdatest.Fault{{At: bcdatest.Data, Type: "ExplanationOfBenefit", Wait: 300 * time.Millisecond}}})
	out := filepath.Join(t.TempDir(), "out")
	if code, stderr := runInto(t, out); code != exitcode.OK {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	runs, err := fetch.CompleteRuns(out + "-export")
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d complete runs, %v", len(runs), err)
	}
	var want []string
	for _, f := range runs[0].Files {
		want = append(want, filepath.Base(f.Path))
	}
	if got := inputsOf(t, out); !slices.Equal(got, want) || !strings.Contains(want[0], "ExplanationOfBenefit") {
		t.Errorf("inputs %q, want %q", got, want)
	}
}

// TestRunFailsLate: an export that fails after the conversion has begun leaves
// the data set as it was.
func TestRunFailsLate(t *testing.T) {
	synthtest.WithoutRace(t)
	sandbox(t, bcdatest.Options{Faults: []bcdatest.Fault{
		{At: bcdatest.Data, Type: "Patient", Skip: 1, Status: http.StatusForbidden, Wait: 200 * time.Millisecond},
	}})
	out := filepath.Join(t.TempDir(), "out")
	if code, stderr := runInto(t, out); code != exitcode.OK {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	before := partFiles(t, out)
	code, stderr := runInto(t, out, "--overwrite")
	if code != exitcode.Incomplete || !strings.Contains(stderr, "1 of 4 files is missing") || strings.Contains(stderr, ", written to "+out+"\n") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if after := partFiles(t, out); !slices.Equal(before, after) {
		t.Errorf("part files %q, before %q", after, before)
	}
	if _, err := os.Stat(filepath.Join(out, ".incomplete")); err == nil {
		t.Error("the unfinished data set is still there")
	}
}

// partFiles are the names of the part files of a data set, which depend on
// their content.
func partFiles(t *testing.T, out string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(out, "*", "part-*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range paths {
		paths[i], _ = filepath.Rel(out, path)
	}
	return paths
}
