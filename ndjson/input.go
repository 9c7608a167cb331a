package ndjson

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

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
// paths. A file named twice is read once.
func Expand(args []string) ([]Input, error) {
	var inputs []Input
	seen := map[string]bool{}
	add := func(name string, size int64) {
		if clean := filepath.Clean(name); !seen[clean] {
			seen[clean] = true
			inputs = append(inputs, Input{name, size})
		}
	}
	for _, arg := range args {
		if arg == "-" {
			add("-", -1)
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
		before := len(inputs)
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !hasLines(d.Name()) {
				return err
			}
			info, err := os.Stat(path) // follows links
			if err != nil || info.IsDir() {
				return err
			}
			add(path, fileSize(info))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoInput, err)
		}
		if len(inputs) == before {
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
// *stored while they are read. Standard input is read from stdin.
func (in Input) Open(stdin io.Reader, stored *atomic.Int64) (io.ReadCloser, error) {
	var raw io.Reader = stdin
	var file io.Closer = io.NopCloser(nil)
	if in.Name != "-" {
		f, err := os.Open(in.Name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoInput, err)
		}
		raw, file = f, f
	}
	buffered := bufio.NewReaderSize(&countingReader{raw, stored}, 1<<16)
	// A short or failing input shows its error when it is read.
	magic, _ := buffered.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: gzip header: %w", in.Name, err), file.Close())
		}
		return &stream{z, []io.Closer{z, file}}, nil
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: zstd: %w", in.Name, err), file.Close())
		}
		return &stream{z, []io.Closer{z.IOReadCloser(), file}}, nil
	}
	return &stream{buffered, []io.Closer{file}}, nil
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
// there is none, or none within limit bytes.
func (in Input) FirstLine(limit int) []byte {
	var unused atomic.Int64
	r, err := in.Open(nil, &unused)
	if err != nil {
		return nil
	}
	defer r.Close()
	text, _ := io.ReadAll(io.LimitReader(r, int64(limit)))
	text = bytes.TrimPrefix(text, bom)
	for len(text) > 0 {
		line, rest, found := bytes.Cut(text, []byte{'\n'})
		if !found && len(text) >= limit {
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
