//go:build linux || darwin || freebsd

package fetch

import "golang.org/x/sys/unix"

// freeSpace tells how many bytes can still be written to a folder.
func freeSpace(dir string) (free uint64, known bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, false
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), true //nolint:unconvert // it is signed on some systems
}
