package crosswalk

import (
	"errors"
	"strings"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// The reasons to reject resources that have no plan.
var (
	ErrNoType    = Reject("not a FHIR resource: no resourceType")
	ErrOtherType = Reject("unexpected resource type (not served by this API version)")

	errPriorAuthorization = Reject("a prior authorization, which only v3 has")
	errPredetermination   = Reject("an ExplanationOfBenefit that is a predetermination and not a claim")
)

// usePredetermination is the use of an ExplanationOfBenefit that shows what would
// be paid for a claim.
const usePredetermination = "predetermination"

// A Reader reads resources, each with the plan for its type and API version. It
// is for one goroutine.
type Reader struct {
	// Strays is the number of resources of an API version that does not go
	// together with that of the export. The caller may reset it.
	Strays int64

	plans      *Plans
	records    map[*Plan]*ndjson.Record
	guess      *Plan       // that of the resource before
	compatible bcda.APISet // see VersionDetector.Compatible
}

// NewReader returns a reader.
func NewReader(plans *Plans) *Reader {
	return &Reader{plans: plans, records: map[*Plan]*ndjson.Record{}}
}

// Begin begins a chunk of an input. A resource without a version marker inherits
// the version of the previous one; the first one in the chunk has api. The
// version of all must be one of compatible.
func (r *Reader) Begin(api schema.API, compatible bcda.APISet) {
	r.guess, r.compatible = r.plans.Of(api, ExplanationOfBenefit), compatible
}

// Read reads a resource. It is read with the plan for the one before, and if its
// markers show that this is the wrong one, again with the right one. Its errors
// are [Rejection]s. The record is valid until the next call.
func (r *Reader) Read(text []byte) (*Plan, *ndjson.Record, error) {
	p := r.guess
	rec := r.record(p)
	if err := p.program.Walk(rec, text); err != nil {
		return nil, nil, rejection(err)
	}
	var resourceType []byte
	if s := rec.Reg(p.common.resourceType); !s.IsZero() {
		resourceType = rec.Text(nil, s)
	}
	right, err := r.plans.choose(resourceType, p, rec)
	if err != nil {
		return nil, nil, err
	}
	if !r.compatible.Has(right.API) {
		r.Strays++
		return nil, nil, Reject("a resource of %s in an export of %s, where the same ids mean other beneficiaries and claims",
			right.API, strings.ReplaceAll(r.compatible.String(), ", ", " or "))
	}
	r.guess = right
	if right == p {
		return p, rec, nil
	}
	rec = r.record(right)
	if err := right.program.Walk(rec, text); err != nil {
		return nil, nil, rejection(err)
	}
	return right, rec, nil
}

func (r *Reader) record(p *Plan) *ndjson.Record {
	rec := r.records[p]
	if rec == nil {
		rec = &ndjson.Record{}
		r.records[p] = rec
	}
	return rec
}

// Tallied calls add for each element that was counted since the last call, with
// its key and its count. See package drift.
func (r *Reader) Tallied(add func(key string, count int64)) {
	for _, rec := range r.records {
		rec.Tallied(add)
	}
}

// rejection turns errors about the JSON of a line into Rejections.
func rejection(err error) error {
	var syntax *ndjson.SyntaxError
	var rows *ndjson.RowsError
	switch {
	case errors.As(err, &syntax):
		return Reject("%v", syntax)
	case errors.As(err, &rows):
		return Reject("%v", rows)
	}
	return err
}

// choose returns the plan for a resource that was read with the plan guess.
func (p *Plans) choose(resourceType []byte, guess *Plan, rec *ndjson.Record) (*Plan, error) {
	api := guess.API
	if p.only == nil {
		set, _ := marked(resourceType, guess, rec)
		switch single, ok := set.Single(); {
		case ok:
			api = single
		case set == 0:
			return nil, Reject("marks of different API versions in one resource: %s", markersIn(resourceType, guess, rec))
		case !set.Has(api):
			api = set.First()
		}
	}
	if use := rec.Reg(guess.common.use); !use.IsZero() && string(resourceType) == ExplanationOfBenefit {
		switch string(rec.Text(nil, use)) {
		case bcda.UsePriorAuthorization:
			if right := p.Of(api, PriorAuthorization); right != nil {
				return right, nil
			}
			return nil, errPriorAuthorization
		case usePredetermination:
			return nil, errPredetermination
		}
	}
	if right := p.Of(api, string(resourceType)); right != nil {
		return right, nil
	}
	if len(resourceType) == 0 {
		return nil, ErrNoType
	}
	return nil, ErrOtherType
}
