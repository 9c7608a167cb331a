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
	Number   [2]uint64 // Hash of the beneficiary and the control number
	Names    bool      // the claim names the number; otherwise it has it
	Partial  bool      // the claim is partially adjudicated
	Other    uint64    // hash of the number that the claim names, 0 for none; if Names, of its own
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
)

// linkForm is the form of links in a run. Of the links of a number, those of the
// claims that name it come first.
var linkForm = form[Link]{
	bytes: 41, compare: compareLinks, hash: func(l *Link) uint64 { return l.Number[0] },
	put: func(b []byte, l *Link) {
		binary.LittleEndian.PutUint64(b[0:], l.Number[0])
		binary.LittleEndian.PutUint64(b[8:], l.Number[1])
		binary.LittleEndian.PutUint64(b[16:], l.Other)
		binary.LittleEndian.PutUint64(b[24:], uint64(l.Updated))
		binary.LittleEndian.PutUint64(b[32:], uint64(l.Resource))
		b[40] = 0
		if l.Names {
			b[40] |= namesFlag
		}
		if l.Partial {
			b[40] |= partialFlag
		}
	},
	get: func(b []byte, l *Link) {
		l.Number[0] = binary.LittleEndian.Uint64(b[0:])
		l.Number[1] = binary.LittleEndian.Uint64(b[8:])
		l.Other = binary.LittleEndian.Uint64(b[16:])
		l.Updated = int64(binary.LittleEndian.Uint64(b[24:]))
		l.Resource = int64(binary.LittleEndian.Uint64(b[32:]))
		l.Names, l.Partial = b[40]&namesFlag != 0, b[40]&partialFlag != 0
	},
}

func compareLinks(a, b Link) int {
	switch {
	case a.Number[0] != b.Number[0]:
		return cmp.Compare(a.Number[0], b.Number[0])
	case a.Number[1] != b.Number[1]:
		return cmp.Compare(a.Number[1], b.Number[1])
	case a.Names != b.Names:
		if a.Names {
			return -1
		}
		return 1
	case a.Updated != b.Updated:
		return cmp.Compare(a.Updated, b.Updated)
	}
	return cmp.Compare(a.Resource, b.Resource)
}

// Superseded returns the claims whose number another claim names as that of its
// prior version. Of two claims that name each other the newer stays. A partially
// adjudicated claim supersedes only claims of its kind: until it is paid, its prior
// version is in force. A claim that was deleted supersedes those that came before it:
// its deletion does not bring them back. Claims that were replaced are ignored.
func (l *LinkLog) Superseded(replaced, deleted table.OrdinalSet) (table.OrdinalSet, error) {
	s := supersession{replaced: replaced, deleted: deleted}
	err := l.each(s.next)
	return s.set, err
}

// SupersededOf returns the claims among some links, which are all of their numbers,
// that others supersede. It sorts the links.
func SupersededOf(links []Link, replaced, deleted table.OrdinalSet) table.OrdinalSet {
	slices.SortFunc(links, compareLinks)
	s := supersession{replaced: replaced, deleted: deleted}
	for i := range links {
		s.next(&links[i])
	}
	return s.set
}

// A supersession finds superseded claims by links, which it gets in their order.
type supersession struct {
	replaced, deleted, set table.OrdinalSet
	number                 [2]uint64
	final, all             namers
}

func (s *supersession) next(k *Link) {
	if k.Number != s.number {
		s.number, s.final, s.all = k.Number, namers{}, namers{}
	}
	switch {
	case k.Names && s.deleted.Has(k.Resource):
		s.all.gone = max(s.all.gone, k.Resource)
		if !k.Partial {
			s.final.gone = max(s.final.gone, k.Resource)
		}
	case s.replaced.Has(k.Resource), s.deleted.Has(k.Resource):
	case k.Names:
		s.all.add(k)
		if !k.Partial {
			s.final.add(k)
		}
	case s.final.supersede(k), k.Partial && s.all.supersede(k):
		s.set.Add(k.Resource)
	}
}

// namers are the claims that name one number, as far as that matters.
type namers struct {
	any, several bool  // with different numbers of their own
	newest       Link  // of those with one number
	gone         int64 // ordinal of the last that was deleted
}

// add adds a claim that is newer than those before it.
func (n *namers) add(k *Link) {
	n.several = n.several || n.any && k.Other != n.newest.Other
	n.any, n.newest = true, *k
}

// supersede reports whether a claim with the number is superseded.
func (n *namers) supersede(k *Link) bool {
	switch {
	case k.Resource < n.gone:
		return true
	case !n.any:
		return false
	case n.several, k.Other != n.newest.Other:
		return true
	}
	// They name each other, or the claim names itself.
	return cmp.Or(cmp.Compare(n.newest.Updated, k.Updated), cmp.Compare(n.newest.Resource, k.Resource)) > 0
}
