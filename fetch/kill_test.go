package fetch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// Environment variables that make the test program a child of TestKill.
const (
	childDir = "CCLF_TEST_CHILD_DIR"
	childURL = "CCLF_TEST_CHILD_URL"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir, os.Getenv(childURL)))
	}
	useObjectStores()
	os.Exit(m.Run())
}

// patient are waits for exports by processes that other processes of the machine can
// hold up.
var patient = func() fetch.Waits {
	w := quick
	w.StallTimeout, w.RetryBudget = 30*time.Second, 2*time.Minute
	return w
}()

// child runs an export until it is killed.
func child(dir, url string) int {
	c, err := fetch.New(fetch.Options{BaseURL: url, API: "v2", Auth: credentials, Waits: patient})
	if err == nil {
		if saved, readErr := fetch.ReadLastRun(dir); readErr == nil && saved.Complete {
			return 0 // the last process was killed after it had finished
		}
		fmt.Println("ready")
		_, err = c.Export(context.Background(), fetch.ExportOptions{Dir: dir, Jobs: 3})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestKill kills exports at random moments. The next process continues each of
// them: with one job, without downloading a finished file again, and with the
// same bytes as an export that was not interrupted.
func TestKill(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var files []bcdatest.File
	for i := range 14 {
		files = append(files, bcdatest.Text("ExplanationOfBenefit", lines("ExplanationOfBenefit", i, 40+i*60)))
	}
	uninterrupted := t.TempDir()
	if _, err := export(t, client(t, serveTCP(t, bcdatest.Options{Files: files}).url, func(o *fetch.Options) { o.API, o.Waits = "v2", patient }), uninterrupted, fetch.Request{}); err != nil {
		t.Fatal(err)
	}
	want := rawFiles(t, uninterrupted)
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		dir := filepath.Join(t.TempDir(), "export")
		s := serveTCP(t, bcdatest.Options{
			Files:   files,
			JobTime: 100 * time.Millisecond,
			Faults: []bcdatest.Fault{
				{At: bcdatest.Kickoff, Times: 1, Wait: 50 * time.Millisecond},
				{At: bcdatest.Data, Skip: 2, Times: 3, CutAfter: 20000},
				{At: bcdatest.Data, Wait: 40 * time.Millisecond},
			},
			Observe: notFinished(t, dir),
		})
		kills := 0
		for {
			cmd := exec.CommandContext(t.Context(), program)
			cmd.Env = append(os.Environ(), childDir+"="+dir, childURL+"="+s.url)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdout, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			_, _ = stdout.Read(make([]byte, 10)) // until it is ready or has ended
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			patience := time.Duration(rand.IntN(90)) * time.Millisecond
			if kills >= 40 {
				patience = time.Minute
			}
			select {
			case err = <-ended:
			case <-time.After(patience):
				_ = cmd.Process.Kill() // it may just have ended
				err = <-ended
				kills++
			}
			if err == nil {
				break
			}
			if stderr.Len() > 0 {
				t.Fatalf("round %d: the export failed: %s", round, stderr.String())
			}
		}
		got := rawFiles(t, dir)
		if !maps.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("round %d, %d kills: the files differ: %d of %d", round, kills, len(got), len(want))
		}
		if s.JobCount() != 1 {
			t.Errorf("round %d, %d kills: %d jobs", round, kills, s.JobCount())
		}
		if parts, _ := filepath.Glob(filepath.Join(dir, "*.part*")); len(parts) > 0 {
			t.Errorf("leftovers: %v", parts)
		}
		t.Logf("round %d: %d kills, %d downloads of %d files", round, kills, s.count("GET /data/"), len(want))
	}
}

// rawFiles returns the finished files of a folder by name, as they are stored.
func rawFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = text
	}
	return files
}

// notFinished reports requests for files that are already in the folder.
func notFinished(t *testing.T, dir string) func(*http.Request) {
	var mu sync.Mutex
	names := map[string]string{} // by the path of the file
	return func(r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/data/") {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if len(names) == 0 {
			var state struct {
				Run struct{ Files []struct{ URL, Name string } }
			}
			text, err := os.ReadFile(filepath.Join(dir, stateFile))
			if err != nil || json.Unmarshal(text, &state) != nil {
				t.Errorf("a file was requested, but the state is not there: %v", err)
				return
			}
			for _, f := range state.Run.Files {
				names[f.URL[strings.Index(f.URL, "/data/"):]] = strings.TrimSuffix(f.Name, ".gz")
			}
		}
		entries, _ := filepath.Glob(filepath.Join(dir, names[r.URL.Path]+"*"))
		if slices.ContainsFunc(entries, func(name string) bool { return strings.HasSuffix(name, ".ndjson.gz") }) {
			t.Errorf("%s was requested again", names[r.URL.Path])
		}
	}
}
