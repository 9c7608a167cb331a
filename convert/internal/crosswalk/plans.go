package crosswalk

import (
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cclf-tools/cclf/schema"
)

var resourceTypes = []string{ExplanationOfBenefit, Patient, Coverage, Claim, ClaimResponse, PriorAuthorization}

// Plans are the plans for all API versions and resource types. Each is compiled
// when it is first used. Plans may be used by several goroutines.
type Plans struct {
	only   *schema.API // the API version, if it is given
	byType [len(schema.APIs)]map[string]func() (*Plan, error)
}

// NewPlans returns the plans for tables. Those of package schema compile, as a
// test shows; others are to be checked with [Plans.Check].
func NewPlans(opts Options) *Plans {
	p := &Plans{only: opts.API}
	for _, api := range schema.APIs {
		p.byType[api] = map[string]func() (*Plan, error){}
		for _, resource := range resourceTypes {
			if isPartial(resource) && api != schema.V2 || resource == PriorAuthorization && api != schema.V3 {
				continue
			}
			p.byType[api][resource] = sync.OnceValues(func() (*Plan, error) { return newPlan(api, resource, &opts) })
		}
	}
	return p
}

// Check compiles all plans.
func (p *Plans) Check() error {
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

// Of returns the plan for a resource type, or nil if there is none.
func (p *Plans) Of(api schema.API, resource string) *Plan {
	compile := p.byType[api][resource]
	if compile == nil {
		return nil
	}
	compiled, err := compile()
	if err != nil {
		panic("crosswalk: internal error: " + err.Error()) // see NewPlans
	}
	return compiled
}

// Deferred returns the deferred columns of a table.
func (p *Plans) Deferred(t *schema.Table, api schema.API) []Deferred {
	for _, resource := range []string{ExplanationOfBenefit, Patient, Coverage, PriorAuthorization} {
		plan := p.Of(api, resource)
		if plan == nil {
			continue // there are no prior authorizations
		}
		for _, tp := range plan.Tables {
			if tp.Table == t {
				return tp.deferred
			}
		}
	}
	return nil
}

// CheckExtra compiles an extra column alone, so that an error is about it.
func CheckExtra(x schema.ExtraColumn, limits *Limits) error {
	for _, cell := range append(x.Field.Cells[:], x.Field.Partial) {
		if cell.Source == schema.Undeclared {
			continue
		}
		expr, err := schema.ParseExpr(cell.Expr)
		if err != nil {
			return err
		}
		for _, alt := range expr {
			if alt.Func != "" && !isGeneral(alt.Func) {
				return fmt.Errorf("there is no function %q for extra columns: want one of %s", alt.Func, generalFunctions())
			}
		}
	}
	table := *schema.Extend([]*schema.Table{schema.Lookup(x.Table)}, []schema.ExtraColumn{x})[0]
	table.Fields = table.Fields[len(table.Base.Fields):]
	return NewPlans(Options{
		Tables: []*schema.Table{&table}, Limits: limits,
		Output: func(*schema.Table, bool) int { return 0 },
	}).Check()
}
