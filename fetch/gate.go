package fetch

import (
	"context"
	"sync"
	"time"
)

// A gate lets so many downloads through at a time. When the server finds them
// too many, all wait, and half as many go on; over time the others come back.
type gate struct {
	mu      sync.Mutex
	most    int
	limit   int
	active  int
	good    int       // downloads since the limit was last changed
	until   time.Time // when all go on
	changed chan struct{}
}

// regain is how many downloads must go well for one more to be let in.
const regain = 100

func newGate(limit int) *gate {
	return &gate{most: limit, limit: limit, changed: make(chan struct{})}
}

// enter waits for a place.
func (g *gate) enter(ctx context.Context) error {
	for {
		g.mu.Lock()
		pause := time.Until(g.until)
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

// leave gives the place free.
func (g *gate) leave(wentWell bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active--
	if wentWell && g.limit < g.most {
		if g.good++; g.good >= regain {
			g.limit++
			g.good = 0
		}
	}
	close(g.changed)
	g.changed = make(chan struct{})
}

// throttle makes all wait. What several downloads are told at about the same
// time counts once.
func (g *gate) throttle(wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if now.After(g.until) {
		g.limit = max(1, g.limit/2)
		g.good = 0
	}
	if until := now.Add(wait); until.After(g.until) {
		g.until = until
	}
}
