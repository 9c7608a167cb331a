package crosswalk

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// ErrMixed reports exports of API versions that do not go together.
var ErrMixed = errors.New("v3 cannot be mixed with v1 or v2 in one run: " +
	"the same Patient and claim ids mean different beneficiaries and claims in them")

// compatible returns the API versions whose resources go together with those of
// one: v1 and v2 have the same ids, v3 has its own.
func compatible(api schema.API) bcda.APISet {
	if api == schema.V3 {
		return bcda.SetOf(schema.V3)
	}
	return bcda.SetOf(schema.V1, schema.V2)
}

// marked returns the API versions that all markers in a resource allow, which was
// read with a plan, and the version that the first weak marker is usual in, if
// there is one.
func marked(resourceType []byte, read *Plan, rec *ndjson.Record) (set, weak bcda.APISet) {
	set = bcda.AllAPIs
	for i := range bcda.Markers {
		m := &bcda.Markers[i]
		if m.Resource != string(resourceType) || rec.Reg(read.common.markers[i]).IsZero() {
			continue
		}
		switch {
		case !m.Weak:
			set &= m.APIs
		case weak == 0:
			weak = m.APIs
		}
	}
	return set, weak
}

// markersIn lists the markers in a resource, with the versions that each allows.
func markersIn(resourceType []byte, read *Plan, rec *ndjson.Record) string {
	var list []string
	for i, m := range bcda.Markers {
		if m.Resource == string(resourceType) && !m.Weak && !rec.Reg(read.common.markers[i]).IsZero() {
			list = append(list, fmt.Sprintf("%s (%s)", m.Expr, m.APIs))
		}
	}
	return strings.Join(list, ", ")
}

// A VersionDetector detects the API version of an export from the beginnings of
// its inputs, in their order.
type VersionDetector struct {
	plans      *Plans
	rec        ndjson.Record
	api        schema.API  // of the last input that showed it
	compatible bcda.APISet // versions that go together in the export: all until it is decided
	doubtful   bool        // a single resource showed api, which may be a stray
}

// NewVersionDetector returns a detector for a new export.
func NewVersionDetector(plans *Plans) *VersionDetector {
	d := &VersionDetector{plans: plans, api: schema.V2, compatible: bcda.AllAPIs}
	if plans.only != nil {
		d.api = *plans.only
	}
	return d
}

// API returns the API version with which to begin to read the input.
func (d *VersionDetector) API() schema.API { return d.api }

// Compatible returns the API versions that resources of the export may have.
func (d *VersionDetector) Compatible() bcda.APISet { return d.compatible }

// undecided reports whether the version of the export is not decided yet.
func (d *VersionDetector) undecided() bool { return d.compatible == bcda.AllAPIs }

// Begin reads the first chunk of an input. It reports whether the chunk must wait
// for the next input, or for [VersionDetector.Decide], before the version of the
// export is known. It returns ErrMixed for an input of another export.
func (d *VersionDetector) Begin(first *ndjson.Chunk) (wait bool, err error) {
	api, votes := d.vote(first)
	switch {
	case votes == 0:
		return false, nil
	case d.undecided() && votes == 1 && !d.doubtful:
		d.api, d.doubtful = api, true
		return true, nil
	case d.undecided() && votes > 1:
		d.compatible = compatible(api)
	}
	d.Decide()
	switch {
	case d.compatible.Has(api):
		d.api = api
	case votes > 1: // a single resource may be a stray
		return false, ErrMixed
	}
	return false, nil
}

// Decide ends the doubt about a version that a single resource showed.
func (d *VersionDetector) Decide() {
	if d.undecided() && d.doubtful {
		d.compatible = compatible(d.api)
	}
}

// maxVotes is the number of resources of an input whose markers are counted.
const maxVotes = 9

// vote returns the API version of an input by majority of the resources in its
// first chunk whose markers leave one version, and the number of votes for it. If
// the first of them agrees with the input before, it alone decides, unless the
// export is undecided. Without any, weak markers vote, and without those the
// input has the version of the one before, with no votes.
func (d *VersionDetector) vote(first *ndjson.Chunk) (api schema.API, votes int) {
	if d.plans.only != nil {
		return d.api, 0
	}
	var strong, weak ballot
	plan := d.plans.Of(d.api, ExplanationOfBenefit)
	for _, text := range first.Lines {
		if plan.program.Walk(&d.rec, text) != nil {
			continue
		}
		resourceType := d.rec.Reg(plan.common.resourceType)
		if resourceType.IsZero() {
			continue
		}
		set, usual := marked(d.rec.Text(nil, resourceType), plan, &d.rec)
		if only, ok := usual.Single(); ok && set.Has(only) && weak.total < maxVotes {
			weak.add(only)
		}
		if only, ok := set.Single(); ok {
			strong.add(only)
			if only == d.api && strong.total == 1 && !d.undecided() || strong.total == maxVotes {
				break
			}
		}
	}
	for _, b := range []*ballot{&strong, &weak} {
		if b.total > 0 {
			return b.winner(d.api)
		}
	}
	return d.api, 0
}

// A ballot counts votes for API versions.
type ballot struct {
	votes [len(schema.APIs)]int
	total int
}

func (b *ballot) add(api schema.API) {
	b.votes[api]++
	b.total++
}

// winner returns the version with the most votes, and their number. A tie goes to
// the version before.
func (b *ballot) winner(before schema.API) (schema.API, int) {
	best := before
	for api, n := range b.votes {
		if n > b.votes[best] {
			best = schema.API(api)
		}
	}
	return best, b.votes[best]
}
