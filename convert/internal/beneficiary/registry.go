package beneficiary

import (
	"bytes"
	"maps"
	"math"
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/dedup"
)

// A Registry keeps what is known about each beneficiary in memory, about 550
// bytes each, regardless of the number of their claims. It is for one goroutine
// while updates are applied, and for several after that.
type Registry struct {
	index   map[ID]int32 // into list
	list    []beneficiary
	later   successors          // as Patients say, and from SettleClaims on, claims
	claimed map[MBI]claimedLink // by former MBI, as claims say; nil from SettleClaims on

	export int // month of the export, 0 if unknown; from SettleExport on

	words   []string // texts of values, each once
	wordIDs map[string]uint32
}

// A beneficiary is what is known about one of them.
type beneficiary struct {
	mbi        MBI
	hasPatient bool  // a Patient resource was read
	patientMBI bool  // the MBI is that of the Patient
	updated    int64 // time of the Patient's update
	claimed    int64 // time of the update of the claim that the MBI is from, if it is from one
	parts      [parts]summary

	death    int32     // month of death, 0 if alive or unknown
	versions []version // of Coverages, see enroll
	oldest   [4]int32  // day of the oldest update of the Coverages of Parts A to D, 0 for none
	seen     int32     // day before which an export was seen, 0 if only one was
}

// A summary is what the newest Coverage of one part says, or the latest hospice
// claim.
type summary struct {
	rank   int64
	year   int16
	values [MaxValues]uint32 // words, by value index
}

// A claimedLink is a former MBI as a claim shows it.
type claimedLink struct {
	id ID
	successor
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry {
	return &Registry{
		index: map[ID]int32{}, later: successors{}, claimed: map[MBI]claimedLink{},
		words: []string{""}, wordIDs: map[string]uint32{"": 0},
	}
}

// get returns the beneficiary with an ID, which it adds if it is new.
func (r *Registry) get(id ID) *beneficiary {
	i, known := r.index[id]
	if !known {
		i = int32(len(r.list))
		r.index[id] = i
		b := beneficiary{updated: dedup.NoTime, claimed: dedup.NoTime}
		for k := range b.parts {
			b.parts[k].rank = math.MinInt64
		}
		r.list = append(r.list, b)
	}
	return &r.list[i]
}

// find returns the beneficiary with an ID, or nil.
func (r *Registry) find(id ID) *beneficiary {
	if i, known := r.index[id]; known {
		return &r.list[i]
	}
	return nil
}

// Apply applies an update, other than that of a hospice claim, which a
// [HospiceLog] takes. Updates come in the order of the input; of equal ranks the
// last counts.
func (r *Registry) Apply(u *Update) {
	b := r.get(u.ID)
	switch u.Kind {
	case FromPatient:
		r.applyPatient(b, u)
	case FromClaim:
		r.applyClaim(b, u)
	default:
		if part := &b.parts[u.Part]; u.Rank >= part.rank {
			part.rank, part.year = u.Rank, u.Year
			part.values = r.wordsOf(u)
		}
		b.enroll(u)
	}
}

func (r *Registry) applyPatient(b *beneficiary, u *Update) {
	if u.Rank >= b.updated {
		b.hasPatient, b.updated, b.death = true, u.Rank, int32(u.Death)
		if hasMBI := u.MBI != (MBI{}); hasMBI || b.patientMBI {
			b.patientMBI, b.mbi = hasMBI, u.MBI
		}
	}
	for _, former := range u.Former {
		r.later.add(former, successor{u.MBI, u.Rank})
	}
}

// applyClaim applies the MBIs of a claim. Those of a Patient take precedence.
func (r *Registry) applyClaim(b *beneficiary, u *Update) {
	if !b.patientMBI && u.Rank >= b.claimed {
		b.mbi, b.claimed = u.MBI, u.Rank
	}
	for _, former := range u.Former {
		r.claim(former, claimedLink{u.ID, successor{u.MBI, u.Rank}})
	}
}

// claim notes a former MBI that a claim shows. The newest one counts, and of equally
// new ones the last.
func (r *Registry) claim(former MBI, link claimedLink) {
	if have, known := r.claimed[former]; !known || link.updated >= have.updated {
		r.claimed[former] = link
	}
}

// word returns the number of a text.
func (r *Registry) word(text []byte) uint32 {
	id, known := r.wordIDs[string(text)]
	if !known {
		id = uint32(len(r.words))
		r.words = append(r.words, string(text))
		r.wordIDs[r.words[id]] = id
	}
	return id
}

func (r *Registry) wordsOf(u *Update) (words [MaxValues]uint32) {
	for i, v := range u.Values {
		words[i] = r.word(v)
	}
	return words
}

// A Link is a former MBI and the one that replaced it.
type Link struct{ Former, Current MBI }

// SettleClaims adds the former MBIs that claims show to those of Patients,
// except for beneficiaries whose Patient has an MBI. It is called when all
// updates have been applied, and returns the links that it added, in the order
// of the former MBIs.
func (r *Registry) SettleClaims() []Link {
	var added []Link
	for _, former := range slices.SortedFunc(maps.Keys(r.claimed), func(a, b MBI) int { return bytes.Compare(a[:], b[:]) }) {
		link := r.claimed[former]
		b := r.get(link.id)
		if _, known := r.later[former]; known || b.patientMBI || former == b.mbi {
			continue
		}
		r.later[former] = link.successor
		added = append(added, Link{former, link.to})
	}
	r.claimed = nil
	return added
}

// MBI returns the current MBI of a beneficiary, nil if it is not known.
func (r *Registry) MBI(id ID) []byte {
	b := r.find(id)
	if b == nil {
		return nil
	}
	return r.later.current(b.mbi).Text()
}

// CurrentMBI returns the MBI that replaced an MBI, or text itself if none did.
// Texts that are no MBI are returned as they are.
func (r *Registry) CurrentMBI(text []byte) []byte {
	if len(r.later) == 0 {
		return text
	}
	m, ok := ParseMBI(text)
	if !ok {
		return text
	}
	return r.later.current(m).Text()
}

// Updated returns the time of the newest update of a beneficiary's Patient, or
// dedup.NoTime.
func (r *Registry) Updated(id ID) int64 {
	if b := r.find(id); b != nil {
		return b.updated
	}
	return dedup.NoTime
}

// HasPatient reports whether a Patient resource of a beneficiary was read.
func (r *Registry) HasPatient(id ID) bool {
	b := r.find(id)
	return b != nil && b.hasPatient
}

// Value returns a value of a beneficiary for a column of CCLF8, by the index of
// [ValueIndex], from one part or by the rule NewestCoverage. It is empty if there
// is none.
func (r *Registry) Value(id ID, index int, from Part) []byte {
	b := r.find(id)
	if b == nil {
		return nil
	}
	if from != NewestCoverage {
		return []byte(r.words[b.parts[from].values[index]])
	}
	var word uint32
	year := int16(math.MinInt16)
	for k := range Hospice {
		if part := &b.parts[k]; part.values[index] != 0 && part.year > year {
			word, year = part.values[index], part.year
		}
	}
	return []byte(r.words[word])
}
