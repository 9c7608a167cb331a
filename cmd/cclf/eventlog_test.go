package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// A command that works for long says now and then how far it is, in the log and in
// the file of metrics.
func TestHeartbeat(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cclf.prom")
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		e := newEnv(strings.NewReader(""), &bytes.Buffer{}, &log, func(any) bool { return false })
		if err := e.begin("convert", logOptions{format: "json", metricsFile: file, runID: "r"}); err != nil {
			t.Fatal(err)
		}
		newProgressBar(e).update(convert.Progress{Phase: "read", Done: 5, Total: 10})
		time.Sleep(2*beat + time.Second)
		synctest.Wait()
		checkMetrics(t, file, `cclf_run_progress{command="convert",phase="read"} 5.0`, `cclf_run_exit_code{command="convert"} -1.0`, `cclf_run_running{command="convert"} 1.0`)
		if err := e.finish(exitcode.Rejects); err != nil {
			t.Fatal(err)
		}
		checkMetrics(t, file, `cclf_run_exit_code{command="convert"} 3.0`, `cclf_run_duration_seconds{command="convert"} 61.0`)

		var got []string
		for line := range bytes.Lines(log.Bytes()) {
			var event struct {
				Msg, Phase  string
				Done, Total int64
				RunID       string `json:"run_id"`
			}
			if err := json.Unmarshal(line, &event); err != nil {
				t.Fatal(err)
			}
			if event.RunID != "r" || event.Msg == "heartbeat" && (event.Phase != "read" || event.Done != 5 || event.Total != 10) {
				t.Errorf("got %s", line)
			}
			got = append(got, event.Msg)
		}
		if want := "start heartbeat heartbeat end"; strings.Join(got, " ") != want {
			t.Errorf("events %q, want %s", got, want)
		}
	})
}

// Several events of a command may count the same; of events of one kind the last
// counts. Each series is in the file once, or collectors refuse it.
func TestMetricsOfEvents(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "cclf.prom")
	e := newEnv(strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}, func(any) bool { return false })
	if err := e.begin("sync", logOptions{metricsFile: file, runID: "a\xff"}); err != nil {
		t.Fatal(err)
	}
	e.event("fetched", countGroup(count{"resources", 1}, count{"files", 2}))
	e.event("fetched", countGroup(count{"resources", 3}))
	e.event("converted", countGroup(count{"resources", 4}))
	if err := e.finish(exitcode.OK); err != nil {
		t.Fatal(err)
	}
	checkMetrics(t, file, `cclf_run_count{command="sync",event="fetched",what="resources"} 3.0`,
		`cclf_run_count{command="sync",event="converted",what="resources"} 4.0`)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(text) {
		t.Error("the metrics are not UTF-8")
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		series, _, _ := strings.Cut(line, " ")
		if series != "#" && seen[series] {
			t.Errorf("%s is there twice", series)
		}
		seen[series] = true
	}
}

// Commands that run at the same time may have one file of metrics. It is that of the
// command that ended last, and nothing else is left in its folder.
func TestMetricsOfTwoRuns(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "cclf.prom")
	var runs []*env
	for _, command := range []string{"sync", "query"} {
		e := newEnv(strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}, func(any) bool { return false })
		if err := e.begin(command, logOptions{metricsFile: file}); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, e)
	}
	if _, err := runs[1].events.confine(); err != nil {
		t.Fatal(err)
	}
	for i, e := range runs {
		if err := e.finish(i); err != nil {
			t.Error(err)
		}
	}
	checkMetrics(t, file, `cclf_run_exit_code{command="query"} 1.0`)
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("files %v, error %v", files, err)
	}
}

func checkMetrics(t *testing.T, file string, want ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range append(want, "# EOF") {
		if !strings.Contains(string(text), line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

// A terminal that cannot redraw a line gets one now and then.
func TestPlainProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errOut bytes.Buffer
		e := newEnv(strings.NewReader(""), &bytes.Buffer{}, &errOut, func(any) bool { return true })
		e.getenv = func(name string) string { return map[string]string{"TERM": "dumb"}[name] }
		bar := newProgressBar(e)
		for i := range 25 {
			bar.update(convert.Progress{Phase: "read", Done: int64(i) * 1e6, Total: 24e6})
			time.Sleep(time.Second)
		}
		bar.update(convert.Progress{Phase: "write", Done: 2e6, Total: -1})
		bar.stop()
		if want := "read: 10.0 of 24.0 MB\nread: 20.0 of 24.0 MB\n"; errOut.String() != want {
			t.Errorf("got %q, want %q", errOut.String(), want)
		}
		e.plain = true
		time.Sleep(time.Minute)
		bar.update(convert.Progress{Phase: "write", Done: 2e6, Total: -1})
		if strings.Contains(errOut.String(), "write") {
			t.Error("progress in spite of --no-progress")
		}
	})
}

func TestASCII(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "en_US.UTF-8"}, false},
		{map[string]string{"LANG": "C.utf8"}, false},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, true},
		{map[string]string{"LANG": "de_DE.ISO-8859-1"}, true},
		{map[string]string{"LANG": "POSIX", "LC_CTYPE": "en_US.UTF-8"}, false},
	} {
		e := &env{getenv: func(name string) string { return tt.env[name] }}
		if got := e.ascii(); got != tt.want {
			t.Errorf("%v: %v", tt.env, got)
		}
	}
}
