//go:build unix

package main

import "golang.org/x/sys/unix"

// hardenProcess keeps data of the process private: it writes no core file, and no
// file that it or a library creates is readable by others. Files of redirections
// are created by the shell.
func hardenProcess() {
	// Errors are ignored: a sandbox may forbid these calls.
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	unix.Umask(0o077)
	denyDumps()
}
