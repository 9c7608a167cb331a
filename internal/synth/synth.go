// Package synth makes synthetic exports of the Beneficiary Claims Data API
// (BCDA), and along with them the CCLF rows that they stand for.
//
// A test of a converter needs input whose right output is known. Taking both
// from the same crosswalk would prove little, so this package works the other
// way round. It first makes claim records as the warehouse of the Centers for
// Medicare & Medicaid Services holds them: a record has the raw columns, and
// nothing of FHIR. From a record go two ways that know nothing of each other:
//
//	             ┌─► v1, v2: a resource, as the server makes it from the columns
//	record ──────┤
//	             └─► truth: CCLF rows, from the columns that CCLF has them from
//
// API v3 is made from another warehouse, the Integrated Data Repository, whose
// records (idrClaim and others) are of another form, and go the same two ways.
//
// Converting the resources must give back the rows. What the server does with
// a record on the way is most of the difficulty, and all of it is done here:
// diagnoses and providers are listed once and numbered anew, a diagnosis is
// typed in another way for each type of claim, zero units are left out, blank
// codes leave a Coding without a code, units of measure stand among the
// modifiers, and so on. What the server loses for good does not occur in the
// records, so that each cell of the truth can be found in the resources.
// Package schema contributes the names and order of the CCLF columns, and
// nothing else.
//
// Everything follows from a seed. The records of a beneficiary depend on the
// seed and the beneficiary's number alone; nothing is kept from one to the
// next, so that exports of any size are made in a few megabytes of memory.
// The parts of a resource that never change, which are most of it, are put
// together when the program starts; what remains is to copy them, at a speed
// that no reader of JSON keeps up with.
//
// Servers change. An export may be of a server date: then the calendar of the
// records ends on that day, and the writers leave out or write otherwise what the
// servers of the day did (see dialect). An export may have edge cases, which come
// between the records and both of their ways: edgeVisitor and edgeIDRVisitor hand
// on odd copies of records, so that the truth has them too, and edgeCases.text
// writes the same values in odd ways. They count what they bring in, for tests to
// see that nothing is missing.
//
// Nothing is about anybody. Identifiers of beneficiaries have a letter where
// real ones have none, those of providers fail the check of their digits.
package synth

import (
	"context"
	"errors"
)

// Write makes an export. When it fails, what it has written so far stays.
func Write(ctx context.Context, opts Options) (Stats, error) {
	if err := opts.complete(); err != nil {
		return Stats{}, err
	}
	e, err := newExport(&opts)
	if err != nil {
		return Stats{}, err
	}
	visit := startOf(opts.API)(e)
	for index := 0; e.err == nil && e.wants(index); index++ {
		if e.err = ctx.Err(); e.err != nil {
			break
		}
		e.start(index)
		visit(index)
	}
	err = errors.Join(e.err, e.close())
	if e.edges != nil {
		e.stats.EdgeCases = e.edges.Counts
	}
	return e.stats, err
}

// startOf returns the function that starts an export of an API version. It returns
// the function that makes a beneficiary of the export, to be called with 0, 1, 2, ...
func startOf(api string) func(e *export) func(index int) {
	switch api {
	case "v1":
		return startV1
	case "v2":
		return startV2
	}
	return startV3
}
