package synth

import (
	"iter"
	"path/filepath"

	"github.com/cclf-tools/cclf/internal/synth/edge"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/truth"
)

// The number of beneficiaries per file, as in exports of BCDA.
const (
	claimFile    = 50
	coverageFile = 4000
	patientFile  = 5000
)

// An export writes the records that it visits. After the first error it writes
// nothing.
type export struct {
	opts      *Options
	resources resources
	reorder   fhirjson.Reorderer
	scratch   []byte
	// The files of first versions, and of later ones.
	patients, coverages, claims [2]*fileSet
	others                      []*fileSet // of v2
	truth                       *truth.Truth
	edges                       *edge.Cases // nil without edge cases
	stats                       Stats
	sent                        truth.Place // of the last resource written
	err                         error
}

// resources append resources to a buffer, with the keys of all objects in
// alphabetical order.
type resources interface {
	Patient(b []byte, p *records.Beneficiary) []byte
	Coverage(b []byte, p *records.Beneficiary, part byte) []byte
	Institutional(b []byte, c *records.Institutional) []byte
	Professional(b []byte, c *records.Professional) []byte
	PartDEvent(b []byte, c *records.PartDEvent) []byte
}

func newExport(opts *Options) (*export, error) {
	if err := prepareFolder(opts.Dir, opts.Overwrite); err != nil {
		return nil, err
	}
	e := &export{opts: opts, reorder: fhirjson.Reorderer{Shuffle: opts.KeyOrder == Shuffle}}
	if opts.EdgeCases {
		e.edges = edge.New(opts.Seed)
	}
	for late := range 2 {
		set := func(kind, beneficiaries int) *fileSet {
			return &fileSet{opts: opts, kind: 2*kind + late, most: beneficiaries}
		}
		e.patients[late] = set(0, patientFile)
		e.coverages[late] = set(1, coverageFile)
		e.claims[late] = set(2, claimFile)
	}
	if opts.Truth {
		var err error
		if e.truth, err = truth.New(filepath.Join(opts.Dir, truthFolder), opts.API); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// wants reports whether the export is to have a beneficiary with this index.
func (e *export) wants(index int) bool {
	if e.opts.Size > 0 {
		return e.stats.Bytes < e.opts.Size
	}
	return index < e.opts.Beneficiaries
}

// start begins a beneficiary.
func (e *export) start(index int) {
	e.stats.Beneficiaries++
	if e.truth != nil {
		e.truth.EndBeneficiary() // of the previous one
	}
	e.reorder.Random.Seed(e.opts.Seed, index, 1)
	if e.edges != nil {
		e.edges.Start(index)
	}
	for set := range e.files() {
		if err := set.next(); e.err == nil {
			e.err = err
		}
	}
}

// files iterates over all sets of files.
func (e *export) files() iter.Seq[*fileSet] {
	return func(yield func(*fileSet) bool) {
		for _, sets := range [...][]*fileSet{e.patients[:], e.coverages[:], e.claims[:], e.others} {
			for _, set := range sets {
				if !yield(set) {
					return
				}
			}
		}
	}
}

// write appends a resource to a file.
func (e *export) write(sets *[2]*fileSet, late bool, resource func([]byte) []byte) {
	if e.err != nil {
		return
	}
	set := sets[0]
	if late {
		set = sets[1]
	}
	before := len(set.buf)
	switch {
	case e.edges != nil:
		set.buf = e.writeOddly(set.buf, resource)
	case e.opts.KeyOrder == Alphabetical:
		set.buf = resource(set.buf)
	default:
		e.scratch = resource(e.scratch[:0])
		set.buf = e.reorder.Resource(set.buf, e.scratch)
	}
	set.buf = append(set.buf, '\n')
	set.lines++
	e.sent = truth.Place{File: set.current(), Line: set.lines}
	e.stats.Bytes += int64(len(set.buf) - before)
	e.err = set.flush(flushSize)
}

// writeOddly appends a resource with edge cases.
func (e *export) writeOddly(buf []byte, resource func([]byte) []byte) []byte {
	text := e.edges.Extend(resource(e.scratch[:0]))
	e.scratch = text
	if e.opts.KeyOrder != Alphabetical {
		text = e.reorder.Resource(nil, text)
	}
	return append(buf, e.edges.Text(text)...)
}

// odd returns a visitor that adds edge cases, if the export is to have them.
func (e *export) odd(v records.Visitor) records.Visitor {
	if e.edges == nil {
		return v
	}
	return &edge.Visitor{Visitor: v, Cases: e.edges}
}

func (e *export) Beneficiary(b *records.Beneficiary, late bool) {
	if !b.NoPatient {
		e.stats.Patients++
		e.write(&e.patients, late, func(buf []byte) []byte { return e.resources.Patient(buf, b) })
	}
	if b.NoCoverage {
		return
	}
	if e.truth != nil {
		e.truth.Coverages(b)
	}
	for _, part := range records.MedicareParts {
		e.stats.Coverages++
		e.write(&e.coverages, late, func(buf []byte) []byte { return e.resources.Coverage(buf, b, part) })
	}
}

func (e *export) Institutional(c *records.Institutional, late bool) {
	e.stats.Claims++
	e.write(&e.claims, late, func(buf []byte) []byte { return e.resources.Institutional(buf, c) })
	if e.truth != nil {
		e.truth.InstitutionalClaim(c, e.sent)
	}
}

func (e *export) Professional(c *records.Professional, late bool) {
	e.stats.Claims++
	e.write(&e.claims, late, func(buf []byte) []byte { return e.resources.Professional(buf, c) })
	if e.truth != nil {
		e.truth.ProfessionalClaim(c, e.sent)
	}
}

func (e *export) PartDEvent(c *records.PartDEvent, late bool) {
	e.stats.Claims++
	e.write(&e.claims, late, func(buf []byte) []byte { return e.resources.PartDEvent(buf, c) })
	if e.truth != nil {
		e.truth.DrugClaim(c, e.sent)
	}
}

func (e *export) NewestInstitutional(c *records.Institutional) {
	if e.truth != nil {
		e.truth.Institutional(c)
	}
}

func (e *export) NewestProfessional(c *records.Professional) {
	if e.truth != nil {
		e.truth.Professional(c)
	}
}

func (e *export) NewestPartDEvent(c *records.PartDEvent) {
	if e.truth != nil {
		e.truth.PartDEvent(c)
	}
}

func (e *export) NewestBeneficiary(b *records.Beneficiary, hospice records.HospiceStay) {
	if e.truth == nil {
		return
	}
	e.truth.Beneficiary(b, hospice)
	if err := e.truth.Flush(flushSize); e.err == nil {
		e.err = err
	}
}

// close closes the files and completes the statistics.
func (e *export) close() error {
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	for set := range e.files() {
		keep(set.close())
		e.stats.Files += set.files
	}
	if e.truth != nil {
		keep(e.truth.Close())
		e.stats.Rows = e.truth.Rows()
	}
	return first
}
