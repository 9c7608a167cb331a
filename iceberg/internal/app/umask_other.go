//go:build !unix

package app

import "io/fs"

// limitModes does nothing: permissions are inherited from the folder.
func limitModes(fs.FileMode) {}
