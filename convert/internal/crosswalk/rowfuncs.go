package crosswalk

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
)

// number returns an integer as text.
func (e *Evaluator) number(n int) ([]byte, bool) {
	return strconv.AppendInt(e.scratch[:0], int64(n), 10), true
}

// rowNumber numbers the rows of a claim in the order of a number of the server.
// Rows without one come last.
func rowNumber(e *Evaluator, s *source, row int) ([]byte, bool) {
	if !e.ranking.isFor(e.joins.serial, s.rowSet, s.reg) {
		e.ranking.make(e.rec.Rows(s.rowSet), func(i int) int64 {
			n, err := table.ParseInt(e.spanText(e.rec.Row(s.rowSet, i)[s.reg]))
			if err != nil {
				return math.MaxInt64
			}
			return n
		})
	}
	return e.number(int(e.ranking.ranks[row]))
}

// The server of v2 omits the unit count of a revenue line if it is zero. Before
// May 23, 2022 it sent no unit counts at all. A claim shows which server sent it
// only if it has a count or was updated since; other claims of the export may
// show it too, so the column is also deferred.

// UnitsSent is the time from which on the server of v2 sends unit counts.
var UnitsSent = time.Date(2022, time.May, 23, 0, 0, 0, 0, time.UTC).UnixNano()

// omittedZero returns zero if a value that the row lacks must be a zero that the
// server omitted.
func omittedZero(e *Evaluator, s *source, _ int) ([]byte, bool) {
	if e.updated == dedup.NoTime || e.updated >= UnitsSent {
		return zero, true
	}
	for i := range e.rec.Rows(s.rowSet) {
		if !e.rec.Row(s.rowSet, i)[s.reg].IsZero() {
			return zero, true
		}
	}
	return nil, false
}

var zero = []byte("0")

// productTypes are the values of CLM_PROD_TYPE_CD.
var productTypes = [...][]byte{listed: []byte("D"), external: []byte("E"), firstExternal: []byte("1")}

func productType(e *Evaluator, _ *source, row int) ([]byte, bool) {
	return productTypes[e.diagnoses.kinds[row]], true
}

// diagnosisRank numbers the diagnoses of the row's kind.
func diagnosisRank(e *Evaluator, _ *source, row int) ([]byte, bool) {
	n := 0
	for _, kind := range e.diagnoses.kinds[:row+1] {
		if kind == e.diagnoses.kinds[row] {
			n++
		}
	}
	return e.number(n)
}

// diagnosisNumber numbers all diagnoses of the claim: the principal one, the other
// listed ones, external causes.
func diagnosisNumber(e *Evaluator, _ *source, row int) ([]byte, bool) {
	principal := e.principalRow()
	kinds := e.diagnoses.kinds
	group := func(i int) int {
		switch {
		case i == principal:
			return 0
		case kinds[i] == listed:
			return 1
		}
		return 2
	}
	n := 1
	e.joins.steps += len(kinds)
	for i, kind := range kinds {
		if kind != notListed && (group(i) < group(row) || group(i) == group(row) && i < row) {
			n++
		}
	}
	return e.number(n)
}

// principalRow returns the listed diagnosis that is the principal one, or -1. If
// that comes before the list, it is the one with the same code.
func (e *Evaluator) principalRow() int {
	d := &e.diagnoses
	at := d.principal
	if at < 0 || d.kinds[at] != notListed {
		return at
	}
	code := func(i int) []byte { return e.rec.Text(nil, e.rec.Row(e.plan.diagnoses.set, i)[e.plan.diagnoses.code]) }
	for _, i := range d.listed {
		if bytes.Equal(code(i), code(at)) {
			return i
		}
	}
	return -1
}

func claimSystem(e *Evaluator, _ *source, _ int) ([]byte, bool) { return e.system, true }

func claimTypeName(e *Evaluator, _ *source, _ int) ([]byte, bool) {
	return append(e.scratch[:0], e.ClaimType.String()...), true
}

func partLetter(e *Evaluator, _ *source, _ int) ([]byte, bool) { return e.part, true }

// monthStart returns the first day of the row's month. The row of a period has none.
func monthStart(e *Evaluator, _ *source, _ int) ([]byte, bool) { return e.month, len(e.month) > 0 }

// notInferred returns 0, for a month that has a code. The months of a period are
// marked when all input is read.
func notInferred(*Evaluator, *source, int) ([]byte, bool) { return zero, true }

func sourceFile(e *Evaluator, _ *source, _ int) ([]byte, bool) { return e.File, true }

func sourceLine(e *Evaluator, _ *source, _ int) ([]byte, bool) {
	return strconv.AppendInt(e.scratch[:0], e.Line, 10), true
}
