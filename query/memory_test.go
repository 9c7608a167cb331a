//go:build cgo

package query

import (
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	for available, want := range map[uint64]uint64{
		1 << 20: leastMemory, 128 << 20: leastMemory, 256 << 20: 144 << 20, 512 << 20: 400 << 20, 10 << 30: 8 << 30,
	} {
		if got := memoryLimit(available); got != want {
			t.Errorf("%d MB of %d MB, want %d", got>>20, available>>20, want>>20)
		}
	}
	if availableMemory() == 0 {
		t.Error("the memory of the machine is unknown")
	}
}

// TestDefaults checks that DuckDB takes the limit, and that the user's comes first.
func TestDefaults(t *testing.T) {
	t.Parallel()
	opts := Options{MemoryLimit: "1GB", Threads: 3}
	if opts.setDefaults(0); opts.MemoryLimit != "1GB" || opts.Threads != 3 {
		t.Errorf("%+v", opts)
	}
	opts = Options{}
	if opts.setDefaults(-1); opts.MemoryLimit == "" || opts.Threads < 1 {
		t.Errorf("%+v", opts)
	}
	for size, want := range map[int64]int{0: 1, threadData - 1: 1, threadData: 2, 1 << 50: opts.Threads, -1: opts.Threads} {
		o := Options{}
		if o.setDefaults(size); o.Threads != min(want, opts.Threads) {
			t.Errorf("%d threads for %d bytes, want %d", o.Threads, size, min(want, opts.Threads))
		}
	}
	db, err := Open(t.Context(), dataSet(t, nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	get(t, db, "SELECT current_setting('memory_limit')")
}
