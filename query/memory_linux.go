//go:build cgo

package query

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// addressSpace returns what is left of the limit on the address space (ulimit -v), or
// 0 if there is none.
func addressSpace() (uint64, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &limit); err != nil || limit.Cur == unix.RLIM_INFINITY {
		return 0, err
	}
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var used uint64 // in pages
	if _, err := fmt.Sscan(string(text), &used); err != nil {
		return 0, err
	}
	used *= uint64(os.Getpagesize())
	return max(limit.Cur, used+1) - used, nil
}
