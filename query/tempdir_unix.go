//go:build cgo && unix

package query

import (
	"os"
	"syscall"

	"github.com/gofrs/flock"
)

// folderLock returns a lock on a folder, which needs no file.
func folderLock(dir string) *flock.Flock { return flock.New(dir, flock.SetFlag(os.O_RDONLY)) }

// isPrivate reports whether a file is a folder that only this user can access.
func isPrivate(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && int(stat.Uid) == os.Getuid() && info.Mode().Perm()&0o077 == 0
}
