package synth

import "path/filepath"

// How many beneficiaries BCDA puts into a file.
const (
	claimFile    = 50
	coverageFile = 4000
	patientFile  = 5000
)

// An export is a visitor that writes what it is given. The first error stays,
// and stops the writing.
type export struct {
	opts      *Options
	resources resources
	reorder   reorderer
	scratch   []byte
	// Files of what was sent first, and of what came later.
	patients, coverages, claims [2]*fileSet
	others                      []*fileSet // of the generation
	truth                       *truth
	edges                       *edgeCases // nil without
	stats                       Stats
	sent                        place // of the resource that was sent last
	err                         error
}

// A place is a line of a file.
type place struct {
	file string
	line int
}

func newExport(opts *Options) (*export, error) {
	if err := prepareFolder(opts.Dir, opts.Overwrite); err != nil {
		return nil, err
	}
	generation := generations[opts.API]
	e := &export{opts: opts, reorder: reorderer{order: opts.KeyOrder}}
	if opts.EdgeCases {
		e.edges = newEdgeCases(opts.Seed)
	}
	for late := range 2 {
		set := func(kind, beneficiaries int) *fileSet {
			return &fileSet{export: e, kind: 2*kind + late, most: beneficiaries}
		}
		e.patients[late] = set(0, patientFile)
		e.coverages[late] = set(1, coverageFile)
		e.claims[late] = set(2, claimFile)
	}
	if opts.Truth {
		dir := filepath.Join(opts.Dir, truthFolder)
		t, err := newTruth(dir, generation.columns)
		if err == nil && generation.partial {
			t.partial, err = t.create(filepath.Join(dir, partialFolder), partialTables())
		}
		if err != nil {
			return nil, err
		}
		e.truth = t
	}
	return e, nil
}

// wants says whether the export goes on with a beneficiary.
func (e *export) wants(index int) bool {
	if e.opts.Size > 0 {
		return e.stats.Bytes < e.opts.Size
	}
	return index < e.opts.Beneficiaries
}

// start turns to a beneficiary.
func (e *export) start(index int) {
	e.stats.Beneficiaries++
	if e.truth != nil {
		e.truth.claims.write() // of the one before
	}
	e.reorder.random.seed(e.opts.Seed, index, 1)
	if e.edges != nil {
		e.edges.start(index)
	}
	for late := range 2 {
		e.patients[late].turn()
		e.coverages[late].turn()
		e.claims[late].turn()
	}
	for _, set := range e.others {
		set.turn()
	}
}

// write adds a resource to the files it belongs to.
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
		set.buf = e.reorder.resource(set.buf, e.scratch)
	}
	set.buf = append(set.buf, '\n')
	set.lines++
	e.sent = place{set.current(), set.lines}
	e.stats.Bytes += int64(len(set.buf) - before)
	e.err = set.flush(flushSize)
}

// writeOddly appends a resource of an export with edge cases.
func (e *export) writeOddly(buf []byte, resource func([]byte) []byte) []byte {
	text := e.edges.extend(resource(e.scratch[:0]))
	e.scratch = text
	if e.opts.KeyOrder != Alphabetical {
		text = e.reorder.resource(nil, text)
	}
	return append(buf, e.edges.text(text)...)
}

// odd makes the records of an export with edge cases odd.
func (e *export) odd(v visitor) visitor {
	if e.edges == nil {
		return v
	}
	return &edgeVisitor{visitor: v, edgeCases: e.edges}
}

func (e *export) beneficiary(b *Beneficiary, late bool) {
	if !b.noPatient {
		e.stats.Patients++
		e.write(&e.patients, late, func(buf []byte) []byte { return e.resources.patient(buf, b) })
	}
	if b.noCoverage {
		return
	}
	for _, part := range medicareParts {
		e.stats.Coverages++
		e.write(&e.coverages, late, func(buf []byte) []byte { return e.resources.coverage(buf, b, part) })
	}
}

func (e *export) institutional(c *Institutional, late bool) {
	e.stats.Claims++
	e.write(&e.claims, late, func(buf []byte) []byte { return e.resources.institutional(buf, c) })
	if e.truth != nil {
		e.truth.institutionalClaim(c, e.opts.API, e.sent)
	}
}

func (e *export) professional(c *Professional, late bool) {
	e.stats.Claims++
	e.write(&e.claims, late, func(buf []byte) []byte { return e.resources.professional(buf, c) })
	if e.truth != nil {
		e.truth.professionalClaim(c, e.opts.API, e.sent)
	}
}

func (e *export) partDEvent(c *PartDEvent, late bool) {
	e.stats.Claims++
	e.write(&e.claims, late, func(buf []byte) []byte { return e.resources.partDEvent(buf, c) })
	if e.truth != nil {
		e.truth.drugClaim(c, e.opts.API, e.sent)
	}
}

func (e *export) newestInstitutional(c *Institutional) {
	if e.truth != nil {
		e.truth.institutional(c)
	}
}

func (e *export) newestProfessional(c *Professional) {
	if e.truth != nil {
		e.truth.professional(c)
	}
}

func (e *export) newestPartDEvent(c *PartDEvent) {
	if e.truth != nil {
		e.truth.partDEvent(c)
	}
}

func (e *export) newestBeneficiary(b *Beneficiary, hospice stay) {
	if e.truth == nil {
		return
	}
	e.truth.beneficiary(b, hospice)
	if !b.noCoverage {
		e.truth.months(b, e.opts.API != "v1")
	}
	if err := e.truth.flush(flushSize); e.err == nil {
		e.err = err
	}
}

// close finishes the files, and what is to be told of them.
func (e *export) close() error {
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	for late := range 2 {
		keep(e.patients[late].close())
		keep(e.coverages[late].close())
		keep(e.claims[late].close())
	}
	for _, set := range e.others {
		keep(set.close())
	}
	if e.truth != nil {
		e.truth.claims.write()
		keep(e.truth.close())
		e.stats.Rows = e.truth.rows
	}
	return first
}
