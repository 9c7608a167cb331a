// Package synth makes synthetic exports of the Beneficiary Claims Data API (BCDA), and
// with them the CCLF rows that a converter must make of them.
//
// A test of a converter needs input for which the right output is known. Making both
// from the same crosswalk would prove little. So this package first makes records as
// the warehouses of the Centers for Medicare & Medicaid Services have them, with raw
// columns and without any FHIR. Resources and rows are then made from the records,
// independently of each other:
//
//	             ┌─► v1, v2, v3: resources, as the server makes them from the columns
//	record ──────┤
//	             └─► truth: CCLF rows, with the columns that CCLF takes them from
//
// What the records are of is the life of simulated people (package life), the same for
// all API versions. With traps, the records are random instead, and as hard to read as
// the warehouses can make them.
//
// The records of v1 and v2 are those of the Chronic Conditions Warehouse (package
// records), the records of v3 those of the Integrated Data Repository (package idr).
//
// Converting the resources must give the rows. What makes that hard is done by the
// writers as the servers do it: diagnoses and providers are listed once and renumbered,
// the type of a diagnosis depends on the claim type, zero units are left out, blank
// codes give a Coding without a code, units of measure are among the modifiers, and so
// on. The records do not contain what a server loses, so each cell of the truth can be
// found in the resources.
//
// Everything depends on the seed and the options. The records of a beneficiary depend
// on the seed and the number of the beneficiary only, and nothing is kept between
// beneficiaries, so exports of any size take a few megabytes of memory.
//
// Servers change. With a server date, the calendar of the records ends on that day and
// the writers write what the servers of the day sent (package server). With edge cases,
// a visitor between the records and both writers passes on changed copies, so that the
// truth has the edge cases too (package edge).
//
// No data is about anyone. Beneficiary identifiers have a letter where real ones never
// do, and provider identifiers have wrong check digits.
package synth

import (
	"context"
	"errors"
)

// Write makes an export. If it fails, the files written so far remain.
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
