package edge

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// Cases makes an export odd: it brings in what real ones have seldom, or
// had once, or have only in the hands of others. What it changes in the
// records is in the truth too. It takes its random numbers from a stream of
// its own, so that the rest is as in an ordinary export.
type Cases struct {
	random random.Source
	seed   uint64
	index  int // of the beneficiary
	serial int // of the resources of the beneficiary
	turns  int // of the codes that it goes through
	Counts map[string]int
	silent bool // counts nothing: the record was seen before

	extension []byte // for the claims of the beneficiary
	parser    fhirjson.Reorderer
}

// edgeStream and textStream are streams of random numbers.
const (
	edgeStream = 65
	textStream = 66
)

func New(seed uint64) *Cases {
	return &Cases{seed: seed, Counts: map[string]int{}}
}

// Start turns to a beneficiary.
func (e *Cases) Start(index int) {
	e.random.Seed(e.seed, index, edgeStream)
	e.index, e.serial, e.turns, e.extension = index, 0, 0, nil
}

// count notes that an edge case occurs.
func (e *Cases) count(kind string) {
	if !e.silent {
		e.Counts[kind]++
	}
}

// turn is the next of n choices, which all come up in a few beneficiaries.
func (e *Cases) turn(n int) int {
	e.turns++
	return (e.index*turnsPerBeneficiary + e.turns) % n
}

const turnsPerBeneficiary = 7

// state is the code of a state, each one now and then.
func (e *Cases) state() string {
	codes := codebook.AllStateCodes()
	code := codes[e.turn(len(codes))]
	e.count("state code " + code)
	return code
}

// fault is the status of a claim that is none: mostly empty.
func (e *Cases) fault() string {
	if !e.random.Chance(50) {
		return ""
	}
	status := random.AnyOf(&e.random, []string{"entered-in-error", "draft"})
	e.count("status " + status)
	return status
}
