package crosswalk

import (
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// testPlans returns the plans for tables, without limits.
func testPlans(api *schema.API, tables []*schema.Table) *Plans {
	return NewPlans(Options{
		API: api, Tables: tables, Limits: &Limits{Elements: 10_000},
		Output: func(*schema.Table, bool) int { return 0 },
	})
}

// TestPlans compiles the crosswalk of each API version, and checks that each cell
// with an expression is evaluated somewhere, and no other.
func TestPlans(t *testing.T) {
	compiled := testPlans(nil, schema.AllTables())
	for _, p := range []*Plans{compiled, testPlans(nil, tuvaschema.Tables())} {
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
	}
	for _, api := range schema.APIs {
		for _, table := range schema.AllTables() {
			if table.Partial {
				continue
			}
			for i := range table.Fields {
				f := &table.Fields[i]
				used := false
				for resource := range compiled.byType[api] {
					if isPartial(resource) {
						continue
					}
					p := compiled.Of(api, resource)
					if p.API != api || p.Resource != resource {
						t.Fatalf("the plan for %s of %s is that for %s of %s", resource, api, p.Resource, p.API)
					}
					used = used || uses(p, table, i)
				}
				if want := f.Cells[api].Expr != ""; used != want {
					t.Errorf("%s.%s of %s is evaluated: %v, want %v", table.Name, f.Label, api, used, want)
				}
			}
		}
	}
	only := schema.V3
	if compiled = testPlans(&only, schema.AllTables()); NewVersionDetector(compiled).API() != only {
		t.Errorf("plans for %s begin with %s", only, NewVersionDetector(compiled).API())
	}
}

// uses reports whether a plan evaluates a column of a table.
func uses(p *Plan, table *schema.Table, col int) bool {
	for _, tp := range p.Tables {
		if tp.Table != table {
			continue
		}
		if len(tp.cols[col].sources) > 0 || slices.ContainsFunc(tp.deferred, func(d Deferred) bool { return d.Col == col }) {
			return true
		}
		for _, month := range tp.months {
			if slices.ContainsFunc(month.all, func(g getter) bool { return g.col == col }) {
				return true
			}
		}
	}
	return table.Grain == schema.PerPatient && slices.ContainsFunc(p.summary, func(g summaryGetter) bool {
		return g.index == beneficiary.ValueIndex(table, col) && g.index >= 0
	})
}
