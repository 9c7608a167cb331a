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

// plans are the compiled plans of all generations and resource types.
type plans struct {
	byType  [len(schema.APIs)]map[string]*plan
	outputs []output    // with the tables that were compiled
	only    *schema.API // the generation that the user says it is
}

// newPlans compiles what the tables ask of every resource type.
func newPlans(only *schema.API, tables []*schema.Table) (*plans, error) {
	p := &plans{only: only, outputs: outputsWith(tables)}
	var group errgroup.Group
	var mu sync.Mutex
	for _, api := range schema.APIs {
		p.byType[api] = map[string]*plan{}
		for _, resource := range resourceTypes {
			if isPartial(resource) && api != schema.V2 {
				continue
			}
			group.Go(func() error {
				compiled, err := newPlan(api, resource, tables)
				mu.Lock()
				defer mu.Unlock()
				p.byType[api][resource] = compiled
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return p, nil
}

// first is a plan to begin with.
func (p *plans) first() *plan {
	if p.only != nil {
		return p.byType[*p.only][eobType]
	}
	return p.byType[schema.V2][eobType]
}

// late returns the columns of a table that are filled at the end.
func (p *plans) late(t *schema.Table, api schema.API) []lateColumn {
	for _, resource := range []string{eobType, patientType, coverageType} {
		for _, tp := range p.byType[api][resource].tables {
			if tp.table == t {
				return tp.late
			}
		}
	}
	return nil
}

// choose returns the plan for a resource that was read with the plan guess.
func (p *plans) choose(resourceType []byte, guess *plan, rec *ndjson.Record) (*plan, error) {
	api, marked := p.generation(resourceType, guess, rec)
	if !marked {
		api = guess.api
	}
	if right := p.byType[api][string(resourceType)]; right != nil {
		return right, nil
	}
	if len(resourceType) == 0 {
		return nil, reject("not a FHIR resource: no resourceType")
	}
	return nil, reject("a resource of a type that BCDA does not serve")
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
	guess := p.byType[before][eobType]
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
