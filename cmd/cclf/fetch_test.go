package main

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/synth"
)

// sandbox serves a small export, and points the environment to it.
func sandbox(t *testing.T, opts bcdatest.Options) (*bcdatest.Server, string) {
	t.Helper()
	dir := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{Dir: dir, Beneficiaries: 5, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	files, err := bcdatest.FromFS(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	opts.Files = files
	s := bcdatest.New(opts)
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	for name, value := range map[string]string{
		"BCDA_BASE_URL": ts.URL, "BCDA_CLIENT_ID": bcdatest.ClientID, "BCDA_CLIENT_SECRET": bcdatest.ClientSecret,
		"CCLF_POLL_INTERVAL": "10ms", "CCLF_BACKOFF": "10ms", "CCLF_RETRY_BUDGET": "10s",
	} {
		t.Setenv(name, value)
	}
	return s, ts.URL
}

// TestInterruptedFetch sends SIGINT to the program: it ends soon, leaves the
// job alone, and says how to go on.
func TestInterruptedFetch(t *testing.T) {
	program, err := exec.LookPath("cclf") // the test program under another name
	if err != nil {
		t.Skip(err)
	}
	s, _ := sandbox(t, bcdatest.Options{JobTime: time.Hour})
	dir := filepath.Join(t.TempDir(), "my export")
	cmd := exec.Command(program, "fetch", "-o", dir, "--api", "v2")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for s.JobCount() == 0 || !exists(dir) {
		time.Sleep(5 * time.Millisecond)
	}
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || time.Since(start) > 3*time.Second {
		t.Errorf("exit code %d after %s", code, time.Since(start))
	}
	if want := "resume with cclf fetch --resume '" + dir + "'"; !strings.Contains(stderr.String(), want) || !strings.Contains(stderr.String(), "cclf: interrupted") {
		t.Errorf("stderr: %s", stderr.String())
	}
}

func exists(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "_fetch.json"))
	return err == nil && strings.Contains(string(text), `"job_url"`)
}

func TestResumeNeedsNoFlags(t *testing.T) {
	s, url := sandbox(t, bcdatest.Options{Faults: []bcdatest.Fault{{At: bcdatest.Data, Times: 2, Status: 401}, {At: bcdatest.Data, Skip: 1, Times: 1, Status: 401}}})
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("CLIENT_ID="+bcdatest.ClientID+"\nCLIENT_SECRET='"+bcdatest.ClientSecret+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"BCDA_BASE_URL", "BCDA_CLIENT_ID", "BCDA_CLIENT_SECRET"} {
		t.Setenv(name, "")
	}
	code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "fetch", "-o", dir, "--base-url", url, "--api", "v2", "--credentials", file, "-p", "1")
	if code != exitAuth || !strings.Contains(errOut, "then resume with cclf fetch --resume "+dir) {
		t.Fatalf("exit code %d\n%s", code, errOut)
	}
	if code, _, errOut = cclf(t.Context(), strings.NewReader("x"), "fetch", "--resume", dir); code != exitOK {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
	if s.JobCount() != 1 {
		t.Errorf("%d jobs", s.JobCount())
	}
}

// TestPrompt asks for the credentials on a terminal.
func TestPrompt(t *testing.T) {
	sandbox(t, bcdatest.Options{})
	t.Setenv("BCDA_CLIENT_ID", "")
	t.Setenv("BCDA_CLIENT_SECRET", "")
	var out, errOut strings.Builder
	e := newEnv(strings.NewReader(bcdatest.ClientID+"\n"+bcdatest.ClientSecret+"\n"), &out, &errOut, func(any) bool { return true })
	if code := run(t.Context(), e, []string{"cclf", "token"}); code != exitOK || !strings.HasPrefix(out.String(), "expires ") {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errOut.String())
	}
	if strings.Contains(errOut.String(), bcdatest.ClientSecret) {
		t.Error("the secret is shown")
	}
}

// TestInterruptedPrompt: whoever is asked can say no.
func TestInterruptedPrompt(t *testing.T) {
	for name, id := range map[string]string{"id": "", "secret": "x"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("BCDA_CLIENT_ID", id)
			t.Setenv("BCDA_CLIENT_SECRET", "")
			silent, typed := io.Pipe()
			defer typed.Close()
			e := newEnv(silent, io.Discard, io.Discard, func(any) bool { return true })
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			ended := make(chan int, 1)
			go func() { ended <- run(ctx, e, []string{"cclf", "token", "--base-url", "https://192.0.2.1"}) }()
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Error("it still asks")
			}
		})
	}
}

// TestConvertAgain: an export that was complete is not fetched again for a data
// set that was not.
func TestConvertAgain(t *testing.T) {
	s, _ := sandbox(t, bcdatest.Options{})
	out := filepath.Join(t.TempDir(), "out")
	for range 2 {
		if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "run", "-o", out, "--api", "v2"); code != exitOK {
			t.Fatalf("exit code %d\n%s", code, errOut)
		}
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
	}
	if s.JobCount() != 1 {
		t.Errorf("%d jobs", s.JobCount())
	}
}

// TestInterruptedRun leaves no data set behind.
func TestInterruptedRun(t *testing.T) {
	s, _ := sandbox(t, bcdatest.Options{JobTime: time.Hour})
	out := filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for s.JobCount() == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	code, _, errOut := cclf(ctx, strings.NewReader("x"), "run", "-o", out, "--api", "v2")
	if code != exitInterrupted || !strings.Contains(errOut, "the same command goes on from here") {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
	if _, err := os.Stat(filepath.Join(out, "_manifest.json")); err == nil {
		t.Error("there is a data set")
	}
}

func TestServerExitCodes(t *testing.T) {
	for kind, want := range map[fetch.Kind]int{
		fetch.ErrOptions: 2, fetch.ErrFolder: 5, fetch.ErrAuth: 10, fetch.ErrRejected: 11, fetch.ErrDuplicate: 12,
		fetch.ErrJobFailed: 13, fetch.ErrExpired: 14, fetch.ErrPartial: 15, fetch.ErrUnavailable: 16, fetch.ErrOrigin: 1,
	} {
		err := fmt.Errorf("fetch: %w", &fetch.Error{Kind: kind})
		if got := exitCode(err); got != want {
			t.Errorf("exit code of %q is %d, want %d", kind, got, want)
		}
		if !strings.Contains(exitCodeHelp, fmt.Sprintf("\n  %-4d ", want)) {
			t.Errorf("exit code %d is not in the help", want)
		}
	}
}

// TestCopyText: in a stream of several files there are no byte order marks
// between the lines, and each file ends its last line.
func TestCopyText(t *testing.T) {
	var out strings.Builder
	for _, text := range []string{"\ufeff{}\n{}", "{}\n", ""} {
		name := filepath.Join(t.TempDir(), "x.ndjson")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := copyText(&out, name); err != nil {
			t.Fatal(err)
		}
	}
	if got := out.String(); got != "{}\n{}\n{}\n\n\n" {
		t.Errorf("%q", got)
	}
}

// TestResumeWithSameFlags: the flags of the export may be repeated.
func TestResumeWithSameFlags(t *testing.T) {
	_, url := sandbox(t, bcdatest.Options{})
	t.Setenv("BCDA_BASE_URL", "")
	dir := t.TempDir()
	if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "fetch", "-o", dir, "--base-url", url+"/api/v2", "--type", "Patient"); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, errOut)
	}
	for flags, want := range map[string]int{
		"--base-url " + url:                                exitOK,
		"--base-url " + url + "/":                          exitOK,
		"--base-url " + url + "/api/v2 --endpoint patient": exitOK,
		"--api v2 --type Patient":                          exitOK,
		"--base-url " + url + "/api/v3":                    exitUsage,
		"--base-url http://127.0.0.1:1":                    exitUsage,
		"--type Coverage":                                  exitUsage,
		"--group all":                                      exitUsage,
		"--since auto":                                     exitUsage,
		"--type-filter Patient?a=b":                        exitUsage,
		"--env production":                                 exitUsage,
	} {
		args := append([]string{"fetch", "--resume", dir}, strings.Fields(flags)...)
		if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), args...); code != want {
			t.Errorf("%s: exit code %d, want %d\n%s", flags, code, want, errOut)
		}
	}
}
