package table

import (
	"math/bits"
	"sync"
)

// A PoolAllocator is an allocator of Arrow's that hands out again what was given
// back. The libraries allocate the same buffers for each column of each batch;
// new ones would have to be fetched from the system and cleared.
type PoolAllocator struct {
	mu   sync.Mutex
	free [poolClasses][][]byte // by the binary logarithm of their size
	// Tests overwrite what is given back, so that it shows when it is still used.
	Poison bool
}

const (
	poolLeast   = 6       // the binary logarithm of the smallest buffer
	poolClasses = 24      // larger ones are not kept
	poolKept    = 1 << 20 // bytes of buffers of one size, or two buffers
)

func sizeClass(size int) int { return max(poolLeast, bits.Len(uint(size-1))) }

// Allocate returns a buffer of zeros.
func (r *PoolAllocator) Allocate(size int) []byte {
	if size == 0 {
		return nil
	}
	class := sizeClass(size)
	if class >= poolClasses {
		return make([]byte, size)
	}
	r.mu.Lock()
	list := r.free[class]
	if len(list) == 0 {
		r.mu.Unlock()
		return make([]byte, size, 1<<class)
	}
	b := list[len(list)-1]
	r.free[class] = list[:len(list)-1]
	r.mu.Unlock()
	b = b[:size]
	clear(b)
	return b
}

// Reallocate returns a buffer with the contents of another one, which is given
// back unless it has room enough.
func (r *PoolAllocator) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		grown := b[:size]
		if size > len(b) {
			clear(grown[len(b):])
		}
		return grown
	}
	grown := r.Allocate(size)
	copy(grown, b)
	r.Free(b)
	return grown
}

// Free gives a buffer back.
func (r *PoolAllocator) Free(b []byte) {
	size := cap(b)
	class := sizeClass(size)
	if size == 0 || class >= poolClasses || size != 1<<class {
		return // not from here, or too large
	}
	b = b[:size]
	if r.Poison {
		for i := range b {
			b[i] = 0xDB
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.free[class]) < max(2, poolKept>>class) {
		r.free[class] = append(r.free[class], b)
	}
}
