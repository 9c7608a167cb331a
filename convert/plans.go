package convert

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// ErrMixed ends a run over exports of generations that do not go together.
var ErrMixed error = &hintedError{
	"v3 cannot be mixed with v1 or v2 in one run: " +
		"the same Patient and claim ids mean different people and claims in them",
	"convert the exports one by one, each to a data set of its own",
}

var resourceTypes = []string{eobType, patientType, coverageType, claimType, responseType, priorType}

// plans are the plans of all generations and resource types, each compiled when
// it is first wanted.
type plans struct {
	byType  [len(schema.APIs)]map[string]func() (*plan, error)
	outputs []output    // with the tables that are compiled
	only    *schema.API // the generation that the user says it is
	limits  *limits     // of a resource
}

// newPlans returns the plans for tables. A test shows that those of the tables
// that there are compile; of others, check does.
func newPlans(only *schema.API, tables []*schema.Table, most *limits) *plans {
	p := &plans{only: only, limits: most, outputs: outputsWith(tables)}
	for _, api := range schema.APIs {
		p.byType[api] = map[string]func() (*plan, error){}
		for _, resource := range resourceTypes {
			if isPartial(resource) && api != schema.V2 || resource == priorType && api != schema.V3 {
				continue
			}
			p.byType[api][resource] = sync.OnceValues(func() (*plan, error) { return newPlan(api, resource, tables, most) })
		}
	}
	return p
}

// check compiles all plans.
func (p *plans) check() error {
	var group errgroup.Group
	for _, byType := range p.byType {
		for _, compile := range byType {
			group.Go(func() error {
				_, err := compile()
				return err
			})
		}
	}
	return group.Wait()
}

// of returns the plan for a resource type, or nil when there is none.
func (p *plans) of(api schema.API, resource string) *plan {
	compile := p.byType[api][resource]
	if compile == nil {
		return nil
	}
	compiled, err := compile()
	if err != nil {
		panic(err) // see newPlans
	}
	return compiled
}

// first is the generation to begin with.
func (p *plans) first() schema.API {
	if p.only != nil {
		return *p.only
	}
	return schema.V2
}

// late returns the columns of a table that are filled at the end.
func (p *plans) late(t *schema.Table, api schema.API) []lateColumn {
	for _, resource := range []string{eobType, patientType, coverageType, priorType} {
		plan := p.of(api, resource)
		if plan == nil {
			continue // there are no prior authorizations
		}
		for _, tp := range plan.tables {
			if tp.table == t {
				return tp.late
			}
		}
	}
	return nil
}

// usePredetermination is the use of an ExplanationOfBenefit that says what
// would be paid for a claim.
const usePredetermination = "predetermination"

var (
	errNoType    = reject("not a FHIR resource: no resourceType")
	errOtherType = reject("a resource of a type that BCDA does not serve")
	errPrior     = reject("a prior authorization, which only v3 has")

	errPredetermination = reject("an ExplanationOfBenefit that is no claim but a predetermination")
)

// choose returns the plan for a resource that was read with the plan guess.
func (p *plans) choose(resourceType []byte, guess *plan, rec *ndjson.Record) (*plan, error) {
	api := guess.api
	if p.only == nil {
		set, _ := marked(resourceType, guess, rec)
		switch single, ok := set.Single(); {
		case ok:
			api = single
		case set == 0:
			return nil, reject("marks of different API versions in one resource: %s", marksIn(resourceType, guess, rec))
		case !set.Has(api):
			api = set.First()
		}
	}
	if use := rec.Reg(guess.common.use); !use.IsZero() && string(resourceType) == eobType {
		switch string(use.Raw(rec.Line)) {
		case bcda.UsePriorAuthorization:
			if right := p.of(api, priorType); right != nil {
				return right, nil
			}
			return nil, errPrior
		case usePredetermination:
			return nil, errPredetermination
		}
	}
	if right := p.of(api, string(resourceType)); right != nil {
		return right, nil
	}
	if len(resourceType) == 0 {
		return nil, errNoType
	}
	return nil, errOtherType
}

// marked returns the API versions that all markers in a resource allow, which
// was read with the plan guess, and the version that the first weak marker is
// usual in, if there is one.
func marked(resourceType []byte, guess *plan, rec *ndjson.Record) (set, weak bcda.APISet) {
	set = bcda.AllAPIs
	for i := range bcda.Markers {
		m := &bcda.Markers[i]
		if m.Resource != string(resourceType) || rec.Reg(guess.common.markers[i]).IsZero() {
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

// marksIn names the markers in a resource, each with the versions it allows.
func marksIn(resourceType []byte, guess *plan, rec *ndjson.Record) string {
	var list []string
	for i, m := range bcda.Markers {
		if m.Resource == string(resourceType) && !m.Weak && !rec.Reg(guess.common.markers[i]).IsZero() {
			list = append(list, fmt.Sprintf("%s (%s)", m.Expr, m.APIs))
		}
	}
	return strings.Join(list, ", ")
}

// mostVotes is how many resources of an input are asked for its API version.
const mostVotes = 9

// begin tells the API version with which the reading of an input begins, by a
// vote of the resources in its first chunk whose markers leave one version.
// The first of them decides alone when it agrees with the input before, unless
// all are to be counted. Without
// any, weak markers vote, and without those it is that of the input before. rec
// is for its use. votes is how many were for it.
func (p *plans) begin(rec *ndjson.Record, first *ndjson.Chunk, before schema.API, all bool) (api schema.API, votes int) {
	if p.only != nil {
		return before, 0
	}
	var strong, weak ballot
	guess := p.of(before, eobType)
	for _, text := range first.Lines {
		if guess.program.Walk(rec, text) != nil {
			continue
		}
		resourceType := rec.Reg(guess.common.resourceType)
		if resourceType.IsZero() {
			continue
		}
		set, usual := marked(rec.Text(nil, resourceType), guess, rec)
		if only, ok := usual.Single(); ok && set.Has(only) && weak.total < mostVotes {
			weak.add(only)
		}
		if only, ok := set.Single(); ok {
			strong.add(only)
			if only == before && strong.total == 1 && !all || strong.total == mostVotes {
				break
			}
		}
	}
	for _, b := range []*ballot{&strong, &weak} {
		if b.total > 0 {
			return b.winner(before)
		}
	}
	return before, 0
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

// winner is the version with the most votes; of equal ones, the one before.
func (b *ballot) winner(before schema.API) (schema.API, int) {
	best := before
	for api, n := range b.votes {
		if n > b.votes[best] {
			best = schema.API(api)
		}
	}
	return best, b.votes[best]
}

// exportVersion is what the inputs so far tell of the API version of an export.
type exportVersion struct {
	api      schema.API  // of the last input that told it
	together bcda.APISet // that go together in the export: all until it is decided
	doubtful bool        // a single resource told it, which may be a stray
}

// open reports whether the version is not decided yet.
func (v *exportVersion) open() bool { return v.together == bcda.AllAPIs }

// hear takes in what the beginning of an input tells, and how many of its
// resources are for it. It reports whether that beginning must wait for the next
// input, and ErrMixed for an input of another export.
func (v *exportVersion) hear(told schema.API, votes int) (wait bool, err error) {
	switch {
	case votes == 0:
		return false, nil
	case v.open() && votes == 1 && !v.doubtful:
		v.api, v.doubtful = told, true
		return true, nil
	case v.open() && votes > 1:
		v.together = family(told)
	}
	v.decide()
	switch {
	case v.together.Has(told):
		v.api = told
	case votes > 1: // a single resource may be a stray
		return false, ErrMixed
	}
	return false, nil
}

// decide ends the doubt about a version that a single resource told.
func (v *exportVersion) decide() {
	if v.open() && v.doubtful {
		v.together = family(v.api)
	}
}

// family returns the API versions whose resources go together with those of
// one: v1 and v2 have the same ids, v3 has its own.
func family(api schema.API) bcda.APISet {
	if api == schema.V3 {
		return bcda.SetOf(schema.V3)
	}
	return bcda.SetOf(schema.V1, schema.V2)
}
