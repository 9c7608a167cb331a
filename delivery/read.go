package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/table"
)

// chunkBytes is the size of the pieces in which files are read. The longest
// record has less than 1 kB.
const chunkBytes = 1 << 20

// run reads all tables.
func (p *pipeline) run(ctx context.Context, readers []*tableReader) error {
	group, ctx := errgroup.WithContext(ctx)
	var reading sync.WaitGroup
	for _, r := range readers {
		futures := make(chan (<-chan *result), cap(p.tokens))
		reading.Add(1)
		group.Go(func() error {
			defer reading.Done()
			defer close(futures)
			return p.readTable(ctx, r, futures)
		})
		group.Go(func() error { return p.collect(ctx, r, futures) })
	}
	for range p.jobs {
		group.Go(func() error {
			for t := range p.work {
				t.done <- p.decode(t)
			}
			return nil
		})
	}
	group.Go(func() error {
		reading.Wait()
		close(p.work)
		return nil
	})
	return group.Wait()
}

// readTable cuts the files of a table into chunks and hands them to the workers.
func (p *pipeline) readTable(ctx context.Context, r *tableReader, futures chan<- (<-chan *result)) error {
	for _, f := range r.files {
		if f.content != fixedContent {
			for _, part := range append([]*file{f.file}, f.parts...) {
				if err := p.readLabeled(ctx, r, f, part, futures); err != nil {
					return err
				}
			}
			continue
		}
		d := newDecoder(r.table, f.layout)
		err := p.chunks(f, func(c chunk) error {
			c.state, c.decoder = f, d
			select {
			case p.tokens <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			done := make(chan *result, 1)
			futures <- done // it has as much room as there are tokens
			select {
			case p.work <- task{c, r, done}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// errLong reports a line that is longer than any record.
var errLong = fmt.Errorf("no line end in %d bytes: not a file of CCLF records", chunkBytes)

// chunks cuts a file into chunks of whole lines.
func (p *pipeline) chunks(f *state, yield func(chunk) error) error {
	in, err := f.open()
	if err != nil {
		return &InputError{f.Path, err}
	}
	defer in.Close()
	var rest []byte
	var offset int64
	for {
		buf := append(p.buffer(), rest...)
		n, err := fill(in, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if offset == 0 && bytes.HasPrefix(buf, bom) {
			offset = int64(copy(buf, bom))
			buf = buf[:copy(buf, buf[len(bom):])]
		}
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return &InputError{f.Path, fmt.Errorf("after %d bytes: %w", offset+int64(len(buf)), err)}
		}
		p.read(int64(n))
		end := len(buf)
		if !ended {
			if end = bytes.LastIndexByte(buf, '\n') + 1; end == 0 {
				return &InputError{f.Path, errLong}
			}
		}
		rest = append(rest[:0], buf[end:]...)
		if end > 0 {
			if err := yield(chunk{data: buf[:end], offset: offset}); err != nil {
				return err
			}
		}
		if ended {
			return nil
		}
		offset += int64(end)
	}
}

// decode makes rows of the records of a chunk.
func (p *pipeline) decode(t task) *result {
	c := &t.chunk
	res := &result{state: c.state, size: int64(len(c.data))}
	var page *table.Page
	var buf []byte
	data := c.data
	for len(data) > 0 {
		line, rest, found := bytes.Cut(data, []byte{'\n'})
		at := int64(len(c.data) - len(data))
		data = rest
		res.lines++
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) == 0 || !found && string(line) == "\x1a" {
			continue
		}
		res.rows++
		if page == nil || page.Full() {
			next := p.pools.Get(t.reader.index)
			if page != nil {
				next.Reserve() // it will be full too
			}
			page = next
			res.pages = append(res.pages, page)
		}
		row, err := c.decoder.decode(page, line, res.good)
		if err != nil {
			res.rejects = append(res.rejects, c.refuse(err, res.lines, c.offset+at))
			continue
		}
		c.state.mark(page, row)
		if t.reader.keyer != nil {
			var key rowKey
			key, buf = t.reader.keyer.key(page, row, buf)
			res.keys = append(res.keys, key)
		}
		res.good++
	}
	select {
	case p.buffers <- c.data:
	default:
	}
	return res
}

// refuse makes a reject of the error of a record at an offset.
func (c *chunk) refuse(err error, line, offset int64) Reject {
	var bad *FieldError
	errors.As(err, &bad)
	return Reject{File: c.Path, Line: line, Byte: offset + int64(bad.Byte), Label: bad.Label, Reason: bad.Reason}
}
