package beneficiary

import (
	"encoding/gob"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/cclf-tools/cclf/internal/table"
)

// A Sighting is a Patient resource of the input.
type Sighting struct {
	ID        ID
	PatientID string
	Resource  int64 // ordinal of the resource
	Input     int   // index of the input
}

// Sightings keeps all Patients of the input in a spool. It is for one goroutine.
type Sightings struct {
	spool table.Spool
	to    *gob.Encoder // nil until there is one
}

// NewSightings returns no sightings, with a spool at path.
func NewSightings(path string) *Sightings { return &Sightings{spool: table.NewSpool(path)} }

// Add adds a sighting.
func (s *Sightings) Add(x *Sighting) error {
	if s.to == nil {
		s.to = gob.NewEncoder(&s.spool)
	}
	return s.to.Encode(x)
}

// A Presence says in which runs of an export folder a beneficiary was seen. Runs are
// numbered from 0 in their order.
type Presence struct {
	ID          ID
	PatientID   string
	First, Last int
	Living      int // last run whose Patient was not deleted, or -1
	// Later are the runs in which it was seen after the one that Settle was given.
	Later []int
}

// NewPresence returns the presence of a beneficiary who was not seen yet.
func NewPresence(id ID, patientID string) Presence {
	return Presence{ID: id, PatientID: patientID, First: math.MaxInt, Last: -1, Living: -1}
}

// See adds a Patient in a run, which may have been deleted.
func (p *Presence) See(run int, deleted bool) {
	p.First, p.Last = min(p.First, run), max(p.Last, run)
	if !deleted {
		p.Living = max(p.Living, run)
	}
}

// Settle returns who was seen, in the order of the input, and removes the spool. RunOf
// returns the run of an input. Deleted Patients do not count as living. Known is the run
// after which each one is noted.
func (s *Sightings) Settle(runOf func(input int) (run int, ok bool), deleted table.OrdinalSet, known int) ([]Presence, error) {
	list, err := s.read(runOf, deleted, known)
	return list, errors.Join(err, s.spool.Remove())
}

// Last returns the last Patient of each beneficiary, by the order of the runs and then of
// the input, and removes the spool.
func (s *Sightings) Last(runOf func(input int) (run int, ok bool)) (table.OrdinalSet, error) {
	type place struct {
		run      int
		resource int64
	}
	last := map[ID]place{}
	err := s.each(func(x *Sighting) {
		if run, ok := runOf(x.Input); ok {
			if at, known := last[x.ID]; !known || run >= at.run {
				last[x.ID] = place{run, x.Resource}
			}
		}
	})
	var set table.OrdinalSet
	for _, at := range last {
		set.Add(at.resource)
	}
	return set, errors.Join(err, s.spool.Remove())
}

// each calls visit for each sighting in the order of the input.
func (s *Sightings) each(visit func(*Sighting)) error {
	if err := s.spool.End(); err != nil || s.to == nil {
		return err
	}
	in, err := s.spool.Rewind()
	if err != nil {
		return err
	}
	for from := gob.NewDecoder(in); ; {
		var x Sighting
		if err := from.Decode(&x); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		visit(&x)
	}
}

func (s *Sightings) read(runOf func(input int) (run int, ok bool), deleted table.OrdinalSet, known int) ([]Presence, error) {
	index := map[ID]int{}
	var list []Presence
	err := s.each(func(x *Sighting) {
		run, ok := runOf(x.Input)
		if !ok {
			return
		}
		i, seen := index[x.ID]
		if !seen {
			i = len(list)
			index[x.ID] = i
			list = append(list, NewPresence(x.ID, x.PatientID))
		}
		p := &list[i]
		p.See(run, deleted.Has(x.Resource))
		if known >= 0 && run > known && !slices.Contains(p.Later, run) {
			p.Later = append(p.Later, run)
		}
	})
	return list, err
}
