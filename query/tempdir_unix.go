//go:build cgo && unix

package query

import (
	"os"
	"syscall"
)

// isPrivate reports whether a file is a folder that only this user can access.
func isPrivate(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && int(stat.Uid) == os.Getuid() && info.Mode().Perm()&0o077 == 0
}
