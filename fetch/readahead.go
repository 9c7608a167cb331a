package fetch

import (
	"io"
	"sync"
)

const (
	// aheadBlock is the size of a block in bytes: large enough that passing it
	// between goroutines costs nothing compared with decompressing it.
	aheadBlock = 256 << 10
	// aheadBlocks is how many blocks are read ahead.
	aheadBlocks = 4
)

var aheadPool = sync.Pool{New: func() any { return new([aheadBlock]byte) }}

// An aheadReader reads from another reader in a goroutine of its own, a few
// blocks ahead of its caller.
type aheadReader struct {
	blocks  chan block
	stop    chan struct{}
	done    sync.WaitGroup
	current block
	offset  int // in current
}

type block struct {
	buffer *[aheadBlock]byte
	n      int
	err    error // after the n bytes
}

// readAhead starts reading. The caller closes the reader, and does not use r
// before that.
func readAhead(r io.Reader) *aheadReader {
	a := &aheadReader{blocks: make(chan block, aheadBlocks), stop: make(chan struct{})}
	a.done.Go(func() {
		defer close(a.blocks)
		for {
			b := block{buffer: aheadPool.Get().(*[aheadBlock]byte)}
			for b.n < aheadBlock && b.err == nil {
				var n int
				n, b.err = r.Read(b.buffer[b.n:])
				b.n += n
			}
			select {
			case a.blocks <- b:
			case <-a.stop:
				return
			}
			if b.err != nil {
				return
			}
		}
	})
	return a
}

func (a *aheadReader) Read(p []byte) (int, error) {
	for a.offset == a.current.n {
		if a.current.err != nil {
			return 0, a.current.err
		}
		if a.current.buffer != nil {
			aheadPool.Put(a.current.buffer)
		}
		a.current, a.offset = <-a.blocks, 0
		if a.current.buffer == nil {
			panic("fetch: internal error: the blocks ended without an error")
		}
	}
	n := copy(p, a.current.buffer[a.offset:a.current.n])
	a.offset += n
	return n, nil
}

// close stops reading ahead, and waits until r is no longer used.
func (a *aheadReader) close() {
	close(a.stop)
	a.done.Wait()
}
