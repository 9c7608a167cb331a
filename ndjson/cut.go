package ndjson

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// Chunks cuts the text of an input into chunks and passes each to yield, which then
// owns the chunk's data. Buffers come from get: empty slices of at least the capacity
// asked for. Chunks returns the error of yield or of the context; an error of the
// input itself comes as a chunk with Err set.
//
// As long as all lines look like whole objects, chunks are made of lines. From the
// first that does not, objects are found by their brackets: on several lines, one
// after the other, in arrays, and in envelopes of the kind env, nil for none.
func Chunks(ctx context.Context, input int, r io.Reader, env *Envelope, get func(size int) []byte, yield func(Chunk) error) error {
	c := cutter{ctx: ctx, get: get, input: input, r: r, env: env, yield: yield, line: 1}
	return c.run()
}

type cutter struct {
	ctx   context.Context
	get   func(int) []byte
	input int
	r     io.Reader
	env   *Envelope
	yield func(Chunk) error
	done  bool // all of the input was taken apart by its brackets

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
			if err := c.flush(false); err != nil || c.done {
				return err
			}
			continue
		}
		if errors.Is(err, io.EOF) {
			return c.flush(true)
		}
		// What comes after the last line feed is not a whole line.
		if err := c.flush(false); err != nil || c.done {
			return err
		}
		return c.yield(Chunk{Input: c.input, Line: c.line, Offset: c.offset, Err: &LineError{breaksOff(err), true}})
	}
}

// newBuffer returns an empty buffer for a chunk. Its capacity is always the same,
// even if get returned more, because it determines where chunks are cut.
func (c *cutter) newBuffer() []byte { return c.get(ChunkSize)[:0:ChunkSize] }

// fill reads until the buffer is full, or returns why it is not: io.EOF means that the
// input ended. An error is kept, since a reader that continues after one has skipped
// text.
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

// flush yields the whole lines in the buffer, or all of it at the end.
func (c *cutter) flush(end bool) error {
	ends := lineEnds(c.buf, end)
	whole := wholeLines(c.buf, ends)
	other := whole < len(ends) // the next line is of another form
	ends = ends[:whole]
	n := 0
	if whole > 0 {
		n = int(ends[whole-1])
	}
	if n == 0 {
		switch {
		case other, firstByte(c.buf) == '[' && !end:
			return c.split(c.buf)
		case end || len(c.buf) < cap(c.buf):
			return nil
		}
		return c.grow()
	}
	data, rest := c.buf[:n], c.buf[n:]
	switch {
	case other:
		c.buf = append(c.newBuffer(), rest...)
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
	err := c.yield(chunk)
	if err == nil && other {
		err = c.split(c.buf)
	}
	return err
}

// split finds the objects in the rest of the input, which begins with rest, by their
// brackets.
func (c *cutter) split(rest []byte) error {
	c.done = true
	b := packer{c: c, taken: c.offset}
	s := &splitter{
		window: window{ctx: c.ctx, r: c.r, buf: rest, base: c.offset, keep: none, err: c.err, line: c.line, lineStart: c.offset},
		env:    c.env,
		emit:   b.add,
	}
	if err := s.run(); err != nil {
		return err
	}
	return b.flush(s.pos())
}

// grow makes room for a line that is longer than the buffer, or skips a line longer
// than MaxLine.
func (c *cutter) grow() error {
	if size := cap(c.buf); size <= MaxLine {
		c.buf = append(make([]byte, 0, min(2*size, MaxLine+1)), c.buf...)
		return nil
	}
	if firstByte(c.buf) == '{' {
		return c.split(c.buf)
	}
	if err := c.yield(Chunk{Input: c.input, Line: c.line, Offset: c.offset, Err: tooLong("line")}); err != nil {
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

// A packer collects pieces into chunks.
type packer struct {
	c      *cutter
	data   []byte
	pieces []Piece
	taken  int64 // offset up to which the text is in chunks
}

func (b *packer) add(pos Position, text []byte, bad *LineError) error {
	if bad != nil || len(b.data) > 0 && len(b.data)+len(text) > ChunkSize {
		if err := b.flush(pos.Offset); err != nil {
			return err
		}
	}
	if bad != nil {
		return b.c.yield(Chunk{Input: b.c.input, Line: pos.Line, Offset: pos.Offset, Err: bad})
	}
	switch {
	case b.data != nil:
	case len(text) <= ChunkSize:
		b.data = b.c.newBuffer()
	default:
		b.data = make([]byte, 0, len(text))
	}
	from := len(b.data)
	b.data = append(b.data, text...)
	b.pieces = append(b.pieces, Piece{pos, b.data[from:]})
	return nil
}

// flush yields the pieces so far, of the text up to an offset.
func (b *packer) flush(end int64) error {
	if len(b.pieces) == 0 {
		return nil
	}
	first := b.pieces[0].Position
	chunk := Chunk{Input: b.c.input, Line: first.Line, Offset: first.Offset, Data: b.data, pieces: b.pieces, text: end - b.taken}
	b.data, b.pieces, b.taken = nil, nil, end
	return b.c.yield(chunk)
}

// wholeLines returns the number of lines before the first that looks like part of
// something else, or like an array. A last line without a line feed may be
// truncated.
func wholeLines(data []byte, ends []int32) int {
	start, last := 0, 0 // last is the last line that is not blank
	for i, e := range ends {
		end := int(e)
		if data[start] != '{' || end-start < 3 || data[end-2] != '}' || data[end-1] != '\n' {
			line := data[start:end]
			c := firstByte(line)
			switch {
			case c == 0: // blank
				start = end
				continue
			case continues(c):
				return last
			case !wholeLine(line):
				return i
			}
		}
		last, start = i, end
	}
	if continues(firstByte(data[start:])) {
		return last
	}
	return len(ends)
}

// firstByte returns the first byte of a line that is not white space or a byte
// order mark, 0 if there is none.
func firstByte(line []byte) byte {
	p := jsonscan.SkipSpace(line, jsonscan.SkipBOM(line, 0))
	if p < len(line) {
		return line[p]
	}
	return 0
}

// lineEnds returns where the lines end, after their line feeds. At the end of the
// input, the text after the last line feed is a line too.
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

// wholeLine is for a line that is not of the usual form. A line that does not begin
// like JSON counts as whole: no object would be found in it.
func wholeLine(line []byte) bool {
	text := bytes.TrimRight(line, " \t\r\n")
	switch firstByte(text) {
	case '[':
		return false
	case '{':
		return text[len(text)-1] == '}' && line[len(line)-1] == '\n'
	}
	return true
}
