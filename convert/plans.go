package convert

import (
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// plans are the compiled plans of all resource types.
type plans struct {
	byType map[string]*plan
}

func newPlans() (*plans, error) {
	p := &plans{byType: map[string]*plan{}}
	for _, resource := range []string{eobType, patientType, coverageType} {
		compiled, err := newPlan(schema.V2, resource)
		if err != nil {
			return nil, err
		}
		p.byType[resource] = compiled
	}
	return p, nil
}

// first is a plan to begin with.
func (p *plans) first() *plan { return p.byType[eobType] }

// late returns the columns of a table that are filled at the end.
func (p *plans) late(t *schema.Table) []lateColumn {
	for _, plan := range p.byType {
		for _, tp := range plan.tables {
			if tp.table == t {
				return tp.late
			}
		}
	}
	return nil
}

// choose returns the plan for a resource, nil for a resource type that BCDA
// serves but that has no place in CCLF.
func (p *plans) choose(resourceType []byte, _ *ndjson.Record) (*plan, error) {
	if plan, ok := p.byType[string(resourceType)]; ok {
		return plan, nil
	}
	switch string(resourceType) {
	case "Claim", "ClaimResponse":
		return nil, nil
	case "":
		return nil, reject("not a FHIR resource: no resourceType")
	}
	return nil, reject("a resource of a type that BCDA does not serve")
}
