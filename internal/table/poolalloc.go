package table

import (
	"math/bits"
	"sync"
)

// A PoolAllocator is an Arrow allocator that reuses freed buffers. The Arrow and
// Parquet libraries allocate the same buffers for each column of each batch, and
// new memory costs page faults. The zero value is ready to use, by several
// goroutines. A buffer belongs to the caller until it is freed.
type PoolAllocator struct {
	mu   sync.Mutex
	free [poolClasses][][]byte // by the binary logarithm of their size

	// Poison overwrites freed buffers, so that tests notice a use after free.
	Poison bool
}

const (
	poolLeast   = 6       // binary logarithm of the size of the smallest buffer
	poolClasses = 24      // buffers of 2^poolClasses bytes or more are not kept
	poolKept    = 1 << 20 // bytes kept of one size, or two buffers if they are more
)

func sizeClass(size int) int { return max(poolLeast, bits.Len(uint(size-1))) }

// Allocate returns a buffer of zeros.
func (p *PoolAllocator) Allocate(size int) []byte {
	if size == 0 {
		return nil
	}
	class := sizeClass(size)
	if class >= poolClasses {
		return make([]byte, size)
	}
	p.mu.Lock()
	list := p.free[class]
	if len(list) == 0 {
		p.mu.Unlock()
		return make([]byte, size, 1<<class)
	}
	b := list[len(list)-1]
	p.free[class] = list[:len(list)-1]
	p.mu.Unlock()
	b = b[:size]
	clear(b)
	return b
}

// Reallocate returns a buffer of size bytes with the contents of b, and zeros after
// them. It frees b unless it returns b itself.
func (p *PoolAllocator) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		grown := b[:size]
		if size > len(b) {
			clear(grown[len(b):])
		}
		return grown
	}
	grown := p.Allocate(size)
	copy(grown, b)
	p.Free(b)
	return grown
}

// Free takes back a buffer.
func (p *PoolAllocator) Free(b []byte) {
	size := cap(b)
	class := sizeClass(size)
	if size == 0 || class >= poolClasses || size != 1<<class {
		return // from another allocator, or too large
	}
	b = b[:size]
	if p.Poison {
		for i := range b {
			b[i] = 0xDB
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free[class]) < max(2, poolKept>>class) {
		p.free[class] = append(p.free[class], b)
	}
}
