package convert

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// A job is a chunk for a worker, or an error that ends the reading.
type job struct {
	seq        int64
	chunk      ndjson.Chunk
	api        schema.API  // of the beginning of the input
	compatible bcda.APISet // see crosswalk.VersionDetector.Compatible
	tokens     int         // that it holds
	err        error
}

// errStopped ends the reading because the workers take no more chunks.
var errStopped = errors.New("stopped")

// A chunker cuts the inputs into jobs and detects the API version of each.
type chunker struct {
	inputs  *inputs
	buffers *bufferPool
	version *crosswalk.VersionDetector
	waiting []job // until the version of the export is known
	seq     int64
	yield   func(job) bool
}

// jobs yields a job for each chunk of the inputs, in their order.
func jobs(ctx context.Context, in *inputs, buffers *bufferPool, version *crosswalk.VersionDetector) iter.Seq[job] {
	return func(yield func(job) bool) {
		c := &chunker{inputs: in, buffers: buffers, version: version, yield: yield}
		for file, err := range in.all(ctx) {
			if err == nil {
				err = c.read(ctx, file)
			}
			switch {
			case errors.Is(err, errStopped):
				return
			case err != nil:
				_ = c.pass(job{err: err}) // the last one
				return
			}
		}
		_ = c.flush() // the last ones
	}
}

// read reads an input.
func (c *chunker) read(ctx context.Context, file ndjson.Input) error {
	begun, name := false, ""
	begin := func(part string) { begun, name = false, part }
	return c.inputs.read(ctx, file, c.buffers, begin, func(chunk ndjson.Chunk) error {
		if !begun {
			begun = true
			wait, err := c.version.Begin(&chunk)
			if err != nil {
				return fmt.Errorf("%w (in %s)", err, name)
			}
			if wait {
				c.waiting = append(c.waiting, job{chunk: chunk, api: c.version.API()})
				return nil
			}
		}
		if err := c.flush(); err != nil {
			return err
		}
		return c.pass(job{chunk: chunk, api: c.version.API(), compatible: c.version.Compatible()})
	})
}

// flush passes on the jobs that wait.
func (c *chunker) flush() error {
	c.version.Decide()
	for _, j := range c.waiting {
		j.compatible = c.version.Compatible()
		if err := c.pass(j); err != nil {
			return err
		}
	}
	c.waiting = nil
	return nil
}

func (c *chunker) pass(j job) error {
	j.seq = c.seq
	c.seq++
	if !c.yield(j) {
		return errStopped
	}
	return nil
}
