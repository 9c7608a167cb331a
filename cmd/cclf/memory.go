package main

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// memoryFloor is the size in bytes that the heap of a conversion has before garbage is
// collected. With free memory between its objects, what C allocates, and the pages of the
// program file, the process then has some 170 MB; 210 MB with full row groups.
const memoryFloor = 72 << 20

// compareFloor is the floor while changes are found: row groups of both sides are in
// memory. The process then has 256 MB at most.
const compareFloor = 128 << 20

// comparing is reported in place of the size of the input while changes are found.
const comparing = -2

// leastFloor is the floor for the smallest inputs. It is higher by the size of the input:
// with four times the size, a conversion of 40 MB took no less processor time.
const leastFloor = 16 << 20

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

// boundMemory makes the collector run when the heap has a certain size, instead of at a
// growth rate: the live heap of a conversion is small, so it would run all the time. The
// caller must call the returned function regularly, with the bytes of all inputs or -1; it
// lets the heap grow when more memory is live. GOGC and GOMEMLIMIT, if set, take
// precedence.
func boundMemory() func(input int64) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func(int64) {}
	}
	b := heapBound{floor: leastFloor}
	b.adjust()
	dropUnusedPages()
	return b.report
}

// A heapBound lets the heap grow to a size. It sets the growth rate that leads there from
// the live heap, after each collection. A memory limit would be simpler, but close to it the
// runtime gives free memory back to the system, only to ask for it again: with row groups of
// 122,880 rows, that and more collections took a few percent of the time of a conversion.
type heapBound struct {
	floor   int64 // of the size
	size    int64 // that the heap may have
	live    int64 // at the end of the last collection
	reports int
	samples []metrics.Sample
}

func (b *heapBound) report(input int64) {
	if b.reports++; b.reports%dropEvery == 0 {
		dropUnusedPages()
	}
	if input == comparing {
		b.floor = compareFloor
	}
	if b.floor < memoryFloor && (input < 0 || leastFloor+input > b.floor) {
		if b.floor = leastFloor + input; input < 0 || b.floor >= memoryFloor {
			b.floor = memoryFloor
			debug.SetGCPercent(-1) // no garbage is collected for the large pages
			debug.SetMemoryLimit(math.MaxInt64)
			useLargePages(memoryFloor + memoryFloor/2) // free memory too
			b.size = 0                                 // set again
		}
	}
	b.adjust()
}

// leastHeap is the heap that the runtime does not collect at a growth rate of 100 %.
const leastHeap = 4 << 20

// adjust sets the growth rate, if more or less memory is live than before.
func (b *heapBound) adjust() {
	if b.samples == nil {
		b.samples = []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"}}
	}
	metrics.Read(b.samples)
	live := int64(min(b.samples[0].Value.Uint64(), math.MaxInt64/4))
	roots := int64(b.samples[1].Value.Uint64() + b.samples[2].Value.Uint64())
	size := max(b.floor, live+live/6+b.floor/8) // a sixth for garbage, and an eighth of the floor
	if live == b.live && size == b.size {
		return
	}
	b.live, b.size = live, size
	debug.SetGCPercent(int((size - live) * 100 / max(live+roots, leastHeap)))
	debug.SetMemoryLimit(size + size/2) // if much more is live before the next report
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
