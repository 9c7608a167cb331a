//go:build cgo && !unix

package query

import (
	"os"
)

// isPrivate reports whether a file is a folder. On these systems the temporary
// folder is private to the user.
func isPrivate(info os.FileInfo) bool { return info.IsDir() }
