package convert

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/cclf-tools/cclf/ndjson"
)

// sources are the inputs that were opened so far, by number: files, and members
// of archives, which become known while the archive is read.
type sources struct {
	mu     sync.RWMutex
	list   []ndjson.Input
	passed []ndjson.PassedOver
}

func sourcesOf(inputs ...ndjson.Input) *sources { return &sources{list: inputs} }

func (s *sources) add(in ndjson.Input) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, in)
	return len(s.list) - 1
}

func (s *sources) name(input int) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.list[input].Name
}

func (s *sources) passOver(p ndjson.PassedOver) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = append(s.passed, p)
}

// errStopped ends the reading because nobody wants more.
var errStopped = errors.New("stopped")

// readInput reads what there is in an input, and passes its chunks to yield.
// What is wrong with the input as a whole comes as a chunk that says so, or as
// an error.
func (r *run) readInput(ctx context.Context, in ndjson.Input, buffers *bufferPool, begin func(name string), yield func(ndjson.Chunk) error) error {
	opener := ndjson.Opener{Stdin: r.opts.Stdin, Stored: &r.stored, Recognize: recognizeCCLF}
	opened := false
	err := opener.Each(ctx, in, func(part ndjson.Input, text io.Reader) error {
		opened = true
		i := r.opts.sources.add(part)
		begin(part.Name)
		return ndjson.Chunks(ctx, i, text, bundle, buffers.get, yield)
	}, r.opts.sources.passOver)
	var other *ndjson.FormError
	switch {
	case errors.As(err, &other) && in.Folder && other.Name == in.Name && !opened:
		// Found by looking at all of it: an archive of other things.
		r.opts.sources.passOver(ndjson.PassedOver{Name: other.Name, Reason: other.What})
		return nil
	case errors.As(err, &other), opened, in.Size < 0, ctx.Err() != nil:
		return err
	case err != nil:
		// It was there when the run began.
		return yield(ndjson.Chunk{Input: r.opts.sources.add(in), Line: 1, Err: ndjson.BrokeOff(err)})
	}
	return nil
}
