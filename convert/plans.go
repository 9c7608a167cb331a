package convert

import (
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// ErrMixed ends a run over exports of generations that do not go together.
var ErrMixed = errors.New("v3 cannot be mixed with v1 or v2 in one run: " +
	"the same Patient and claim ids mean different people and claims in them")

var resourceTypes = []string{eobType, patientType, coverageType, claimType, responseType}

// plans are the plans of all generations and resource types, each compiled when
// it is first wanted.
type plans struct {
	byType  [len(schema.APIs)]map[string]func() (*plan, error)
	outputs []output    // with the tables that are compiled
	only    *schema.API // the generation that the user says it is
}

// newPlans returns the plans for tables. A test shows that those of the tables
// that there are compile; of others, check does.
func newPlans(only *schema.API, tables []*schema.Table) *plans {
	p := &plans{only: only, outputs: outputsWith(tables)}
	for _, api := range schema.APIs {
		p.byType[api] = map[string]func() (*plan, error){}
		for _, resource := range resourceTypes {
			if isPartial(resource) && api != schema.V2 {
				continue
			}
			p.byType[api][resource] = sync.OnceValues(func() (*plan, error) { return newPlan(api, resource, tables) })
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
	for _, resource := range []string{eobType, patientType, coverageType} {
		for _, tp := range p.of(api, resource).tables {
			if tp.table == t {
				return tp.late
			}
		}
	}
	return nil
}

var (
	errNoType    = reject("not a FHIR resource: no resourceType")
	errOtherType = reject("a resource of a type that BCDA does not serve")
)

// choose returns the plan for a resource that was read with the plan guess.
func (p *plans) choose(resourceType []byte, guess *plan, rec *ndjson.Record) (*plan, error) {
	api, marked := p.generation(resourceType, guess, rec)
	if !marked {
		api = guess.api
	}
	if right := p.of(api, string(resourceType)); right != nil {
		return right, nil
	}
	if len(resourceType) == 0 {
		return nil, errNoType
	}
	return nil, errOtherType
}

// generation tells the API generation of a resource, which was read with the
// plan guess, by the markers in it.
func (p *plans) generation(resourceType []byte, guess *plan, rec *ndjson.Record) (api schema.API, marked bool) {
	if p.only != nil {
		return *p.only, true
	}
	for i, m := range schema.Markers {
		if m.Resource == string(resourceType) && !rec.Reg(guess.common.markers[i]).IsZero() {
			return m.API, true
		}
	}
	return 0, false
}

// begin tells the generation with which the reading of an input begins, by its
// first chunk: that of its first resource with a marker, or else that of the
// input before it. rec is for its use.
func (p *plans) begin(rec *ndjson.Record, first *ndjson.Chunk, before schema.API) schema.API {
	guess := p.of(before, eobType)
	for _, text := range first.Lines {
		if guess.program.Walk(rec, text) != nil {
			continue
		}
		resourceType := rec.Reg(guess.common.resourceType)
		if resourceType.IsZero() {
			continue
		}
		if api, marked := p.generation(rec.Text(nil, resourceType), guess, rec); marked {
			return api
		}
	}
	return before
}
