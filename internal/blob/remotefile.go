package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"
)

// A remoteFile is an object that is open for reading.
type remoteFile struct {
	ctx    context.Context
	bucket Bucket
	name   string
	info   Info
	cache  blockCache

	// Of Read, which is for one goroutine.
	offset int64
	body   *resuming
}

func newRemoteFile(ctx context.Context, b Bucket, name string, info Info) *remoteFile {
	f := &remoteFile{ctx: ctx, bucket: b, name: name, info: info}
	f.cache.file = f
	return f
}

// Read reads on in one request for the rest of the object.
func (f *remoteFile) Read(p []byte) (int, error) {
	if f.offset >= f.info.Size {
		return 0, io.EOF
	}
	if f.body == nil {
		f.body = f.resuming(f.offset, f.info.Size-f.offset)
	}
	n, err := f.body.Read(p)
	f.offset += int64(n)
	if errors.Is(err, io.EOF) && f.offset < f.info.Size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Seek implements io.Seeker.
func (f *remoteFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.offset
	case io.SeekEnd:
		offset += f.info.Size
	}
	if offset < 0 {
		return f.offset, &fs.PathError{Op: "seek", Path: f.name, Err: fs.ErrInvalid}
	}
	if offset != f.offset {
		f.closeBody()
		f.offset = offset
	}
	return offset, nil
}

func (f *remoteFile) closeBody() {
	if f.body != nil {
		f.body.Close()
		f.body = nil
	}
}

// ReadAt makes a request of its own for a large range. Small ones are served from
// blocks, of which the next is fetched while one is used.
func (f *remoteFile) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: fs.ErrInvalid}
	}
	if offset >= f.info.Size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), f.info.Size-offset)
	var n int
	var err error
	if want >= blockSize {
		n, err = f.fetch(p[:want], offset)
	} else {
		n, err = f.cache.readAt(p[:want], offset)
	}
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// fetch fills p with one request.
func (f *remoteFile) fetch(p []byte, offset int64) (int, error) {
	body := f.resuming(offset, int64(len(p)))
	defer body.Close()
	n, err := io.ReadFull(body, p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Stat implements File.
func (f *remoteFile) Stat() (fs.FileInfo, error) { return objectInfo{f.info}, nil }

// Close implements io.Closer.
func (f *remoteFile) Close() error {
	f.closeBody()
	f.cache.close()
	return nil
}

// resuming returns a reader of a range.
func (f *remoteFile) resuming(offset, n int64) *resuming {
	return &resuming{file: f, offset: offset, left: n}
}

// A resuming reads a range of an object. If the connection breaks, or the answer ends
// early, it continues where it stopped.
type resuming struct {
	file   *remoteFile
	offset int64
	left   int64
	body   io.ReadCloser
	broken int // times in a row without a byte
}

// brokenLimit is how often in a row a body may break before a byte of it comes.
// resumePause is the pause after the first time; it doubles.
const brokenLimit = 6

var resumePause = 200 * time.Millisecond

func (r *resuming) Read(p []byte) (int, error) {
	for {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.file.ctx.Err(); err != nil {
			return 0, err
		}
		if r.body == nil {
			body, err := r.file.bucket.Get(r.file.ctx, r.file.info.Key, r.file.info.Version, r.offset, r.left)
			if err != nil { // the request was tried again already
				return 0, pathError("read", r.file.name, err)
			}
			r.body = body
		}
		n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
		r.offset += int64(n)
		r.left -= int64(n)
		if n > 0 {
			r.broken = 0
		}
		if r.left == 0 {
			r.Close()
			return n, nil
		}
		if err == nil {
			if n > 0 || len(p) == 0 {
				return n, nil
			}
			continue
		}
		r.Close()
		if errors.Is(err, ErrChanged) {
			return n, pathError("read", r.file.name, err)
		}
		if n > 0 {
			return n, nil
		}
		if r.broken++; r.broken >= brokenLimit {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, pathError("read", r.file.name, fmt.Errorf("the connection broke %d times at byte %d: %w", r.broken, r.offset, err))
		}
		if err := pause(r.file.ctx, resumePause<<(r.broken-1)); err != nil {
			return 0, err
		}
	}
}

func (r *resuming) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return err
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// A blockCache serves small reads from blocks.
type blockCache struct {
	file   *remoteFile
	mu     sync.Mutex
	blocks map[int64]*block
	order  []int64 // of blocks, the least recently used first
	wg     sync.WaitGroup
}

const (
	blockSize  = 1 << 20 // bytes
	blocksKept = 8
)

// A block is a part of an object that was fetched, or is being fetched.
type block struct {
	done chan struct{}
	data []byte
	err  error
}

// readAt fills p, which does not reach beyond the end of the object.
func (c *blockCache) readAt(p []byte, offset int64) (int, error) {
	n := 0
	for n < len(p) {
		at := offset + int64(n)
		number := at / blockSize
		b := c.block(number)
		<-b.done
		if b.err != nil {
			c.forget(number, b)
			return n, b.err
		}
		n += copy(p[n:], b.data[at-number*blockSize:])
	}
	return n, nil
}

// block returns a block, and begins to fetch it. It fetches the next one too if the
// one before was used: then the object is read in sequence.
func (c *blockCache) block(number int64) *block {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.get(number)
	if c.blocks[number-1] != nil && (number+1)*blockSize < c.file.info.Size {
		c.get(number + 1)
	}
	return b
}

func (c *blockCache) get(number int64) *block {
	for i, n := range c.order {
		if n == number {
			copy(c.order[i:], c.order[i+1:])
			c.order[len(c.order)-1] = number
			return c.blocks[number]
		}
	}
	if len(c.order) == blocksKept {
		delete(c.blocks, c.order[0])
		c.order = c.order[1:]
	}
	if c.blocks == nil {
		c.blocks = map[int64]*block{}
	}
	b := &block{done: make(chan struct{})}
	c.blocks[number] = b
	c.order = append(c.order, number)
	c.wg.Go(func() {
		defer close(b.done)
		data := make([]byte, min(blockSize, c.file.info.Size-number*blockSize))
		if _, b.err = c.file.fetch(data, number*blockSize); b.err == nil {
			b.data = data
		}
	})
	return b
}

// forget drops a block that could not be fetched.
func (c *blockCache) forget(number int64, b *block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocks[number] != b {
		return
	}
	delete(c.blocks, number)
	for i, n := range c.order {
		if n == number {
			c.order = append(c.order[:i], c.order[i+1:]...)
			return
		}
	}
}

func (c *blockCache) close() { c.wg.Wait() }
