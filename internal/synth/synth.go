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
	"fmt"
	"slices"

	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/synth/server"
)

// A KeyOrder is the order of keys in JSON objects.
type KeyOrder string

// The orders of keys.
const (
	Alphabetical KeyOrder = "alphabetical" // as BCDA sends them
	Model        KeyOrder = "model"        // as FHIR defines the elements, and other servers send them
	Shuffle      KeyOrder = "shuffle"      // another one in each object
)

// KeyOrders are the orders there are.
func KeyOrders() []string { return []string{string(Alphabetical), string(Model), string(Shuffle)} }

// DefaultBeneficiaries is how many beneficiaries an export has, unless Options
// say otherwise.
const DefaultBeneficiaries = 100

// Options say what export to make.
type Options struct {
	Dir           string   // where to; it is made if it is not there
	API           string   // one of APIs; empty means v2
	Beneficiaries int      // how many; 0 means DefaultBeneficiaries, unless there is a Size
	Size          int64    // stop after the beneficiary with whom the NDJSON has this many bytes
	Seed          uint64   // exports of a seed are the same
	KeyOrder      KeyOrder // empty means Alphabetical
	Truth         bool     // write the CCLF rows too, as CSV files in Dir/truth
	Gzip          bool     // compress the NDJSON
	Overwrite     bool     // replace an export that is in Dir
	// ServerDate is the month (2026-05) or day whose server the export is of.
	// Empty means today's server, and an export that is made on a fixed day.
	ServerDate string
	// EdgeCases brings in what is rare and hard to read.
	EdgeCases bool

	calendar records.Calendar
	dialect  server.Dialect
}

// ErrOptions is wrapped by the errors about Options that make no sense, and
// ErrNotEmpty by that about a folder with something in it.
var (
	ErrOptions  = errors.New("synth")
	ErrNotEmpty = errors.New("not empty")
)

func (o *Options) complete() error {
	if o.API == "" {
		o.API = "v2"
	}
	if o.KeyOrder == "" {
		o.KeyOrder = Alphabetical
	}
	if o.Beneficiaries == 0 && o.Size == 0 {
		o.Beneficiaries = DefaultBeneficiaries
	}
	known := slices.Contains(APIs(), o.API)
	switch {
	case o.Dir == "":
		return fmt.Errorf("%w: no folder to write to", ErrOptions)
	case !known:
		return fmt.Errorf("%w: no exports of API %q", ErrOptions, o.API)
	case o.KeyOrder != Alphabetical && o.KeyOrder != Model && o.KeyOrder != Shuffle:
		return fmt.Errorf("%w: no key order %q", ErrOptions, o.KeyOrder)
	case o.Beneficiaries < 0 || o.Size < 0:
		return fmt.Errorf("%w: a negative number of beneficiaries or bytes", ErrOptions)
	case o.Beneficiaries > 0 && o.Size > 0:
		return fmt.Errorf("%w: both a number of beneficiaries and a size", ErrOptions)
	}
	o.calendar = records.NewCalendar(records.DefaultExport)
	if o.ServerDate != "" {
		day, err := parseServerDate(o.ServerDate, o.API)
		if err != nil {
			return err
		}
		o.calendar, o.dialect = records.NewCalendar(day), server.DialectOn(day)
	}
	return nil
}

// Stats tell what was written.
type Stats struct {
	Beneficiaries int
	Patients      int   // resources, with the earlier versions
	Coverages     int   //
	Claims        int   // ExplanationOfBenefit
	Partial       int   // Claim and ClaimResponse, of v2
	Bytes         int64 // of NDJSON, before compression
	Files         int   // of NDJSON
	Rows          int64 // of truth
	// EdgeCases is how often each kind of edge case occurs, nil without.
	EdgeCases map[string]int
}

// Write makes an export. When it fails, what it has written so far stays.
func Write(ctx context.Context, opts Options) (Stats, error) {
	if err := opts.complete(); err != nil {
		return Stats{}, err
	}
	e, err := newExport(&opts)
	if err != nil {
		return Stats{}, err
	}
	visit := generations[slices.Index(APIs(), opts.API)].start(e)
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
