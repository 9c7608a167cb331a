//go:build !windows

package disk

// These are the errors of systems that have others than those of POSIX.
func systemFull(error) bool  { return false }
func systemQuota(error) bool { return false }
