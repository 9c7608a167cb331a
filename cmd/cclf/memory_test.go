package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// The next collection begins when the heap has the size that it may have, whatever of it
// is live, until more is live than that.
func TestHeapBound(t *testing.T) {
	t.Setenv("GOGC", "") // not in parallel: these settings are those of the process
	defer unboundMemory()
	for _, test := range []struct{ floor, live, least, most int64 }{
		{floor: 192 << 20, live: 0, least: 160 << 20, most: 240 << 20},
		{floor: 192 << 20, live: 96 << 20, least: 160 << 20, most: 240 << 20},
		{floor: 16 << 20, live: 256 << 20, least: 280 << 20, most: 340 << 20},
	} {
		b := heapBound{floor: test.floor}
		live := make([]byte, test.live)
		debug.FreeOSMemory() // a memory limit counts what tests before this one have left
		b.adjust()
		goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
		metrics.Read(goal)
		if got := int64(goal[0].Value.Uint64()); got < test.least || got > test.most {
			t.Errorf("with a floor of %d MB and %d MB live, garbage is collected at %d MB, want %d to %d MB",
				test.floor>>20, test.live>>20, got>>20, test.least>>20, test.most>>20)
		}
		runtime.KeepAlive(live)
	}
}
