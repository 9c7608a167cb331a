package dataset

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// TestRejectFile appends one reject file to another, with records or without.
func TestRejectFile(t *testing.T) {
	dir := t.TempDir()
	const a, b = `{"file":"<a>","line":0,"offset":0,"reason":""}` + "\n", `{"file":"b","line":0,"offset":0,"reason":""}` + "\n"
	for _, tt := range []struct {
		name        string
		first, next int // records
		want        string
	}{
		{"none", 0, 0, ""}, {"first", 1, 0, a}, {"next", 0, 1, b}, {"both", 1, 2, a + b + b},
	} {
		f := &RejectFile{path: filepath.Join(dir, tt.name)}
		next := &RejectFile{path: filepath.Join(dir, tt.name+"-next")}
		for range tt.first {
			if err := f.Encode(&Reject{File: "<a>"}); err != nil {
				t.Fatal(err)
			}
		}
		for range tt.next {
			if err := next.Encode(&Reject{File: "b"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Append(next); err != nil {
			t.Fatal(err)
		}
		some, err := f.close()
		if err != nil || some != (tt.want != "") {
			t.Errorf("%s: records %v, %v", tt.name, some, err)
		}
		if text, err := os.ReadFile(f.path); string(text) != tt.want || (err == nil) != some {
			t.Errorf("%s: %q, %v, want %q", tt.name, text, err, tt.want)
		}
	}
}

// TestRejectsDiskFull writes to a device without room.
func TestRejectsDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full:", err)
	}
	f := &RejectFile{file: full, buf: bufio.NewWriter(full)}
	err = f.Encode(&Reject{File: "x"})
	if err == nil {
		_, err = f.close()
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want that the disk is full", err)
	}
}

func TestRejectReasons(t *testing.T) {
	dir := t.TempDir()
	records := `{"file":"a","line":1,"offset":0,"reason":"broken"}
{"file":"a","reason":"broken","more":5,"first_line":2,"last_line":9}
{"file":"b","line":1,"reason":"too long","label":"CLM_PMT_AMT"}
`
	if err := os.WriteFile(filepath.Join(dir, RejectsFile), []byte(records), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Set{Layout: Layout{Dir: dir}, Manifest: &Manifest{}}
	if got, err := s.RejectReasons(); err != nil || got != nil {
		t.Errorf("without a file: %v, %v", got, err)
	}
	s.Manifest.Rejects = &File{Name: RejectsFile}
	s.paths = map[string]string{RejectsFile: RejectsFile}
	got, err := s.RejectReasons()
	if want := []RejectReason{{"broken", 6}, {"CLM_PMT_AMT: too long", 1}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
