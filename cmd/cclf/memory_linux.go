package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// dropUnusedPages releases the resident pages of the program file. Most of them are
// DuckDB's: 40 MB that only program start touches, and that would count as memory
// of a conversion. Pages that are needed again come from the page cache. It does
// nothing if the kernel does not list the mappings.
func dropUnusedPages() {
	for _, m := range programMappings() {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.start, m.end-m.start, unix.MADV_DONTNEED)
	}
}

// useLargePages asks the kernel for 2 MB pages for size bytes of heap: with 4 kB pages
// a conversion spends a twentieth of its time in page faults. Memory keeps the
// advice when the collector reuses it. The pages are not touched, so they add
// nothing to RSS.
func useLargePages(size int) {
	heap := make([]byte, size)
	_ = unix.Madvise(heap, unix.MADV_HUGEPAGE) // fails on kernels without them
	runtime.GC()
}

type mapping struct{ start, end uintptr }

// programMappings returns the read-only mappings of the program file that have no
// modified pages. It reads them once, since that takes milliseconds.
var programMappings = sync.OnceValue(func() (list []mapping) {
	program, err := os.Executable()
	if err != nil {
		return nil
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return nil
	}
	defer maps.Close()
	var last mapping // empty if it is writable, or not of the program file
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		line := lines.Text()
		if key, value, found := strings.Cut(line, ": "); found {
			// Modified pages, such as those of relocations, are not in the file.
			if key == "Anonymous" && strings.TrimSpace(value) == "0 kB" && last.start < last.end {
				list = append(list, last)
			}
			continue
		}
		var m mapping
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &m.start, &m.end, &mode); err == nil {
			last = mapping{}
			if strings.HasSuffix(line, " "+program) && !strings.Contains(mode, "w") {
				last = m
			}
		}
	}
	return list
})
