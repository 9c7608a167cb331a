//go:build unix

package app

import (
	"io/fs"
	"syscall"
)

// limitModes makes all new files and folders accessible only to those who may read the
// file with this mode: snapshots contain values of claims.
func limitModes(mode fs.FileMode) {
	folder := mode | mode&0o444>>2 // who may read the files may enter
	syscall.Umask(int(0o777 &^ folder))
}
