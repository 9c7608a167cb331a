//go:build unix

package convert

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/schema"
)

// TestDiskFull fills the disk at each place where a conversion writes. The
// error says so, whatever it went through.
func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	table := schema.Lookup("cclf5")
	filled, all := newPage(table), newColumns(table)
	for i := range 100 {
		filled.add(int64(i), personID(i), false)
	}
	all.addAll([]basedPage{{filled, 0}})
	check := func(t *testing.T, err error, set *dataset) {
		t.Helper()
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("error %v, want that the disk is full", err)
		}
		if len(set.parts) > 0 {
			t.Errorf("files %v are taken for finished", set.parts)
		}
	}
	for _, format := range []Format{Parquet, CSV, Arrow} {
		for when, size := range map[string]int{"at once": 16, "at the end": 1 << 20} {
			t.Run(string(format)+", "+when, func(t *testing.T) {
				set := &dataset{temp: t.TempDir()}
				p := &partFile{set: set, name: "x", home: "x", file: dup(t, full)}
				p.buf = bufio.NewWriterSize(p.file, size)
				s, err := sinks[format](p.buf, arrowSchema(table), &recycler{})
				if err == nil {
					p.sink = s
					arrays := dense(all.arrays()[:len(table.Fields)])
					rec := array.NewRecordBatch(arrowSchema(table), arrays, int64(filled.rows()))
					err = s.Write(rec)
				}
				if err == nil {
					err = p.finish()
				}
				check(t, err, set)
			})
		}
	}
	t.Run("spilled rows", func(t *testing.T) {
		s := newSpill(t.TempDir(), output{table: table, dir: "cclf5"}, func(*page) {})
		s.to.file = dup(t, full)
		err := s.add(filled, 0)
		if err == nil {
			err = s.end()
		}
		check(t, err, &dataset{})
	})
	t.Run("stays", func(t *testing.T) {
		l := stayLog{spool{file: dup(t, full)}}
		err := l.add(stay{})
		if err == nil {
			err = l.apply(newPeople(), nil)
		}
		check(t, err, &dataset{})
	})
	t.Run("rejects", func(t *testing.T) {
		set := &dataset{}
		f := &rejectFile{file: dup(t, full)}
		f.buf = bufio.NewWriter(f.file)
		err := f.add([]Reject{{File: "x"}})
		if err == nil {
			err = f.finish(set)
		}
		check(t, err, set)
	})
}

// dup opens a file once more.
func dup(t *testing.T, f *os.File) *os.File {
	t.Helper()
	again, err := os.OpenFile(f.Name(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// childTask is the environment variable that tells this program, when a test
// starts it again, what to do instead of testing.
const childTask = "CCLF_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childTask) {
	case "":
		os.Exit(m.Run())
	case "small files":
		limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
	}
	format, out := Format(os.Args[1]), os.Args[2]
	_, err := Run(context.Background(), Options{Inputs: []string{"-"}, Out: out, Stdin: os.Stdin, Format: format, Overwrite: true, Jobs: 2, MaxRejects: -1, AllowPartial: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
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
		info, err := os.Stat(filepath.Join(out, tempFolder, "cclf5.arrows"))
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
		if !strings.HasPrefix(name, tempFolder+"/") {
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
