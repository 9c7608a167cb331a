//go:build unix

package convert

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestDiskFull fills the disk at each place where a conversion writes. The
// error says so, whatever it went through.
func TestDiskFull(t *testing.T) {
	check := func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("error %v, want that the disk is full", err)
		}
	}
	in := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p"))}.save(t)
	for _, format := range []Format{Parquet, CSV, Arrow, Fixed}[:synthtest.UnlessRace(4, 1)] {
		for n := 0; ; n += 1 + n/3 { // the first writes one by one, then some
			var writes atomic.Int64
			out := t.TempDir()
			_, err := Run(t.Context(), Options{Inputs: []string{in}, Out: out, Format: format, hook: func(op, _ string) error {
				if op == "write" && writes.Add(1) > int64(n) {
					return syscall.ENOSPC
				}
				return nil
			}, Jobs: 1})
			if writes.Load() <= int64(n) {
				if err != nil || n < 5 {
					t.Errorf("%s: %d writes, %v", format, n, err)
				}
				break
			}
			check(t, err)
			if left := names(t, out); len(left) > 0 {
				t.Errorf("%s: the disk is full after %d writes: left %v", format, n, left)
			}
		}
	}
}

// childTask is the environment variable that tells this program, when a test
// starts it again, what to do instead of testing.
const childTask = "CCLF_TEST_CHILD"

// useMemory puts temporary folders into memory, if there is enough. Most of the time
// of a small conversion is that of its fsyncs, which cost nothing there.
func useMemory() {
	const dir, enough = "/dev/shm", 1 << 30
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs(dir, &fs) == nil && fs.Bavail*uint64(fs.Bsize) > enough {
		_ = os.Setenv("TMPDIR", dir)
	}
}

func TestMain(m *testing.M) {
	switch os.Getenv(childTask) {
	case "":
		useMemory()
		os.Exit(m.Run())
	case "small files":
		limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
	}
	format, out := Format(os.Args[1]), os.Args[2]
	var hook func(op, name string) error
	if at, err := strconv.Atoi(os.Getenv(killTask)); err == nil {
		var n atomic.Int64
		hook = func(string, string) error {
			if n.Add(1) > int64(at) {
				return errors.Join(syscall.Kill(os.Getpid(), syscall.SIGKILL), errors.New("killed"))
			}
			return nil
		}
	}
	_, err := Run(context.Background(), Options{hook: hook, Export: fakeExport, Inputs: []string{"-"}, Out: out, Stdin: os.Stdin, Format: format, Overwrite: true, Jobs: 2, MaxRejects: -1, AllowPartial: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// killTask is the environment variable that has the number of the operation on
// the files of the data set at which a child kills itself.
const killTask = "CCLF_TEST_KILL_AT"

// TestKilledPublishing kills a conversion for good (SIGKILL) while it makes and
// publishes its data set, fresh and over another one, in every format. The
// complete old or the complete new one is there, and the same again goes on.
func TestKilledPublishing(t *testing.T) {
	synthtest.WithoutRace(t)
	torture := os.Getenv("CCLF_TORTURE") != ""
	oldIn := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p"))}.save(t)
	text := lines(someClaim("CARRIER", "1", "p"), someClaim("DME", "2", "p"), somePatient("p", "1S00A00AA00")) + "x\n"
	killed := 0
	for _, format := range Formats() {
		for _, over := range []bool{false, true} {
			start := func() string {
				out := filepath.Join(t.TempDir(), "out")
				if over {
					if _, err := Run(t.Context(), Options{Inputs: []string{oldIn}, Out: out, Format: format, Export: fakeExport}); err != nil {
						t.Fatal(err)
					}
				}
				return out
			}
			again := func(out string, hook func(op, name string) error) error {
				_, err := Run(t.Context(), Options{
					Inputs: []string{"-"}, Stdin: strings.NewReader(text), Out: out, Format: format, Overwrite: true, Jobs: 2, MaxRejects: -1,
					Export: fakeExport, hook: hook,
				})
				return err
			}
			var total atomic.Int64
			want := start()
			var old map[string]string
			if over {
				old = readTree(t, want)
			}
			if err := again(want, func(string, string) error { total.Add(1); return nil }); err != nil {
				t.Fatal(err)
			}
			wanted := readTree(t, want)
			step := max(1, int(total.Load())/2)
			if torture {
				step = 1
			}
			for n := int(total.Load()) - 1; n >= 0; n -= step {
				out := start()
				cmd := child(t, "kill", format, out)
				cmd.Env = append(cmd.Env, fmt.Sprint(killTask, "=", n))
				cmd.Stdin = strings.NewReader(text)
				if words, err := cmd.CombinedOutput(); (err == nil && n < int(total.Load())-20) || len(words) > 0 { // how many operations there are differs a little
					t.Fatalf("%s: the child was not killed at operation %d: %s", format, n, words)
				}
				killed++
				what := fmt.Sprintf("%s, over=%t, killed at operation %d of %d", format, over, n, total.Load())
				set, err := dataset.Open(out)
				switch {
				case err == nil:
					text, err := os.ReadFile(filepath.Join(out, ManifestFile))
					if got := string(text); err != nil || got != wanted[ManifestFile] && got != old[ManifestFile] {
						t.Errorf("%s: another manifest, %v", what, err)
					}
					for _, f := range set.Manifest.List() {
						if text, err := os.ReadFile(set.Path(f.Name)); err != nil || string(text) != old[f.Name] && string(text) != wanted[f.Name] {
							t.Errorf("%s: %s: %v", what, f.Name, err)
						}
					}
				case over || !errors.Is(err, dataset.ErrNoManifest) && !errors.Is(err, fs.ErrNotExist):
					t.Errorf("%s: %v", what, err)
				}
				if err := again(out, nil); err != nil {
					t.Errorf("%s: the same again: %v", what, err)
				}
				if diff := cmp.Diff(slices.Sorted(maps.Keys(wanted)), slices.Sorted(maps.Keys(readTree(t, out)))); diff != "" {
					t.Errorf("%s: after the same again files differ (-want +got):\n%s", what, diff)
				}
			}
		}
	}
	t.Logf("killed %d times", killed)
}

// child starts this program again to convert its standard input.
func child(t *testing.T, task string, format Format, out string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, string(format), out)
	cmd.Env = append(os.Environ(), childTask+"="+task)
	return cmd
}

// endlessClaims are more and more claims.
func endlessClaims() io.Reader {
	var rest []byte
	n := 0
	return readerFunc(func(p []byte) (int, error) {
		for len(rest) == 0 {
			rest = []byte(lines(someClaim("CARRIER", fmt.Sprint(n), fmt.Sprint("p", n))))
			n++
		}
		k := copy(p, rest)
		rest = rest[k:]
		return k, nil
	})
}

// TestFilesCannotGrow lets no file grow beyond a limit, so that writing fails
// on the way. The data set before stays, and nothing else.
func TestFilesCannotGrow(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, format := range []Format{Parquet, CSV} {
		out := t.TempDir()
		if err := runInto(t, out, false); err != nil {
			t.Fatal(err)
		}
		want := readTree(t, out)
		cmd := child(t, "small files", format, out)
		cmd.Stdin = io.LimitReader(endlessClaims(), 2_000_000)
		text, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(text), "file too large") {
			t.Errorf("%s: %v, %s", format, err, text)
		}
		if diff := cmp.Diff(want, readTree(t, out)); diff != "" {
			t.Errorf("%s: files differ (-want +got):\n%s", format, diff)
		}
	}
}

// TestKilled kills a conversion while it reads. Nothing that it leaves looks
// finished, and the next conversion removes it.
func TestKilled(t *testing.T) {
	synthtest.WithoutRace(t)
	out := t.TempDir()
	cmd := child(t, "read", CSV, out)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go io.Copy(stdin, endlessClaims()) //nolint:errcheck // It fails when the child is killed.
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		info, err := os.Stat(filepath.Join(out, workFolder, "cclf5.arrows"))
		if err == nil && info.Size() > 1_000_000 {
			break
		}
		if time.Since(start) > 30*time.Second {
			t.Fatal("the child writes nothing")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for _, name := range names(t, out) {
		if !strings.HasPrefix(name, workFolder+"/") {
			t.Errorf("%s looks finished", name)
		}
	}
	if err := runInto(t, out, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dataSet(), names(t, out)); diff != "" {
		t.Errorf("files differ (-want +got):\n%s", diff)
	}
}
