//go:build cgo && !unix

package query

import (
	"os"

	"github.com/gofrs/flock"
)

// folderLock returns a lock on a file beside a folder. It stays.
func folderLock(dir string) *flock.Flock { return flock.New(dir + ".lock") }

// isPrivate reports whether a file is a folder. On these systems the temporary
// folder is private to the user.
func isPrivate(info os.FileInfo) bool { return info.IsDir() }
