//go:build linux || darwin || freebsd

// Package disk measures disks.
package disk

import "golang.org/x/sys/unix"

// Free is the number of bytes that can be written to a folder, if it is known.
func Free(dir string) (free uint64, known bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, false
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), true //nolint:unconvert // signed on some systems
}

// Writable reports whether this process can make files in a folder, if that is known.
func Writable(dir string) (writable, known bool) {
	return unix.Access(dir, unix.W_OK|unix.X_OK) == nil, true
}
