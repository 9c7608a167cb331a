package main

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// memoryFloor is the memory in bytes that a conversion uses before garbage is
// collected. With the pages of the program file, it stays below 128 MB.
const memoryFloor = 72 << 20

// Unused pages of the program file are released after dropFirst progress reports of
// a conversion, and then after each dropEvery.
const (
	dropFirst = 16 // smaller conversions end soon
	dropEvery = 500
)

// boundMemory makes the collector run at a memory limit instead of at a growth rate:
// the live heap of a conversion is small, so it would run all the time. The caller
// must call the returned function regularly; it raises the limit when more memory
// is live. GOGC and GOMEMLIMIT, if set, take precedence.
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
		// A sixth for garbage, and room for memory outside of the heap.
		if want := max(memoryFloor, used+used/6+memoryFloor/8); want != limit {
			limit = want
			debug.SetMemoryLimit(limit)
		}
	}
}
