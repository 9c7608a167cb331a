package fetch

import (
	"context"
	"sync"
	"time"
)

// A gate limits how many downloads run at a time. When the server throttles
// them, all wait, and then half as many run. The limit rises again while
// downloads succeed.
type gate struct {
	mu        sync.Mutex
	highest   int
	limit     int
	active    int
	succeeded int           // since the limit last changed
	closed    time.Time     // until then
	changed   chan struct{} // closed when a download leaves
}

// raiseAfter is how many downloads must succeed before the limit rises by one.
const raiseAfter = 100

func newGate(limit int) *gate {
	return &gate{highest: limit, limit: limit, changed: make(chan struct{})}
}

// enter waits until the gate admits a download.
func (g *gate) enter(ctx context.Context) error {
	for {
		g.mu.Lock()
		pause := time.Until(g.closed)
		if pause <= 0 && g.active < g.limit {
			g.active++
			g.mu.Unlock()
			return ctx.Err()
		}
		changed := g.changed
		g.mu.Unlock()
		if pause > 0 {
			if err := sleep(ctx, pause); err != nil {
				return err
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// leave ends a download.
func (g *gate) leave(success bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active--
	if success && g.limit < g.highest {
		if g.succeeded++; g.succeeded >= raiseAfter {
			g.limit++
			g.succeeded = 0
		}
	}
	close(g.changed)
	g.changed = make(chan struct{})
}

// throttle closes the gate for a while. Calls while it is closed lower the
// limit only once.
func (g *gate) throttle(wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if now.After(g.closed) {
		g.limit = max(1, g.limit/2)
		g.succeeded = 0
	}
	if until := now.Add(wait); until.After(g.closed) {
		g.closed = until
	}
}
