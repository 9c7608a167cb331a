package convert

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// A stayLog keeps what hospice claims say of beneficiaries, in a temporary
// file, until all input has been read. Only then is it known which of the
// claims a newer version replaces: the latest stay must not be one of theirs.
type stayLog struct {
	dir  string
	file *os.File
	buf  *bufio.Writer
}

// A stay is a record of the log.
type stay struct {
	Line   int64 // number of the resource in the input
	Person personID
	Rank   int64
	Values [maxPersonValues]uint32 // words of people, by slot
}

func (l *stayLog) add(s stay) error {
	if l.file == nil {
		var err error
		l.file, err = os.OpenFile(filepath.Join(l.dir, "stays"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		l.buf = bufio.NewWriter(l.file)
	}
	return binary.Write(l.buf, binary.LittleEndian, &s)
}

// apply gives the stays to people, but for those of replaced claims.
func (l *stayLog) apply(p *people, replaced lineSet) error {
	if l.file == nil {
		return nil
	}
	defer l.file.Close()
	if err := l.buf.Flush(); err != nil {
		return err
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for in := bufio.NewReader(l.file); ; {
		var s stay
		err := binary.Read(in, binary.LittleEndian, &s)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part := &p.get(s.Person).parts[hospice]; !replaced.has(s.Line) && s.Rank >= part.rank {
			part.rank, part.values = s.Rank, s.Values
		}
	}
}
