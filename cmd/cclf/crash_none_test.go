//go:build !cgo || !(linux || darwin) || race

package main

func crash() {}
