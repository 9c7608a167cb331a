package ndjson

import "golang.org/x/sys/cpu"

// canMatchBlocks says whether the processor has the instructions for matchBlocks.
// It is a variable so that tests compare both ways.
var canMatchBlocks = cpu.X86.HasAVX2 && cpu.X86.HasBMI2

// matchBlocks does for an object what matchParts does, 32 bytes at a time. It
// returns where the object ends, or differs. When a hole has anything but plain
// ASCII or a number without an exponent, or when it would have to read behind the
// capacity of b, it is undecided.
//
//go:noescape
func matchBlocks(e *remembered, b []byte, at int, m *match) (end int)
