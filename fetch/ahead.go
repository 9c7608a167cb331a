package fetch

import (
	"io"
	"sync"
)

const (
	// aheadBlock is how much text is handed over at a time: enough that the
	// hand-over costs nothing beside the decompression of it.
	aheadBlock = 256 << 10
	// aheadBlocks is how many blocks are on their way.
	aheadBlocks = 4
)

var aheadPool = sync.Pool{New: func() any { return new([aheadBlock]byte) }}

// An aheadReader reads from another reader in a goroutine of its own, a few
// blocks ahead of its caller.
type aheadReader struct {
	blocks chan block
	stop   chan struct{}
	done   sync.WaitGroup
	now    block // being handed out
	at     int
}

type block struct {
	buffer *[aheadBlock]byte
	n      int
	err    error // after the n bytes
}

// readAhead begins to read. The caller closes the reader, and does not touch r
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
	for a.at == a.now.n {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.buffer != nil {
			aheadPool.Put(a.now.buffer)
		}
		a.now, a.at = <-a.blocks, 0
		if a.now.buffer == nil {
			panic("fetch: internal error: the text ended without an error")
		}
	}
	n := copy(p, a.now.buffer[a.at:a.now.n])
	a.at += n
	return n, nil
}

// close ends the reading ahead, and waits until nobody touches the reader.
func (a *aheadReader) close() {
	close(a.stop)
	a.done.Wait()
}
