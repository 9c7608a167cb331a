package dedup

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/cclf-tools/cclf/internal/table"
)

// A Link says that a claim has a control number, or that it names one as that of its
// prior version.
type Link struct {
	Number   [2]uint64 // hash of the beneficiary, and hash of the control number
	Names    bool      // the claim names the number; otherwise it has it
	Partial  bool      // the claim is partially adjudicated
	Counts   bool      // the claim has rows so far, so that it can be superseded
	Updated  int64     // of the claim, in nanoseconds since 1970
	Resource int64     // ordinal of the claim in the input
}

// A LinkLog collects the links of all claims. It is for one goroutine.
type LinkLog struct{ sorter[Link] }

// NewLinkLog returns an empty log that writes its runs to files in dir, whose names
// begin with name.
func NewLinkLog(dir, name string) *LinkLog {
	return &LinkLog{sorter[Link]{dir: dir, name: name, form: linkForm}}
}

// Flags of a link in a run.
const (
	namesFlag = 1 << iota
	partialFlag
	countsFlag
)

// linkForm is the form of links in a run. Those of a beneficiary are together, and of
// these those of the claims that name a number come first.
var linkForm = form[Link]{
	bytes: 33, compare: compareLinks, hash: func(l *Link) uint64 { return l.Number[0] },
	put: func(b []byte, l *Link) {
		binary.LittleEndian.PutUint64(b[0:], l.Number[0])
		binary.LittleEndian.PutUint64(b[8:], l.Number[1])
		binary.LittleEndian.PutUint64(b[16:], uint64(l.Updated))
		binary.LittleEndian.PutUint64(b[24:], uint64(l.Resource))
		b[32] = 0
		if l.Names {
			b[32] |= namesFlag
		}
		if l.Partial {
			b[32] |= partialFlag
		}
		if l.Counts {
			b[32] |= countsFlag
		}
	},
	get: func(b []byte, l *Link) {
		l.Number[0] = binary.LittleEndian.Uint64(b[0:])
		l.Number[1] = binary.LittleEndian.Uint64(b[8:])
		l.Updated = int64(binary.LittleEndian.Uint64(b[16:]))
		l.Resource = int64(binary.LittleEndian.Uint64(b[24:]))
		l.Names, l.Partial, l.Counts = b[32]&namesFlag != 0, b[32]&partialFlag != 0, b[32]&countsFlag != 0
	},
}

func compareLinks(a, b Link) int {
	switch {
	case a.Number[0] != b.Number[0]:
		return cmp.Compare(a.Number[0], b.Number[0])
	case a.Names != b.Names:
		if a.Names {
			return -1
		}
		return 1
	case a.Number[1] != b.Number[1]:
		return cmp.Compare(a.Number[1], b.Number[1])
	}
	return cmp.Compare(a.Resource, b.Resource)
}

// A Supersession says which claims others supersede.
type Supersession struct {
	Superseded table.OrdinalSet
	// Newest are the claims that are left of circles, in which each claim supersedes the
	// next one.
	Newest table.OrdinalSet
}

// Superseded returns the claims whose number another claim names as that of its prior
// version. Of claims that name each other in a circle, of two or of more, the newest
// stays: the one that was updated last, or, of several, the last in the input. But if a
// claim outside of the circle names one of it, none does. So each superseded claim has
// a successor that stays, unless that was deleted.
//
// A partially adjudicated claim supersedes only claims of its kind: until it is paid, its
// prior version is the final action. A claim that was deleted supersedes those that came before
// it: its deletion does not bring them back. Claims that were replaced are ignored.
func (l *LinkLog) Superseded(replaced, deleted table.OrdinalSet) (Supersession, error) {
	s := newSupersessions(replaced, deleted)
	err := l.each(s.next)
	s.endBeneficiary()
	return s.found, err
}

// SupersededOf is Superseded for the links of some beneficiaries. It sorts them.
func SupersededOf(links []Link, replaced, deleted table.OrdinalSet) Supersession {
	slices.SortFunc(links, compareLinks)
	s := newSupersessions(replaced, deleted)
	for i := range links {
		s.next(&links[i])
	}
	s.endBeneficiary()
	return s.found
}

// supersessions finds superseded claims by links, which it gets in their order. It keeps
// those of one beneficiary that matter, which are few.
type supersessions struct {
	replaced, deleted table.OrdinalSet
	found             Supersession

	beneficiary uint64
	names, has  []Link          // of claims that are there
	gone        []Link          // names of claims that were deleted
	named       map[uint64]bool // numbers of names and gone
	naming      map[int64]bool  // claims of names
}

func newSupersessions(replaced, deleted table.OrdinalSet) *supersessions {
	return &supersessions{replaced: replaced, deleted: deleted, named: map[uint64]bool{}, naming: map[int64]bool{}}
}

func (s *supersessions) next(k *Link) {
	if k.Number[0] != s.beneficiary {
		s.endBeneficiary()
		s.beneficiary = k.Number[0]
	}
	switch {
	case k.Names && s.deleted.Has(k.Resource):
		s.gone, s.named[k.Number[1]] = append(s.gone, *k), true
	case s.replaced.Has(k.Resource), s.deleted.Has(k.Resource):
	case k.Names:
		s.names, s.named[k.Number[1]], s.naming[k.Resource] = append(s.names, *k), true, true
	case s.named[k.Number[1]], s.naming[k.Resource]:
		s.has = append(s.has, *k)
	}
}

// endBeneficiary finds the superseded claims of a beneficiary, and forgets the links.
func (s *supersessions) endBeneficiary() {
	if len(s.has) > 0 {
		s.decide()
	}
	s.names, s.has, s.gone = s.names[:0], s.has[:0], s.gone[:0]
	clear(s.named)
	clear(s.naming)
}

func (s *supersessions) decide() {
	g := newClaimGraph(s.names, s.has)
	circle := g.circles()
	type state struct {
		claims  int   // that count
		newest  *Link // of these
		entered bool  // a claim outside names one of it
	}
	states := make([]state, len(g.next)) // by circle
	for i := range s.has {
		k := &s.has[i]
		if !k.Counts {
			continue
		}
		at := &states[circle[g.claims[k.Resource]]]
		at.claims++
		if at.newest == nil || cmp.Or(cmp.Compare(k.Updated, at.newest.Updated), cmp.Compare(k.Resource, at.newest.Resource)) > 0 {
			at.newest = k
		}
	}
	for from, list := range g.next {
		for _, to := range list {
			if circle[from] != circle[to] {
				states[circle[to]].entered = true
			}
		}
	}
	deleted := lastDeleted(s.gone)
	for i := range s.has {
		k := &s.has[i]
		if !k.Counts {
			continue
		}
		at := &states[circle[g.claims[k.Resource]]]
		switch {
		case at.entered, at.newest != k, deleted.supersedes(k):
			s.found.Superseded.Add(k.Resource)
		case at.claims > 1:
			s.found.Newest.Add(k.Resource)
		}
	}
}

// deletions are the ordinals of the last deleted claims that name a number: of those
// that are paid, and of all.
type deletions struct{ final, all map[uint64]int64 }

func lastDeleted(names []Link) deletions {
	d := deletions{map[uint64]int64{}, map[uint64]int64{}}
	for i := range names {
		k := &names[i]
		d.all[k.Number[1]] = max(d.all[k.Number[1]], k.Resource)
		if !k.Partial {
			d.final[k.Number[1]] = max(d.final[k.Number[1]], k.Resource)
		}
	}
	return d
}

// supersedes reports whether a deleted claim superseded one that has a number.
func (d deletions) supersedes(k *Link) bool {
	return k.Resource < d.final[k.Number[1]] || k.Partial && k.Resource < d.all[k.Number[1]]
}
