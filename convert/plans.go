package convert

import (
	"errors"

	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// ErrMixed ends a run over exports of generations that do not go together.
var ErrMixed = errors.New("v3 cannot be mixed with v1 or v2 in one run: " +
	"the same Patient and claim ids mean different people and claims in them")

var resourceTypes = []string{eobType, patientType, coverageType, claimType, responseType}

// plans are the compiled plans of all generations and resource types.
type plans struct {
	byType [len(schema.APIs)]map[string]*plan
	only   *schema.API // the generation that the user says it is
}

func newPlans(only *schema.API) (*plans, error) {
	p := &plans{only: only}
	for _, api := range schema.APIs {
		p.byType[api] = map[string]*plan{}
		for _, resource := range resourceTypes {
			if isPartial(resource) && api != schema.V2 {
				continue
			}
			compiled, err := newPlan(api, resource)
			if err != nil {
				return nil, err
			}
			p.byType[api][resource] = compiled
		}
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
	if right := p.byType[p.generation(resourceType, guess, rec)][string(resourceType)]; right != nil {
		return right, nil
	}
	if len(resourceType) == 0 {
		return nil, reject("not a FHIR resource: no resourceType")
	}
	return nil, reject("a resource of a type that BCDA does not serve")
}

// generation tells the API generation of a resource by the markers in it, or
// takes that of the resource before it.
func (p *plans) generation(resourceType []byte, guess *plan, rec *ndjson.Record) schema.API {
	if p.only != nil {
		return *p.only
	}
	for i, m := range schema.Markers {
		if m.Resource == string(resourceType) && !rec.Reg(guess.common.markers[i]).IsZero() {
			return m.API
		}
	}
	return guess.api
}
