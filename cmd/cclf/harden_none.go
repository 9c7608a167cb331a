//go:build !unix

package main

// hardenProcess does nothing: there are no core files, and files are private by
// default.
func hardenProcess() {}
