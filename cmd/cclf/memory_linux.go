package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dropUnusedPages gives back the pages of the program file that are not needed
// now. Most of them are DuckDB's: 40 MB that only the start of the program
// touches, and that would count as the memory of a conversion. What is needed
// again comes back from the page cache. It does nothing where the kernel does
// not tell the mappings.
func dropUnusedPages() {
	program, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	var start, end uintptr // of the last mapping, if it is one of the program's that cannot be written to
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		line := lines.Text()
		var from, to uintptr
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err == nil {
			start, end = 0, 0
			if strings.HasSuffix(line, " "+program) && !strings.Contains(mode, "w") {
				start, end = from, to
			}
			continue
		}
		// Pages that were written to, as those of relocations are before they
		// are protected, are not in the file.
		var anonymous int
		if _, err := fmt.Sscanf(line, "Anonymous: %d kB", &anonymous); err == nil && anonymous == 0 && start < end {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, start, end-start, unix.MADV_DONTNEED)
		}
	}
}
