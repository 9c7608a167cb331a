//go:build !cgo || !(linux || darwin) || race

package main

// catchCrashes does nothing: it would need a signal handler in C. A panic that is not
// recovered ends the process with the exit code of the runtime.
func catchCrashes() {}
