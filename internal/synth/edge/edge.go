// Package edge adds edge cases to exports: to the records, before the resources and the
// truth are made from them, and to the JSON text, where they do not change the values.
// It counts them, so that tests can tell that none is missing.
package edge

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// Cases adds edge cases to an export: values that real exports have rarely, had only
// for a time, or have only when others pass them on. What it changes in a record is
// in the truth too. It has random numbers of its own, so the rest is the same as in
// an ordinary export.
type Cases struct {
	random random.Source
	seed   uint64
	index  int // of the beneficiary
	serial int // number of the resource, among those of the beneficiary
	turns  int // counts the uses of turn
	Counts map[string]int
	silent bool // do not count: the record was seen before

	extension []byte // for the claims of the beneficiary
	parser    fhirjson.Reorderer
}

// Streams of random numbers, separate from those of the records.
const (
	edgeStream = 65
	textStream = 66
)

func New(seed uint64) *Cases {
	return &Cases{seed: seed, Counts: map[string]int{}}
}

// Start begins a beneficiary.
func (e *Cases) Start(index int) {
	e.random.Seed(e.seed, index, edgeStream)
	e.index, e.serial, e.turns, e.extension = index, 0, 0, nil
}

// count counts an edge case.
func (e *Cases) count(kind string) {
	if !e.silent {
		e.Counts[kind]++
	}
}

// turn returns the next of n choices. All come up within a few beneficiaries.
func (e *Cases) turn(n int) int {
	e.turns++
	return (e.index*turnsPerBeneficiary + e.turns) % n
}

const turnsPerBeneficiary = 7

// state returns a state code, each of them in turn.
func (e *Cases) state() string {
	codes := codebook.AllStateCodes()
	code := codes[e.turn(len(codes))]
	e.count("state code " + code)
	return code
}

// fault returns the status of a claim that is in error or in draft, mostly "".
func (e *Cases) fault() string {
	if !e.random.Chance(50) {
		return ""
	}
	status := random.AnyOf(&e.random, []string{"entered-in-error", "draft"})
	e.count("status " + status)
	return status
}
