package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/fetch/bcdatest"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// sandbox serves a small export, and sets the environment for it.
func sandbox(t *testing.T, opts bcdatest.Options) (*bcdatest.Server, string) {
	t.Helper()
	dir := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{Dir: dir, API: "v2", Beneficiaries: 5, Seed: 1, Traps: true}); err != nil {
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

// TestInterruptedFetch sends SIGINT to the program: it ends at once, does not
// cancel the job, and says how to resume.
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
	if code := cmd.ProcessState.ExitCode(); code != exitcode.Interrupted || time.Since(start) > 3*time.Second {
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
	code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "fetch", "-o", dir, "--base-url", url, "--api", "v2", "--credentials", file, "-j", "1")
	if code != exitcode.Auth || !strings.Contains(errOut, "then resume with cclf fetch --resume "+dir) {
		t.Fatalf("exit code %d\n%s", code, errOut)
	}
	if code, _, errOut = cclf(t.Context(), strings.NewReader("x"), "fetch", "--resume", dir); code != exitcode.OK {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
	if s.JobCount() != 1 {
		t.Errorf("%d jobs", s.JobCount())
	}
}

// TestPrompt: on a terminal, cclf asks for credentials.
func TestPrompt(t *testing.T) {
	sandbox(t, bcdatest.Options{})
	t.Setenv("BCDA_CLIENT_ID", "")
	t.Setenv("BCDA_CLIENT_SECRET", "")
	var out, errOut strings.Builder
	e := newEnv(strings.NewReader(bcdatest.ClientID+"\n"+bcdatest.ClientSecret+"\n"), &out, &errOut, func(any) bool { return true })
	if code := run(t.Context(), e, []string{"cclf", "token"}); code != exitcode.OK || !strings.HasPrefix(out.String(), "expires ") {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errOut.String())
	}
	if strings.Contains(errOut.String(), bcdatest.ClientSecret) {
		t.Error("the secret is shown")
	}
}

// TestInterruptedPrompt: the prompt can be interrupted.
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

// runInto runs cclf run with the data set out.
func runInto(t *testing.T, out string, flags ...string) (code int, stderr string) {
	t.Helper()
	code, _, stderr = cclf(t.Context(), strings.NewReader("x"), append([]string{"run", "-o", out, "--api", "v2"}, flags...)...)
	return code, stderr
}

// inputsOf returns the names of the inputs in the manifest of a data set.
func inputsOf(t *testing.T, out string) []string {
	t.Helper()
	var manifest convert.Manifest
	text, err := os.ReadFile(filepath.Join(out, convert.ManifestFile))
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, in := range manifest.Inputs {
		names = append(names, filepath.Base(in.Name))
	}
	return names
}

// TestRunAgain: cclf run downloads the requested export, whatever was there before,
// and converts all complete exports.
func TestRunAgain(t *testing.T) {
	synthtest.WithoutRace(t)
	s, _ := sandbox(t, bcdatest.Options{})
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	first := []string{"001-Coverage-00001.ndjson.gz", "001-ExplanationOfBenefit-00001.ndjson.gz", "001-Patient-00001.ndjson.gz"}
	for i, step := range []struct {
		flags []string
		move  bool
		jobs  int
		want  []string
		says  string
	}{
		{jobs: 1, want: first},
		// The data set was moved away: a new export.
		{move: true, jobs: 2, want: []string{"002-Patient-00001.ndjson.gz"}},
		// Another type.
		{flags: []string{"--overwrite", "--type", "Patient"}, jobs: 3, want: []string{"003-Patient-00001.ndjson.gz"}},
		// The weekly job: nothing new, and the data set keeps what was there.
		{flags: []string{"--overwrite", "--since", "auto"}, jobs: 4, want: first, says: ", the transaction time of run 2)"},
		{flags: []string{"--overwrite", "--since", "2020-03-01T00:00:00Z"}, jobs: 5, want: first},
	} {
		if step.move {
			if err := os.Rename(out, filepath.Join(dir, "moved")); err != nil {
				t.Fatal(err)
			}
		}
		code, stderr := runInto(t, out, step.flags...)
		if code != exitcode.OK || s.JobCount() != step.jobs || !strings.Contains(stderr, step.says) {
			t.Fatalf("step %d: exit code %d, %d jobs\n%s", i, code, s.JobCount(), stderr)
		}
		got := inputsOf(t, out)
		for _, name := range append(step.want, first...) {
			if !slices.Contains(got, name) {
				t.Errorf("step %d: %s was not converted: %q", i, name, got)
			}
		}
	}
}

// TestConvertAgain: if only the conversion did not finish, it is repeated without a
// new export, unless another request is made.
func TestConvertAgain(t *testing.T) {
	synthtest.WithoutRace(t)
	s, _ := sandbox(t, bcdatest.Options{})
	out := filepath.Join(t.TempDir(), "out")
	if code, stderr := runInto(t, out); code != exitcode.OK {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	saved, err := fetch.ReadLastRun(out + "-export")
	if err != nil {
		t.Fatal(err)
	}
	cutOff := func() {
		t.Helper()
		note := strings.Replace(saved.Note, `"converted":true`, `"converted":false`, 1)
		if note == saved.Note {
			t.Fatalf("the note does not say that the export is converted: %s", note)
		}
		if err := fetch.SetNote(out+"-export", saved.Number, note); err != nil {
			t.Fatal(err)
		}
		// What is left of a conversion that was killed.
		err := errors.Join(os.RemoveAll(out), os.MkdirAll(filepath.Join(out, ".incomplete", "set"), 0o700),
			os.WriteFile(filepath.Join(out, "_lock"), nil, 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
	cutOff()
	t.Setenv("BCDA_CLIENT_SECRET", "") // nobody is asked
	code, stderr := runInto(t, out)
	if code != exitcode.OK || s.JobCount() != 1 || !strings.Contains(stderr, "was not converted; converting it now") || len(inputsOf(t, out)) < 3 {
		t.Errorf("exit code %d, %d jobs\n%s", code, s.JobCount(), stderr)
	}
	t.Setenv("BCDA_CLIENT_SECRET", bcdatest.ClientSecret)
	for _, flags := range [][]string{{"--since", "auto"}, {"--type", "Patient"}, {"--new"}} {
		cutOff()
		before := s.JobCount()
		code, stderr := runInto(t, out, flags...)
		if code != exitcode.OK || s.JobCount() != before+1 || len(inputsOf(t, out)) < 3 {
			t.Errorf("%q: exit code %d, %d jobs\n%s", flags, code, s.JobCount(), stderr)
		}
		if saved, err = fetch.ReadLastRun(out + "-export"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFailedConversion: an export whose conversion failed is converted by the next
// run, without a new export.
func TestFailedConversion(t *testing.T) {
	synthtest.WithoutRace(t)
	s, _ := sandbox(t, bcdatest.Options{})
	out := filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	manifest := filepath.Join(out, convert.ManifestFile)
	if err := os.WriteFile(manifest, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{exitcode.Output, exitcode.Output, exitcode.OK} {
		if want == exitcode.OK {
			if err := os.Remove(manifest); err != nil {
				t.Fatal(err)
			}
		}
		if code, stderr := runInto(t, out, "--overwrite"); code != want || s.JobCount() != 1 {
			t.Errorf("exit code %d, %d jobs\n%s", code, s.JobCount(), stderr)
		}
	}
	if code, stderr := runInto(t, out, "--overwrite"); code != exitcode.OK || s.JobCount() != 2 {
		t.Errorf("exit code %d, %d jobs\n%s", code, s.JobCount(), stderr)
	}
}

// TestRunRefusesLess: a data set is not replaced by a smaller one by accident.
func TestRunRefusesLess(t *testing.T) {
	synthtest.WithoutRace(t)
	s, _ := sandbox(t, bcdatest.Options{})
	out := filepath.Join(t.TempDir(), "out")
	code, stderr := runInto(t, out, "--since", "2020-03-01T00:00:00Z")
	if code != exitcode.Shrink || s.JobCount() != 0 || !strings.Contains(stderr, "has no full export") {
		t.Errorf("exit code %d, %d jobs\n%s", code, s.JobCount(), stderr)
	}
	if code, stderr = runInto(t, out, "--since", "2020-03-01T00:00:00Z", "--allow-shrink"); code != exitcode.OK {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	// Neither is an increment on top of that.
	if code, stderr = runInto(t, out, "--since", "auto", "--overwrite"); code != exitcode.Shrink {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	// A file of a full export is missing.
	if code, stderr = runInto(t, out, "--overwrite"); code != exitcode.OK {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if err := os.Remove(filepath.Join(out+"-export", "003-Patient-00001.ndjson.gz")); err != nil {
		t.Fatal(err)
	}
	if code, stderr = runInto(t, out, "--overwrite", "--since", "auto"); code != exitcode.Shrink || !strings.Contains(stderr, "003-Patient-00001.ndjson.gz") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	// Another full export contains what was in it.
	if code, stderr = runInto(t, out, "--overwrite"); code != exitcode.OK {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
}

// TestRunEmptyExport: an export without data is requested again the next time.
func TestRunEmptyExport(t *testing.T) {
	s, _ := sandbox(t, bcdatest.Options{Manifest: func(m *bcdatest.Manifest) { m.Output = nil }})
	out := filepath.Join(t.TempDir(), "out")
	for n := range 2 {
		if code, stderr := runInto(t, out); code != exitcode.Shrink || s.JobCount() != n+1 {
			t.Errorf("exit code %d, %d jobs\n%s", code, s.JobCount(), stderr)
		}
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
	if code != exitcode.Interrupted || !strings.Contains(errOut, "run the same command to resume") {
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
		if !slices.ContainsFunc(exitcode.All, func(c exitcode.Code) bool { return c.Number == want }) {
			t.Errorf("exit code %d is not in the help", want)
		}
	}
}

// TestCredentialFiles reads credentials files in their usual forms.
func TestCredentialFiles(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("me:s:e=c"))
	for _, text := range []string{
		"BCDA_CLIENT_ID=me\nBCDA_CLIENT_SECRET=s:e=c\n",
		"\ufeffBCDA_CLIENT_ID=me\r\nBCDA_CLIENT_SECRET=s:e=c  \r\n\r\n",
		"export CLIENT_ID='me'\n# x\nCLIENT_SECRET = \"s:e=c\"",
		"\ufeff{\"client_id\":\"me\\n\",\"client_secret\":\" s:e=c \"}\n\n",
		basic, basic + "\n", "Basic " + basic + " \n", "Authorization: Basic " + basic,
	} {
		name := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if id, secret, err := readCredentials(name); err != nil || id != "me" || secret != "s:e=c" {
			t.Errorf("%q: %q, %q, %v", text, id, secret, err)
		}
	}
}

// TestMissingCredentials: the error says which credentials are missing, and a file
// that others can read gets a warning.
func TestMissingCredentials(t *testing.T) {
	for text, says := range map[string]string{
		"CLIENT_ID=x": "missing client secret in ", "CLIENT_SECRET=x": "missing client id in ", "": "missing client id and client secret in ",
	} {
		name := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, 0o644); err != nil {
			t.Fatal(err)
		}
		code, _, errOut := cclf(t.Context(), strings.NewReader(""), "token", "--credentials", name, "--base-url", "https://192.0.2.1")
		if code != exitcode.Auth || !strings.Contains(errOut, says) || !strings.Contains(errOut, "other users can read") {
			t.Errorf("exit code %d\n%s", code, errOut)
		}
	}
	t.Setenv("BCDA_CLIENT_ID", "x")
	t.Setenv("BCDA_CLIENT_SECRET", " \n")
	code, _, errOut := cclf(t.Context(), strings.NewReader(""), "token", "--base-url", "https://192.0.2.1")
	if code != exitcode.Auth || !strings.Contains(errOut, "missing client secret\nhint: set BCDA_CLIENT_SECRET,") {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
}

// TestJobAddress: a job can be given by its address.
func TestJobAddress(t *testing.T) {
	s, url := sandbox(t, bcdatest.Options{JobTime: time.Hour})
	t.Setenv("BCDA_BASE_URL", "")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		cclf(ctx, strings.NewReader(""), "fetch", "-o", filepath.Join(t.TempDir(), "x"), "--base-url", url, "--api", "v2")
	}()
	for s.JobCount() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	for _, args := range [][]string{
		{"jobs", "status", url + "/api/v2/jobs/1"}, {"jobs", "cancel", url + "/api/v2/jobs/1"},
		{"jobs", "status", "--base-url", url, url + "/api/v2/jobs/1"},
	} {
		if code, _, errOut := cclf(t.Context(), strings.NewReader(""), args...); code != exitcode.OK {
			t.Errorf("%q: exit code %d\n%s", args, code, errOut)
		}
	}
	code, _, _ := cclf(t.Context(), strings.NewReader(""), "jobs", "status", "--base-url", "http://127.0.0.1:1", url+"/api/v2/jobs/1")
	if code != exitcode.Usage {
		t.Errorf("another server: exit code %d", code)
	}
}

// TestExportAddress: the base URL can be the address of an export.
func TestExportAddress(t *testing.T) {
	_, url := sandbox(t, bcdatest.Options{})
	t.Setenv("BCDA_BASE_URL", "")
	dir := t.TempDir()
	code, _, errOut := cclf(t.Context(), strings.NewReader(""), "fetch", "-o", dir, "--base-url", url+"/api/v2/Group/all/$export?_type=Patient")
	saved, err := fetch.ReadLastRun(dir)
	if code != exitcode.OK || err != nil || saved.Request.Group != "all" || !slices.Equal(saved.Request.Types, []string{"Patient"}) || saved.API != "v2" {
		t.Errorf("exit code %d, %+v, %v\n%s", code, saved, err, errOut)
	}
	for _, flag := range []string{"--type=Patient", "--group=all", "--since=auto"} {
		code, _, errOut := cclf(t.Context(), strings.NewReader(""), "fetch", "-o", dir, "--base-url", url+"/api/v2/Patient/$export", flag)
		if code != exitcode.Usage || !strings.Contains(errOut, "cannot be combined with it") {
			t.Errorf("%s: exit code %d\n%s", flag, code, errOut)
		}
	}
}

// TestResumeWithSameFlags: the flags of the export can be repeated.
func TestResumeWithSameFlags(t *testing.T) {
	_, url := sandbox(t, bcdatest.Options{})
	t.Setenv("BCDA_BASE_URL", "")
	dir := t.TempDir()
	if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), "fetch", "-o", dir, "--base-url", url+"/api/v2", "--type", "Patient"); code != exitcode.OK {
		t.Fatalf("exit code %d\n%s", code, errOut)
	}
	for flags, want := range map[string]int{
		"--base-url " + url:                                exitcode.OK,
		"--base-url " + url + "/":                          exitcode.OK,
		"--base-url " + url + "/api/v2 --endpoint patient": exitcode.OK,
		"--api v2 --type Patient":                          exitcode.OK,
		"--base-url " + url + "/api/v3":                    exitcode.Usage,
		"--base-url http://127.0.0.1:1":                    exitcode.Usage,
		"--type Coverage":                                  exitcode.Usage,
		"--group all":                                      exitcode.Usage,
		"--since auto":                                     exitcode.Usage,
		"--type-filter Patient?a=b":                        exitcode.Usage,
		"--env production":                                 exitcode.Usage,
	} {
		args := append([]string{"fetch", "--resume", dir}, strings.Fields(flags)...)
		if code, _, errOut := cclf(t.Context(), strings.NewReader("x"), args...); code != want {
			t.Errorf("%s: exit code %d, want %d\n%s", flags, code, want, errOut)
		}
	}
}
