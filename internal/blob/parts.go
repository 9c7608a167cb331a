package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Sizes of uploads in parts. S3 takes up to 10,000 parts, of 5 MB and more except for
// the last one; Azure takes 50,000 blocks of any size; Google takes chunks of multiples
// of 256 KiB.
const (
	wholePart = 8 << 20 // bytes
	mostParts = 9000
	threads   = 3 // parts of one object that are uploaded at a time
)

// leastPart is the size in bytes of parts, as long as their number suffices. Tests make it
// smaller.
var leastPart = wholePart

// A partUpload is an upload whose parts, which are numbered from 1, are uploaded in any
// order, or, by a partWriter, one after the other.
type partUpload interface {
	Staged
	// part uploads a part. A part that fails is tried again from its start.
	part(ctx context.Context, number int, data []byte) error
}

// stageParts uploads the parts of an object. If that fails, nothing of them stays.
func stageParts(ctx context.Context, u partUpload, src io.ReaderAt, size int64) (Staged, error) {
	partSize := max(int64(leastPart), (size+mostParts-1)/mostParts)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(threads)
	for number, at := 1, int64(0); at < size && groupCtx.Err() == nil; number, at = number+1, at+partSize {
		group.Go(func() error {
			data, err := readPart(src, at, min(partSize, size-at))
			if err != nil {
				return err
			}
			return u.part(groupCtx, number, data)
		})
	}
	if err := firstError(group.Wait(), ctx.Err()); err != nil {
		return nil, errors.Join(err, u.Discard())
	}
	return u, nil
}

func readPart(src io.ReaderAt, at, size int64) ([]byte, error) {
	data := make([]byte, size)
	if n, err := src.ReadAt(data, at); n < len(data) {
		return nil, firstError(err, io.ErrUnexpectedEOF)
	}
	return data, nil
}

// A partWriter is an Upload. It holds one part in memory, and writes an object that is not
// larger than that with one request.
type partWriter struct {
	ctx    context.Context
	bucket Bucket
	key    string
	begin  func(ctx context.Context, key string) (partUpload, error)
	upload partUpload // nil until there is a part
	buf    []byte     // of partBuffers, unless it had to grow
	number int        // of parts uploaded
	ended  bool
	err    error
}

// partBuffers holds buffers of leastPart bytes.
var partBuffers = sync.Pool{New: func() any { return new(make([]byte, leastPart)) }}

func newPartWriter(ctx context.Context, b Bucket, key string, begin func(context.Context, string) (partUpload, error)) (Upload, error) {
	return &partWriter{ctx: ctx, bucket: b, key: key, begin: begin}, ctx.Err()
}

func (w *partWriter) Write(p []byte) (int, error) {
	written := 0
	if w.buf == nil && w.err == nil {
		w.buf = (*partBuffers.Get().(*[]byte))[:0]
	}
	for written < len(p) && w.err == nil {
		// Parts grow, so that their number suffices for any size.
		limit := leastPart << (w.number / 1000)
		if len(w.buf) == limit {
			w.flush()
			continue
		}
		n := min(len(p)-written, limit-len(w.buf))
		w.buf = append(w.buf, p[written:written+n]...)
		written += n
	}
	return written, w.err
}

func (w *partWriter) flush() {
	if w.upload == nil {
		upload, err := w.begin(w.ctx, w.key)
		if err != nil {
			w.err = err
			return
		}
		w.upload = upload
	}
	w.number++
	w.err = w.upload.part(w.ctx, w.number, w.buf)
	w.buf = w.buf[:0]
}

func (w *partWriter) Commit() error {
	switch {
	case w.err != nil:
	case w.upload == nil:
		_, w.err = w.bucket.Put(w.ctx, w.key, w.buf, Condition{})
	default:
		if len(w.buf) > 0 {
			w.flush()
		}
		if w.err == nil {
			w.err = w.upload.Publish(w.ctx)
		}
	}
	if w.err != nil {
		return errors.Join(w.err, w.Abort())
	}
	w.ended = true
	w.recycle()
	return nil
}

// recycle gives back the buffer, after requests that succeeded. One that failed may still
// be reading it.
func (w *partWriter) recycle() {
	if cap(w.buf) == leastPart {
		partBuffers.Put(new(w.buf[:leastPart]))
	}
	w.buf = nil
}

func (w *partWriter) Abort() error {
	if w.ended {
		return nil
	}
	w.ended = true
	if w.err == nil {
		w.err = fs.ErrClosed
		w.recycle()
	}
	w.buf = nil
	if w.upload == nil {
		return nil
	}
	return w.upload.Discard()
}

// putResult returns what Put returns. A conditional request that was tried again can
// find what it wrote itself: that is no failure.
func putResult(ctx context.Context, b Bucket, key string, data []byte, cond Condition, version string, err error) (string, error) {
	if !errors.Is(err, ErrChanged) || cond == (Condition{}) {
		return version, err
	}
	info, statErr := b.Stat(ctx, key)
	if statErr != nil || info.Size != int64(len(data)) {
		return "", err
	}
	body, getErr := b.Get(ctx, key, info.Version, 0, -1)
	if getErr != nil {
		return "", err
	}
	defer body.Close()
	if text, readErr := io.ReadAll(body); readErr != nil || !bytes.Equal(text, data) {
		return "", err
	}
	return info.Version, nil
}
