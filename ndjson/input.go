package ndjson

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Stdin is the name of standard input.
const Stdin = "-"

// An Input is one stream of lines: a file, or standard input.
type Input struct {
	Name string // path as given, or "-"
	Size int64  // bytes as stored (compressed), -1 when unknown
}

// ErrNoInput reports that an argument names nothing to read.
var ErrNoInput = errors.New("nothing to read")

var extensions = []string{".ndjson", ".jsonl"}

// Expand turns arguments into inputs: a file stands for itself, "-" for
// standard input, a folder for all files in it and below it whose names end
// in .ndjson or .jsonl, also with .gz or .zst behind, in the order of their
// paths. In folders, names that begin with a dot or an underscore are passed
// over: they are of unfinished downloads and of what programs say about a
// folder. A file named twice is read once.
func Expand(args []string) ([]Input, error) {
	var inputs []Input
	seen := map[string]bool{}
	add := func(name string, size int64) {
		key := name
		if name != Stdin {
			key = "./" + filepath.Clean(name)
		}
		if !seen[key] {
			seen[key] = true
			inputs = append(inputs, Input{name, size})
		}
	}
	for _, arg := range args {
		if arg == Stdin {
			add(Stdin, -1)
			continue
		}
		info, err := os.Stat(arg)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoInput, err)
		}
		if !info.IsDir() {
			add(arg, fileSize(info))
			continue
		}
		found := false
		root := arg + string(filepath.Separator) // so that a link is followed
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || path == root:
				return err
			case strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_"):
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			case d.IsDir() || !hasLines(d.Name()):
				return nil
			}
			info, err := os.Stat(path) // follows links
			if err != nil || info.IsDir() {
				return err
			}
			add(path, fileSize(info))
			found = true
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoInput, err)
		}
		if !found {
			return nil, fmt.Errorf("%w: no .ndjson or .jsonl file (also .gz, .zst) in folder %s", ErrNoInput, arg)
		}
	}
	return inputs, nil
}

func fileSize(info fs.FileInfo) int64 {
	if info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}

func hasLines(name string) bool {
	name = strings.ToLower(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return slices.Contains(extensions, filepath.Ext(name))
}

// Open opens the input and decompresses it when its first bytes are those of
// gzip (also of several members) or zstd. Bytes as stored are added to
// *stored while they are read. Standard input is read from stdin. Reading from
// what may keep its reader waiting, as a pipe does, ends with ctx.
func (in Input) Open(ctx context.Context, stdin io.Reader, stored *atomic.Int64) (io.ReadCloser, error) {
	raw := stdin
	var file io.Closer = io.NopCloser(nil)
	if in.Name != Stdin {
		f, err := in.openFile(ctx)
		if err != nil {
			return nil, err
		}
		raw, file = f, f
		if in.Size >= 0 {
			raw = &steadyFile{File: f, size: in.Size}
		}
	}
	if in.Size < 0 {
		raw = &interruptible{ctx: ctx, r: raw, buf: make([]byte, 1<<16), done: make(chan error, 1)}
	}
	buffered := bufio.NewReaderSize(&countingReader{raw, stored}, 1<<16)
	// A short or failing input shows its error when it is read.
	magic, _ := buffered.Peek(4)
	switch {
	case bytes.HasPrefix(magic, gzipMagic):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return &stream{failing{fmt.Errorf("gzip header: %w", err)}, []io.Closer{file}}, nil
		}
		// Its Close has nothing to close, and repeats the error of reading.
		return &stream{z, []io.Closer{file}}, nil
	case isZstd(magic):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return &stream{failing{err}, []io.Closer{file}}, nil
		}
		return &stream{z, []io.Closer{z.IOReadCloser(), file}}, nil
	}
	return &stream{buffered, []io.Closer{file}}, nil
}

// openFile opens the file of an input. A pipe is opened in a goroutine of its
// own: that takes until somebody writes to it.
func (in Input) openFile(ctx context.Context) (*os.File, error) {
	var f *os.File
	var err error
	if in.Size >= 0 {
		f, err = os.Open(in.Name)
	} else {
		done := make(chan struct{})
		go func() {
			f, err = os.Open(in.Name)
			close(done)
		}()
		select {
		case <-done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoInput, err)
	}
	return f, nil
}

// A steadyFile is a file that must not change while it is read, nor have
// changed since it was found.
type steadyFile struct {
	*os.File
	size int64 // when it was found
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
		return n, fmt.Errorf("the file has grown beyond the %d bytes that it had", f.size)
	case !errors.Is(err, io.EOF):
		return n, err
	case f.read < f.size:
		return n, fmt.Errorf("the file ends after %d of the %d bytes that it had: %w", f.read, f.size, io.ErrUnexpectedEOF)
	}
	switch info, statErr := f.Stat(); {
	case statErr != nil:
		return n, statErr
	case info.Size() != f.size || !info.ModTime().Equal(f.mod):
		return n, errors.New("the file was changed while it was read")
	}
	return n, err
}

var gzipMagic = []byte{0x1f, 0x8b}

// isZstd tells a zstd frame, or the skippable frame that parallel zstd begins
// with.
func isZstd(magic []byte) bool {
	if len(magic) < 4 {
		return false
	}
	n := binary.LittleEndian.Uint32(magic)
	return n == 0xFD2FB528 || n&^0xF == 0x184D2A50
}

// failing is a reader that has nothing but an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// interruptible reads in goroutines of their own, so that who waits for a
// slow pipe can stop waiting. Once it was interrupted it reads no more.
type interruptible struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte     // belongs to the goroutine while there is one
	n    int        // bytes that the goroutine read
	done chan error // how that ended
	data []byte     // read and not yet passed on
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

type countingReader struct {
	r io.Reader
	n *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

type stream struct {
	io.Reader
	closers []io.Closer
}

func (s *stream) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// FirstLine returns the first line of an input that is not blank, or nil when
// there is none, or none within limit bytes, or when what is read of the input
// cannot be read again.
func (in Input) FirstLine(limit int) []byte {
	if in.Size < 0 {
		return nil
	}
	var unused atomic.Int64
	r, err := in.Open(context.Background(), nil, &unused)
	if err != nil {
		return nil
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, int64(limit)))
	more := len(text) == limit
	text = bytes.TrimPrefix(text, bom)
	for len(text) > 0 {
		line, rest, found := bytes.Cut(text, []byte{'\n'})
		if !found && more {
			return nil
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line
		}
		text = rest
	}
	return nil
}

var bom = []byte("\xef\xbb\xbf")
