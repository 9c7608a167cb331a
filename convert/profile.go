package convert

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// A Profile says whom the tables are for.
type Profile string

// The profiles.
const (
	PlainCCLF Profile = ""                  // CCLF, and the tables beside it
	Tuva      Profile = dataset.TuvaProfile // the Tuva Project's Medicare CCLF connector
)

// Profiles returns all profiles that have a name.
func Profiles() []Profile { return []Profile{Tuva} }

// tables are those that are filled in a profile.
func (p Profile) tables() []*schema.Table {
	if p == Tuva {
		return tuvaschema.Tables()
	}
	return schema.AllTables()
}

// checkProfile finds options that a profile does not go together with.
func (o *Options) checkProfile() error {
	switch {
	case o.Profile == PlainCCLF:
	case o.Profile != Tuva:
		return fmt.Errorf("%w: unknown profile %q", ErrOptions, o.Profile)
	case o.Format != Parquet && o.Format != CSV:
		return fmt.Errorf("%w: profile %s has the formats %s and %s: dbt reads its sources, columns of text, from files of these",
			ErrOptions, o.Profile, Parquet, CSV)
	case o.Versions != FinalVersions:
		return fmt.Errorf("%w: profile %s has final versions only: the connector would add up the others", ErrOptions, o.Profile)
	}
	return nil
}

// adjustmentCancels is CLM_ADJSMT_TYPE_CD of a claim that cancels another.
const adjustmentCancels = "1"

// cancels reports whether the claim only takes back another one. The server
// sends the last version of a claim: of one that was cancelled the
// cancellation alone, which connectors would set against some other claim.
func (c *claim) cancels() bool {
	for _, tp := range c.plan.tables {
		if !takes(tp.table, c.typ) {
			continue
		}
		for i := range tp.cols {
			if tp.cols[i].field.Label == wellknown.AdjustmentLabel {
				v, ok := c.value(&tp.cols[i], 0)
				return ok && string(v) == adjustmentCancels
			}
		}
	}
	return false
}

// number is the place of a row when those of the claim are sorted by a
// number, the elements without one behind the others.
func (c *claim) number(s *source, row int) []byte {
	r := &c.ranking
	if r.serial != c.serial || r.set != s.rowSet || r.reg != s.reg {
		r.serial, r.set, r.reg = c.serial, s.rowSet, s.reg
		r.make(c.rec.Rows(s.rowSet), func(i int) int64 { return c.sequence(s, i) })
	}
	return strconv.AppendInt(c.scratch[:0], int64(r.places[row]), 10)
}

// A ranking is the places of the rows of a resource, from 1, when they are
// sorted by a number in a register.
type ranking struct {
	serial   int64 // of the resource
	set, reg int
	order    []int32
	numbers  []int64
	places   []int32
}

func (r *ranking) make(n int, number func(int) int64) {
	r.order, r.numbers, r.places = r.order[:0], r.numbers[:0], slices.Grow(r.places[:0], n)[:n]
	for i := range n {
		r.order, r.numbers = append(r.order, int32(i)), append(r.numbers, number(i))
	}
	slices.SortStableFunc(r.order, func(a, b int32) int { return cmp.Compare(r.numbers[a], r.numbers[b]) })
	for place, i := range r.order {
		r.places[i] = int32(place + 1)
	}
}

func (c *claim) sequence(s *source, row int) int64 {
	n, err := table.ParseInt(c.spanText(c.rec.Row(s.rowSet, row)[s.reg]))
	if err != nil {
		return math.MaxInt64
	}
	return n
}

// diagnosisNumber is the place of a diagnosis among all of the claim: the
// principal one, the other listed ones, external causes.
func (c *claim) diagnosisNumber(row int) []byte {
	principal := c.principalRow()
	rank := func(i int) int {
		switch {
		case i == principal:
			return 0
		case c.dx.kinds[i] == listed:
			return 1
		}
		return 2
	}
	place := 1
	c.steps += len(c.dx.kinds)
	for i, kind := range c.dx.kinds {
		if kind != notListed && (rank(i) < rank(row) || rank(i) == rank(row) && i < row) {
			place++
		}
	}
	return strconv.AppendInt(c.scratch[:0], int64(place), 10)
}

// principalRow is the listed diagnosis that is the principal one, or -1. Where
// that stands before the list, it is the one with the same code.
func (c *claim) principalRow() int {
	at := c.dx.principal
	if at < 0 || c.dx.kinds[at] != notListed {
		return at
	}
	for _, i := range c.dx.listed {
		if bytes.Equal(c.diagnosisCode(i), c.diagnosisCode(at)) {
			return i
		}
	}
	return -1
}

func (c *claim) diagnosisCode(i int) []byte {
	return c.rec.Row(c.plan.diagnose.set, i)[c.plan.diagnose.code].Raw(c.rec.Line)
}
