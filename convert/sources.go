package convert

import (
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/cclf-tools/cclf/ndjson"
)

// sources are the texts that were opened so far, by number: files, and members
// of archives, which become known while the archive is read.
type sources struct {
	root   string // see Options.Root
	mu     sync.RWMutex
	list   []ndjson.Input
	passed []ndjson.PassedOver
}

func (s *sources) add(in ndjson.Input) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, in)
	return len(s.list) - 1
}

func (s *sources) name(source int) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.shown(s.list[source].Name)
}

// shown returns the name of an input as it is recorded.
func (s *sources) shown(name string) string {
	if s.root == "" {
		return name
	}
	if rel, err := filepath.Rel(s.root, name); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return name
}

func (s *sources) passOver(p ...ndjson.PassedOver) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = append(s.passed, p...)
}

// inputs are the files of a run in the order in which they are read: those of
// Options.Inputs, found before the run begins, and then those of Options.Files.
type inputs struct {
	opener  ndjson.Opener
	done    atomic.Int64 // bytes as stored that were read
	found   []ndjson.Input
	files   iter.Seq2[string, error]
	sources *sources
	seen    map[string]bool // found, by their clean paths
	total   atomic.Int64    // bytes of all inputs as stored, -1 if unknown
}

// findInputs finds and checks the inputs that exist when a run begins.
func findInputs(ctx context.Context, opts *Options) (*inputs, error) {
	in := &inputs{
		files:   opts.Files,
		sources: &sources{root: opts.Root},
		seen:    map[string]bool{},
	}
	in.opener = ndjson.Opener{Stdin: opts.Stdin, Stored: &in.done, Recognize: recognizeCCLF}
	for _, name := range opts.Ignore {
		in.seen[filepath.Clean(name)] = true
	}
	var err error
	in.found, err = in.find(ctx, opts.Inputs...)
	if in.files != nil {
		in.total.Store(-1)
	}
	return in, err
}

// find finds and checks the inputs that arguments name, without those found
// before.
func (in *inputs) find(ctx context.Context, names ...string) ([]ndjson.Input, error) {
	list, passed, err := in.opener.Find(ctx, names)
	if err != nil {
		return nil, err
	}
	in.sources.passOver(passed...)
	var fresh []ndjson.Input
	for _, file := range list {
		if key := filepath.Clean(file.Name); !in.seen[key] {
			in.seen[key] = true
			in.count(file.Size)
			fresh = append(fresh, file)
		}
	}
	return fresh, nil
}

// count adds the size of an input to the total, which stays unknown if a size
// is.
func (in *inputs) count(size int64) {
	switch {
	case size < 0:
		in.total.Store(-1)
	case in.total.Load() >= 0:
		in.total.Add(size)
	}
}

// all yields the inputs. It waits for those of Options.Files.
func (in *inputs) all(ctx context.Context) iter.Seq2[ndjson.Input, error] {
	return func(yield func(ndjson.Input, error) bool) {
		for _, file := range in.found {
			if !yield(file, nil) {
				return
			}
		}
		if in.files == nil {
			return
		}
		for name, err := range untilDone(ctx, in.files) {
			var list []ndjson.Input
			if err == nil {
				list, err = in.find(ctx, name)
			}
			if err != nil {
				yield(ndjson.Input{}, err)
				return
			}
			for _, file := range list {
				if !yield(file, nil) {
					return
				}
			}
		}
	}
}

// untilDone yields the values of seq up to the first error. When ctx ends, it
// does not wait for the next one but yields the error of ctx.
func untilDone(ctx context.Context, seq iter.Seq2[string, error]) iter.Seq2[string, error] {
	type value struct {
		name string
		err  error
	}
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		values := make(chan value)
		go func() {
			defer close(values)
			for name, err := range seq {
				select {
				case values <- value{name, err}:
				case <-ctx.Done():
					return
				}
			}
		}()
		for {
			select {
			case v, more := <-values:
				if !more || !yield(v.name, v.err) || v.err != nil {
					return
				}
			case <-ctx.Done():
				yield("", ctx.Err())
				return
			}
		}
	}
}

// read reads an input and passes its chunks to yield. It calls begin with the name
// of each text in the input. An input that breaks off, or that is gone since it was
// found, gives a chunk with that error.
func (in *inputs) read(ctx context.Context, file ndjson.Input, buffers *bufferPool, begin func(name string), yield func(ndjson.Chunk) error) error {
	opened := false
	err := in.opener.Each(ctx, file, func(part ndjson.Input, text io.Reader) error {
		opened = true
		i := in.sources.add(part)
		begin(part.Name)
		return ndjson.Chunks(ctx, i, text, bundle, buffers.get, yield)
	}, func(p ndjson.PassedOver) { in.sources.passOver(p) })
	var other *ndjson.FormError
	switch {
	case in.passedOver(file, opened, err):
		return nil
	case errors.As(err, &other), opened, file.Size < 0, ctx.Err() != nil:
		return err
	case err != nil:
		// The file was there when it was found.
		return yield(ndjson.Chunk{Input: in.sources.add(file), Line: 1, Err: ndjson.BrokeOff(err)})
	}
	return nil
}

// passedOver passes over an archive of other things in a folder, which shows only when all
// of it is read.
func (in *inputs) passedOver(file ndjson.Input, opened bool, err error) bool {
	var other *ndjson.FormError
	if opened || !file.Folder || !errors.As(err, &other) || other.Name != file.Name {
		return false
	}
	in.sources.passOver(ndjson.PassedOver{Name: other.Name, Reason: other.What})
	return true
}
