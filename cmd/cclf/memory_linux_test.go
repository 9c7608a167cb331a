package main

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The pages of the program file that only its start needed are gone before a
// conversion takes memory.
func TestUnusedPages(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	mappings := programMappings()
	if len(mappings) == 0 {
		t.Skip("the kernel does not list the mappings of the program")
	}
	for _, m := range mappings {
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, m.start, m.end-m.start, unix.MADV_POPULATE_READ); errno != 0 {
			t.Skip("the kernel cannot map all pages:", errno)
		}
	}
	before := filePages(t)
	boundMemory()
	defer unboundMemory()
	if after := filePages(t); after > before/2 {
		t.Errorf("%d of %d kB of file pages are resident when a conversion begins", after, before)
	}
}

// filePages is the resident memory of mapped files in kB. That of files in memory, where
// the test program may be, is counted apart from that of other files.
func filePages(t *testing.T) (pages int64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for _, key := range []string{"\nRssFile:", "\nRssShmem:"} {
		_, rest, _ := strings.Cut(string(status), key)
		line, _, found := strings.Cut(rest, "kB\n")
		n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if !found || err != nil {
			t.Skip("the kernel does not tell the resident memory of files")
		}
		pages += n
	}
	return pages
}
