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

// dropUnusedPages gives back the pages of the program file that are not needed
// now. Most of them are DuckDB's: 40 MB that only the start of the program
// touches, and that would count as the memory of a conversion. What is needed
// again comes back from the page cache. It does nothing where the kernel does
// not tell the mappings.
func dropUnusedPages() {
	for _, m := range programMappings() {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.start, m.end-m.start, unix.MADV_DONTNEED)
	}
}

// useLargePages asks the kernel for pages of 2 MB behind as much of the heap as a
// conversion takes: with those of 4 kB, a twentieth of its time goes into tens of
// thousands of page faults. Memory that was asked for keeps the advice when the
// collector hands it out again. Nobody touches it here, so that it takes none.
func useLargePages(size int) {
	heap := make([]byte, size)
	_ = unix.Madvise(heap, unix.MADV_HUGEPAGE) // kernels without them say no
	runtime.GC()
}

type mapping struct{ start, end uintptr }

// programMappings finds the mappings of the program file of which all pages are
// those of the file. It is asked once: the kernel takes milliseconds to tell.
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
	var last mapping // if it is one of the program's that cannot be written to
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		line := lines.Text()
		if key, value, found := strings.Cut(line, ": "); found {
			// Pages that were written to, as those of relocations are before
			// they are protected, are not in the file.
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
