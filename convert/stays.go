package convert

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/cclf-tools/cclf/internal/table"
)

// A stayLog keeps what hospice claims say of beneficiaries, in a spool, until all
// input has been read. Only then is it known which of the claims a newer version
// replaces: the latest stay must not be one of theirs.
type stayLog struct{ to table.Spool }

// A stay is a record of the log.
type stay struct {
	Line   int64 // number of the resource in the input
	Person personID
	Rank   int64
	Values [maxPersonValues]uint32 // words of people, by slot
}

func (l *stayLog) add(s stay) error { return binary.Write(&l.to, binary.LittleEndian, &s) }

// apply gives the stays to people, but for those of replaced claims. It is the end
// of the log.
func (l *stayLog) apply(p *people, replaced lineSet) error {
	return errors.Join(l.read(p, replaced), l.to.Remove())
}

func (l *stayLog) read(p *people, replaced lineSet) error {
	if err := l.to.End(); err != nil {
		return err
	}
	in, err := l.to.Rewind()
	if err != nil {
		return err
	}
	for {
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
