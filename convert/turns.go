package convert

import (
	"context"
	"sync"
)

// turns let a worker pass on parts of a result when the results of all earlier
// chunks have been collected. Then one part per worker waits in memory, however
// many rows a chunk gives.
type turns struct {
	mu      sync.Mutex
	moved   *sync.Cond
	next    int64 // number of the chunk whose turn it is
	stopped bool
}

func newTurns() *turns {
	t := &turns{}
	t.moved = sync.NewCond(&t.mu)
	return t
}

// advance gives the turn to a chunk.
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

// wait returns when it is the turn of a chunk, or all waiting ends.
func (t *turns) wait(seq int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next != seq && !t.stopped {
		t.moved.Wait()
	}
}

// pass passes on a part of a result, and returns when it has been collected.
func (t *turns) pass(ctx context.Context, to chan<- *result, part *result) error {
	t.wait(part.seq)
	part.collected = make(chan struct{})
	select {
	case to <- part:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-part.collected:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
