//go:build !cgo || !(linux || darwin) || race

package main

// catchCrashes does nothing: a panic that is not recovered ends the process with
// the runtime's exit code. It needs a handler in C.
func catchCrashes() {}
