package crosswalk

import (
	"bytes"
	"math"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
)

// FindPatient finds the current MBI of a Patient, and chooses the name and the
// address, before the rows are made.
func (e *Evaluator) FindPatient() error {
	text := e.currentMBI()
	e.mbi = bytes.Clone(bytes.TrimSpace(text))
	e.TrimmedMBI = len(e.mbi) != len(text)
	if _, ok := beneficiary.ParseMBI(e.mbi); !ok {
		return Reject("a Patient with an MBI of more than %d characters", len(beneficiary.MBI{}))
	}
	e.choose()
	return nil
}

// PatientUpdate returns the MBIs and the death of a Patient.
func (e *Evaluator) PatientUpdate(id beneficiary.ID) beneficiary.Update {
	u := beneficiary.Update{ID: id, Rank: e.updated, Kind: beneficiary.FromPatient}
	if day, ok := table.LatestDay(e.reg(e.plan.common.death)); ok {
		u.Death = table.Month(day)
	}
	u.MBI, _ = beneficiary.ParseMBI(e.mbi)
	if len(e.mbi) == 0 {
		return u
	}
	m := &e.plan.mbi
	for i := range e.rec.Rows(m.set) {
		text := bytes.TrimSpace(e.rec.Text(nil, e.rec.Row(m.set, i)[m.value]))
		former, ok := beneficiary.ParseMBI(text)
		if ok && len(text) > 0 && e.plan.has(e.rec.Marks(m.set, i), bcda.RoleMBI) && !bytes.Equal(text, e.mbi) {
			u.Former = append(u.Former, former)
		}
	}
	return u
}

// currentMBI finds the identifier that is marked as the current MBI, or else
// the only MBI without an end, or the only one, or the one that starts last. A
// value that comes several times in succession counts as one.
func (e *Evaluator) currentMBI() []byte {
	m := &e.plan.mbi
	if m.set < 0 {
		return nil
	}
	var open, any, last []byte
	lastStart := int32(math.MinInt32)
	opens, all := 0, 0
	for i := range e.rec.Rows(m.set) {
		marks := e.rec.Marks(m.set, i)
		row := e.rec.Row(m.set, i)
		if !e.plan.has(marks, bcda.RoleMBI) || row[m.value].IsZero() {
			continue
		}
		value := e.rec.Text(nil, row[m.value])
		if table.Blank(value) {
			continue
		}
		if e.plan.has(marks, bcda.RoleCurrent) {
			return value
		}
		if !bytes.Equal(value, any) {
			all++
		}
		any = value
		if start, ok := table.EarliestDay(e.rec.Text(nil, row[m.start])); ok {
			switch {
			case start > lastStart:
				last, lastStart = value, start
			case start == lastStart && !bytes.Equal(value, last):
				last = nil // two start on the same day
			}
		}
		if _, ends := table.LatestDay(e.rec.Text(nil, row[m.end])); !ends {
			if !bytes.Equal(value, open) {
				opens++
			}
			open = value
		}
	}
	switch {
	case opens == 1:
		return open
	case all == 1:
		return any
	}
	return last
}

// isFormerMBI reports whether an identifier is a former MBI, and none before it is the
// same one with the same period.
func (e *Evaluator) isFormerMBI(row int) bool {
	m := &e.plan.mbi
	text := func(i, reg int) []byte { return bytes.TrimSpace(e.rec.Text(nil, e.rec.Row(m.set, i)[reg])) }
	isMBI := func(i int) bool { return e.plan.has(e.rec.Marks(m.set, i), bcda.RoleMBI) }
	mbi := text(row, m.value)
	if !isMBI(row) || len(mbi) == 0 || bytes.Equal(mbi, e.mbi) {
		return false
	}
	e.joins.steps += row
	for i := range row {
		if isMBI(i) && bytes.Equal(text(i, m.value), mbi) &&
			bytes.Equal(text(i, m.start), text(row, m.start)) && bytes.Equal(text(i, m.end), text(row, m.end)) {
			return false
		}
	}
	return true
}

// choose chooses the name and the address of a Patient. Each is taken as a
// whole: what it lacks is not taken from another.
func (e *Evaluator) choose() {
	for kind := range e.chosen {
		e.chosen[kind] = -1
		r := &e.plan.choices[kind]
		if r.set < 0 {
			continue
		}
		var best choiceRank
		for i := range e.rec.Rows(r.set) {
			rank, any := e.rankChoice(r, i)
			if any && (e.chosen[kind] < 0 || rank.less(best)) {
				e.chosen[kind], best = i, rank
			}
		}
	}
}

// A choiceRank orders names and addresses. The first of equal rank is chosen.
type choiceRank struct {
	past  bool  // it has ended, is marked as old, or has not begun
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

// rankChoice ranks an element. any is false if it has no value for any column.
func (e *Evaluator) rankChoice(r *choiceRegs, i int) (rank choiceRank, any bool) {
	row := e.rec.Row(r.set, i)
	for reg := range row {
		any = any || reg != r.use && reg != r.start && reg != r.end && !row[reg].IsZero()
	}
	day := func(s ndjson.Span, parse func([]byte) (int32, bool)) (int32, bool) {
		if s.IsZero() {
			return 0, false
		}
		return parse(e.rec.Text(nil, s))
	}
	rank.start = math.MinInt32
	start, begins := day(row[r.start], table.EarliestDay)
	if begins {
		rank.start = start
	}
	end, ends := day(row[r.end], table.LatestDay)
	today := int64(math.MaxInt64) // without a time, any end is past
	if e.updated != dedup.NoTime {
		today = dedup.Day(e.updated)
		rank.past = begins && int64(start) > today
	}
	rank.past = rank.past || ends && int64(end) < today
	switch string(e.rec.Text(nil, row[r.use])) {
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
