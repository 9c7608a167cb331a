package ndjson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	// ChunkSize is how much text a chunk holds, a longer line apart.
	ChunkSize = 1 << 20
	// MaxLine is the longest line that is read.
	MaxLine = 64 << 20
)

// A Chunk is a run of whole lines of one input. Where chunks are cut depends
// on the text alone, so that work done chunk by chunk comes out the same
// however many workers share it.
type Chunk struct {
	Input  int     // index of the input
	Line   int64   // number of the first line, from 1
	Offset int64   // offset of the first byte in the decompressed text
	Data   []byte  // whole lines; the last may lack its line feed
	ends   []int32 // of the lines in Data

	// Err, when set, says why the text at Line and Offset could not be
	// read; Data is then empty.
	Err *LineError
}

// A LineError says why a line, or the rest of an input, could not be read.
type LineError struct {
	Reason string
	Fatal  bool // nothing more of this input can be read
}

func (e *LineError) Error() string { return e.Reason }

// Chunks cuts an opened input into chunks and passes each to yield, which
// owns the chunk's data from then on. Buffers come from get: empty slices of
// at least the capacity asked for. Chunks returns the error of yield or of
// the context; trouble with the input itself comes as a chunk with Err set.
func Chunks(ctx context.Context, input int, r io.Reader, get func(size int) []byte, yield func(Chunk) error) error {
	c := cutter{ctx: ctx, get: get, input: input, r: r, yield: yield, line: 1}
	return c.run()
}

type cutter struct {
	ctx   context.Context
	get   func(int) []byte
	input int
	r     io.Reader
	yield func(Chunk) error

	line   int64
	offset int64
	buf    []byte // text read and not yet passed on
	err    error  // that ended the reading
}

func (c *cutter) run() error {
	c.buf = c.newBuffer()
	for {
		err := c.fill()
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if err == nil {
			if err := c.flush(false); err != nil {
				return err
			}
			continue
		}
		if errors.Is(err, io.EOF) {
			return c.flush(true)
		}
		// What stands after the last line feed is not a whole line.
		if err := c.flush(false); err != nil {
			return err
		}
		reason := fmt.Sprintf("the input breaks off here: %v", err)
		return c.yield(Chunk{Input: c.input, Line: c.line, Offset: c.offset, Err: &LineError{reason, true}})
	}
}

// newBuffer returns an empty buffer for a chunk. Its capacity is always the
// same, though get may have given more: it says where chunks are cut.
func (c *cutter) newBuffer() []byte { return c.get(ChunkSize)[:0:ChunkSize] }

// fill reads until the buffer is full, and otherwise tells why it is not:
// io.EOF means that the input ended. An error is kept: a reader that goes on
// after one has left out a piece.
func (c *cutter) fill() error {
	for len(c.buf) < cap(c.buf) && c.err == nil {
		var n int
		n, c.err = c.r.Read(c.buf[len(c.buf):cap(c.buf)])
		c.buf = c.buf[:len(c.buf)+n]
	}
	if len(c.buf) == cap(c.buf) {
		return nil
	}
	return c.err
}

// flush passes on the whole lines in the buffer, or all of it at the end.
func (c *cutter) flush(end bool) error {
	if c.offset == 0 && bytes.HasPrefix(c.buf, bom) {
		c.offset = int64(len(bom))
		c.buf = append(c.buf[:0], c.buf[len(bom):]...)
	}
	ends := lineEnds(c.buf, end)
	n := 0
	if len(ends) > 0 {
		n = int(ends[len(ends)-1])
	}
	if n == 0 {
		if end || len(c.buf) < cap(c.buf) {
			return nil
		}
		return c.grow()
	}
	data, rest := c.buf[:n], c.buf[n:]
	switch {
	case end:
		c.buf = nil
	case len(rest) < ChunkSize:
		c.buf = append(c.newBuffer(), rest...)
	default:
		c.buf = append(make([]byte, 0, cap(c.buf)), rest...)
	}
	chunk := Chunk{Input: c.input, Line: c.line, Offset: c.offset, Data: data, ends: ends}
	c.offset += int64(n)
	c.line += int64(len(ends))
	return c.yield(chunk)
}

// grow makes room for a line that is longer than the buffer, or passes over a
// line that is longer than any may be.
func (c *cutter) grow() error {
	if size := cap(c.buf); size <= MaxLine {
		c.buf = append(make([]byte, 0, min(2*size, MaxLine+1)), c.buf...)
		return nil
	}
	tooLong := Chunk{Input: c.input, Line: c.line, Offset: c.offset, Err: &LineError{
		Reason: fmt.Sprintf("the line is longer than %d MiB", MaxLine>>20),
	}}
	if err := c.yield(tooLong); err != nil {
		return err
	}
	c.offset += int64(len(c.buf))
	for c.buf = c.newBuffer(); ; c.buf = c.buf[:0] {
		err := c.fill()
		if i := bytes.IndexByte(c.buf, '\n'); i >= 0 {
			c.line++
			c.offset += int64(i + 1)
			c.buf = append(c.buf[:0], c.buf[i+1:]...)
			return nil
		}
		c.offset += int64(len(c.buf))
		if err != nil || c.ctx.Err() != nil {
			c.buf = c.buf[:0]
			return nil // run finds the error again
		}
	}
}

// lineEnds finds where the lines end, with their line feeds. At the end of the
// input, what is behind the last line feed is a line too.
func lineEnds(data []byte, end bool) []int32 {
	ends := make([]int32, 0, len(data)>>12+1)
	at := 0
	for {
		size := bytes.IndexByte(data[at:], '\n') + 1
		if size == 0 {
			break
		}
		at += size
		ends = append(ends, int32(at))
	}
	if end && at < len(data) {
		ends = append(ends, int32(len(data)))
	}
	return ends
}

// Lines yields the lines of the chunk that are not blank, without their line
// ends, each with its position.
func (c *Chunk) Lines(yield func(Position, []byte) bool) {
	start := 0
	for i, end := range c.ends {
		line := c.Data[start:end]
		text := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
		if skipSpace(text, 0) < len(text) && !yield(Position{c.Line + int64(i), c.Offset + int64(start)}, text) {
			return
		}
		start = int(end)
	}
}

// A Position is where a line stands in its input.
type Position struct {
	Line   int64 // number of the line, from 1
	Offset int64 // offset of its first byte in the decompressed text
}
