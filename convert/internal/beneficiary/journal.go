package beneficiary

import (
	"encoding/gob"
	"errors"
	"io"

	"github.com/cclf-tools/cclf/internal/table"
)

// A Journal keeps all updates of a registry in a spool, so that a registry can be made
// again without those of some resources. It is for one goroutine.
type Journal struct {
	spool table.Spool
	to    *gob.Encoder // nil until there is an update
}

// NewJournal returns an empty journal, with a spool at path.
func NewJournal(path string) *Journal { return &Journal{spool: table.NewSpool(path)} }

// Add adds an update other than that of a hospice claim.
func (j *Journal) Add(u *Update) error {
	if j.to == nil {
		j.to = gob.NewEncoder(&j.spool)
	}
	return j.to.Encode(u)
}

// Replay returns a registry like r, but without the updates of the resources that
// gone reports.
func (j *Journal) Replay(r *Registry, gone func(u *Update) bool) (*Registry, error) {
	again := NewRegistry()
	again.words, again.wordIDs = r.words, r.wordIDs // a HospiceLog has their numbers
	if err := j.spool.End(); err != nil || j.to == nil {
		return again, err
	}
	in, err := j.spool.Rewind()
	if err != nil {
		return nil, err
	}
	for from := gob.NewDecoder(in); ; {
		var u Update
		if err := from.Decode(&u); errors.Is(err, io.EOF) {
			return again, nil
		} else if err != nil {
			return nil, err
		}
		if !gone(&u) {
			again.Apply(&u)
		}
	}
}

// Remove removes the spool.
func (j *Journal) Remove() error { return j.spool.Remove() }
