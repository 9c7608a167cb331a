package ndjson

import "golang.org/x/sys/cpu"

// canMatchBlocks reports whether the processor has the instructions of matchBlocks.
// It is a variable so that tests can compare both ways.
var canMatchBlocks = cpu.X86.HasAVX2 && cpu.X86.HasBMI2

// matchBlocks is matchParts at 32 bytes at a time. It returns where the object ends,
// differs, or undecided: when a hole has anything but plain ASCII or a number
// without an exponent, or when it would have to read past the capacity of b.
//
//go:noescape
func matchBlocks(e *entry, b []byte, at int, m *match) (end int)
