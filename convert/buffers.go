package convert

import (
	"sync"

	"github.com/cclf-tools/cclf/ndjson"
)

// A bufferPool keeps chunk buffers for reuse.
type bufferPool struct {
	mu   sync.Mutex
	free [][]byte
}

func (p *bufferPool) get(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 && cap(p.free[n-1]) >= size {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b[:0]
	}
	return make([]byte, 0, size)
}

func (p *bufferPool) put(b []byte) {
	if cap(b) < ndjson.ChunkSize || cap(b) > 2*ndjson.ChunkSize {
		return
	}
	p.mu.Lock()
	p.free = append(p.free, b)
	p.mu.Unlock()
}
