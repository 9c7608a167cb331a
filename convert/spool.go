package convert

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
)

// spoolBytes is how much of what is written to a spool waits in memory.
const spoolBytes = 64 << 10

// A spool is a temporary file that is made when there is more than a little to
// write.
type spool struct {
	path string
	wait []byte
	file *os.File // nil until it is made
}

func (s *spool) Write(p []byte) (int, error) {
	if len(s.wait)+len(p) > spoolBytes {
		if err := s.flush(); err != nil {
			return 0, err
		}
		if len(p) > spoolBytes {
			return s.file.Write(p)
		}
	}
	s.wait = append(s.wait, p...)
	return len(p), nil
}

func (s *spool) flush() (err error) {
	if s.file == nil {
		if s.file, err = os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return err
		}
	}
	_, err = s.file.Write(s.wait)
	s.wait = s.wait[:0]
	return err
}

// end ends the writing.
func (s *spool) end() error {
	if s.file == nil {
		return nil
	}
	err := s.flush()
	s.wait = nil
	return err
}

// rewind returns a reader of what was written, from its beginning. It is to be
// called after end, and may be called again.
func (s *spool) rewind() (io.Reader, error) {
	if s.file == nil {
		return bytes.NewReader(s.wait), nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(s.file, spoolBytes), nil
}

// remove closes and deletes the file.
func (s *spool) remove() error {
	s.wait = nil
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.path))
}
