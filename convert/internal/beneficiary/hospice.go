package beneficiary

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/cclf-tools/cclf/internal/table"
)

// A HospiceLog keeps the updates of hospice claims in a spool until all input
// has been read. Only then is it known which claims a newer version replaces:
// the latest stay must not be from one of those.
type HospiceLog struct{ spool table.Spool }

// NewHospiceLog returns an empty log, with a spool at path.
func NewHospiceLog(path string) *HospiceLog { return &HospiceLog{table.NewSpool(path)} }

// A stay is a record of the log.
type stay struct {
	Resource int64
	ID       ID
	Rank     int64
	Values   [MaxValues]uint32 // words of the registry, by value index
}

// Add adds the update of a hospice claim, which will be applied to r.
func (l *HospiceLog) Add(r *Registry, u *Update) error {
	return binary.Write(&l.spool, binary.LittleEndian, &stay{u.Resource, u.ID, u.Rank, r.wordsOf(u)})
}

// Apply applies the updates to r, except those of replaced claims, and removes
// the spool.
func (l *HospiceLog) Apply(r *Registry, replaced table.OrdinalSet) error {
	return errors.Join(l.read(r, replaced), l.spool.Remove())
}

func (l *HospiceLog) read(r *Registry, replaced table.OrdinalSet) error {
	if err := l.spool.End(); err != nil {
		return err
	}
	in, err := l.spool.Rewind()
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
		if part := &r.get(s.ID).parts[Hospice]; !replaced.Has(s.Resource) && s.Rank >= part.rank {
			part.rank, part.values = s.Rank, s.Values
		}
	}
}
