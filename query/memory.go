//go:build cgo

package query

import (
	"fmt"
	"runtime"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// outsideMemory is what the process needs outside of DuckDB's memory limit: the
	// program, rows on their way to the output, the footers of part files, and what
	// the allocator has not returned.
	outsideMemory = 112 << 20
	// leastMemory is what DuckDB needs to run at all.
	leastMemory = 48 << 20
	// threadMemory is what a worker of DuckDB needs to be useful.
	threadMemory = 64 << 20
)

// availableMemory returns the memory that the process may use, in bytes: that of the
// machine, or of its container if that is less. It returns 0 if it is unknown.
func availableMemory() uint64 {
	var least uint64
	for _, source := range []func() (uint64, error){memlimit.FromCgroup, memlimit.FromSystem, addressSpace} {
		if n, err := source(); err == nil && n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// memoryLimit returns DuckDB's share of the available memory: 80%, but no more than
// leaves room for the rest of the process.
func memoryLimit(available uint64) uint64 {
	rest := max(available/5, outsideMemory)
	if available < rest+leastMemory {
		return leastMemory
	}
	return available - rest
}

// setDefaults fills the memory limit, unless the memory is unknown, and the number of
// threads. It returns how many rows a row group of a result may have.
func (o *Options) setDefaults() (rowGroup int) {
	threads := runtime.GOMAXPROCS(0)
	limit := uint64(0) // unknown
	if available := availableMemory(); available > 0 && o.MemoryLimit == "" {
		limit = memoryLimit(available)
		o.MemoryLimit = fmt.Sprintf("%dB", limit)
		threads = max(1, min(threads, int(limit/threadMemory)))
	}
	if o.Threads <= 0 {
		o.Threads = threads
	}
	if limit/uint64(o.Threads) < rowGroupMemory {
		return fewRowGroupRows
	}
	return rowGroupRows
}
