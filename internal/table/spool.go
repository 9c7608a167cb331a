package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
)

// spoolBytes is how many bytes of a spool are buffered in memory.
const spoolBytes = 64 << 10

// A Spool is a temporary file that is made once there are more than some
// kilobytes to write. It is written, ended, and read any number of times. It is
// for one goroutine at a time.
type Spool struct {
	path string
	buf  []byte
	file *os.File // nil until it is made
	size int64    // bytes written
}

// NewSpool returns an empty spool, whose file will be at path.
func NewSpool(path string) Spool { return Spool{path: path} }

// Write implements io.Writer.
func (s *Spool) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if len(s.buf)+len(p) > spoolBytes {
		if err := s.flush(); err != nil {
			return 0, err
		}
		if len(p) > spoolBytes {
			return s.file.Write(p)
		}
	}
	s.buf = append(s.buf, p...)
	return len(p), nil
}

func (s *Spool) flush() (err error) {
	if s.file == nil {
		if s.file, err = os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return err
		}
	}
	_, err = s.file.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

// End ends the writing.
func (s *Spool) End() error {
	if s.file == nil {
		return nil
	}
	err := s.flush()
	s.buf = nil
	return err
}

// Size returns the number of bytes that were written.
func (s *Spool) Size() int64 { return s.size }

// Rewind returns a reader from the beginning, which is valid until the next call
// of Rewind or Remove. End must have been called.
func (s *Spool) Rewind() (io.Reader, error) {
	if s.file == nil {
		return bytes.NewReader(s.buf), nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(s.file, spoolBytes), nil
}

// Remove closes and deletes the file. It may be called again.
func (s *Spool) Remove() error {
	s.buf = nil
	if s.file == nil {
		return nil
	}
	file := s.file
	s.file = nil
	return errors.Join(file.Close(), os.Remove(s.path))
}
