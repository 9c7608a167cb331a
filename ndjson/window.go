package ndjson

import (
	"bytes"
	"context"
	"io"
	"math"
)

// none is the value of keep in a window that keeps nothing.
const none = math.MaxInt64

// A window is a part of a text that is read on demand. Offsets are those in
// the whole text.
type window struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte
	at   int   // the cursor, an index of buf
	base int64 // offset of buf[0]
	keep int64 // offset from which on text stays in the buffer, or none
	err  error // that ended the reading

	line      int64 // number of the line of the cursor
	lineStart int64 // offset of its first byte
	fresh     bool  // nothing but spaces so far on the line
	over      bool  // what was to be kept is longer than MaxLine
}

func (w *window) pos() int64 { return w.base + int64(w.at) }

// text returns what is between two offsets, which must be in the buffer.
func (w *window) text(from, to int64) []byte { return w.buf[from-w.base : to-w.base] }

// more reads more text into the buffer, and reports whether there is any. Text before
// the cursor that need not be kept is dropped.
func (w *window) more() bool {
	if w.keep != none && w.pos()-w.keep > MaxLine {
		w.keep, w.over = none, true
	}
	return w.read()
}

func (w *window) read() bool {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err != nil {
		return false
	}
	// Either at least half of the buffer is dropped, or it grows: a byte is moved
	// a few times at most.
	drop := int(min(w.keep, w.pos()) - w.base)
	switch {
	case drop > 0 && drop >= len(w.buf)/2:
		w.buf = w.buf[:copy(w.buf, w.buf[drop:])]
	case len(w.buf) == cap(w.buf):
		w.buf = append(make([]byte, 0, max(2*(len(w.buf)-drop), ChunkSize)), w.buf[drop:]...)
	default:
		drop = 0
	}
	w.base += int64(drop)
	w.at -= drop
	for n := 0; n == 0 && w.err == nil; {
		n, w.err = w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		if n > 0 {
			return true
		}
	}
	return false
}

// peek returns the byte at the cursor, if there is one.
func (w *window) peek() (byte, bool) {
	for w.at >= len(w.buf) {
		if !w.more() {
			return 0, false
		}
	}
	return w.buf[w.at], true
}

// newline reads the line feed at the cursor.
func (w *window) newline() {
	w.at++
	w.line++
	w.lineStart, w.fresh = w.pos(), true
}

// space skips white space, and byte order marks where lines begin.
func (w *window) space() (next byte, ok bool) {
	for {
		c, ok := w.peek()
		switch {
		case !ok:
			return 0, false
		case c == '\n':
			w.newline()
		case c == ' ' || c == '\t' || c == '\r':
			w.at++
		case c == bom[0] && w.pos() == w.lineStart && w.skipMark():
		default:
			return c, true
		}
	}
}

// skipMark skips a byte order mark, if there is one at the cursor.
func (w *window) skipMark() bool {
	for len(w.buf)-w.at < len(bom) {
		if !w.read() {
			return false
		}
	}
	if !bytes.HasPrefix(w.buf[w.at:], bom) {
		return false
	}
	w.at += len(bom)
	w.lineStart = w.pos() // it is no indentation
	return true
}

// lineEnd returns the offset of the next line feed at or after from, which is
// in the buffer, or that of the end of the text. It gives up on a line
// longer than MaxLine.
func (w *window) lineEnd(from int64) (end int64, found bool) {
	for seen := from; ; {
		if i := bytes.IndexByte(w.buf[seen-w.base:], '\n'); i >= 0 {
			return seen + int64(i), true
		}
		seen = w.base + int64(len(w.buf))
		if seen-from > MaxLine || !w.read() {
			return seen, false
		}
	}
}
