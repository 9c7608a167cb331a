package ndjson

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/cclf-tools/cclf/internal/blob"
)

const (
	// maxExpansion is how many times its compressed size an input may expand to
	// beyond expansionFree bytes. DEFLATE alone cannot exceed it.
	maxExpansion  = 1100
	expansionFree = 256 << 20
)

// expanding reads the text of a compressed input, and fails on a decompression
// bomb.
type expanding struct {
	r            io.Reader
	text, stored *atomic.Int64 // bytes
}

func (e *expanding) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if text := e.text.Add(int64(n)); text > expansionFree && text/maxExpansion > e.stored.Load() {
		return n, fmt.Errorf("it expands to more than %d times its compressed size", maxExpansion)
	}
	return n, err
}

// A steadyFile fails if the file changes while it is read, or has changed in size
// since it was found.
type steadyFile struct {
	blob.File
	size int64 // in bytes, when it was found
	read int64
	mod  time.Time // when it was opened
}

func (f *steadyFile) Read(p []byte) (int, error) {
	if f.read == 0 && f.mod.IsZero() {
		info, err := f.Stat()
		if err != nil {
			return 0, err
		}
		f.mod = info.ModTime()
	}
	n, err := f.File.Read(p)
	f.read += int64(n)
	switch {
	case f.read > f.size:
		return n, fmt.Errorf("the file has grown beyond its original %d bytes", f.size)
	case !errors.Is(err, io.EOF):
		return n, err
	case f.read < f.size:
		return n, fmt.Errorf("the file ends after %d of its original %d bytes: %w", f.read, f.size, io.ErrUnexpectedEOF)
	}
	switch info, statErr := f.Stat(); {
	case statErr != nil:
		return n, statErr
	case info.Size() != f.size || !info.ModTime().Equal(f.mod):
		return n, errors.New("the file changed while it was being read")
	}
	return n, err
}

// failing is a reader that returns an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// interruptible reads in a goroutine, so a caller blocked on a slow pipe returns
// when ctx is done. After that it reads no more.
type interruptible struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte     // owned by the goroutine while it runs
	n    int        // bytes that the goroutine read
	done chan error // the result of the goroutine
	data []byte     // read, and not yet returned
	err  error
}

func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.data) == 0 && r.err == nil {
		go func() {
			var err error
			r.n, err = r.r.Read(r.buf)
			r.done <- err
		}()
		select {
		case r.err = <-r.done:
			r.data = r.buf[:r.n]
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
	if len(r.data) == 0 {
		return 0, r.err
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}

// countingReader counts bytes read; n may be nil.
type countingReader struct {
	r io.Reader
	n *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.n != nil {
		c.n.Add(int64(n))
	}
	return n, err
}

// countingReaderAt counts bytes read; n may be nil.
type countingReaderAt struct {
	r io.ReaderAt
	n *atomic.Int64
}

func (c *countingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	if c.n != nil {
		c.n.Add(int64(n))
	}
	return n, err
}

// zeroTail counts the zero bytes at the end of what was read.
type zeroTail struct {
	r     io.Reader
	zeros int
}

func (z *zeroTail) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	if rest := len(bytes.TrimRight(p[:n], "\x00")); rest == 0 {
		z.zeros += n
	} else {
		z.zeros = n - rest
	}
	return n, err
}
