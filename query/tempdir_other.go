//go:build cgo && !unix

package query

import "os"

// isPrivate reports whether a file is a folder. Temporary folders are the user's
// own on these systems.
func isPrivate(info os.FileInfo) bool { return info.IsDir() }
