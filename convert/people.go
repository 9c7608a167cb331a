package convert

import (
	"bytes"
	"hash/maphash"
	"math"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// personID identifies a beneficiary: 64 bits of the keyed hash of Patient.id. Among
// a million of them, the chance that two are the same is 3 in 100 million.
type personID uint64

// people is what the conversion keeps in memory of every beneficiary: the
// current MBI, which every row bears, and what Coverages and hospice claims
// add to CCLF8. It takes about 350 bytes a beneficiary, whatever the number of
// their claims.
type people struct {
	index   map[personID]int32
	list    []person
	later   map[mbi]mbiLink    // by former MBI
	claimed map[mbi]claimedMBI // by former MBI, as claims tell of them, until all is read

	words   []string // texts of Coverage values, each once
	wordIDs map[string]uint32
}

// An mbi is a Medicare Beneficiary Identifier, or shorter text before zeros.
type mbi [11]byte

func (m mbi) text() []byte { return bytes.TrimRight(m[:], "\x00") }

// An mbiLink is the MBI that took another's place, as of an update.
type mbiLink struct {
	to      mbi
	updated int64
}

type person struct {
	mbi     mbi
	known   bool  // a Patient resource was read
	told    bool  // the MBI is that of the Patient
	updated int64 // of the Patient
	claimed int64 // update of the claim that the MBI is from, if it is from one
	parts   [parts]partSummary
}

// A partSummary is what the newest Coverage of one part of Medicare says, or
// the latest hospice claim.
type partSummary struct {
	rank   int64
	year   int16
	open   bool                    // a Coverage that is in force
	values [maxPersonValues]uint32 // words, by slot
}

// What is kept apart of a beneficiary.
const (
	partA = iota
	partB
	otherPart
	dualPart // no part, but v3 has a Coverage for it
	hospice
	parts
)

// A partRule says of which part a value is taken: one of the parts, or of the
// Coverage with the newest year that has one.
type partRule int8

const newestCoverage partRule = -1

var partRules = map[string]partRule{
	"":            newestCoverage,
	"part-a-or-b": newestCoverage,
	"part-a":      partA,
	"part-b":      partB,
	"hospice":     hospice,
}

const maxPersonValues = 8

// personFields lists the columns of CCLF8 that other resources than the
// Patient fill, in any generation; their place in it is their slot.
var personFields = func() []int {
	var list []int
	t := schema.Lookup("cclf8")
	for i := range t.Fields {
		for _, cell := range t.Fields[i].Cells {
			if fromOthers(cell) {
				list = append(list, i)
				break
			}
		}
	}
	return list
}()

// Slots of the days on which Parts A and B began.
var (
	partAStart = slotOf(schema.Lookup("cclf8"), schema.Lookup("cclf8").Index(wellknown.PartAStartLabel))
	partBStart = slotOf(schema.Lookup("cclf8"), schema.Lookup("cclf8").Index(wellknown.PartBStartLabel))
)

func fromOthers(cell schema.Cell) bool {
	expr, err := schema.ParseExpr(cell.Expr)
	if err != nil || cell.Expr == "" {
		return false
	}
	for _, alt := range expr {
		if alt.Path != nil && alt.Path[0].Name != patientType {
			return true
		}
	}
	return false
}

// slotOf is the slot of a column of CCLF8, or -1.
func slotOf(t *schema.Table, col int) int {
	if t.Grain != schema.PerPatient {
		return -1
	}
	for slot, i := range personFields {
		if i == col {
			return slot
		}
	}
	return -1
}

func newPeople() *people {
	return &people{index: map[personID]int32{}, later: map[mbi]mbiLink{}, claimed: map[mbi]claimedMBI{}, words: []string{""}, wordIDs: map[string]uint32{"": 0}}
}

func (p *people) get(id personID) *person {
	i, known := p.index[id]
	if !known {
		i = int32(len(p.list))
		p.index[id] = i
		who := person{updated: math.MinInt64, claimed: math.MinInt64}
		for k := range who.parts {
			who.parts[k].rank = math.MinInt64
		}
		p.list = append(p.list, who)
	}
	return &p.list[i]
}

// mbi returns the current MBI of a beneficiary, nil when no Patient gave one.
func (p *people) mbi(id personID) []byte {
	i, known := p.index[id]
	if !known {
		return nil
	}
	return p.current(p.list[i].mbi).text()
}

// current follows an MBI to the one in use now. One Patient may call an MBI
// current that another calls former. Links that lead in a circle are not
// followed.
func (p *people) current(from mbi) mbi {
	const most = 64 // more MBIs than anyone has had
	at := from
	for range most {
		link, former := p.later[at]
		if !former {
			return at
		}
		if at = link.to; at == from {
			break
		}
	}
	return from
}

// currentText is current for text; what is no MBI is returned as it is.
func (p *people) currentText(v []byte) []byte {
	var m mbi
	if len(v) > len(m) || len(p.later) == 0 {
		return v
	}
	copy(m[:], v)
	return p.current(m).text()
}

// updated is when the newest Patient of a beneficiary was updated.
func (p *people) updated(id personID) int64 {
	if i, known := p.index[id]; known {
		return p.list[i].updated
	}
	return minTime
}

// insured reports whether a beneficiary has a Coverage of Part A or B that is
// in force.
func (p *people) insured(id personID) bool {
	i, known := p.index[id]
	return known && (p.list[i].parts[partA].open || p.list[i].parts[partB].open)
}

// coverageStart is the month in which the older of Part A and Part B began,
// or the month given if that is earlier.
func (p *people) coverageStart(id personID, month int) int {
	for _, v := range [][]byte{p.value(id, partAStart, partA), p.value(id, partBStart, partB)} {
		if start, ok := table.EarliestDay(v); ok {
			month = min(month, monthNumber(start))
		}
	}
	return month
}

// describes reports whether a Patient resource of a beneficiary was read.
func (p *people) describes(id personID) bool {
	i, known := p.index[id]
	return known && p.list[i].known
}

func (p *people) word(text []byte) uint32 {
	id, known := p.wordIDs[string(text)]
	if !known {
		id = uint32(len(p.words))
		p.words = append(p.words, string(text))
		p.wordIDs[p.words[id]] = id
	}
	return id
}

// A personUpdate is what one resource says of a beneficiary.
type personUpdate struct {
	id   personID
	rank int64 // the higher replaces the lower
	line int64 // number of the resource, where the update is of a hospice claim

	isPatient bool
	fromClaim bool // that has the MBIs
	mbi       mbi
	former    []mbi

	part   int
	year   int16
	open   bool
	values [maxPersonValues][]byte
}

// apply takes in an update. Updates come in the order of the input; of equal
// ranks the last counts.
func (p *people) apply(u *personUpdate) {
	if u.fromClaim {
		p.applyClaim(u)
		return
	}
	who := p.get(u.id)
	if u.isPatient {
		if u.rank >= who.updated {
			who.known, who.updated = true, u.rank
			if hasMBI := u.mbi != (mbi{}); hasMBI || who.told {
				who.told, who.mbi = hasMBI, u.mbi
			}
		}
		for _, former := range u.former {
			if link, known := p.later[former]; !known || u.rank >= link.updated {
				p.later[former] = mbiLink{u.mbi, u.rank}
			}
		}
		return
	}
	part := &who.parts[u.part]
	if u.rank >= part.rank {
		part.rank, part.year, part.open = u.rank, u.year, u.open
		part.values = p.wordsOf(u)
	}
}

func (p *people) wordsOf(u *personUpdate) (words [maxPersonValues]uint32) {
	for i, v := range u.values {
		words[i] = p.word(v)
	}
	return words
}

// value returns what is known of a beneficiary for a slot of CCLF8.
func (p *people) value(id personID, slot int, rule partRule) []byte {
	i, known := p.index[id]
	if !known {
		return nil
	}
	who := &p.list[i]
	var word uint32
	if rule == newestCoverage {
		year := int16(math.MinInt16)
		for k := range hospice {
			if part := &who.parts[k]; part.values[slot] != 0 && part.year > year {
				word, year = part.values[slot], part.year
			}
		}
	} else {
		word = who.parts[rule].values[slot]
	}
	return []byte(p.words[word])
}

// partOf reads the name of a part of Medicare: "Part A".
func partOf(name []byte) int {
	switch string(name) {
	case "Part A":
		return partA
	case "Part B":
		return partB
	}
	if bytes.HasPrefix(name, []byte("Dual")) {
		return dualPart
	}
	return otherPart
}

// hashSeeds key the hashes of identities, anew in each process. Whoever chooses the
// ids of an export cannot make two of them collide, which would give one
// beneficiary the MBI of another. Hashes are compared for equality only: no output
// depends on the seeds.
var hashSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// hash128 hashes an identity of some kind.
func hash128(kind string, id []byte) (h [2]uint64) {
	for i, seed := range hashSeeds {
		var m maphash.Hash
		m.SetSeed(seed)
		_, _ = m.WriteString(kind)
		_ = m.WriteByte(0)
		_, _ = m.Write(id)
		h[i] = m.Sum64()
	}
	return h
}

// patientHash is the hash of a Patient's id, from a reference such as
// "Patient/123" or the bare id; false when there is none.
func patientHash(reference []byte) (personID, bool) {
	if i := bytes.LastIndexByte(reference, '/'); i >= 0 {
		reference = reference[i+1:]
	}
	if len(reference) == 0 {
		return 0, false
	}
	return personID(hash128(patientType, reference)[0]), true
}
