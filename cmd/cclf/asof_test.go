package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// filesOf returns the texts of the files of all tables of a data set, by folder.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, table := range manifestOf(t, dir).Tables {
		for _, f := range table.Files {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Name)))
			if err != nil {
				t.Fatal(err)
			}
			texts[path.Dir(f.Name)] += string(text)
		}
	}
	return texts
}

// reportOf returns the report of a data set, which depends on nothing else, or "" if this
// program cannot write one.
func reportOf(t *testing.T, dir string, flags ...string) string {
	t.Helper()
	if exportDuckDB == nil {
		return ""
	}
	code, out, errOut := cclf(t.Context(), strings.NewReader("x"), append([]string{"report", "-d", dir, "--title", "x"}, flags...)...)
	if code != exitcode.OK || !strings.Contains(out, "<h1>x</h1>") {
		t.Fatalf("report: exit code %d\n%s", code, errOut)
	}
	return out
}

// TestAsOf compares the tables and the report as of each run with those of then, with
// the options of the lake, whatever the flags were at the time.
func TestAsOf(t *testing.T) {
	synthtest.WithoutRace(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, tt := range []struct {
		api   schema.API
		flags string
	}{
		{schema.V2, "--leavers drop --versions all --partition-by service-year --sort"},
		{schema.V3, "--tables cclf1,cclf5,cclf8,attribution --limit item=9"},
	} {
		t.Run(tt.api.String(), func(t *testing.T) {
			s := serveFeed(t, tt.api, 7)
			lake := filepath.Join(t.TempDir(), "lake")
			var published []map[string]string
			var times []string
			var report string // of the second run, as a report takes long
			for number := range 3 {
				for range 3 * number {
					s.Change()
				}
				s.Arrive()
				s.mustSync(t, exitcode.OK, lake, append(strings.Fields(tt.flags), "--allow-mixed")...)
				published = append(published, filesOf(t, lake))
				if number == 1 {
					report = reportOf(t, lake)
				}
				times = append(times, manifestOf(t, lake).Runs[number].TransactionTime)
			}
			for i, want := range published {
				as := map[string]string{"run": fmt.Sprint(i + 1)}
				if i == 1 {
					as["time"] = times[i]
				}
				for name, at := range as {
					out := filepath.Join(t.TempDir(), name)
					code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "convert", "-o", out, "--as-of", at, lake)
					if code != exitcode.OK {
						t.Fatalf("exit code %d\n%s", code, errOut)
					}
					if diff := cmp.Diff(want, filesOf(t, out)); diff != "" {
						t.Errorf("as of %s:\n%s", at, diff)
					}
				}
			}
			if exportDuckDB == nil {
				return
			}
			for i, want := range published {
				code, out, errOut := cclf(t.Context(), strings.NewReader("x"), "query", "-d", lake, "--as-of", fmt.Sprint(i+1), "-f", "csv", "SELECT count(*) FROM cclf8")
				if rows := strings.Count(want["cclf8"], "\n") - 1; code != exitcode.OK || out != fmt.Sprintf("count_star()\n%d\n", rows) {
					t.Errorf("run %d: exit code %d, %s, want %d\n%s", i+1, code, out, rows, errOut)
				}
			}
			if got := reportOf(t, lake, "--as-of", "2"); got != report {
				t.Errorf("the report is another one:\n%s", cmp.Diff(strings.Split(report, "\n"), strings.Split(got, "\n")))
			}
			if left, err := filepath.Glob(filepath.Join(temp, asOfPrefix+"*")); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

// TestAsOfErrors: the error says which runs there are.
func TestAsOfErrors(t *testing.T) {
	synthtest.WithoutRace(t)
	s := serveFeed(t, schema.V2, 1)
	dir := t.TempDir()
	lake, plain := filepath.Join(dir, "lake"), filepath.Join(dir, "plain")
	s.mustSync(t, exitcode.OK, lake)
	if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "convert", "-o", plain, "--api", "v2", lake); code != exitcode.OK {
		t.Fatal(errOut)
	}
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"query -d LAKE --as-of 2 SELECT", exitcode.Input, "no run at 2: the log has runs 1 ("},
		{"query -d LAKE --as-of 2020-01-01 SELECT", exitcode.Input, "no run at 2020-01-01"},
		{"query -d LAKE --as-of march SELECT", exitcode.Usage, "expected the number of a run"},
		{"query -d PLAIN --as-of 1 SELECT", exitcode.Input, "has no log"},
		{"metrics -d PLAIN --as-of 1", exitcode.Input, "has no log"},
		{"report -d PLAIN --as-of 1", exitcode.Input, "has no log"},
		{"report -d LAKE --as-of 2", exitcode.Input, "report: --as-of 2: no run at 2: the log has runs 1 ("},
		{"report -d LAKE --as-of march", exitcode.Usage, "expected the number of a run"},
		{"query -d a=LAKE -d b=PLAIN --as-of 1 SELECT", exitcode.Usage, "takes one data set"},
		{"convert -o OUT --as-of 1 LAKE PLAIN", exitcode.Usage, "takes one input"},
		{"convert -o OUT --as-of 0 LAKE", exitcode.Input, "no run at 0"},
	} {
		args := strings.Fields(strings.NewReplacer("LAKE", lake, "PLAIN", plain, "OUT", filepath.Join(dir, "out"), "SELECT", "FROM_cclf1").Replace(tt.args))
		if exportDuckDB == nil && args[0] != "convert" {
			continue
		}
		if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), args...); code != tt.code || !strings.Contains(errOut, tt.says) {
			t.Errorf("%s: exit code %d, want %d\n%s", tt.args, code, tt.code, errOut)
		}
	}
}
