package pipeline

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/sync"
)

// ErrInput is wrapped by errors of the inputs.
var ErrInput = errors.New("cannot read the input")

// findExports returns the inputs that patterns match, in the order of the patterns and
// then of their names, with what their export folders say.
func findExports(ctx context.Context, patterns []string, allowMissing bool) (*sync.Exports, error) {
	var names []string
	for _, pattern := range patterns {
		matches, err := glob(ctx, pattern)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrInput, pattern, err)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("%w: %w: no file matches %s", ErrInput, ndjson.ErrNoInput, pattern)
		}
		slices.Sort(matches)
		names = append(names, matches...)
	}
	return sync.ReadExports(names, allowMissing)
}

// glob returns what a pattern matches, in a folder or an object store. A name without a
// pattern is itself.
func glob(ctx context.Context, pattern string) ([]string, error) {
	if !blob.IsURL(pattern) {
		if _, err := os.Lstat(pattern); err == nil {
			return []string{pattern}, nil
		}
		return filepath.Glob(pattern)
	}
	if err := blob.Check(pattern); err != nil {
		return nil, err
	}
	clean := blob.Clean(pattern) // options of the store hold from now on
	if !strings.ContainsAny(clean, "*?[") {
		return []string{clean}, nil
	}
	bucket, key, err := blob.Resolve(pattern)
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(clean, key)
	prefix := key[:strings.IndexAny(key, "*?[")]
	var names []string
	for info, err := range bucket.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		ok, err := path.Match(key, info.Key)
		if err != nil {
			return nil, err
		}
		if ok {
			names = append(names, base+info.Key)
		}
	}
	return names, nil
}

// isPlain reports whether a file is JSON text that can be cut at any line.
func isPlain(ctx context.Context, name string) (bool, error) {
	f, err := blob.Open(ctx, name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	return bytes.HasPrefix(bytes.TrimLeft(head[:n], " \t\r\n"), []byte("{")), nil
}

// A text closes the file that it is from.
type text struct {
	io.Reader
	io.Closer
}

// openRange opens the lines of a plain file whose first byte is in a range. Offset is
// that of the first such line.
func openRange(ctx context.Context, name string, from, to int64) (in io.ReadCloser, offset int64, err error) {
	f, err := blob.Open(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	r := &lineRange{end: to}
	if from > 0 {
		r.at = from - 1 // a line begins at from if the byte before ends one
	}
	if _, err := f.Seek(r.at, io.SeekStart); err != nil {
		f.Close()
		return nil, 0, err
	}
	r.in = bufio.NewReaderSize(f, 1<<20)
	if from > 0 {
		if err := r.skipLine(); err != nil {
			f.Close()
			return nil, 0, err
		}
	}
	return text{r, f}, r.at, nil
}

// A lineRange reads whole lines, as long as they begin before end.
type lineRange struct {
	in  *bufio.Reader
	at  int64 // of the next byte
	end int64
	mid bool // at is not the beginning of a line
}

// skipLine skips the rest of a line.
func (r *lineRange) skipLine() error {
	for {
		part, err := r.in.ReadSlice('\n')
		r.at += int64(len(part))
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			r.at = max(r.at, r.end) // there is no other line
			return nil
		default:
			return err
		}
	}
}

func (r *lineRange) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if r.at < r.end {
		// All of it is within the range, or ends a line that begins in it.
		n, err := r.in.Read(p[:min(int64(len(p)), r.end-r.at)])
		r.at += int64(n)
		if n > 0 {
			r.mid = p[n-1] != '\n'
		}
		return n, err
	}
	if !r.mid {
		return 0, io.EOF
	}
	// The line that goes on after the range.
	if _, err := r.in.Peek(1); err != nil {
		return 0, err
	}
	buffered, _ := r.in.Peek(min(r.in.Buffered(), len(p)))
	n := len(buffered)
	if i := bytes.IndexByte(buffered, '\n'); i >= 0 {
		n, r.mid = i+1, false
	}
	copy(p, buffered[:n])
	_, err := r.in.Discard(n)
	r.at += int64(n)
	return n, err
}
