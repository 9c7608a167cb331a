package ndjson

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// writeFiles makes files, with their names as content, and the folders they
// are in.
func writeFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(filepath.Base(name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestExpand(t *testing.T) {
	base := t.TempDir()
	writeFiles(t, base, "work/a.ndjson", "dead/notes.txt")
	t.Chdir(filepath.Join(base, "work"))
	writeFiles(t, ".", "b.txt", "-x.ndjson",
		"export/2.ndjson", "export/1.ndjson.gz", "export/sub/3.jsonl", "export/sub/4.JSONL.ZST", "export/5.NDJSON",
		"export/notes.txt", "export/6.json.gz", "export/7.ndjson.bz2", "export/8.ndjson.part", "export/ndjson", "export/9.gz", "export/7a.tar.gz",
		"export/README.md", "export/_fetch.json", "export/_fetch_runs.json", "export/_003-error-00001.ndjson.gz", "export/_other.ndjson", "export/part-00000.parquet", "export/7b.ndjson.xz",
		"export/.partial.ndjson", "export/_rejects.ndjson", "export/.incomplete/10.ndjson", "export/_old/11.ndjson",
		"none/notes.txt", "hidden/.a.ndjson", ".dot/12.ndjson")
	if err := os.MkdirAll("export/folder.ndjson", 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"export/0.ndjson": "../a.ndjson", "link": "export/sub", "file": "a.ndjson",
		"export/way.ndjson": "sub", "../dead.ndjson": "nowhere", "../dead/1.ndjson": "nowhere",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err) // not on this system
		}
	}
	for _, tt := range []struct {
		name string
		args []string
		want []string // or nil for an error
	}{
		{"nothing", nil, []string{}},
		{"a file, whatever its name", []string{"b.txt"}, []string{"b.txt"}},
		{"files in the order given", []string{"b.txt", "a.ndjson"}, []string{"b.txt", "a.ndjson"}},
		{"standard input", []string{"a.ndjson", "-"}, []string{"a.ndjson", "-"}},
		{"a folder, in the order of paths", []string{"export"},
			[]string{"export/0.ndjson", "export/1.ndjson.gz", "export/2.ndjson", "export/5.NDJSON", "export/6.json.gz", "export/7.ndjson.bz2", "export/7a.tar.gz", "export/sub/3.jsonl", "export/sub/4.JSONL.ZST"}},
		{"a folder with a slash", []string{"export/sub/"}, []string{"export/sub/3.jsonl", "export/sub/4.JSONL.ZST"}},
		{"a link to a folder", []string{"link"}, []string{"link/3.jsonl", "link/4.JSONL.ZST"}},
		{"a link to a file", []string{"file"}, []string{"file"}},
		{"a folder that is named itself may have a dot", []string{".dot"}, []string{".dot/12.ndjson"}},
		{"the working folder", []string{"."},
			[]string{"-x.ndjson", "a.ndjson", "export/0.ndjson", "export/1.ndjson.gz", "export/2.ndjson", "export/5.NDJSON", "export/6.json.gz", "export/7.ndjson.bz2", "export/7a.tar.gz", "export/sub/3.jsonl", "export/sub/4.JSONL.ZST"}},
		{"the same twice", []string{"a.ndjson", "./a.ndjson", "-", "export/../a.ndjson", "-"}, []string{"a.ndjson", "-"}},
		{"a file and its folder", []string{"export/sub/3.jsonl", "export/sub"}, []string{"export/sub/3.jsonl", "export/sub/4.JSONL.ZST"}},
		{"a folder twice", []string{"export/sub", "export/sub"}, []string{"export/sub/3.jsonl", "export/sub/4.JSONL.ZST"}},
		{"missing", []string{"a.ndjson", "missing.ndjson"}, nil},
		{"an empty name", []string{""}, nil},
		{"a folder without inputs", []string{"none"}, nil},
		{"a folder with hidden files only", []string{"hidden"}, nil},
		{"a link to nothing", []string{"../dead.ndjson"}, nil},
		{"a link to nothing in a folder", []string{"../dead"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inputs, _, err := expand(t.Context(), tt.args)
			if (err == nil) != (tt.want != nil) || err != nil && !errors.Is(err, ErrNoInput) {
				t.Fatalf("error %v", err)
			}
			if tt.want == nil {
				return
			}
			got := []string{}
			for _, in := range inputs {
				got = append(got, filepath.ToSlash(in.Name))
				want := int64(-1)
				if in.Name != Stdin {
					info, err := os.Stat(in.Name)
					if err != nil {
						t.Fatal(err)
					}
					want = info.Size()
				}
				if in.Size != want {
					t.Errorf("%s has %d bytes, want %d", in.Name, in.Size, want)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("inputs differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPassedOver names what a folder holds and is not read, once.
func TestPassedOver(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFiles(t, ".", "in/a.ndjson", "in/b.csv", "in/.c.ndjson", "in/.d/e.ndjson", "in/f.7z", "in/g.ndjson.xz", "in/_h.ndjson",
		"in/.DS_Store", "in/README", "in/_fetch.json", "in/_manifest.json", "in/_002-error-00001.ndjson", "in/.incomplete/x.ndjson",
		"in/__MACOSX/y.ndjson", "in/i.ndjson.part", "in/j.md", "other/k.ndjson")
	if err := errors.Join(os.Symlink("../other", "in/l"), os.Symlink("nowhere", "in/m.json")); err != nil {
		t.Skip(err)
	}
	inputs, passed, err := expand(t.Context(), []string{"in", "in/"})
	if err != nil || len(inputs) != 1 {
		t.Fatalf("inputs %v, %v", inputs, err)
	}
	want := []PassedOver{
		{"in/.c.ndjson", "a hidden file"}, {"in/.d", "a hidden folder"}, {"in/_h.ndjson", "a hidden file"},
		{"in/b.csv", "name does not end in .ndjson, .jsonl or .json"}, {"in/f.7z", "an archive format that is not supported"},
		{"in/g.ndjson.xz", "compressed with xz: decompress it with xz -d"}, {"in/l", "a link to a folder"}, {"in/m.json", "unreadable"},
	}
	if diff := cmp.Diff(want, passed); diff != "" {
		t.Errorf("passed over differs (-want +got):\n%s", diff)
	}
}

// TestExpandStdinAndFile tells standard input from a file with its name.
func TestExpandStdinAndFile(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFiles(t, ".", "-")
	inputs, _, err := expand(t.Context(), []string{"-", "./-"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Input{{Name: "-", Size: -1}, {Name: "./-", Size: 1}}, inputs); diff != "" {
		t.Errorf("inputs differ (-want +got):\n%s", diff)
	}
}

func gzipped(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, text := range members {
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func zstded(t testing.TB, frames ...string) []byte {
	t.Helper()
	var b []byte
	for _, text := range frames {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		b = w.EncodeAll([]byte(text), b)
	}
	return b
}

// readAll reads an input to its end or its first error.
func readAll(t *testing.T, in Input, stdin io.Reader) (text string, stored int64, err error) {
	t.Helper()
	var n atomic.Int64
	r, err := (&Opener{Stdin: stdin, Stored: &n}).Open(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if closeErr := r.Close(); closeErr != nil {
		t.Errorf("close: %v", closeErr)
	}
	return string(b), n.Load(), err
}

func TestOpen(t *testing.T) {
	long := strings.Repeat("a line that is there again and again\n", 10_000)
	skippable := append([]byte{0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'x', 'y', 'z'}, zstded(t, "ab\n")...)
	gz := gzipped(t, long)
	zst := zstded(t, long)
	broken := bytes.Clone(gz)
	broken[len(broken)-5]++ // in the checksum
	for _, tt := range []struct {
		name   string
		stored []byte
		want   string
		fails  bool
	}{
		{"empty", nil, "", false},
		{"plain", []byte("ab\n"), "ab\n", false},
		{"short", []byte("a"), "a", false},
		{"first byte of gzip", gz[:1], "\x1f", false},
		{"gzip", gz, long, false},
		{"gzip of nothing", gzipped(t, ""), "", false},
		{"gzip with an empty last member, as BCDA sends it", gzipped(t, long, ""), long, false},
		{"gzip of three members", gzipped(t, "a\n", "b", "\nc"), "a\nb\nc", false},
		{"gzip in gzip", gzipped(t, string(gz)), long, false},
		{"gzip in zstd, broken", zstded(t, string(broken)), long, true},
		{"gzip, broken", broken, long, true},
		{"gzip padded with zeros, as from a tape", append(gzipped(t, "a\n", long), make([]byte, 10240)...), "a\n" + long, false},
		{"gzip of gzip padded with zeros", gzipped(t, string(gz)+"\x00"), long, false},
		{"gzip followed by zeros and something else", append(bytes.Clone(gz), "\x00\x00more"...), long, true},
		{"gzip with something else behind", append(bytes.Clone(gz), "more"...), long, true},
		{"gzip magic only", gz[:2], "", true},
		{"gzip header cut short", gz[:7], "", true},
		{"gzip cut short", gz[:len(gz)-1], long, true},
		{"gzip, last member cut short", gzipped(t, long, "")[:len(gz)+5], long, true},
		{"zstd", zst, long, false},
		{"zstd of two frames", zstded(t, "a\n", "b"), "a\nb", false},
		{"zstd behind a frame to skip", skippable, "ab\n", false},
		{"zstd magic only", zst[:4], "", true},
		{"zstd cut short", zst[:len(zst)-1], long, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "input")
			if err := os.WriteFile(name, tt.stored, 0o600); err != nil {
				t.Fatal(err)
			}
			file := Input{Name: name, Size: int64(len(tt.stored))}
			for _, in := range []Input{file, {Name: Stdin, Size: -1}} {
				got, stored, err := readAll(t, in, bytes.NewReader(tt.stored))
				if (err != nil) != tt.fails {
					t.Errorf("%s: error %v, want one %v", in.Name, err, tt.fails)
				}
				if got != tt.want && !(tt.fails && strings.HasPrefix(tt.want, got)) {
					t.Errorf("%s: %d bytes, want %d", in.Name, len(got), len(tt.want))
				}
				if stored != int64(len(tt.stored)) {
					t.Errorf("%s: %d bytes counted, want %d", in.Name, stored, len(tt.stored))
				}
			}
		})
	}
}

// TestSteadyFile reads files that change between being found and being read to
// their end. None is taken for whole.
func TestSteadyFile(t *testing.T) {
	text := strings.Repeat("a line\n", 100_000)
	for name, change := range map[string]func(f *os.File) error{
		"shrinks":   func(f *os.File) error { return f.Truncate(int64(len(text)) - 7) },
		"to naught": func(f *os.File) error { return f.Truncate(0) },
		"grows":     func(f *os.File) error { _, err := f.WriteAt([]byte("more\n"), int64(len(text))); return err },
		"changes": func(f *os.File) error {
			_, err := f.WriteAt([]byte("A"), 0)
			return errors.Join(err, os.Chtimes(f.Name(), time.Time{}, time.Unix(1, 0)))
		},
	} {
		for _, when := range []string{"before", "while"} {
			if name == "changes" && when == "before" {
				continue // of that, nobody knows
			}
			file := filepath.Join(t.TempDir(), "in")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(file, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			inputs, _, err := expand(t.Context(), []string{file})
			if err != nil {
				t.Fatal(err)
			}
			if when == "before" {
				err = change(f)
			}
			var n atomic.Int64
			r, openErr := (&Opener{Stored: &n}).Open(t.Context(), inputs[0])
			if err := errors.Join(err, openErr); err != nil {
				t.Fatal(err)
			}
			if when == "while" {
				if _, err := r.Read(make([]byte, 10)); err != nil {
					t.Fatal(err)
				}
				if err := change(f); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := io.Copy(io.Discard, r); err == nil {
				t.Errorf("a file that %s %s it is read is taken for whole", name, when)
			}
			r.Close()
			f.Close()
		}
	}
}

// TestTruncated cuts compressed inputs at every byte: none is taken for whole,
// and what comes out is a beginning of the text.
func TestTruncated(t *testing.T) {
	text := "first line\nsecond line\nthird line\n"
	for name, whole := range map[string][]byte{
		"gzip":               gzipped(t, text),
		"gzip, two members":  gzipped(t, text[:15], text[15:]),
		"gzip, empty member": gzipped(t, text, ""),
		"zstd":               zstded(t, text),
	} {
		// Where a member ends, there is a whole gzip file.
		whole1 := len(gzipped(t, text[:15]))
		whole2 := len(gzipped(t, text))
		for n := 4; n < len(whole); n++ {
			if name == "gzip, two members" && n == whole1 || name == "gzip, empty member" && n == whole2 {
				continue
			}
			got, _, err := readAll(t, Input{Name: Stdin, Size: -1}, bytes.NewReader(whole[:n]))
			if err == nil {
				t.Errorf("%s: %d of %d bytes are taken for the whole", name, n, len(whole))
			}
			if !strings.HasPrefix(text, got) {
				t.Errorf("%s: %d bytes give %q", name, n, got)
			}
		}
	}
}

func TestOpenMissing(t *testing.T) {
	var n atomic.Int64
	_, err := (&Opener{Stored: &n}).Open(t.Context(), Input{Name: filepath.Join(t.TempDir(), "gone"), Size: 3})
	if !errors.Is(err, ErrNoInput) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want that there is no input", err)
	}
}

// TestInterrupt waits for a pipe that says nothing more, until it is told to
// stop.
func TestInterrupt(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var n atomic.Int64
	go func() {
		_, _ = w.Write([]byte("some text"))
		cancel()
	}()
	stream, err := (&Opener{Stdin: r, Stored: &n}).Open(ctx, Input{Name: Stdin, Size: -1})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(stream)
		done <- err
	}()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that the context was cancelled", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still waiting for standard input")
	}
}
