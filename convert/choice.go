package convert

import (
	"math"
	"time"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
)

// A choiceKind is an array of a Patient of which one element is taken whole.
type choiceKind uint8

const (
	chooseName choiceKind = iota
	chooseAddress
	choiceKinds
)

// choiceArrays are the names of the arrays.
var choiceArrays = [choiceKinds]string{"name", "address"}

// choiceRegs are the row set of such an array, and the registers by which one
// of its elements is chosen.
type choiceRegs struct {
	set             int // or -1
	use, start, end int
}

// choice asks for the elements of an array that one is chosen of.
func (c *compiler) choice(kind choiceKind) *choiceRegs {
	r := &c.p.choices[kind]
	if r.set < 0 {
		r.set = c.b.Rows(choiceArrays[kind])
		c.reg(&r.use, c.b.RowValue(r.set, namesOf("use"), 1))
		c.reg(&r.start, c.b.RowValue(r.set, namesOf("period.start"), 1))
		c.reg(&r.end, c.b.RowValue(r.set, namesOf("period.end"), 1))
	}
	return r
}

// chosenFrom is the kind of choice that a path of a Patient begins with.
func (c *compiler) chosenFrom(array string) (choiceKind, bool) {
	if c.p.resource == patientType {
		for kind, name := range choiceArrays {
			if name == array {
				return choiceKind(kind), true
			}
		}
	}
	return 0, false
}

// choose finds the name and the address of a Patient that was updated at a
// time. Each is taken whole: what it lacks is not taken from another.
func (c *claim) choose(updated int64) {
	for kind := range c.chosen {
		c.chosen[kind] = -1
		r := &c.plan.choices[kind]
		if r.set < 0 {
			continue
		}
		var best choiceRank
		for i := range c.rec.Rows(r.set) {
			rank, any := c.rankChoice(r, i, updated)
			if any && (c.chosen[kind] < 0 || rank.less(best)) {
				c.chosen[kind], best = i, rank
			}
		}
	}
}

// A choiceRank orders names and addresses. The first of equal rank is taken.
type choiceRank struct {
	past  bool  // it has ended, is called old, or has not begun
	use   int   // the lower the better
	start int32 // the later the better
}

func (a choiceRank) less(b choiceRank) bool {
	switch {
	case a.past != b.past:
		return b.past
	case a.use != b.use:
		return a.use < b.use
	}
	return a.start > b.start
}

// rankChoice ranks an element; any is false when it has nothing that is wanted.
func (c *claim) rankChoice(r *choiceRegs, i int, updated int64) (rank choiceRank, any bool) {
	row := c.rec.Row(r.set, i)
	for reg := range row {
		any = any || reg != r.use && reg != r.start && reg != r.end && !row[reg].IsZero()
	}
	day := func(s ndjson.Span, of func([]byte) (int32, bool)) (int32, bool) {
		if s.IsZero() {
			return 0, false
		}
		return of(s.Raw(c.rec.Line))
	}
	rank.start = math.MinInt32
	start, begins := day(row[r.start], table.EarliestDay)
	if begins {
		rank.start = start
	}
	end, ends := day(row[r.end], table.LatestDay)
	today := int64(math.MaxInt64) // what has an end is over, when the time is not known
	if updated != minTime {
		today = updated / int64(24*time.Hour)
		rank.past = begins && int64(start) > today
	}
	rank.past = rank.past || ends && int64(end) < today
	switch string(row[r.use].Raw(c.rec.Line)) {
	case "official", "home":
	case "usual":
		rank.use = 1
	case "old":
		rank.past = true
	case "temp", "nickname", "anonymous", "maiden", "billing", "work":
		rank.use = 3
	default:
		rank.use = 2
	}
	return rank, any
}
