package ndjson

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/gunzip"
)

// A kind is what a stream contains.
type kind uint8

const (
	textInput kind = iota
	zipArchive
	tarArchive
)

// A stream is an opened input, decompressed.
type stream struct {
	io.Reader
	kind    kind
	head    *bufio.Reader // the same as Reader, for peeking
	file    blob.File     // nil for standard input
	stored  *atomic.Int64 // compressed bytes read so far
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

// isOther reports whether the first headSize bytes mention no resource.
func (s *stream) isOther() bool {
	head, err := s.head.Peek(headSize)
	return (err == nil || errors.Is(err, io.EOF)) && !bytes.Contains(head, resourceMark)
}

const (
	headSize  = 1 << 16
	formHead  = 4096 // enough to detect a format; more could block on a slow pipe
	maxLayers = 2    // layers of compression

	maxZstdWindow = 128 << 20 // bytes
)

// decompress removes the layers of compression that the first bytes indicate.
func decompress(s *stream, name string, raw io.Reader) (layers int, err error) {
	s.stored = &atomic.Int64{}
	s.head = bufio.NewReaderSize(&countingReader{raw, s.stored}, headSize)
	for ; ; layers++ {
		magic, _ := s.head.Peek(18) // the longest zstd frame header
		var text io.Reader
		switch {
		case bytes.HasPrefix(magic, gzipMagic):
			z, err := gunzip.NewReader(s.head)
			if err != nil {
				text = failing{fmt.Errorf("gzip header: %w", err)}
			} else {
				text = z
			}
		case isZstd(magic):
			if window := zstdWindow(magic); window > maxZstdWindow {
				return layers, &FormError{name, fmt.Sprintf("zstd with a window of %d MiB, more than the limit of %d MiB", window>>20, maxZstdWindow>>20),
					"compress it again without --long, or decompress it: zstd -d --long=31 FILE"}
			}
			z, err := zstd.NewReader(s.head, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30), zstd.WithDecoderMaxWindow(maxZstdWindow))
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

// decode detects what the bytes of an input are, and decompresses them.
func (o *Opener) decode(s *stream, in Input, raw io.Reader) error {
	layers, err := decompress(s, in.Name, raw)
	if err != nil {
		return err
	}
	// A short or failing input reports its error when it is read.
	head, _ := s.head.Peek(tarHeader)
	switch {
	case isZip(head) && layers == 0 && in.Size >= 0 && s.file != nil:
		s.kind = zipArchive
		return nil
	case isZip(head):
		return &FormError{in.Name, "a zip archive on a pipe or inside another file, and its directory is at its end", "save it as a file of its own"}
	case isTar(head):
		s.kind = tarArchive
		return nil
	}
	head, _ = s.head.Peek(formHead)
	// First, because it is more specific: what it recognizes may also look like CSV.
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
