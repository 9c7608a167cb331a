package convert

import (
	"context"
	"sync"
)

// acquire takes a token, unless ctx ends first.
func acquire(ctx context.Context, tokens chan<- struct{}) bool {
	select {
	case tokens <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// turns let a worker hand on parts of a result when those of all earlier chunks
// have been taken in. What waits in memory is then a part for each worker,
// however many rows a chunk gives.
type turns struct {
	mu      sync.Mutex
	moved   *sync.Cond
	next    int64 // the chunk whose turn it is
	stopped bool
}

func newTurns() *turns {
	t := &turns{}
	t.moved = sync.NewCond(&t.mu)
	return t
}

// advance gives the turn to the next chunk.
func (t *turns) advance(next int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next = next
	t.moved.Broadcast()
}

// stop ends all waiting.
func (t *turns) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	t.moved.Broadcast()
}

func (t *turns) wait(seq int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next != seq && !t.stopped {
		t.moved.Wait()
	}
}

// pass hands on a part of a result, and returns when it has been taken in.
func (t *turns) pass(ctx context.Context, to chan<- *result, part *result) error {
	t.wait(part.seq)
	part.taken = make(chan struct{})
	select {
	case to <- part:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-part.taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
