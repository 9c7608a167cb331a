package main

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// memoryFloor is the memory in bytes that a conversion uses before garbage is
// collected. With the pages of the program file, it stays below 128 MB.
const memoryFloor = 88 << 20

// compareFloor is the floor while changes are found: row groups of both sides are in
// memory. The process then has 256 MB at most.
const compareFloor = 160 << 20

// comparing is reported in place of the size of the input while changes are found.
const comparing = -2

// leastFloor is the floor for the smallest inputs. It is higher by the size of the input:
// with four times the size, a conversion of 40 MB took no less processor time.
const leastFloor = 24 << 20

// Unused pages of the program file are released before a conversion, and then after
// each dropEvery progress reports.
const dropEvery = 500

// unboundMemory undoes boundMemory, for what comes after a conversion.
func unboundMemory() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
	}
}

// boundMemory makes the collector run at a memory limit instead of at a growth rate:
// the live heap of a conversion is small, so it would run all the time. The caller
// must call the returned function regularly, with the bytes of all inputs or -1; it
// raises the limit when more memory is live. GOGC and GOMEMLIMIT, if set, take
// precedence.
func boundMemory() func(input int64) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func(int64) {}
	}
	debug.SetGCPercent(-1)
	floor := int64(leastFloor)
	limit := floor
	debug.SetMemoryLimit(limit)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	dropUnusedPages()
	calls := 0
	return func(input int64) {
		if calls++; calls%dropEvery == 0 {
			dropUnusedPages()
		}
		if input == comparing {
			floor = compareFloor
		}
		if floor < memoryFloor && (input < 0 || leastFloor+input > floor) {
			if floor = leastFloor + input; input < 0 || floor >= memoryFloor {
				floor, limit = memoryFloor, math.MaxInt64
				debug.SetMemoryLimit(limit) // no garbage is collected for the large pages
				useLargePages(memoryFloor)
			}
		}
		metrics.Read(live)
		used := int64(min(live[0].Value.Uint64(), math.MaxInt64/2))
		// A sixth for garbage, and room for memory outside of the heap.
		if want := max(floor, used+used/6+floor/8); want != limit {
			limit = want
			debug.SetMemoryLimit(limit)
		}
	}
}

// inputBytes is the size of the inputs in a progress report: -1 if it is unknown, 0 if the
// report does not say, and comparing.
func inputBytes(phase string, total int64) int64 {
	switch phase {
	case "read":
		return total
	case "compare":
		return comparing
	}
	return 0
}
