// Package gunzip reads gzip files as gzip does: all members, and nothing of the zero bytes
// after the last one, with which tapes and block devices fill their last block.
package gunzip

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// A Reader reads the text of a gzip file.
type Reader struct {
	from   *bufio.Reader
	member *gzip.Reader
	err    error
}

// NewReader returns a reader of the file that from is at the beginning of.
func NewReader(from *bufio.Reader) (*Reader, error) {
	member, err := gzip.NewReader(from)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &Reader{from: from, member: member}, nil
}

// Read reads text. The error is io.EOF only at the end of the file. Anything but zero bytes
// and members after a member is a gzip.ErrHeader.
func (z *Reader) Read(p []byte) (n int, err error) {
	for n == 0 && z.err == nil {
		n, z.err = z.member.Read(p)
		if errors.Is(z.err, io.EOF) {
			z.err = z.next()
		}
		if len(p) == 0 {
			break
		}
	}
	return n, z.err
}

// next begins the next member. The error is io.EOF if there is none.
func (z *Reader) next() error {
	head, err := z.from.Peek(1)
	switch {
	case len(head) == 0:
		return err
	case head[0] == 0:
		return z.padding()
	}
	if err := z.member.Reset(z.from); err != nil {
		return err
	}
	z.member.Multistream(false)
	return nil
}

// padding reads zero bytes to the end of the file.
func (z *Reader) padding() error {
	for {
		switch b, err := z.from.ReadByte(); {
		case err != nil:
			return err
		case b != 0:
			return gzip.ErrHeader
		}
	}
}
