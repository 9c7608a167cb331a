//go:build cgo

package query

import (
	"fmt"
	"os"
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
	// threadData is the size of the files for which another worker of DuckDB saves time.
	// Workers that have nothing to do look for work all the same: on data sets of half a
	// megabyte, metrics and reports take a fifth more processor time with two workers, and
	// are not there sooner.
	threadData = 4 << 20
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
// threads, for files of a size in bytes, which is negative if it is unknown. It returns
// how many rows a row group of a result may have.
func (o *Options) setDefaults(size int64) (rowGroup int) {
	threads := runtime.GOMAXPROCS(0)
	limit := uint64(0) // unknown
	if available := availableMemory(); available > 0 && o.MemoryLimit == "" {
		limit = memoryLimit(available)
		o.MemoryLimit = fmt.Sprintf("%dB", limit)
		threads = max(1, min(threads, int(limit/threadMemory)))
	}
	if size >= 0 {
		threads = int(min(int64(threads), 1+size/threadData))
	}
	if o.Threads <= 0 {
		o.Threads = threads
	}
	if limit/uint64(o.Threads) < rowGroupMemory {
		return fewRowGroupRows
	}
	return rowGroupRows
}

// sizeOf returns the size of files in bytes, or -1 if it is unknown, as that of objects and pipes is.
func sizeOf(files ...string) (size int64) {
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			return -1
		}
		size += info.Size()
	}
	return size
}

// filesOf returns the files of tables.
func filesOf(tables []tableSource) (files []string) {
	for _, f := range tables {
		files = append(files, f.files...)
	}
	return files
}
