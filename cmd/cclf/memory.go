package main

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// memoryFloor is how much memory a conversion may take before garbage is
// collected. With what the program file takes, it stays below 128 MB.
const memoryFloor = 72 << 20

// After so many steps of a conversion the pages of the program are given back
// that it does not use: for the first time, and again.
const (
	dropFirst = 16 // a smaller one ends soon
	dropEvery = 500
)

// boundMemory lets garbage be collected when memory runs short and not, as is
// usual, whenever so much more has been allocated: the heap of a conversion is
// small, and it would be collected all the time. The function that it returns
// is to be called now and then, to raise the bound when more than usual is in
// use. Who sets GOGC or GOMEMLIMIT decides alone.
func boundMemory() func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	debug.SetGCPercent(-1)
	useLargePages(memoryFloor)
	limit := int64(memoryFloor)
	debug.SetMemoryLimit(limit)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	calls := 0
	return func() {
		if calls%dropEvery == dropFirst {
			dropUnusedPages()
		}
		calls++
		metrics.Read(live)
		used := int64(min(live[0].Value.Uint64(), math.MaxInt64/2))
		// A sixth of it for garbage, and room for what is not the heap.
		if want := max(memoryFloor, used+used/6+memoryFloor/8); want != limit {
			limit = want
			debug.SetMemoryLimit(limit)
		}
	}
}
