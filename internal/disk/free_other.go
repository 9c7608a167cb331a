//go:build !linux && !darwin && !freebsd && !windows

// Package disk measures disks.
package disk

// Free is not known on this system.
func Free(string) (free uint64, known bool) { return 0, false }

// Writable is not known on this system.
func Writable(string) (writable, known bool) { return false, false }
