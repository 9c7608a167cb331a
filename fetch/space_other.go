//go:build !linux && !darwin && !freebsd

package fetch

// freeSpace is not known on this system.
func freeSpace(string) (free uint64, known bool) { return 0, false }
