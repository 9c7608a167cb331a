package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/feed"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// rowsOfTables returns the rows of the CSV tables of a data set as sorted texts, without
// where they are from. In the list of claims of v3 it leaves out those that are no final
// action: an export of one moment has no claims that another replaced.
func rowsOfTables(t *testing.T, dir, api string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for folder, text := range filesOf(t, dir) {
		name, _, _ := strings.Cut(folder, "/service_")
		in := csv.NewReader(strings.NewReader(text))
		header, err := in.Read()
		if err != nil {
			t.Fatal(err)
		}
		if all[name] == nil {
			all[name] = []string{}
		}
		for {
			row, err := in.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			var cells []string
			final := true
			for i, label := range header {
				if !strings.HasPrefix(label, "SOURCE_") {
					cells = append(cells, label+"="+row[i])
				}
				final = final && (label != "FINAL_ACTION" || row[i] == "Y")
			}
			if name != "claims" || api != "v3" || final {
				all[name] = append(all[name], strings.Join(cells, " "))
			}
		}
		slices.Sort(all[name])
	}
	return all
}

// fullExport converts everything that the server has now.
func (s *feedServer) fullExport(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "all.ndjson"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte(feed.Lines(s.All()...)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "convert", "-o", out, "-f", "csv", "--api", s.api, in); code != exitcode.OK {
		t.Fatalf("exit code %d\n%s", code, errOut)
	}
	return out
}

// TestSyncEqualsFullExport follows a server whose population changes from run to run:
// claims are updated, canceled, moved, replaced, deleted and put back, MBIs change, people
// leave and come back. The tables of the lake are those of one full export of the end. If
// leavers are kept, those who are there have the same rows.
func TestSyncEqualsFullExport(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, api := range schema.APIs[:synthtest.UnlessRace(len(schema.APIs), 1)] {
		for seed := range uint64(1) {
			t.Run(fmt.Sprint(api, "/", seed), func(t *testing.T) {
				s := serveFeed(t, api, seed)
				lake := filepath.Join(t.TempDir(), "lake")
				for range 3 + seed {
					s.Arrive() // so that somebody is there, and the newest update is of a living resource
					s.mustSync(t, exitcode.OK, lake, "--leavers", "drop", "--allow-mixed")
					for range s.Random.IntN(12) {
						s.Change()
					}
				}
				s.Arrive()
				s.mustSync(t, exitcode.OK, lake, "--leavers", "drop", "--allow-mixed")
				want, got := rowsOfTables(t, s.fullExport(t), s.api), rowsOfTables(t, lake, s.api)
				delete(got, schema.AttributionTable)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("a full export (-) and the lake (+):\n%s", diff)
				}
				if n := len(want["cclf8"]); n == 0 {
					t.Error("nobody is there")
				}

				kept := filepath.Join(t.TempDir(), "kept")
				if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "convert", "-o", kept, "-f", "csv", "--api", s.api, "--allow-mixed", lake); code != exitcode.OK {
					t.Fatalf("exit code %d\n%s", code, errOut)
				}
				all := rowsOfTables(t, kept, s.api)
				for _, name := range []string{"cclf1", "cclf2", "cclf5", "cclf6", "cclf7", "cclf8"} {
					for _, row := range want[name] {
						if !slices.Contains(all[name], row) {
							t.Errorf("%s lacks a row if leavers are kept: %s", name, row)
						}
					}
				}
			})
		}
	}
}

// TestSyncKilled kills sync at each request to the server, and then at moments of the
// conversion and the publication. The same command goes on, without other jobs, and
// readers find the old tables or the new ones.
func TestSyncKilled(t *testing.T) {
	program, err := exec.LookPath("cclf") // the test program under another name
	if err != nil || synthtest.UnlessRace(1, 0) == 0 {
		t.Skip("no program to kill, or the race detector is on")
	}
	var requests, killAt atomic.Int64
	reached := make(chan struct{}, 100)
	s := serveFeed(t, schema.V2, 3, func(o *bcdatest.Options) {
		o.Observe = func(*http.Request) {
			if requests.Add(1) == killAt.Load() {
				reached <- struct{}{}
				time.Sleep(20 * time.Millisecond)
			}
		}
	})
	lake := filepath.Join(t.TempDir(), "lake")
	s.mustSync(t, exitcode.OK, lake)
	for range 10 {
		s.Change()
	}
	s.Arrive()
	kills := 0
	for attempt := 1; ; attempt++ {
		cmd := exec.Command(program, "sync", "-o", lake, "--api", "v2", "--format", "csv", "--leavers", "drop")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		requests.Store(0)
		killAt.Store(0)
		if attempt <= 5 {
			killAt.Store(int64(attempt))
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		converting := make(chan struct{})
		if attempt > 5 && attempt < 15 {
			go func() {
				defer close(converting)
				for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
					if _, err := os.Stat(filepath.Join(lake, ".incomplete")); err == nil {
						break
					}
				}
				time.Sleep(time.Duration(attempt-6) * 7 * time.Millisecond)
			}()
		}
		select {
		case <-reached:
		case <-converting:
		case err = <-ended:
			ended <- err
		}
		_ = cmd.Process.Kill() // it may have ended
		err := <-ended
		set, openErr := dataset.Open(lake)
		if openErr != nil {
			t.Fatalf("after kill %d, the tables cannot be read: %v", kills, openErr)
		}
		if n := len(set.Manifest.Runs); n < 1 || n > 2 {
			t.Errorf("after kill %d, the tables have %d runs", kills, n)
		}
		if err == nil {
			break
		}
		if code := cmd.ProcessState.ExitCode(); code >= 0 {
			t.Fatalf("exit code %d\n%s", code, stderr.String())
		}
		kills++
	}
	if s.JobCount() != 3 {
		t.Errorf("%d jobs", s.JobCount())
	}
	if len(manifestOf(t, lake).Runs) != 2 || kills < 7 {
		t.Errorf("%d runs after %d kills", len(manifestOf(t, lake).Runs), kills)
	}
	want, got := rowsOfTables(t, s.fullExport(t), s.api), rowsOfTables(t, lake, s.api)
	delete(got, schema.AttributionTable)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a full export (-) and the lake (+):\n%s", diff)
	}
	t.Logf("%d kills", kills)
}
