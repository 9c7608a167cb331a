package convert

import (
	"context"
	"iter"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/ndjson"
)

// A pipeline passes the chunks of the input through the workers to a collector.
// Chunks are numbered and their results are collected by number, so that the
// outcome does not depend on which worker was faster.
type pipeline struct {
	run     *run
	buffers *bufferPool
	results chan *result
	turns   *turns

	// tokens bounds memory: each chunk holds one from its reading to the collection
	// of its result, and a long line several.
	tokens chan struct{}

	reading sync.Mutex // for next
	next    func() (job, bool)
}

// read reads all input.
func (r *run) read(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	p := &pipeline{run: r, buffers: &bufferPool{}, turns: newTurns(), tokens: make(chan struct{}, 2*r.opts.Jobs+2)}
	p.results = make(chan *result, cap(p.tokens)) // no worker waits for the collector
	var stop func()
	p.next, stop = iter.Pull(r.jobs(ctx, p.buffers))
	defer stop()
	defer context.AfterFunc(ctx, p.turns.stop)()
	var workers sync.WaitGroup
	for range r.opts.Jobs {
		workers.Add(1)
		group.Go(func() error {
			defer workers.Done()
			return p.work(ctx)
		})
	}
	go func() {
		workers.Wait()
		close(p.results)
	}()
	group.Go(func() error { return p.collect(ctx) })
	return group.Wait()
}

// take returns the next job. Each worker reads its chunks itself, one worker at a
// time, so that the text is in the cache of its processor when it is parsed.
func (p *pipeline) take(ctx context.Context) (job, bool) {
	p.reading.Lock()
	defer p.reading.Unlock()
	if !p.acquire(ctx) {
		return job{}, false
	}
	j, ok := p.next()
	// A long line takes the place of several chunks.
	for j.tokens = 1; j.tokens < cap(p.tokens) && j.tokens*ndjson.ChunkSize < len(j.chunk.Data); j.tokens++ {
		if !p.acquire(ctx) {
			return job{}, false
		}
	}
	return j, ok
}

// acquire takes a token, unless ctx ends first.
func (p *pipeline) acquire(ctx context.Context) bool {
	select {
	case p.tokens <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// work makes results of chunks until there are no more.
func (p *pipeline) work(ctx context.Context) error {
	w := newWorker(p.run)
	for {
		j, ok := p.take(ctx)
		if !ok {
			w.tally()
			p.run.inventory.Merge(w.inventory)
			return nil
		}
		res := &result{seq: j.seq, err: j.err}
		if j.err == nil {
			var err error
			res, err = w.chunk(j, func(part *result) error { return p.turns.pass(ctx, p.results, part) })
			if err != nil {
				return err
			}
			p.buffers.put(j.chunk.Data)
		}
		res.tokens = j.tokens
		select {
		case p.results <- res:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// collect collects the results, by number.
func (p *pipeline) collect(ctx context.Context) error {
	waiting := map[int64]*result{}
	var next int64
	for res := range p.results {
		if res.collected != nil { // a part, whose turn it is
			if err := p.run.collect(res); err != nil {
				return err
			}
			close(res.collected)
			continue
		}
		waiting[res.seq] = res
		for res := waiting[next]; res != nil; res = waiting[next] {
			delete(waiting, next)
			if err := p.run.collect(res); err != nil {
				return err
			}
			for range res.tokens {
				<-p.tokens
			}
			next++
			p.turns.advance(next)
		}
	}
	return ctx.Err()
}
