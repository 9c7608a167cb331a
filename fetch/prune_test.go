package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/blob/blobtest"
	"github.com/cclf-tools/cclf/internal/gunzip"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// pruneFolder makes an export folder of two runs, on disk or in an object store. A line of
// it begins with blanks.
func pruneFolder(t *testing.T, store *blobtest.Server, blanks int) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600) }
	if store != nil {
		folder := fmt.Sprint("log", pruneFolders.Add(1))
		dir = store.Path(folder) + "?endpoint=" + url.QueryEscape(store.URL)
		write = func(name, text string) error {
			store.Put(t, folder+"/"+name, []byte(text))
			return nil
		}
	}
	eob := func(id string) string {
		return `{"resourceType":"ExplanationOfBenefit","id":"` + id + `"}` + "\n"
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(eob("1") + "\n" + eob("2") + eob("3") + `{"resourceType":"Patient","id":"p"}` + "\n" +
		`{"resourceType":"Bundle","id":"b"}` + "\n" + `{"resourceType":"ExplanationOfBenefit","id":` + "\n" + strings.Repeat(" ", blanks) + eob("4")))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"001-ExplanationOfBenefit-00001.ndjson.gz": packed.String() + "\x00\x00\x00", // as from a tape
		"001-ExplanationOfBenefit-00002.ndjson":    eob("5"),
		"001-Patient-00001.ndjson":                 `{"resourceType":"Patient","id":"p"}`,
		"002-ExplanationOfBenefit-00001.ndjson":    eob("2") + eob("9"),
		"_001-error-00001.ndjson":                  "{}\n",
		"notes.txt":                                "mine",
		runsFile: `{"format":1,"runs":[
			{"number":1,"transaction_time":"t1","files":[{"name":"001-ExplanationOfBenefit-00001.ndjson.gz","resources":9},{"name":"001-ExplanationOfBenefit-00002.ndjson"},{"name":"001-Patient-00001.ndjson"},{"name":"001-Coverage-00007.ndjson"}]},
			{"number":2,"transaction_time":"t2","since":"t1","files":[{"name":"002-ExplanationOfBenefit-00001.ndjson"}]}]}`,
	} {
		if err := write(name, text); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var pruneFolders atomic.Int64

// obsoleteLines are lines that may go, also some that are to be kept because of what they
// are.
func obsoleteLines(path string) iter.Seq2[int64, bool] {
	lines := map[string][]int64{
		"001-ExplanationOfBenefit-00001.ndjson.gz": {1, 3, 5, 6, 7, 8},
		"001-ExplanationOfBenefit-00002.ndjson":    {1},
		"001-Patient-00001.ndjson":                 {1},
	}[blob.Base(path)]
	return func(yield func(int64, bool) bool) {
		for _, line := range lines {
			if !yield(line, false) {
				return
			}
		}
	}
}

// readLog reads the data files of the runs of a folder, without blanks.
func readLog(t *testing.T, dir string) map[string]string {
	t.Helper()
	runs, err := ArrivedRuns(dir)
	if err != nil {
		t.Fatal(err)
	}
	log := map[string]string{}
	for _, run := range runs {
		for _, f := range run.Files {
			text, err := blob.ReadFile(t.Context(), f.Path)
			if errors.Is(err, os.ErrNotExist) && strings.Contains(f.Path, "Coverage") {
				continue
			}
			if err == nil && strings.HasSuffix(f.Path, ".gz") {
				var z *gunzip.Reader
				if z, err = gunzip.NewReader(bufio.NewReader(bytes.NewReader(text))); err == nil {
					text, err = io.ReadAll(z)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			log[fmt.Sprint(run.Number)] += strings.ReplaceAll(strings.ReplaceAll(string(text), " ", ""), "\n", "")
		}
	}
	return log
}

// TestPrune drops lines, and interrupts that at each step, by an error or for good: the log
// has the old files or the new ones, and the next command leaves no others.
func TestPrune(t *testing.T) {
	t.Parallel()
	t.Run("disk", func(t *testing.T) { testPrune(t, nil) })
	t.Run("object store", func(t *testing.T) {
		synthtest.WithoutRace(t)
		store := blobtest.Start(t)
		testPrune(t, store)
		if n := store.Uploads(t); n != 0 {
			t.Errorf("%d unfinished uploads", n)
		}
	})
}

func testPrune(t *testing.T, store *blobtest.Server) {
	const patient = `{"resourceType":"Patient","id":"p"}`
	eob := func(id string) string { return `{"resourceType":"ExplanationOfBenefit","id":"` + id + `"}` }
	kept := eob("3") + patient + `{"resourceType":"Bundle","id":"b"}` + `{"resourceType":"ExplanationOfBenefit","id":` + patient
	oldLog := map[string]string{"1": eob("1") + eob("2") + kept[:len(kept)-len(patient)] + eob("4") + eob("5") + patient, "2": eob("2") + eob("9")}
	newLog := map[string]string{"1": kept, "2": eob("2") + eob("9")}
	errStop := errors.New("stopped")
	steps := 0
	test := func(stop int, killed bool) {
		t.Helper()
		blanks := 10
		if stop == 0 {
			blanks += 1 << 20 // more than a buffer
		}
		dir := pruneFolder(t, store, blanks)
		if got := readLog(t, dir); !maps.Equal(got, oldLog) {
			t.Fatalf("the log is %v", got)
		}
		if stop == 0 {
			dry, err := Prune(context.Background(), dir, PruneOptions{Obsolete: obsoleteLines, DryRun: true})
			if err != nil || dry.Dropped != 4 || dry.Rewritten != 1 || dry.Removed != 1 || dry.After >= dry.Before || !maps.Equal(readLog(t, dir), oldLog) {
				t.Fatalf("dry run: %+v, %v", dry, err)
			}
		}
		n := 0
		_, err := Prune(context.Background(), dir, PruneOptions{Obsolete: obsoleteLines, step: func(string) error {
			if n++; stop > 0 && (n == stop || n > stop && killed) {
				return errStop
			}
			return nil
		}})
		if stop == 0 {
			steps = n
		}
		if (stop == 0) != (err == nil) || err != nil && !errors.Is(err, errStop) {
			t.Fatalf("step %d of %d: %v", stop, steps, err)
		}
		got := readLog(t, dir)
		isNew := maps.Equal(got, newLog)
		if !isNew && !maps.Equal(got, oldLog) {
			t.Fatalf("step %d: the log is %v", stop, got)
		}
		to, err := PrunedTo(dir)
		if err != nil || (to == 2) != isNew {
			t.Fatalf("step %d: pruned to %d, %v", stop, to, err)
		}
		// What readers find is the log, without stale files.
		stale, err := StaleFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		checkFiles(t, dir, fmt.Sprintf("step %d, as it is", stop), stale)
		f, err := lockFolder(t.Context(), dir, noLog)
		if err != nil {
			t.Fatalf("step %d: %v", stop, err)
		}
		f.close()
		checkFiles(t, dir, fmt.Sprintf("step %d, after the next command", stop), nil)
		if !maps.Equal(readLog(t, dir), got) {
			t.Fatalf("step %d: the next command changes the log", stop)
		}
		left := slices.DeleteFunc(namesIn(t, dir), func(name string) bool { return name[0] != '_' || name == lockFile })
		if len(left) != 2 { // the runs and the errors
			t.Fatalf("step %d: %v is left over", stop, left)
		}
	}
	test(0, false)
	if steps < 8 {
		t.Errorf("only %d steps", steps)
	}
	for stop := 1; stop <= steps; stop++ {
		test(stop, false)
		test(stop, true)
	}
}

// namesIn returns the names of the files of a folder.
func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	f, err := readFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	files, err := f.sizes()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(files))
}

// checkFiles checks that a folder has no data files but those of its runs and stale ones.
func checkFiles(t *testing.T, dir, what string, stale []string) {
	t.Helper()
	runs, err := ArrivedRuns(dir)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, path := range stale {
		known = append(known, blob.Base(path))
	}
	for _, run := range runs {
		for _, f := range run.Files {
			known = append(known, blob.Base(f.Path))
		}
	}
	for _, name := range namesIn(t, dir) {
		if name[0] != '0' {
			continue
		}
		if !slices.Contains(known, name) {
			t.Errorf("%s: %s belongs to no run", what, name)
		}
	}
}
