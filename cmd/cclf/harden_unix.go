//go:build unix

package main

import "golang.org/x/sys/unix"

// hardenProcess keeps what the process holds from others: no core file, no files
// that others can read, however a library makes them. Shells make the files of
// redirections themselves.
func hardenProcess() {
	// These fail where a sandbox forbids them, which is no reason not to work.
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	unix.Umask(0o077)
	denyDumps()
}
