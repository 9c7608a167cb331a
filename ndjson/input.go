package ndjson

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Stdin is the name of standard input.
const Stdin = "-"

// An Input is a file, standard input, or a member of an archive.
type Input struct {
	Name   string // path as given, "-", or ARCHIVE!MEMBER
	Size   int64  // bytes as stored (compressed), -1 when unknown
	Folder bool   // it was found in a folder, not named
}

// ErrNoInput reports that an argument names nothing to read.
var ErrNoInput = errors.New("nothing to read")

// An Opener opens inputs.
type Opener struct {
	Stdin  io.Reader
	Stored *atomic.Int64 // counts bytes as stored while they are read
	// Recognize, when set, is asked about the first bytes of a text. It says
	// what it is if it is nothing to read, and what to do about that.
	Recognize func(head []byte) (what, todo string)
}

// Check looks at how an input begins, and for a zip archive at the list of its
// members. A *FormError says that it is nothing that is read. Only files that
// can be read again are looked at.
func (o *Opener) Check(ctx context.Context, in Input) error {
	if in.Size < 0 {
		return nil
	}
	quiet := Opener{Stored: new(atomic.Int64), Recognize: o.Recognize}
	s, err := quiet.open(ctx, in)
	if err != nil {
		return err
	}
	defer s.Close()
	switch {
	case s.kind == zipArchive:
		_, _, err = quiet.zipMembers(s, in)
		if errors.Is(err, errNoDirectory) {
			err = nil // it broke off, which is said when it is read
		}
	case in.Folder && isJSON(in.Name) && s.kind == textInput && s.isOther():
		err = &FormError{in.Name, otherJSON, ""}
	}
	return err
}

// Each opens an input, and calls yield with what there is to read: the text of
// the file, decompressed, or that of each member of an archive. passedOver is
// called with what an archive holds and is not read. An error of yield ends it;
// trouble with the input comes as an error of a reader, or is a *FormError.
func (o *Opener) Each(ctx context.Context, in Input, yield func(Input, io.Reader) error, passedOver func(PassedOver)) error {
	s, err := o.open(ctx, in)
	if err != nil {
		return err
	}
	defer s.Close()
	switch s.kind {
	case zipArchive:
		return o.eachZip(s, in, yield, passedOver)
	case tarArchive:
		return o.eachTar(s, in, yield, passedOver)
	}
	return yield(in, s)
}

// Open opens an input that is no archive.
func (o *Opener) Open(ctx context.Context, in Input) (io.ReadCloser, error) {
	s, err := o.open(ctx, in)
	if err == nil && s.kind != textInput {
		s.Close()
		return nil, &FormError{in.Name, "an archive", ""}
	}
	return s, err
}

// What a stream is.
type kind uint8

const (
	textInput kind = iota
	zipArchive
	tarArchive
)

// A stream is an opened input.
type stream struct {
	io.Reader
	kind    kind
	head    *bufio.Reader // the same as Reader, for a look ahead
	file    *os.File      // nil for standard input
	stored  *atomic.Int64 // bytes read of what is stored
	closers []io.Closer
}

func (s *stream) Close() error {
	var errs []error
	for _, c := range slices.Backward(s.closers) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

const otherJSON = "JSON without FHIR resources"

// isOther reports whether JSON has no FHIR resources in it, as far as its
// beginning shows.
func (s *stream) isOther() bool {
	head, err := s.head.Peek(headSize)
	return (err == nil || errors.Is(err, io.EOF)) && !bytes.Contains(head, resourceMark)
}

// open opens an input and finds out what it is.
func (o *Opener) open(ctx context.Context, in Input) (*stream, error) {
	raw := o.Stdin
	s := &stream{}
	if in.Name != Stdin {
		f, err := in.openFile(ctx)
		if err != nil {
			return nil, err
		}
		raw, s.file, s.closers = f, f, []io.Closer{f}
		if in.Size >= 0 {
			raw = &steadyFile{File: f, size: in.Size}
		}
	}
	if in.Size < 0 {
		raw = &interruptible{ctx: ctx, r: raw, buf: make([]byte, 1<<16), done: make(chan error, 1)}
	}
	if err := o.decode(s, in, &countingReader{raw, o.Stored}); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// decode finds out what the bytes of an input are, and decompresses them.
func (o *Opener) decode(s *stream, in Input, raw io.Reader) error {
	layers, err := decompress(s, in.Name, raw)
	if err != nil {
		return err
	}
	// A short or failing input shows its error when it is read.
	head, _ := s.head.Peek(tarHeader)
	switch {
	case isZip(head) && layers == 0 && in.Size >= 0 && s.file != nil:
		s.kind = zipArchive
		return nil
	case isZip(head):
		return &FormError{in.Name, "a zip archive that is not a file by itself: its directory is at its end", "save it as a file, and name that"}
	case isTar(head):
		s.kind = tarArchive
		return nil
	}
	head, _ = s.head.Peek(formHead)
	// Asked first, since it knows more: what it names may also look like CSV.
	if o.Recognize != nil {
		if what, todo := o.Recognize(head); what != "" {
			return &FormError{in.Name, what, todo}
		}
	}
	if what, todo := formOf(head); what != "" {
		return &FormError{in.Name, what, todo}
	}
	return nil
}

const (
	headSize  = 1 << 16
	formHead  = 4096 // enough to tell what a text is; more than a pipe has at once keeps nobody waiting
	maxLayers = 2    // of compression

	// MaxZstdWindow is the largest window of zstd that is decompressed.
	MaxZstdWindow = 128 << 20
	// MaxExpansion is how many times its size an input may expand to, once it
	// is more than expansionFree bytes. DEFLATE cannot do more by itself.
	MaxExpansion  = 1100
	expansionFree = 256 << 20
)

// decompress takes off the layers of compression that the first bytes show.
func decompress(s *stream, name string, raw io.Reader) (layers int, err error) {
	s.stored = &atomic.Int64{}
	s.head = bufio.NewReaderSize(&countingReader{raw, s.stored}, headSize)
	for ; ; layers++ {
		magic, _ := s.head.Peek(18) // the longest header of a zstd frame
		var text io.Reader
		switch {
		case bytes.HasPrefix(magic, gzipMagic):
			z, err := gzip.NewReader(s.head)
			if err != nil {
				text = failing{fmt.Errorf("gzip header: %w", err)}
			} else {
				text = z // its Close has nothing to close, and repeats the error of reading
			}
		case isZstd(magic):
			if window := zstdWindow(magic); window > MaxZstdWindow {
				return layers, &FormError{name, fmt.Sprintf("zstd with a window of %d MiB: no more than %d are read", window>>20, MaxZstdWindow>>20),
					"compress it again without --long, or decompress it: zstd -dc --long=31 FILE | cclf convert -o OUT -"}
			}
			z, err := zstd.NewReader(s.head, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30), zstd.WithDecoderMaxWindow(MaxZstdWindow))
			if err != nil {
				text = failing{err}
			} else {
				text = z
				s.closers = append(s.closers, z.IOReadCloser())
			}
		case isBzip2(magic):
			text = bzip2.NewReader(s.head)
		default:
			s.Reader = s.head
			return layers, nil
		}
		if layers == maxLayers {
			return layers, &FormError{name, fmt.Sprintf("compressed more than %d times", maxLayers), "decompress it"}
		}
		s.head = bufio.NewReaderSize(&expanding{text, &atomic.Int64{}, s.stored}, headSize)
	}
}

// expanding is the text of a compressed input. It ends where a compression bomb
// shows.
type expanding struct {
	r            io.Reader
	text, stored *atomic.Int64 // bytes
}

func (e *expanding) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if text := e.text.Add(int64(n)); text > expansionFree && text/MaxExpansion > e.stored.Load() {
		return n, fmt.Errorf("it expands to more than %d times its size", MaxExpansion)
	}
	return n, err
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

// zstdWindow is the window that a frame needs, 0 when that is not known.
func zstdWindow(magic []byte) uint64 {
	var h zstd.Header
	if h.Decode(magic) != nil || h.Skippable {
		return 0
	}
	return h.WindowSize
}

func isBzip2(magic []byte) bool {
	return len(magic) >= 10 && bytes.HasPrefix(magic, []byte("BZh")) && magic[3] >= '1' && magic[3] <= '9' &&
		(string(magic[4:10]) == "1AY&SY" || string(magic[4:10]) == "\x17\x72\x45\x38\x50\x90")
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

var bom = []byte("\xef\xbb\xbf")
