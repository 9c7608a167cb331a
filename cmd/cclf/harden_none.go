//go:build !unix

package main

// hardenProcess does nothing: there are no core files, and files are the user's
// own.
func hardenProcess() {}
